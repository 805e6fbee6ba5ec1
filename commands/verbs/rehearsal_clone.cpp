#include <unistd.h>

#include "commands/verbs/rehearsal.h"
#include "engine/postgres/adapter.h"
#include "engine/runbook/backup.h"
#include "engine/runbook/json_text.h"
#include "engine/runbook/restore_into.h"
#include "journal/backup.h"

namespace tidemark::commands {
namespace {

constexpr std::uint64_t kRoundsAlone = 200;

namespace fs = std::filesystem;
namespace runbook = engine::runbook;

/// The error that it told as JSON, else what it said on its way.
std::string why_of(const StepDone& done) {
  const auto* error = runbook::at_pointer(done.answer, "/error");
  if (!error) return done.said;
  std::string text;
  for (const auto* part : {"doing", "object", "answer", "next"}) {
    const auto* value = runbook::at_pointer(*error, std::string("/") + part);
    if (value && value->is_string() && !value->get_ref<const std::string&>().empty()) text += (text.empty() ? "" : "; ") + value->get<std::string>();
  }
  return text;
}

}  // namespace

WorkFolder::WorkFolder() {
  std::string name = (fs::temp_directory_path() / "tidemark-rehearsal-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), "making " + name);
  path_ = name;
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string RehearsalClone::scratch_conninfo() {
  const auto connection = parse_connection(scratch_url_, process_environment());
  for (const auto& secret : connection.secrets) door_.redactor.add(secret);
  return connection.conninfo;
}

void RehearsalClone::make_empty(engine::Session& target) {
  const std::string where = scratch_url_.empty() ? door_.connection().conninfo : scratch_conninfo();
  scratch_.emplace(door_.environment(), target,
                   engine::postgres::ScratchRequest{where, door_.connection().search_path, "making a scratch database to rehearse in", "Nothing was written to the target.",
                                                    "ALTER ROLE … CREATEDB, or tidemark rehearse --scratch-url URL (a server where this may be done)"});
}

runbook::SampledCopy RehearsalClone::make_sample(engine::Session& target, double percent, const std::vector<std::pair<std::string, std::string>>& subjects) {
  make_empty(target);
  return runbook::copy_sample(door_.environment(), door_.reading(), {door_.connection().conninfo, scratch_->conninfo(), door_.configuration.backup.programs, work_.path(), !scratch_url_.empty(), percent, subjects});
}

std::uint64_t RehearsalClone::make(engine::Session& target) {
  make_empty(target);
  auto& environment = door_.environment();
  const auto identity = target.identity();
  const auto& configured = door_.configuration.backup;
  runbook::BackupRequest request;
  request.directory = file("dump");
  request.conninfo = door_.connection().conninfo;
  request.prove = "none";
  request.programs = configured.programs;
  const auto dump = runbook::take_backup(environment, door_.reading(), request);
  if (const auto journal = door_.journal(identity)) journal::backup(door_.journal_path(identity), journal_path());
  runbook::restore_into(environment, {dump.backup.path, scratch_->conninfo(), configured.programs, configured.jobs, !scratch_url_.empty()});
  std::uint64_t all = 0;
  for (const auto& [_, rows] : dump.backup.rows) all += rows;
  return all;
}

std::optional<runbook::ForegroundLoad::Felt> RehearsalClone::watch(const std::string& foreground) {
  const auto target = engine::postgres::make_target({scratch_->conninfo(), door_.connection().search_path});
  watch_.emplace(door_.environment(), *target);
  if (foreground.empty()) return std::nullopt;
  foreground_.emplace(door_.environment(), *target, foreground);
  foreground_->wait_for(kRoundsAlone);
  return foreground_->take();
}

void RehearsalClone::stop_if_asked() {
  if (!door_.stop().requested()) return;
  throw engine::Failure(engine::ExitCode::paused, "rehearsing", scratch_->name(), "stopped: " + door_.stop().why(), "Nothing was written to the target; the clone is dropped.", "tidemark rehearse");
}

StepDone RehearsalClone::run(const std::string& name, const std::vector<std::string>& arguments) {
  stop_if_asked();
  if (foreground_) foreground_->take();  // what it felt while states were compared is nobody's business
  StepDone done;
  done.name = name;
  runbook::ChildCommand child;
  child.argv = {fs::read_symlink("/proc/self/exe").string(), "--json", "--yes", "--journal", journal_path(), "--migrations", door_.migrations_folder(), "--conversions", door_.conversions_folder()};
  if (!door_.globals.config.empty()) child.argv.insert(child.argv.end(), {"--config", door_.globals.config});
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
  done.answer = runbook::read_json(out).value_or(nlohmann::ordered_json());
  if (!end.ok()) done.said = why_of(done);
  if (watch_) done.locks = watch_->take();
  if (foreground_) done.felt = foreground_->take();
  return done;
}

std::uint64_t RehearsalClone::journal_bytes() const {
  std::error_code none;
  const auto bytes = fs::file_size(journal_path(), none);
  return none ? 0 : bytes;
}

}  // namespace tidemark::commands
