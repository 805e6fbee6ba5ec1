// The runbook's Option B. Until the swap the old database is in place, after it the restored one; each stage is an event before the next begins,
// and the databases' names say what an event that is missing would have said.
#include "commands/verbs/restore.h"

#include <algorithm>

#include "commands/verbs/reconcile.h"
#include "commands/verbs/tell.h"
#include "engine/postgres/adapter.h"
#include "engine/postgres/quote.h"
#include "engine/receipts.h"
#include "engine/runbook/recorder.h"
#include "engine/runbook/restored_database.h"
#include "engine/runbook/step.h"
#include "journal/file_system.h"
#include "journal/lock_file.h"

namespace tidemark::commands {

using engine::ExitCode;
using engine::Failure;
using engine::Observer;
using engine::Step;
using engine::runbook::RestoredDatabase;
using engine::runbook::StepDefinition;
using journal::TargetRestored;

namespace {

class Restoring {
 public:
  Restoring(Door& the_door, std::string journal_path, bool recorded, TargetRestored the_event, const BackupRecorded& the_backup)
      : door_(the_door), path_(std::move(journal_path)), recorded_(recorded), event_(std::move(the_event)), backup_(the_backup),
        database_(the_door.environment(), the_door.reading(),
                  {the_backup, the_door.connection().conninfo, event_.database, event_.fresh, event_.old, the_door.configuration.backup.programs, the_door.configuration.backup.jobs}) {
    if (recorded_) writer_ = journal::Writer::open({path_, "tidemark restore", door_.environment().clock.utc});
  }

  bool swapped() const { return event_.stage == "swapped" || (event_.stage == "loaded" && database_.swapped()); }

  /// Until the restored database is in place. @throws Failure: then the old one is, the application is started again, and nothing is left over
  void place() {
    auto& faults = door_.environment().faults;
    const bool loaded = event_.stage == "loaded" && database_.made();
    bool stopped = false;
    try {
      if (!loaded) stage("begun");
      faults.pass(Step::restore_begun);
      stopped = true;
      if (const auto why = hook(door_.configuration.hooks.stop_application, false); !why.empty()) {
        throw Failure(ExitCode::failed, "stopping the application", door_.configuration.hooks.stop_application.command, why, "The old database is in place, as it was.", "correct [hooks] stop_application");
      }
      if (!loaded) load();
      faults.pass(Step::restore_loaded);
      database_.swap();
    } catch (const std::exception& error) {
      if (is_in_place()) return;  // the connection was lost in COMMIT
      give_up(error.what());
      if (stopped) start_application();
      throw;
    }
    faults.pass(Step::restore_swapped);
  }

  /// What comes after the swap. @return the units that a person has to decide
  Followed follow() {
    stage("swapped");
    door_.environment().faults.pass(Step::restore_recorded);
    writer_.reset();  // the run that follows holds the journal itself
    Followed followed;
    try {
      const auto session = door_.reading().connect("restore", true);
      session->begin_reading();
      event_.rows = engine::runbook::count_rows(*session);
      session->rollback();
      event_.differences = engine::runbook::differences(backup_.rows, event_.rows);
      if (recorded_) followed = follow_target(door_);
    } catch (...) {
      start_application();
      throw;
    }
    door_.environment().faults.pass(Step::restore_reconciled);
    start_application();
    stage("done");
    return followed;
  }

  const TargetRestored& event() const { return event_; }
  const std::string& not_started() const { return not_started_; }

 private:
  void load() {
    auto& faults = door_.environment().faults;
    database_.make();
    faults.pass(Step::restore_made);
    database_.fill();
    faults.pass(Step::restore_filled);
    database_.check();
    if (recorded_) {
      // A target with receipts that the journal gave up or never had would be refused ever after.
      const auto copy = engine::postgres::make_target({database_.conninfo(), {}})->connect("restore", true);
      if (copy->identity().tidemark) {
        const journal::Reader reader(path_);
        engine::units_without_receipt(reader, *copy, database_.address());
      }
    }
    database_.dress();
    stage("loaded");
  }

  void stage(const std::string& name) {
    event_.stage = name;
    record(event_);
  }
  void record(const journal::Event& event) {
    if (!recorded_) return;
    if (writer_) {
      writer_->wait(writer_->append(event).seq);
      return;
    }
    auto& env = door_.environment();
    engine::runbook::Recorder(path_, "tidemark restore", env.clock, env.executor, env.stop, 10000).record(event);
  }

  bool is_in_place() const {
    try {
      return database_.swapped();
    } catch (const std::exception&) {
      return false;
    }
  }

  void give_up(const std::string& why) {
    try {
      database_.drop();
      event_.differences = {door_.redactor(why)};
      stage("given_up");
    } catch (const std::exception& error) {
      door_.console().say(Observer::Level::warning, "left over: the database " + event_.fresh + " (" + error.what() + "); next: tidemark restore again, or DROP DATABASE " + engine::postgres::quoted_name(event_.fresh));
    }
  }

  void start_application() {
    if (const auto why = hook(door_.configuration.hooks.start_application, true); !why.empty()) {
      not_started_ = why;
      door_.console().say(Observer::Level::warning, "the application could not be started: " + why + "; next: " + door_.configuration.hooks.start_application.command);
    }
  }

  /// @return why it failed; empty: it didn't, or there is none
  std::string hook(StepDefinition step, bool despite_stop) {
    if (step.command.empty()) return {};
    step.phase = "restore";
    const auto redacted = [&](const std::string& text) { return door_.redactor(text); };
    try {
      record(engine::runbook::begun(step, redacted));
      door_.console().say(Observer::Level::info, step.name + ": " + step.command);
      const engine::runbook::ChildDatabase database(door_.connection().conninfo);
      const auto ended = engine::runbook::run_step(door_.environment(), step, &database, redacted, [&](const std::string& text) { door_.console().say(Observer::Level::info, "  " + text); }, despite_stop);
      record(ended);
      return ended.state == "done" ? "" : ended.end;
    } catch (const Failure& failure) {
      if (failure.code == ExitCode::paused && !despite_stop) throw;
      return failure.answer;
    } catch (const std::exception& error) {
      return error.what();
    }
  }

  Door& door_;
  std::string path_;
  bool recorded_;
  TargetRestored event_;
  const BackupRecorded& backup_;
  RestoredDatabase database_;
  std::unique_ptr<journal::Writer> writer_;
  std::string not_started_;
};

/// @return how it was said. @throws Failure usage
std::string sure(Door& door, const Restore& options, const std::string& database) {
  const std::string doing = "asking whether to restore", again = "tidemark restore --yes-restore " + database;
  if (!options.yes_restore.empty()) {
    if (options.yes_restore == database) return "--yes-restore";
    throw Failure(ExitCode::usage, doing, database, "--yes-restore names " + options.yes_restore + ", and the target is " + database, "Nothing was changed.", again);
  }
  const std::string prefix = door.configuration.environment.empty() ? "" : "[" + door.configuration.environment + "] ";
  const auto answer = typed(prefix + "This takes the database back. Type its name, " + database + ", to go on:", doing, again);
  if (answer == database) return "terminal";
  throw Failure(ExitCode::failed, doing, database, answer.empty() ? "nothing was typed" : "another name was typed", "Nothing was changed.", again);
}

void refuse_other_runner(engine::Session& session, const journal::Reader* journal, double ttl_s) {
  if (!session.installed()) return;
  const auto lease = session.read_lease();
  if (!lease.held || lease.beat_age_s > ttl_s || (journal && lease.journal == journal->opened().journal)) return;  // our own journal's lock is taken
  throw Failure(ExitCode::leased, "restoring the target", lease.host + ":" + lease.path, "another runner writes to it: " + engine::describe_holder(lease), "Nothing was changed.", "tidemark stop, then the same again");
}

/// valine_before_20261123t013000z, or …z2: two restores may begin within one second.
std::string name_for_the_old(engine::Session& session, const std::string& database, journal::UtcMicros now) {
  std::string stamp = to_string(now).substr(0, 19) + "z";
  std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
  std::ranges::replace(stamp, 'T', 't');  // a name that needs no quotes
  for (int n = 1;; ++n) {
    auto name = engine::runbook::name_beside(database, "before_" + stamp + (n == 1 ? "" : std::to_string(n)));
    if (session.query("SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1::text", {name}).empty()) return name;
  }
}

}  // namespace

int run(Door& door, const Restore& options) {
  auto& environment = door.environment();
  auto session = door.reading().connect("restore", true);
  const auto identity = session->identity();
  const auto path = door.journal_path(identity);
  const auto journal = door.journal(identity, true);
  const auto open = journal ? open_restore(*journal) : std::nullopt;
  const auto backup = backup_to_restore(door, options, identity, journal.get(), open);
  const bool resumes = open && open->sha256 == backup.sha256;
  const auto loss = loss_since(backup, journal.get(), *session);
  refuse_other_runner(*session, journal.get(), environment.limits.lease_ttl_s);
  const auto aside = name_for_the_old(*session, identity.database, environment.clock.utc());
  session.reset();  // or the swap would end it

  if (!door.globals.json) {
    tell(door, backup, loss);
    if (resumes) line("  it was begun before, and goes on: " + open->stage);
  }
  if (options.dry_run) {
    if (door.globals.json) print(Json::object({{"state", "dry_run"}, {"database", identity.database}, {"backup", backup.path}, {"lost", json_of(loss)}}));
    else line("[DRY RUN] nothing was changed; the old database would stay as one of another name");
    return 0;
  }
  const auto how = sure(door, options, identity.database);
  journal::make_directories_above(path);
  const journal::LockFile runs(path + ".run", environment.who.user + "@" + environment.who.host + ", pid " + std::to_string(environment.who.pid) + ", restore");

  TargetRestored event;
  if (resumes) {
    event = *open;
  } else {
    event = {"", backup.path, backup.sha256, backup.taken_at, identity.database, engine::runbook::name_beside(identity.database, "restored_" + journal::hex(backup.sha256).substr(0, 8)),
             aside, loss.units, loss.profiles, environment.who.user, environment.who.host, how, {}, {}};
    if (open) {
      auto given_up = *open;
      given_up.stage = "given_up";
      given_up.differences = {"another backup was chosen"};
      engine::runbook::Recorder(path, "tidemark restore", environment.clock, environment.executor, environment.stop, 10000).record(journal::Event(given_up));
      if (open->fresh != event.fresh) door.console().say(Observer::Level::warning, "left over, if it is there: DROP DATABASE " + engine::postgres::quoted_name(open->fresh));
    }
  }
  Restoring restoring(door, path, journal != nullptr, event, backup);
  if (!restoring.swapped()) restoring.place();
  const auto followed = restoring.follow();
  const auto& end = restoring.event();
  const auto count = [&](engine::Effect effect) { return static_cast<std::uint64_t>(std::ranges::count(followed.findings, effect, [](const auto& f) { return f.effect; })); };
  const auto code = !followed.left.empty() ? ExitCode::inconclusive : !end.differences.empty() || !restoring.not_started().empty() ? ExitCode::check : ExitCode::done;
  const std::string drop = "DROP DATABASE " + engine::postgres::quoted_name(end.old);
  if (door.globals.json) {
    Json rows = Json::object(), differences = Json::array();
    for (const auto& [table, n] : end.rows) rows.set(table, n);
    for (const auto& difference : end.differences) differences.push(difference);
    print(Json::object({{"state", code == ExitCode::done ? "done" : "left"}, {"database", end.database}, {"backup", backup.path}, {"old_database", end.old}, {"lost", json_of(loss)}, {"rows", std::move(rows)},
                        {"differences", std::move(differences)}, {"units_voided", count(engine::Effect::gone) + count(engine::Effect::unproven)}, {"units_left", static_cast<std::uint64_t>(followed.left.size())},
                        {"application_not_started", restoring.not_started().empty() ? Json() : Json(restoring.not_started())}}));
    return static_cast<int>(code);
  }
  std::uint64_t total = 0;
  for (const auto& [table, n] : end.rows) total += n;
  line("restored  " + printable(end.database) + " holds " + grouped(static_cast<std::int64_t>(total)) + " rows of " + std::to_string(end.rows.size()) + " tables" + (end.differences.empty() ? ", as many as the backup in each" : ""));
  for (const auto& difference : end.differences) line("  differs " + printable(difference));
  line("  journal " + (journal ? "follows: " + std::to_string(followed.findings.size()) + " units are gone with the old database" : "there is none yet"));
  for (const auto& left : followed.left) line("  left    unit " + to_string(left.unit.unit) + ": tidemark reconcile --dry-run");
  line("  old     " + printable(end.old) + ", as it was; when nobody needs it any more: " + printable(drop));
  if (!restoring.not_started().empty()) line("  NOT STARTED: the application: " + printable(restoring.not_started()));
  line("  next    tidemark status");
  return static_cast<int>(code);
}

}  // namespace tidemark::commands
