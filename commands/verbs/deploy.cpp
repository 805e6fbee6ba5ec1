#include <algorithm>
#include <set>

#include "commands/verbs/backups.h"
#include "commands/verbs/data_steps.h"
#include "commands/verbs/door.h"
#include "commands/verbs/scope.h"
#include "commands/verbs/scratch.h"
#include "commands/verbs/tell.h"
#include "engine/conversion/binding.h"
#include "engine/rollback/redo.h"
#include "engine/schema/deploy.h"
#include "engine/schema/name_order.h"

namespace tidemark::commands {

namespace {

/// The runs that undid the conversion's rows because their migration was undone: a killed one and the one that went on may both have.
std::set<std::uint64_t> undone_with_schema(const journal::Reader& journal, const std::string& conversion) {
  std::set<std::uint64_t> to, undid;
  for (const auto& run : journal.runs()) {
    if (run.started.verb == "rollback" && run.started.arguments.starts_with("--to ")) to.insert(run.run);
  }
  if (to.empty()) return to;
  journal.for_each_unit([&](const journal::UnitInfo& unit) {
    if (unit.name == conversion && unit.work == "rollback" && unit.state == journal::UnitState::committed && to.contains(unit.run)) undid.insert(unit.run);
    return true;
  });
  return undid;
}

/// What one call did, all of its runs together.
struct Deployed {
  std::vector<std::string> applied, converted;  ///< migrations; data steps
  std::uint64_t restored = 0, conflicts = 0;
  std::vector<std::pair<std::string, std::uint64_t>> back;  ///< converted rows that came back: "12 rows of 3 orders"
  std::uint64_t rows = 0;
  bool stopped = false;
  const DataStep* held_by = nullptr;            ///< the data step that the history stands at
  engine::conversion::Standing standing;        ///< of it
  std::vector<std::string> held;                ///< what is pending behind it
};

class Deployment {
 public:
  Deployment(Door& door, const Deploy& options) : door_(door), options_(options), folders_(door.migrations()), steps_(data_steps(door)), before_(engine::schema::name_order()) {}

  /// One run: migrations up to the first data step that is to be run or decided about, or all.
  void segment() {
    done_.held_by = nullptr;
    done_.held.clear();
    insist_on_backup(door_, false);
    auto run = door_.begin("deploy", "", false);
    insist_on_backup(door_, true);
    door_.during(*run, [&] { advance(*run); });
    const auto code = done_.stopped ? engine::ExitCode::paused : done_.held_by && !options_.with_data ? engine::ExitCode::inconclusive : done_.conflicts > 0 ? engine::ExitCode::conflicts : engine::ExitCode::done;
    run->finish(code, done_.stopped ? door_.stop().why() : "done");
  }

  /// Segments and data steps, in their order. @return the exit code
  int go() {
    std::set<std::string> ran;
    int converted = 0;
    for (segment(); options_.with_data && done_.held_by && !done_.stopped && done_.standing.to_do() && ran.insert(done_.held_by->name).second; segment()) {
      const auto name = done_.held_by->name, chosen = door_.chosen();
      tell();
      door_.choose(name);
      Convert convert;
      convert.part_of_deploy = true;
      const int code = commands::run(door_, convert);
      door_.choose(chosen);
      done_.converted.push_back(name);
      if (code == static_cast<int>(engine::ExitCode::paused)) {
        done_.stopped = true;
        break;
      }
      converted = std::max(converted, code);
    }
    if (done_.stopped) return static_cast<int>(engine::ExitCode::paused);
    if (done_.held_by) return static_cast<int>(options_.with_data && !done_.standing.to_do() ? engine::ExitCode::conflicts : engine::ExitCode::inconclusive);
    return done_.conflicts > 0 ? static_cast<int>(engine::ExitCode::conflicts) : converted;
  }

  const Deployed& done() const { return done_; }

  /// What wasn't told yet, in the order in which it was done.
  void tell() {
    if (door_.globals.json) return;
    for (; told_.applied < done_.applied.size(); ++told_.applied) line("✔ Applied migration: " + printable(done_.applied[told_.applied]));
    if (done_.restored > told_.restored) line("  brought back  " + amount(done_.restored - told_.restored, "archived row"));
    told_.restored = done_.restored;
    for (; told_.back < done_.back.size(); ++told_.back) line("  brought back  " + amount(done_.back[told_.back].second, "converted row") + " of " + done_.back[told_.back].first);
  }
  /// The first data step behind all migrations that was never run to its end; nullptr: none.
  const DataStep* next() const { return next_; }

 private:
  void advance(engine::WritingRun& run) {
    const auto history = engine::schema::read_history(run.connection().session());
    next_ = nullptr;
    bool looked = false;
    std::size_t passed = 0;
    for (const auto& step : steps_) {
      const bool pending_before = std::any_of(folders_.begin(), folders_.end(), [&](const auto& f) { return !before_(step.name, f.name) && !history.applied(f.name); });
      const bool pending_behind = std::any_of(folders_.begin(), folders_.end(), [&](const auto& f) { return before_(step.name, f.name) && !history.applied(f.name); });
      if (!pending_behind && !options_.with_data) break;
      if (!looked || pending_before) {
        migrate(run, step.name);
        looked = true;
        if (done_.stopped) return;
      }
      bring_back(run, *step.conversion);
      if (done_.stopped) return;
      ++passed;
      if (!look(run, history, step)) continue;
      for (const auto& folder : folders_) {
        if (before_(step.name, folder.name) && !history.applied(folder.name)) done_.held.push_back(folder.name);
      }
      done_.held_by = &step;
      return;
    }
    migrate(run, "");
    if (done_.stopped) return;
    for (; passed < steps_.size(); ++passed) {
      bring_back(run, *steps_[passed].conversion);
      if (done_.stopped) return;
    }
    if (std::none_of(steps_.begin(), steps_.end(), [&](const auto& step) { return step.name == door_.conversion().name(); })) bring_back(run, door_.conversion());
    for (const auto& step : steps_) {
      if (!next_ && !run.reader().phase_done(step.name, "first_pass") && engine::conversion::standing(run.connection().session(), *step.conversion, &run.reader()).to_do()) next_ = &step;
    }
  }

  /// Is there something to do or to decide, so that what stands behind it has to wait?
  bool look(engine::WritingRun& run, const engine::schema::History& history, const DataStep& step) {
    done_.standing = engine::conversion::standing(run.connection().session(), *step.conversion, &run.reader());
    if (done_.standing.source_gone) {
      // A migration behind it took the source away: then it is past. Else what is behind it may be what it must come before.
      if (std::any_of(folders_.begin(), folders_.end(), [&](const auto& f) { return before_(step.name, f.name) && history.applied(f.name); })) return false;
      throw engine::Failure(engine::ExitCode::failed, "looking at the data step " + step.name, step.name, done_.standing.why_gone, "No migration behind it was applied.",
                            "correct its conversion.toml; or, if it is not needed here, remove its folder");
    }
    if (done_.standing.to_do()) return true;
    // With nothing behind it there is nothing that what it left could lose.
    const bool behind = std::any_of(folders_.begin(), folders_.end(), [&](const auto& f) { return before_(step.name, f.name) && !history.applied(f.name); });
    return done_.standing.open() && behind && !options_.accept_left;
  }

  void migrate(engine::WritingRun& run, const std::string& until) {
    auto limits = schema_limits(door_);
    limits.irreversible = options_.irreversible;
    const auto scratch = scratch_of(door_, options_.scratch_url);
    limits.scratch = &scratch;
    limits.accept_drift = options_.accept_drift;
    limits.until = until;
    const auto result = engine::schema::deploy(door_.environment(), run, folders_, limits);
    done_.applied.insert(done_.applied.end(), result.applied.begin(), result.applied.end());
    done_.restored += result.restored;
    done_.conflicts += result.conflicts;
    done_.stopped = done_.stopped || result.stopped;
    run.journal().flush();
  }

  /// A migration behind it, that was applied since, took it away.
  static bool source_gone(engine::WritingRun& run, const engine::conversion::Conversion& conversion) {
    try {
      engine::conversion::bind_source(run.connection().session(), conversion);
      return false;
    } catch (const engine::Failure& failure) {
      if (failure.code != engine::ExitCode::failed) throw;
      return true;
    }
  }

  /// The rows that went with the schema, when it was undone.
  void bring_back(engine::WritingRun& run, const engine::conversion::Conversion& conversion) {
    const auto undone_by = undone_with_schema(run.reader(), conversion.name());
    if (undone_by.empty() || !run.connection().session().schema_of(conversion.tables().target) || source_gone(run, conversion)) return;
    for (const auto undone : undone_by) {
      engine::rollback::RollbackOptions redo;
      redo.scope.run = undone;
      const auto more = engine::rollback::redo(door_.environment(), run, conversion, redo);
      if (more.rows > 0) done_.back.push_back({amount(more.subjects, conversion.tables().subject.c_str()), more.rows});
      done_.rows += more.rows;
      done_.conflicts += more.conflicts.size();
      done_.stopped = done_.stopped || more.stopped || !more.left.empty();
      if (done_.stopped) return;
    }
    run.journal().flush();
  }

  Door& door_;
  const Deploy& options_;
  const std::vector<engine::schema::MigrationFolder> folders_;
  const std::vector<DataStep> steps_;
  const engine::schema::NameOrder before_;
  Deployed done_;
  struct { std::size_t applied = 0, back = 0; std::uint64_t restored = 0; } told_;
  const DataStep* next_ = nullptr;
};

void tell_held(const Deployed& done, bool with_data) {
  const auto& standing = done.standing;
  const auto name = printable(done.held_by->name);
  line("stopped before the data step " + name + ": " + text_of(*done.held_by, standing));
  for (const auto& waiting : done.held) line("  waits     " + printable(waiting) + ", which stands behind it");
  if (standing.to_do() && !with_data) line("  next      tidemark deploy --with-data   (converts, then goes on); or tidemark convert " + name + ", then tidemark deploy");
  else if (standing.to_do()) line("  next      tidemark convert " + name + ", then tidemark deploy");
  else {
    if (standing.refused > 0) line("  why       tidemark audit log --kind subject_refused");
    if (standing.rolled_back > 0) line("  next      tidemark redo --conversion " + name + " --all   (brings back what was rolled back)");
    line("  next      tidemark deploy --accept-left   (what stands behind it may take away what these need)");
  }
}

void print_json(const Deployed& done, const DataStep* next) {
  const auto names = [](const std::vector<std::string>& list) {
    Json json = Json::array();
    for (const auto& name : list) json.push(name);
    return json;
  };
  Json held;
  if (done.held_by) {
    held = Json::object({{"data_step", done.held_by->name}, {"left", done.standing.left}, {"refused", done.standing.refused}, {"rolled_back", done.standing.rolled_back}, {"waiting", names(done.held)}});
  }
  print(Json::object({{"state", done.stopped ? "paused" : done.held_by ? "held" : "done"}, {"applied", names(done.applied)}, {"restored", done.restored}, {"rows", done.rows}, {"conflicts", done.conflicts},
                      {"converted", names(done.converted)}, {"held", std::move(held)}, {"next", next ? Json(next->name) : Json()}}));
}

}  // namespace

int run(Door& door, const Deploy& options) {
  Deployment deployment(door, options);
  const int code = deployment.go();
  const auto& done = deployment.done();
  if (door.globals.json) {
    print_json(done, deployment.next());
    return code;
  }
  deployment.tell();
  if (done.conflicts > 0) line("  not brought back: " + amount(done.conflicts, "row") + ", see the log");
  if (done.held_by) tell_held(done, options.with_data);
  else if (done.applied.empty() && done.converted.empty() && !done.stopped) line("No pending migrations to apply: nothing to do");
  if (deployment.next()) line("  next      tidemark convert " + printable(deployment.next()->name) + "   (a data step behind all migrations)");
  return code;
}

}  // namespace tidemark::commands
