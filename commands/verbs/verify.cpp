#include "commands/verbs/door.h"
#include "commands/verbs/tell.h"
#include "commands/verbs/verify.h"
#include "engine/audit/post_conditions.h"
#include "engine/schema/status.h"

namespace tidemark::commands {
namespace {

engine::audit::Check schema_check(const engine::schema::SchemaStatus& schema, const std::vector<engine::schema::MigrationFolder>& folders) {
  engine::audit::Check check{"schema is as recorded", true, std::to_string(schema.applied.size()) + " of " + std::to_string(folders.size()) + " migrations applied", {}};
  for (const auto& name : schema.failed) check.examples.push_back(name + " failed and is unsettled");
  for (const auto& name : schema.lost) check.examples.push_back(name + " was applied by us, and the history doesn't say so");
  check.ok = check.examples.empty();
  return check;
}

}  // namespace

engine::audit::PostConditions verified(Door& door) {
  const auto session = door.reading().connect("verify", true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity);
  if (!journal) {
    throw engine::Failure(engine::ExitCode::check, "verifying", door.connection().display, "there is no journal of this target: nothing was converted by this program",
                          "Nothing was written.", "tidemark convert; or name the journal with --journal FILE");
  }
  auto result = engine::audit::post_conditions(*session, *journal, door.conversion());
  const auto folders = door.migrations();
  result.checks.push_back(schema_check(engine::schema::status(*session, folders, journal.get()), folders));
  return result;
}

void tell(Door& door, const engine::audit::PostConditions& result) {
  if (door.globals.json) {
    Json checks = Json::array();
    for (const auto& check : result.checks) {
      Json examples = Json::array();
      for (const auto& text : check.examples) examples.push(text);
      checks.push(Json::object({{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}, {"examples", examples}}));
    }
    Json samples = Json::array();
    for (const auto& row : result.samples) {
      Json sample = Json::object();
      for (std::size_t i = 0; i < row.size(); ++i) sample.set(result.sample_columns[i], row[i] ? Json(*row[i]) : Json());
      samples.push(std::move(sample));
    }
    print(Json::object({{"ok", result.ok()}, {"checks", checks}, {"own_rows", result.own_rows}, {"users_rows", result.users_rows}, {"edited_sources", result.edited_sources},
                        {"refused", result.refused}, {"reverted", result.reverted}, {"sources", result.sources}, {"samples", samples}}));
  } else {
    for (const auto& check : result.checks) {
      line((check.ok ? "ok    " : "FAIL  ") + check.name + ": " + check.detail);
      for (const auto& text : check.examples) line("        " + printable(text));
    }
    const auto n = [](std::uint64_t count) { return grouped(static_cast<std::int64_t>(count)); };
    line("info  " + n(result.own_rows) + " rows are ours and unchanged, " + n(result.users_rows) + " are users' own; of " + n(result.sources) + " " + door.conversion().tables().subject + "s " +
         n(result.edited_sources) + " were edited since (the next convert takes them), " + n(result.refused) + " are refused, " + n(result.reverted) + " rolled back");
    for (const auto& row : result.samples) {
      line(row.size() > 1 ? "      user " + printable(row[1].value_or("")) + ": " + printable(door.conversion().describe(row)) : "      " + printable(door.conversion().describe(row)));
    }
    line(result.ok() ? "verified" : "NOT verified");
  }
}

int run(Door& door, const Verify&) {
  const auto result = verified(door);
  tell(door, result);
  return result.ok() ? 0 : static_cast<int>(engine::ExitCode::check);
}

}  // namespace tidemark::commands
