#pragma once
/// A conversion that is declared in a folder: conversion.toml says where it reads and writes, rows.sql is one SELECT that tells, for an array
/// of keys, the rows as they should be. Nothing else is special about it: the engine takes it as it takes one that is written in C++.

#include "engine/conversion/conversion.h"

namespace tidemark::engine::conversion {

struct Declaration {
  struct Table {
    std::string name;
    std::vector<std::string> key;
  };
  std::string name;             ///< the folder's
  std::string folder;           ///< for messages
  std::string source, key;      ///< table and key column
  std::string reads;            ///< the column whose edits make a subject be converted again
  std::string subject = "row";  ///< what people call one
  std::uint64_t max_bytes = 1 << 20;
  std::uint64_t chunk_min = 0, chunk_max = 0;  ///< subjects of one transaction; 0: as configured
  std::string parent, parent_key, parent_column;
  std::vector<Table> tables;    ///< written; the first one has a key of one column
  std::vector<PostCheck> checks;
  std::string rows_sql;         ///< :keys, :now, :uuid7, :uuid7(name)
};

class Declared final : public Conversion {
 public:
  explicit Declared(Declaration declaration);
  std::string name() const override { return declaration_.name; }
  const Tables& tables() const override { return tables_; }
  std::string mapping() const override;
  /// Without a write: rows.sql prepares, names what it may, is a function of the keys alone, and an index serves it.
  void check(Session& session, const SourceShape& source) const override;
  Answers ask(Session& session, const SourceShape& source, const Keys& keys, const Stamp& stamp) const override;
  std::vector<PostCheck> post_checks() const override { return declaration_.checks; }
  Decision decide(const Subject& subject, const Rows& existing, const Rows& gone, const Stamp& stamp) const override;
  std::string identity(const Row& row) const override { return row.front().value_or(""); }
  std::string describe(const Row& row) const override { return tables_.target + " " + tables_.id_column + "=" + row.front().value_or(""); }
  Row planned(const Row& row) const override { return row; }

 private:
  Answers ask_all(Session& session, const SourceShape& source, const Keys& keys, const Stamp& stamp) const;
  void ask_apart(Session& session, const SourceShape& source, const Keys& keys, const Stamp& stamp, Answers& answers) const;
  Failure wrong(const std::string& answer, const std::string& next) const;

  Declaration declaration_;
  Tables tables_;
};

}  // namespace tidemark::engine::conversion
