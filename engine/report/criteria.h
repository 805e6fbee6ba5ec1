#pragma once
/// The runbook's nine success criteria. Each is met only by evidence that is named; without evidence it is not known.

#include "engine/report/facts.h"
#include "engine/report/history.h"
#include "engine/report/live.h"
#include "engine/report/model.h"
#include "engine/report/monitoring.h"

namespace tidemark::engine::report {

struct CriteriaInput {
  const journal::Reader& journal;
  const conversion::Conversion& conversion;
  const Facts& facts;
  const History& history;
  const Monitoring& monitoring;
  const std::vector<std::string>* migrations;  ///< the folders' names; null: they could not be read
  const Live* live;                            ///< null: the database wasn't asked
  bool behind;                                 ///< it was asked, and is behind the journal
};

std::vector<Criterion> criteria_of(const CriteriaInput& input);
Verdict verdict_of(const std::vector<Criterion>& criteria, const Facts& facts);

}  // namespace tidemark::engine::report
