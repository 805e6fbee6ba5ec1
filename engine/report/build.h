#pragma once
/// The report's model from a journal, and from the database where it answered.

#include "engine/report/facts.h"
#include "engine/report/live.h"
#include "engine/report/model.h"

namespace tidemark::engine::report {

struct Request {
  const conversion::Conversion& conversion;
  std::optional<std::vector<std::string>> migrations;  ///< the folders' names; nullopt: they could not be read
  std::optional<Live> live;
  std::string live_note;      ///< what was asked of the database, or why it wasn't
  bool behind = false;        ///< the database was asked and is behind the journal
  std::string journal_path, program, environment;
  bool with_data = false;     ///< false: nothing from sources or rows but types and profile ids
  std::size_t limit = 100;    ///< lines of a list of profiles
  std::string refused_file, rejected_file;  ///< where all of them stand
  FactSinks all;              ///< is given every refused profile and rejected entry; may be empty functions
  journal::UtcMicros now{};
};

Model build(const journal::Reader& journal, const Request& request);

}  // namespace tidemark::engine::report
