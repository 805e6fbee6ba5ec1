#include "engine/rollback/aftermath.h"

#include "engine/conversion/binding.h"
#include "engine/postgres/quote.h"
#include "engine/rollback/inverse_plan.h"
#include "engine/rollback/rollback.h"

namespace tidemark::engine::rollback {

Aftermath aftermath(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion) {
  Aftermath result;
  const auto tables = live_tables(session, conversion);
  const auto counters = journal.counters(conversion.name());
  const auto some = [&](const char* name) { return counters.contains(name) && counters.at(name) != 0; };
  Seq after = some("converted") || some("partly_reverted") ? 0 : journal.head_seq();  // else nobody has rows of ours
  for (auto touched = journal.touched(conversion.name(), after, 1000); !touched.empty(); touched = journal.touched(conversion.name(), after, 1000)) {
    after = touched.back().seq;
    Keys subjects;
    for (const auto& t : touched) subjects.push_back(t.subject);
    for (const auto& plan : plan(session, journal, conversion, subjects, tables)) {
      for (const auto& row : plan.rows) result.own_rows += row.live.empty() || !row.effect.after ? 0 : 1;
    }
  }
  std::uint64_t all = 0;
  for (const auto& live : tables) all += session.count(live.facts.shape.schema, live.facts.shape.name);
  result.users_rows = all - std::min(all, result.own_rows);
  const auto source = conversion::bind_source(session, conversion).source;
  const auto counted = session.query("SELECT count(" + postgres::quoted_name(source.value) + ") FROM " + postgres::qualified(source.schema, source.table));
  result.sources = std::stoull(counted.at(0).at(0).value_or("0"));
  return result;
}

}  // namespace tidemark::engine::rollback
