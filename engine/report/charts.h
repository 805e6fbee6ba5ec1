#pragma once
/// The charts of the data migration.

#include "engine/report/facts.h"
#include "engine/report/live.h"
#include "engine/report/model.h"
#include "engine/report/work.h"

namespace tidemark::engine::report {

Chart throughput(const Work& work);
Chart latency(const Work& work);
/// @param live  null: the database wasn't asked
Chart rows_by_category(const Facts& facts, const conversion::Tables& tables, const Live* live);
Chart subjects_by_rows(const Facts& facts, const Live* live);
Chart rejections(const Facts& facts);

}  // namespace tidemark::engine::report
