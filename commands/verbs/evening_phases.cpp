// The phases that exist, each by the same code as its verb.
#include <algorithm>
#include <set>

#include "commands/verbs/backups.h"
#include "commands/verbs/data_steps.h"
#include "commands/verbs/evening.h"
#include "commands/verbs/plan.h"
#include "commands/verbs/preflight.h"
#include "commands/verbs/tell.h"
#include "commands/verbs/verify.h"
#include "commands/version.h"
#include "engine/conversion/binding.h"
#include "engine/conversion/pipeline.h"
#include "engine/runbook/criteria.h"
#include "engine/runbook/json_text.h"
#include "engine/schema/name_order.h"
#include "engine/schema/status.h"

namespace tidemark::commands {

using engine::ExitCode;
using namespace engine::runbook;

namespace {

bool is(int code, ExitCode meaning) { return code == static_cast<int>(meaning); }

Performed preflight(Evening& evening) {
  Performed done;
  done.trigger = false;
  const auto found = look_at_prerequisites(evening.door, true);
  tell(evening.door, found);
  for (const auto& check : found.checks) done.events.emplace_back(journal::CheckRecorded{"preflight." + check.name, to_string(check.result), evening.door.redactor(check.detail)});
  for (auto& criterion : prerequisites_hold(found.checks)) done.criteria.push_back(std::move(criterion));
  if (verdict(found.checks) != ExitCode::done) done.next.push_back("tidemark preflight");
  return done;
}

Performed backup(Evening& evening) {
  Performed done;
  auto& door = evening.door;
  const auto target = door.reading().connect("backup", true)->identity();
  auto found = youngest_proven(door, target, evening.reader().get(), true);
  if (found && young_enough(door, *found)) {
    line("a proven backup is there, and young enough");
  } else {
    done.paused = is(run(door, Backup{}), ExitCode::paused);
    if (done.paused) return done;
    found = youngest_proven(door, target, evening.reader().get(), true);
  }
  const bool met = found && young_enough(door, *found);
  done.criteria.push_back({"a proven backup is younger than " + std::to_string(door.configuration.backup.max_age_h) + " h", met ? "met" : "not_met",
                           found ? found->path + ", " + age_of(*found) + " old, proof: " + found->proof + ", SHA-256 " + journal::hex(found->sha256).substr(0, 12) : "there is none"});
  if (!met) done.next = {"tidemark backup", "tidemark run --no-backup \"REASON\""};
  return done;
}

SchemaEvidence look_at_schema(Evening& evening) {
  const auto session = evening.door.reading().connect("run", true);
  const auto journal = evening.reader();
  const auto status = engine::schema::status(*session, evening.door.migrations(), journal.get());
  return {status.pending, status.applied, status.failed, status.lost};
}

/// Deploy stops before a data step. If it is the one that this procedure is for, what stands behind it comes after the procedure.
void judge_history(Evening& evening, int code, Performed& done) {
  auto schema = look_at_schema(evening);
  std::vector<std::string> waiting;
  const auto name = evening.door.conversion().name();
  const auto steps = data_steps(evening.door);
  const auto before = engine::schema::name_order();
  const bool placed = std::any_of(steps.begin(), steps.end(), [&](const auto& step) { return step.name == name; });
  if (placed && is(code, ExitCode::inconclusive)) {
    const auto behind = std::stable_partition(schema.pending.begin(), schema.pending.end(), [&](const auto& one) { return !before(name, one); });
    waiting.assign(behind, schema.pending.end());
    schema.pending.erase(behind, schema.pending.end());
  }
  done.criteria.push_back(all_applied(schema));
  if (!schema.pending.empty() && is(code, ExitCode::inconclusive)) {
    for (const auto& step : steps) {
      if (step.name != name) done.next.push_back("tidemark run --conversion " + step.name + " --restart \"another data step comes first\"");
    }
  }
  for (const auto& one : waiting) done.criteria.back().evidence += "; " + one + " waits behind the data step " + name;
}

Performed schema(Evening& evening) {
  Performed done;
  done.criteria.push_back(pending_as_expected(look_at_schema(evening), evening.door.configuration.run.expect_pending));
  if (done.criteria.back().verdict != "met") {
    done.next.push_back("tidemark status");
    return done;
  }
  const int code = run(evening.door, Deploy{});
  done.paused = is(code, ExitCode::paused);
  if (done.paused) return done;
  judge_history(evening, code, done);
  if (code != 0 && !is(code, ExitCode::inconclusive)) {  // rows that came back with a migration, and could not all
    done.criteria.push_back(by_exit_code("what the migrations bring back is whole", code, is(code, ExitCode::conflicts) ? "conflicts are left: tidemark audit log --kind revert_conflict" : ""));
    done.next.push_back("tidemark audit diff");
  }
  return done;
}

/// By configuration, by this call, and at an earlier gate.
std::set<std::string> accepted(const Evening& evening) {
  auto all = evening.procedure.accepted;
  const auto& configured = evening.door.configuration.run.accept_rejected;
  all.insert(configured.begin(), configured.end());
  all.insert(evening.options.accept_rejected.begin(), evening.options.accept_rejected.end());
  return all;
}

void judge_rejected(Evening& evening, const DataEvidence& data, Performed& done) {
  done.criteria.push_back(rejected_accepted(data, accepted(evening)));
  done.to_accept = not_accepted(data.tally, accepted(evening));
  done.accepted = evening.options.accept_rejected;
}

std::string plan_file(const Evening& evening) { return evening.beside(".plan-" + std::to_string(evening.procedure.number) + ".txt"); }

/// A rehearsal of this very plan that went well, as the journal has it; or of a sample, where that is enough and the mapping is the same.
Criterion rehearsed(const journal::Reader* journal, const std::string& plan, const std::string& mapping, const RunSection& wanted) {
  const auto within_h = wanted.rehearsed_within_h;
  Criterion criterion{"this plan was rehearsed within " + std::to_string(within_h) + " h" + (wanted.rehearsed_by_sample ? ", or a sample of it" : ""), "not_met", "no rehearsal is recorded"};
  if (!journal) return criterion;
  journal::Filter filter;
  filter.kind = journal::CheckRecorded::kCode;
  journal->for_each(filter, [&](const journal::Record& record) {
    const auto event = journal::decode(record);
    const auto* check = std::get_if<journal::CheckRecorded>(&event);
    if (!check || check->name != "rehearsal") return true;
    const auto detail = read_json(check->detail);
    const auto at = [&](const char* pointer) { return detail ? at_pointer(*detail, pointer) : nullptr; };
    const auto among = [](const auto* list, const std::string& one) { return list && std::find(list->begin(), list->end(), one) != list->end(); };
    const bool sampled = at("/sample") != nullptr;
    const bool same = sampled ? wanted.rehearsed_by_sample && among(at("/mappings"), mapping) : (at("/plan") && *at("/plan") == plan) || among(at("/plans"), plan);
    const bool young = engine::Clock::system().utc().value - record.at.value <= static_cast<std::int64_t>(within_h) * 3'600'000'000;
    criterion.verdict = same && young && check->result == "ok" ? "met" : "not_met";
    const char* found = check->result != "ok" ? "it failed" : sampled && !wanted.rehearsed_by_sample ? "of a sample, which doesn't count here" : !same ? (sampled ? "of another mapping" : "of another plan") :
                        !young ? "too old" : sampled ? "a sample, undone and redone exactly" : "undone and redone exactly";
    criterion.evidence = "event #" + std::to_string(record.seq) + " of " + to_string(record.at) + ": " + found;
    return true;
  });
  return criterion;
}

Performed plan(Evening& evening) {
  const std::string file = plan_file(evening);
  const auto expected = expected_plan(evening.options.plan, evening.options.expect_plan, file);
  std::optional<engine::conversion::PlanComparison> reviewed;
  if (expected && expected->file) reviewed.emplace(*expected->file);
  const auto session = evening.door.reading().connect("plan", true);
  const auto journal = evening.reader();
  const auto made = make_plan(evening.door, *session, journal.get(), {file, false, 0, reviewed ? &*reviewed : nullptr});
  Performed done;
  done.seen = made.result.looked_at;
  DataEvidence data{made.result.looked_at, made.result.tally};
  done.criteria.push_back(nobody_refused(data, evening.door.configuration.run.max_refused));
  judge_rejected(evening, data, done);
  if (const auto& wanted = evening.door.configuration.run; wanted.rehearsed_within_h > 0) {
    done.criteria.push_back(rehearsed(journal.get(), journal::hex(made.result.hash), journal::hex(engine::conversion::mapping_digest(evening.door.conversion())), wanted));
    if (done.criteria.back().verdict != "met") done.next.push_back("tidemark rehearse");
  }
  done.plan = journal::PlanSealed{made.result.hash, made.result.planned};
  std::fwrite(made.summary.data(), 1, made.summary.size(), stdout);
  done.to_decide = made.result.planned > 0;
  line("written to " + printable(file));
  if (expected) {
    done.plan_as_expected = expected->hash == made.result.hash;
    if (!*done.plan_as_expected) {
      line("the plan is another one than " + journal::hex(expected->hash) + ", which was reviewed:");
      std::size_t n = 0;
      if (reviewed) {
        const auto changes = reviewed->changes();
        for (const auto& change : changes) {
          if (++n <= 100) line("  " + shown(change));
        }
        if (changes.empty()) line("  no profile differs: the program or the mapping is another one");
        if (n > 100) line("  … " + std::to_string(n) + " in all");
      } else {
        line("  its file isn't known here, so what differs can't be told: name it with --plan FILE");
      }
    }
  }
  done.question = "Step 2.3: convert " + grouped(static_cast<std::int64_t>(made.result.planned)) + " " + evening.door.conversion().tables().subject + "s " +
                  (evening.door.conversion().tables().writes ? "by " + grouped(static_cast<std::int64_t>(made.result.links)) + " changes in " : "into " + grouped(static_cast<std::int64_t>(made.result.links)) + " links in ") +
                  evening.door.connection().display + " as planned (" + journal::hex(made.result.hash).substr(0, 12) + ")?";
  done.next.push_back("less " + file);
  return done;
}

Performed convert(Evening& evening) {
  Performed done;
  Convert options;
  if (evening.procedure.sealed) {
    options.expect_plan = journal::hex(*evening.procedure.sealed);
    options.known_plan = plan_file(evening);
  }
  int code = 0;
  try {
    code = run(evening.door, options);
  } catch (const PlanChanged& changed) {
    done.criteria.push_back({"what was reviewed is what runs", "not_met", changed.answer});
    done.refused_code = static_cast<int>(ExitCode::inconclusive);
    done.trigger = false;
    done.reopen = "plan";
    return done;
  }
  done.paused = is(code, ExitCode::paused);
  if (done.paused) return done;
  const auto session = evening.door.reading().connect("run", true);
  const auto source = engine::conversion::bind(*session, evening.door.conversion(), true).source;
  const DataEvidence data{session->count(source.schema, source.table), evening.reader()->counters(evening.door.conversion().name())};
  done.seen = data.sources;
  done.criteria.push_back(all_converted(data));
  done.criteria.push_back(nobody_refused(data, evening.door.configuration.run.max_refused));
  done.trigger = done.criteria.back().verdict != "met";  // a profile that came in meanwhile is none
  if (evening.way_back().rows) judge_rejected(evening, data, done);  // else an earlier procedure's gate judged them
  return done;
}

Performed verify(Evening& evening) {
  Performed done;
  const auto found = verified(evening.door);
  tell(evening.door, found);
  done.trigger = false;
  for (const auto& check : found.checks) {
    done.criteria.push_back({check.name, check.ok ? "met" : "not_met", check.detail});
    if (check.ok) continue;
    // A profile that came in since the conversion is no damage: it is converted, and all is well.
    if (check.name.ends_with(" is left to do")) done.next.push_back("tidemark run --from convert");
    else done.trigger = true;
  }
  done.criteria.push_back(by_exit_code("journal and live rows agree (audit diff)", run(evening.door, AuditDiff{}), ""));
  done.trigger = done.trigger || done.criteria.back().verdict == "not_met";
  return done;
}

Performed report(Evening& evening) {
  Performed done;
  Report options;
  options.out = evening.beside(".report-" + std::to_string(evening.procedure.number));
  done.criteria.push_back(by_exit_code("the summary for stakeholders is written", run(evening.door, options), options.out));
  return done;
}

}  // namespace

const std::vector<Phase>& phases_of_the_runbook() {
  static const std::vector<Phase> phases = {
      {"preflight", "preflight", "is everything there that the evening needs?", false, false, preflight},
      {"backup", "backup", "a proven backup that is young enough", false, false, backup},
      {"schema", "schema", "apply the schema migrations and look at them", false, false, schema},
      {"plan", "data", "dry run, and the decision", true, false, plan},
      {"convert", "data", "convert the data", false, true, convert},
      {"verify", "data", "post-conditions, and the journal against the live rows", false, true, verify},
      {"integration", "integration", "the application's own tests", false, false, integration},
      {"smoke", "smoke", "the application is asked", false, true, smoke},
      {"monitor", "monitor", "database and logs are watched", false, true, monitoring},
      {"report", "report", "the summary for stakeholders", false, false, report},
  };
  return phases;
}

}  // namespace tidemark::commands
