#pragma once
/// What a gate's criteria and a person's means come to. Pure.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/criterion.h"
#include "journal/subject_parts.h"

namespace tidemark::engine::runbook {

using journal::Criterion;

/// What a person brought to the gate.
struct Means {
  bool yes = false;
  bool terminal = false;
  std::optional<bool> plan_as_expected;  ///< a reviewed plan was named: is it this one?
};

enum class Move {
  pass,    ///< all met, nobody has to be asked
  approve, ///< all met or unknown, and the means answer the question
  ask,     ///< on the terminal
  want,    ///< a decision is wanted: 8
  refuse,  ///< not met: 3
};

/// @param decision_point  a person decides though all is met
/// A criterion that is not met can't be approved: the phase is done again or skipped by name. --yes approves what is unknown and the
/// decision point; entries are accepted by name only.
Move judge(const std::vector<Criterion>& criteria, bool decision_point, const Means& means);

/// Reasons with their numbers that nobody accepted yet.
std::map<std::string, std::int64_t> not_accepted(const journal::Tally& tally, const std::set<std::string>& accepted);

}  // namespace tidemark::engine::runbook
