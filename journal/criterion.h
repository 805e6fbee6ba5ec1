#pragma once

#include <string>

namespace tidemark::journal {

/// What a gate asks for, and what was found.
struct Criterion {
  std::string name;      ///< "every profile is converted or skipped"
  std::string verdict;   ///< met, not_met, unknown; wanted: a person has to accept it by name
  std::string evidence;  ///< one line
  bool operator==(const Criterion&) const = default;
};

}  // namespace tidemark::journal
