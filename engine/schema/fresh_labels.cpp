#include "engine/schema/fresh_labels.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/schema/inverse.h"

namespace tidemark::engine::schema {

bool remake_grown_enums(Session& session, const CatalogSnapshot& before, const CatalogSnapshot& after, const Pins& pins) {
  using nlohmann::json;
  auto with_old_labels = after;  // the difference to which is only that these enums are to be made again
  bool any = false;
  for (auto& [key, attributes] : with_old_labels.objects) {
    const auto was = before.objects.find(key);
    if (key.first != "enum" || was == before.objects.end()) continue;
    auto now = json::parse(attributes);
    const auto labels = json::parse(was->second).at("labels");
    const auto& grown = now.at("labels");
    if (std::all_of(grown.begin(), grown.end(), [&](const auto& label) { return std::find(labels.begin(), labels.end(), label) != labels.end(); })) continue;
    now["labels"] = labels;
    attributes = now.dump();
    any = true;
  }
  if (!any) return false;
  const auto remake = derive(with_old_labels, after);
  if (!remake.cannot.empty()) return false;
  session.query("SET CONSTRAINTS ALL IMMEDIATE");
  session.query("SAVEPOINT tidemark_labels");
  bool same = false;
  try {
    session.run_script(remake.sql);
    session.set_pins(pins);
    same = fingerprint(CatalogSnapshot::take(session)).schema == fingerprint(after).schema;
  } catch (const TargetError& error) {
    if (error.kind == TargetError::Kind::connection || error.kind == TargetError::Kind::lock) throw;
  }
  if (!same) session.query("ROLLBACK TO SAVEPOINT tidemark_labels");
  session.query("RELEASE SAVEPOINT tidemark_labels");
  session.set_pins(pins);
  return same;
}

}  // namespace tidemark::engine::schema
