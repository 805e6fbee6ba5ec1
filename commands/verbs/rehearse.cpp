// The whole of it on a copy: cloned, deployed, converted, verified, undone, redone, by the same commands that a person would type.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "commands/verbs/door.h"
#include "commands/verbs/recording.h"
#include "commands/verbs/tell.h"
#include "engine/postgres/adapter.h"
#include "engine/postgres/scratch_database.h"
#include "engine/runbook/backup.h"
#include "engine/runbook/json_text.h"
#include "engine/runbook/rehearsal.h"
#include "engine/runbook/restore_into.h"
#include "journal/backup.h"
#include "journal/chain.h"

namespace tidemark::commands {
namespace {

using engine::ExitCode;
namespace fs = std::filesystem;
namespace runbook = engine::runbook;
using Answer = nlohmann::ordered_json;

/// The dump and the scratch journal; gone with it.
class WorkFolder {
 public:
  WorkFolder() {
    std::string name = (fs::temp_directory_path() / "tidemark-rehearsal-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), "making " + name);
    path_ = name;
  }
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

struct StepDone {
  std::string name, command;
  int code = 0;
  double seconds = 0;
  std::string said;  ///< its last words on standard error, where it failed
  Answer answer;
  std::map<std::string, runbook::LockWatch::Held> locks;
};

struct Grown {
  std::string table;
  std::uint64_t before = 0, after = 0;
};

class Rehearsal {
 public:
  Rehearsal(Door& door, const std::string& scratch_url) : door_(door), scratch_url_(scratch_url) {}

  int go() {
    Recording recording(door_, "tidemark rehearse");
    const auto session = door_.reading().connect("rehearse", true);
    refuse_while_writing(*session);
    const std::string where = scratch_url_.empty() ? door_.connection().conninfo : scratch_conninfo();
    scratch_.emplace(door_.environment(), *session,
                     engine::postgres::ScratchRequest{where, door_.connection().search_path, "making a scratch database to rehearse in", "Nothing was written to the target.",
                                                      "ALTER ROLE … CREATEDB, or tidemark rehearse --scratch-url URL (a server where this may be done)"});
    clone(*session);
    play();
    check(recording);
    return door_.globals.json ? print_json(recording) : tell(recording);
  }

 private:
  /// A dump is of one moment, and so must the journal be that goes with it.
  void refuse_while_writing(engine::Session& session) {
    if (!session.installed()) return;
    const auto lease = session.read_lease();
    if (!lease.held) return;
    throw engine::Failure(ExitCode::leased, "rehearsing", door_.connection().display, "a run is at work there (epoch " + std::to_string(lease.epoch) + ", on " + lease.host + ")", "Nothing was written.",
                          "tidemark status; rehearse when it has ended");
  }

  std::string scratch_conninfo() {
    const auto connection = parse_connection(scratch_url_, process_environment());
    for (const auto& secret : connection.secrets) door_.redactor.add(secret);
    return connection.conninfo;
  }

  void clone(engine::Session& session) {
    const auto began = door_.environment().clock.steady();
    const auto identity = session.identity();
    auto& environment = door_.environment();
    const auto& configured = door_.configuration.backup;
    runbook::BackupRequest request;
    request.directory = (work_ / "dump").string();
    request.conninfo = door_.connection().conninfo;
    request.prove = "none";
    request.programs = configured.programs;
    const auto dump = runbook::take_backup(environment, door_.reading(), request);
    if (const auto journal = door_.journal(identity)) journal::backup(door_.journal_path(identity), journal_path());
    runbook::restore_into(environment, {dump.backup.path, scratch_->conninfo(), configured.programs, configured.jobs, !scratch_url_.empty()});
    for (const auto& [_, rows] : dump.backup.rows) rows_ += rows;
    clone_seconds_ = std::chrono::duration<double>(environment.clock.steady() - began).count();
  }

  std::string journal_path() const { return (work_ / "rehearsal.journal").string(); }

  void stop_if_asked() {
    if (!door_.stop().requested()) return;
    throw engine::Failure(ExitCode::paused, "rehearsing", scratch_->name(), "stopped: " + door_.stop().why(), "Nothing was written to the target; the clone is dropped.", "tidemark rehearse");
  }

  /// @return it did what it should
  bool step(const std::string& name, std::vector<std::string> arguments) {
    stop_if_asked();
    auto& done = steps_.emplace_back();
    done.name = name;
    runbook::ChildCommand child;
    child.argv = {fs::read_symlink("/proc/self/exe").string(), "--json", "--yes", "--journal", journal_path(), "--migrations", door_.migrations_folder(), "--conversions", door_.conversions_folder()};
    const auto& globals = door_.globals;
    if (!globals.conversion.empty()) child.argv.insert(child.argv.end(), {"--conversion", globals.conversion});
    if (!globals.config.empty()) child.argv.insert(child.argv.end(), {"--config", globals.config});
    child.argv.insert(child.argv.end(), arguments.begin(), arguments.end());
    if (arguments.front() != "verify" && arguments.front() != "plan") child.argv.insert(child.argv.end(), {"--take-lease", "--adopt-target"});
    for (const auto& word : arguments) done.command += (done.command.empty() ? "tidemark " : " ") + word;
    const runbook::ChildDatabase address(scratch_->conninfo());
    address.give(child);
    child.environment["TIDEMARK_FAULT"] = std::nullopt;
    door_.console().say(engine::Observer::Level::info, "rehearse: " + done.command);
    auto& environment = door_.environment();
    std::string out;
    const auto end = runbook::run_child(child, environment.executor, environment.stop, environment.clock, [&](runbook::ChildStream stream, std::string_view text) {
      if (stream == runbook::ChildStream::out) out.append(text).append("\n");
      else if (!text.empty()) done.said = done.said.size() > 2000 ? std::string(text) : done.said + (done.said.empty() ? "" : "\n") + std::string(text);
    });
    stop_if_asked();
    done.seconds = std::chrono::duration<double>(end.lasted).count();
    done.code = end.how == runbook::ChildEnd::How::exited ? end.code : 128 + end.code;
    done.answer = runbook::read_json(out).value_or(Answer());
    if (!end.ok()) done.said = why_of(done);
    done.locks = watch_->take();
    return end.ok();
  }

  /// The error that it told as JSON, else what it said on its way.
  static std::string why_of(const StepDone& done) {
    const auto* error = runbook::at_pointer(done.answer, "/error");
    if (!error) return done.said;
    std::string text;
    for (const auto* part : {"doing", "object", "answer", "next"}) {
      const auto* value = runbook::at_pointer(*error, std::string("/") + part);
      if (value && value->is_string() && !value->get_ref<const std::string&>().empty()) text += (text.empty() ? "" : "; ") + value->get<std::string>();
    }
    return text;
  }

  runbook::DatabaseState state() { return runbook::state_of(scratch_->session()); }

  void play() {
    const auto target = engine::postgres::make_target({scratch_->conninfo(), door_.connection().search_path});
    watch_.emplace(door_.environment(), *target);
    auto& session = scratch_->session();
    const auto before = state();
    const auto size = runbook::size_of(session);
    const auto history = applied(session);
    if (!step("deploy", {"deploy"})) return fail();
    const auto deployed = state();
    const auto& names = steps_.back().answer;
    const bool migrated = names.contains("applied") && !names["applied"].empty();
    if (step("plan", {"plan", "--out", (work_ / "plan").string()}) && steps_.back().answer.contains("hash")) plan_ = steps_.back().answer["hash"].get<std::string>();
    else return fail();
    if (!step("convert", {"convert"}) && steps_.back().code != static_cast<int>(ExitCode::conflicts)) return fail();
    const auto& converted = steps_.back().answer;
    run_ = converted.contains("run") ? converted["run"].get<std::uint64_t>() : 0;
    read(converted);
    const auto after = state();
    measure(size, runbook::size_of(session));
    if (!step("verify", {"verify"})) return fail();

    if (!step("undo", {"rollback", "--run", std::to_string(run_)})) return fail();
    compare("the undo of the rows", deployed, state());
    if (migrated) {
      if (!step("undo the schema", {"rollback", "--to", history.empty() ? "start" : history})) return fail();
      compare("the undo of the schema", before, state());
      if (!step("deploy again", {"deploy"})) return fail();
      compare("the second deploy", deployed, state());
    }
    if (!step("redo", {"redo", "--run", std::to_string(run_)})) return fail();
    compare("the redo", after, state());
  }

  /// The migration that was applied last; empty: none.
  static std::string applied(engine::Session& session) {
    const auto schema = session.schema_of("_prisma_migrations");
    if (!schema) return {};
    const auto rows = session.query("SELECT migration_name FROM " + std::string("\"") + *schema + "\"._prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name COLLATE \"C\" DESC LIMIT 1");
    return rows.empty() ? std::string() : rows.at(0).at(0).value_or("");
  }

  void fail() { broken_ = true; }

  void compare(const std::string& what, const runbook::DatabaseState& expected, const runbook::DatabaseState& found) {
    for (const auto& difference : runbook::differences(expected, found)) differences_.push_back("after " + what + ", " + difference);
  }

  void read(const Answer& converted) {
    const auto number = [](const Answer& json, const char* name) { return json.contains(name) && json[name].is_number() ? json[name].get<std::uint64_t>() : 0; };
    if (converted.contains("profiles")) {
      subjects_ = number(converted["profiles"], "converted");
      refused_ = number(converted["profiles"], "refused");
    }
    if (converted.contains("links") && converted["links"].contains("rejected")) {
      for (const auto& [reason, n] : converted["links"]["rejected"].items()) rejected_[reason] = n.get<std::uint64_t>();
    }
  }

  void measure(const runbook::DatabaseSize& before, const runbook::DatabaseSize& after) {
    wal_ = after.wal - before.wal;
    for (const auto& [table, bytes] : after.tables) {
      const auto found = before.tables.find(table);
      const auto earlier = found == before.tables.end() ? 0 : found->second;
      if (bytes != earlier) grown_.push_back({table, earlier, bytes});
    }
    std::error_code none;
    journal_bytes_ = fs::file_size(journal_path(), none);
  }

  bool ok() const { return !broken_ && differences_.empty(); }

  void check(Recording& recording) {
    Json detail = Json::object({{"plan", plan_}, {"conversion", door_.conversion().name()}, {"rows", rows_}, {"seconds", seconds("convert")}});
    recording.record({journal::CheckRecorded{"rehearsal", ok() ? "ok" : "failure", detail.text()}});
  }

  double seconds(const std::string& name) const {
    const auto found = std::find_if(steps_.begin(), steps_.end(), [&](const auto& one) { return one.name == name; });
    return found == steps_.end() ? 0 : found->seconds;
  }

  int print_json(const Recording& recording) {
    Json steps = Json::array(), grown = Json::array(), different = Json::array(), rejected = Json::object();
    for (const auto& one : steps_) {
      Json locks = Json::array();
      for (const auto& [table, held] : one.locks) locks.push(Json::object({{"table", table}, {"mode", held.mode}, {"seconds", held.seconds}}));
      steps.push(Json::object({{"name", one.name}, {"command", one.command}, {"code", one.code}, {"seconds", one.seconds}, {"locks", std::move(locks)}, {"said", one.code == 0 ? Json() : Json(door_.redactor(one.said))}}));
    }
    for (const auto& table : grown_) grown.push(Json::object({{"table", table.table}, {"before", table.before}, {"after", table.after}}));
    for (const auto& text : differences_) different.push(text);
    for (const auto& [reason, n] : rejected_) rejected.set(reason, n);
    print(Json::object({{"ok", ok()}, {"plan", plan_.empty() ? Json() : Json(plan_)}, {"rows", rows_}, {"clone_seconds", clone_seconds_}, {"profiles", subjects_}, {"refused", refused_}, {"rejected", std::move(rejected)},
                        {"steps", std::move(steps)}, {"differences", std::move(different)}, {"tables", std::move(grown)}, {"wal_bytes", wal_}, {"journal_bytes", journal_bytes_}, {"journal", recording.json()}}));
    return code();
  }

  static std::string in_seconds(double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f s", seconds);
    return text;
  }
  static std::string mebibytes(std::uint64_t bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
    return text;
  }

  int tell(const Recording& recording) {
    line("rehearsal of " + door_.connection().display + " on a clone of " + grouped(static_cast<std::int64_t>(rows_)) + " rows, made in " + in_seconds(clone_seconds_));
    for (const auto& one : steps_) {
      line("  " + in_seconds(one.seconds) + "  " + printable(one.command) + (one.code == 0 ? "" : "   exit code " + std::to_string(one.code)));
      if (one.code != 0 && !one.said.empty()) line("            " + printable(door_.redactor(one.said)));
      for (const auto& [table, held] : one.locks) line("            " + printable(table) + " was held " + in_seconds(held.seconds) + " (" + held.mode + ")");
    }
    line("  converted " + grouped(static_cast<std::int64_t>(subjects_)) + " of " + door_.conversion().tables().subject + "s, refused " + grouped(static_cast<std::int64_t>(refused_)));
    for (const auto& [reason, n] : rejected_) line("  rejected  " + grouped(static_cast<std::int64_t>(n)) + " " + printable(reason));
    for (const auto& table : grown_) line("  size      " + printable(table.table) + " " + mebibytes(table.before) + " → " + mebibytes(table.after));
    line("  written   " + mebibytes(wal_) + " of WAL (all of the server's), a journal of " + mebibytes(journal_bytes_));
    if (!plan_.empty()) line("  plan      " + plan_);
    if (!broken_ && differences_.empty()) line("✔ undone as it was before, redone as it was after: schema and every row");
    for (const auto& text : differences_) line("! " + printable(text));
    if (broken_) line("! " + printable(steps_.back().command) + " failed on the clone: it would there");
    if (!recording.why_not().empty()) line("  not recorded: " + printable(recording.why_not()));
    return code();
  }
  int code() const { return static_cast<int>(!ok() ? ExitCode::check : refused_ > 0 ? ExitCode::conflicts : ExitCode::done); }

  Door& door_;
  const std::string scratch_url_;
  WorkFolder work_;
  std::optional<engine::postgres::ScratchDatabase> scratch_;
  std::optional<runbook::LockWatch> watch_;
  std::vector<StepDone> steps_;
  std::vector<std::string> differences_;
  std::vector<Grown> grown_;
  std::map<std::string, std::uint64_t> rejected_;
  std::string plan_;
  std::uint64_t rows_ = 0, subjects_ = 0, refused_ = 0, run_ = 0, wal_ = 0, journal_bytes_ = 0;
  double clone_seconds_ = 0;
  bool broken_ = false;
};

}  // namespace

int run(Door& door, const Rehearse& options) {
  return Rehearsal(door, options.scratch_url.empty() ? door.configuration.backup.scratch_url : options.scratch_url).go();
}

}  // namespace tidemark::commands
