#pragma once
/// Asks the database how it fares, and times the probe queries. A database that is away is a measure, not an error.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/clock.h"
#include "engine/postgres/vitals.h"
#include "engine/runbook/monitor/sample.h"
#include "engine/target.h"

namespace tidemark::engine::runbook::monitor {

/// A query that stands for what the application does.
struct ProbeQuery {
  std::string name;
  std::string sql;                   ///< one SELECT; $1 is the key of some row of the source
  std::vector<std::string> needs{};  ///< tables without which it is left out (before the schema is deployed)
  bool operator==(const ProbeQuery&) const = default;
};

struct DatabaseOptions {
  std::vector<ProbeQuery> probes;
  unsigned repeat = 5;               ///< times that each is asked in one interval
  int timeout_ms = 5000;             ///< of one query
  std::string source, key;           ///< where $1 comes from
  std::vector<std::string> tables;   ///< whose sizes are told
};

class Database {
 public:
  Database(Target& target, Clock clock, DatabaseOptions options) : target_(target), clock_(std::move(clock)), options_(std::move(options)) {}
  /// Fills in sample.database and sample.probes.
  void measure(Sample& sample);

 private:
  void begin();
  void ask(const ProbeQuery& probe, ProbeTimes& times);
  void take(const postgres::Vitals& now, DatabaseMeasures& into);
  void read_keys();

  Target& target_;
  Clock clock_;
  DatabaseOptions options_;
  std::unique_ptr<Session> session_;
  std::optional<postgres::Vitals> before_;
  std::string own_path_;
  std::optional<std::string> schema_;  ///< of the source
  Keys keys_;
  std::size_t next_key_ = 0;
};

}  // namespace tidemark::engine::runbook::monitor
