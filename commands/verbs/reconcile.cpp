#include "commands/verbs/reconcile.h"

#include "commands/verbs/reconcile_lost.h"
#include "commands/verbs/tell.h"
#include "engine/schema/effect.h"

namespace tidemark::commands {
namespace {

using engine::Effect;
using engine::ExitCode;
using engine::Verdict;
using Mixed = std::optional<Effect>;

/// What will become of it, or has.
std::string verdict_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::voided: return "voided, it runs again";
    case Verdict::witnessed: return "witnessed anew";
    case Verdict::reinstated: return "it was given up, and counts again";
    case Verdict::dismissed: return "stays given up, its receipt becomes void";
    case Verdict::left: return "left for a person";
  }
  return "";
}

std::string text_of(const engine::Finding& finding, const Mixed& mixed) {
  return "unit " + to_string(finding.unit.unit) + " (" + finding.unit.work + " " + printable(finding.unit.name) + ", run #" + std::to_string(finding.unit.run) + "): " +
         to_string(finding.effect) + ", " + std::to_string(finding.there) + " of its rows there, " + std::to_string(finding.gone) + " gone, " + std::to_string(finding.other) + " changed" +
         (finding.receipt ? ", its receipt of " + to_string(*finding.receipt) + " is there" : std::string()) + ": " + verdict_text(judge(finding, mixed));
}

Json json_of(const std::vector<engine::Finding>& findings, const Mixed& mixed) {
  Json list = Json::array();
  for (const auto& f : findings) {
    list.push(Json::object({{"unit", to_string(f.unit.unit)}, {"work", f.unit.work}, {"name", f.unit.name}, {"run", f.unit.run}, {"effect", to_string(f.effect)},
                            {"rows_there", f.there}, {"rows_gone", f.gone}, {"rows_changed", f.other}, {"receipt", f.receipt.has_value()}, {"then", to_string(judge(f, mixed))}}));
  }
  return list;
}

std::uint64_t count(const std::vector<engine::Finding>& findings, const Mixed& mixed, Verdict verdict) {
  return static_cast<std::uint64_t>(std::count_if(findings.begin(), findings.end(), [&](const auto& f) { return judge(f, mixed) == verdict; }));
}

std::string summary_of(const std::vector<engine::Finding>& findings, const Mixed& mixed) {
  const auto lost = static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(), [](const auto& f) { return !f.receipt; }));
  const auto n = [&](Verdict verdict) { return std::to_string(count(findings, mixed, verdict)); };
  std::string text = std::to_string(lost) + " units without receipt: " + n(Verdict::voided) + " gone (to be voided, they run again), " + n(Verdict::witnessed) + " there (to be witnessed anew)";
  if (lost < findings.size()) {
    text += "; " + std::to_string(findings.size() - lost) + " receipts of units that were given up: " + n(Verdict::reinstated) + " there (to count again)";
    if (count(findings, mixed, Verdict::dismissed) > 0) text += ", " + n(Verdict::dismissed) + " to stay given up";
  }
  return text + "; " + n(Verdict::left) + " mixed";
}

}  // namespace

std::vector<engine::Finding> missing_units(Door& door, const journal::Reader& journal, engine::Session& session) {
  const auto history = engine::schema::read_history(session);
  return engine::find_disagreements(journal, session, door.connection().display, [&](const journal::Event& intent) { return engine::schema::effect_of(history, intent); });
}

Followed follow_target(Door& door) {
  auto run = door.begin("reconcile", "", false, true);
  Followed followed;
  door.during(*run, [&] {
    followed.findings = missing_units(door, run->reader(), run->connection().session());
    followed.left = engine::reconcile(door.environment(), *run, followed.findings, std::nullopt);
  });
  run->finish(followed.left.empty() ? ExitCode::done : ExitCode::inconclusive, followed.left.empty() ? "done" : "left");
  return followed;
}

int run(Door& door, const Reconcile& options) {
  const auto session = door.reading().connect("reconcile", true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity, true, options.new_home);
  if (const auto lost = tell_lost(door, *session, identity, journal.get())) return *lost;
  if (!journal) {
    throw engine::Failure(ExitCode::failed, "reconciling", door.connection().display, "there is no journal of this target here", "Nothing was written.", "name the journal with --journal FILE");
  }
  const auto old_home = journal->home();
  const bool moved = options.new_home && (identity.system != old_home.system || identity.database != old_home.database);
  if (moved && identity.system.empty()) {
    throw engine::Failure(ExitCode::failed, "finding the target's new home", door.connection().display, "this role may not read the server's system identifier (pg_control_system)",
                          "Nothing was written.", "tidemark reconcile --new-home, as a role that may");
  }
  const std::string homes = "database " + printable(old_home.database) + " on system " + old_home.system + " until now, database " + printable(identity.database) + " on system " +
                            identity.system + " here";
  const Json homes_json = Json::object({{"from_system", old_home.system}, {"from_database", old_home.database}, {"system", identity.system}, {"database", identity.database}, {"moved", moved}});
  const auto findings = missing_units(door, *journal, *session);
  const auto mixed = options.mixed.empty() ? Mixed() : Mixed(options.mixed == "void" ? Effect::gone : Effect::there);
  const auto summary = summary_of(findings, mixed);
  if (options.dry_run || (findings.empty() && !moved)) {
    if (moved && !door.globals.json) line("[DRY RUN] the target's home: " + homes + "; if the old one goes on too, they are two databases, and this journal follows one");
    if (door.globals.json) {
      print(Json::object({{"state", options.dry_run ? "dry_run" : "done"}, {"home", homes_json}, {"units", json_of(findings, mixed)}, {"left", count(findings, mixed, Verdict::left)}}));
    } else if (findings.empty()) {
      line("journal and target agree: nothing to reconcile");
    } else {
      line("[DRY RUN] " + summary + "; nothing was written");
      for (const auto& f : findings) line("  " + text_of(f, mixed));
    }
    return 0;
  }
  if (!ask((moved ? "The target's home: " + homes + ". The server of before is refused from then on. " : std::string()) + "Let the journal follow " + door.connection().display + "? " + summary + ".", door.globals.yes, "reconciling")) {
    line("nothing was done");
    return static_cast<int>(ExitCode::failed);
  }
  auto run = door.begin("reconcile", std::string(options.new_home ? "--new-home " : "") + (options.mixed.empty() ? "" : "--mixed " + options.mixed), false, true, options.new_home);
  std::vector<engine::Finding> left;
  door.during(*run, [&] {
    if (moved) {
      run->journal().append(journal::TargetMoved{old_home.system, old_home.database, identity.system, identity.database});
      run->journal().flush();
    }
    left = engine::reconcile(door.environment(), *run, missing_units(door, run->reader(), run->connection().session()), mixed);
  });
  const auto code = left.empty() ? ExitCode::done : ExitCode::inconclusive;
  run->finish(code, left.empty() ? "done" : "left");
  if (door.globals.json) {
    print(Json::object({{"state", left.empty() ? "done" : "left"}, {"home", homes_json}, {"units", json_of(findings, mixed)}, {"left", static_cast<std::uint64_t>(left.size())}}));
    return static_cast<int>(code);
  }
  if (moved) line("the journal is bound to database " + printable(identity.database) + " on system " + identity.system);
  line("reconciled: " + summary);
  for (const auto& f : left) line("  left      " + text_of(f, mixed));
  if (!left.empty()) line("  next      look at these rows, then tidemark reconcile --mixed witness (what is there stays ours) or --mixed void (it runs again; rows that are there count as users' own)");
  else line("  next      tidemark status; tidemark deploy and tidemark convert do again what was voided");
  return static_cast<int>(code);
}

}  // namespace tidemark::commands
