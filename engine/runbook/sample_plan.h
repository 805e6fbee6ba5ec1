#pragma once
/// Which rows of each table belong to a sample of subjects, so that every foreign key finds its row. Pure.

#include <cstdint>
#include <string>
#include <vector>

namespace tidemark::engine::runbook {

struct SampledColumnPair {
  std::string child, parent;  ///< quoted
};

/// A foreign key that is checked.
struct SampleReference {
  std::string child, parent;  ///< tables, qualified and quoted
  std::vector<SampledColumnPair> columns;
};

struct SampleTable {
  std::string name;             ///< qualified and quoted
  std::string from;             ///< the same with ONLY before it, where it needs it
  std::string key;              ///< of a table of subjects: its key column, quoted; else empty
  std::uint64_t rows = 0;       ///< there are now, counted or estimated
  bool estimated = false;
};

struct SampleShare {
  enum class How { hashed, follows, referred_to, whole } how = How::whole;
  std::string where;            ///< of the table called t; empty: all of it
};
const char* word(SampleShare::How how);

/// Subjects by a hash of their key. What refers to a row that isn't there stays away; of what is referred to, the rows that are needed, or a small table
/// whole; everything else whole. A table whose foreign keys go round in a circle may still get rows too many: they are pruned in the copy.
/// @param percent  of the subjects: above 0, up to 100
/// @return  a share for each table, in their order
std::vector<SampleShare> plan_sample(const std::vector<SampleTable>& tables, const std::vector<SampleReference>& references, double percent);

}  // namespace tidemark::engine::runbook
