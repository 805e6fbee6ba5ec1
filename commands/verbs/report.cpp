#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>

#include "commands/verbs/door.h"
#include "commands/verbs/tell.h"
#include "commands/version.h"
#include "engine/audit/export.h"
#include "engine/identity.h"
#include "engine/report/build.h"
#include "engine/report/html.h"
#include "engine/report/json.h"
#include "engine/report/markdown.h"
#include "engine/report/tables.h"

namespace tidemark::commands {
namespace {

namespace fs = std::filesystem;
namespace report = engine::report;

engine::Failure cannot(const std::string& file, const std::string& answer) {
  return {engine::ExitCode::failed, "writing the report", file, answer, "The journal was only read.", "name another place with --out"};
}

/// A file that appears under its name when it is complete, in the place of an earlier report.
class File {
 public:
  File(fs::path path, bool with_data) : path_(std::move(path)), part_(path_.string() + ".part") {
    // What holds personal data is for its owner; the rest as the umask has it.
    const int fd = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, with_data ? 0600 : 0644);
    if (fd < 0) throw cannot(path_.string(), std::strerror(errno));
    if (with_data) ::fchmod(fd, 0600);
    file_ = ::fdopen(fd, "w");
  }
  ~File() {
    if (file_) std::fclose(file_);
    ::unlink(part_.c_str());
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  void write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) throw cannot(path_.string(), std::strerror(errno));
  }
  void close() {
    const bool written = std::fflush(file_) == 0 && ::fsync(::fileno(file_)) == 0;
    if (!written || ::rename(part_.c_str(), path_.c_str()) != 0) throw cannot(path_.string(), std::strerror(errno));
  }

 private:
  const fs::path path_;
  const std::string part_;
  std::FILE* file_ = nullptr;
};

/// Where each format goes, and the two lists.
struct Places {
  std::map<std::string, fs::path> formats;  ///< html, md, json
  fs::path refused, rejected;
};

Places places_of(const Report& options) {
  Places places;
  const fs::path out(options.out.empty() ? "tidemark-report" : options.out);
  const auto extension = out.extension().string();
  const bool is_file = !fs::is_directory(out) && (extension == ".html" || extension == ".md" || extension == ".json");
  auto formats = options.formats;
  if (formats.empty()) formats = is_file ? std::vector<std::string>{extension.substr(1)} : std::vector<std::string>{"html", "md", "json"};
  if (is_file && (formats.size() != 1 || "." + formats.front() != extension)) {
    throw engine::Failure(engine::ExitCode::usage, "choosing the report's place", out.string(), "one file can't hold what --format asks for", "Nothing was written.",
                          "name a directory with --out, or one format and a file that ends with it");
  }
  const auto folder = is_file ? out.parent_path() : out;
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) throw cannot(folder.string(), error.message());
  const auto stem = is_file ? out.stem().string() + "-" : std::string();
  for (const auto& format : formats) places.formats[format] = is_file ? out : folder / ("report." + format);
  places.refused = folder / (stem + "refused.csv");
  places.rejected = folder / (stem + "rejected.csv");
  return places;
}

/// What the database says, if there is one that answers. The report doesn't need it.
void ask_database(Door& door, const journal::Reader& journal, const std::vector<engine::schema::MigrationFolder>& folders, bool offline, report::Request& request) {
  request.live_note = "No: this report is from the journal alone.";
  if (offline || !door.names_database()) return;
  try {
    const auto session = door.reading().connect("report", true);
    engine::check_identity(journal, session->identity(), door.connection().display, false);
    request.live = report::ask(*session, journal, door.conversion(), folders, engine::Clock::system().utc());
    request.live_note = "Yes, " + to_string(request.live->at).substr(0, 19) + "Z: what is marked \"database\" was read there, everything else from the journal.";
  } catch (const engine::Failure& failure) {
    request.behind = failure.code == engine::ExitCode::behind;
    request.live_note = "Without result: " + door.redactor(failure.answer) + ". Everything is from the journal alone.";
  } catch (const engine::TargetError& error) {
    request.live_note = "Without result: " + door.redactor(error.what()) + ". Everything is from the journal alone.";
  }
  if (!request.live) door.console().say(engine::Observer::Level::warning, "the database told nothing for the report: " + request.live_note);
}

Json json_of(const report::Model& model, const std::vector<std::string>& files) {
  Json criteria = Json::array(), list = Json::array();
  for (const auto& c : model.criteria) criteria.push(Json::object({{"number", c.number}, {"text", c.text}, {"state", to_string(c.state)}, {"verdict", c.verdict}}));
  for (const auto& file : files) list.push(file);
  return Json::object({{"state", to_string(model.verdict.state)}, {"headline", model.verdict.headline}, {"criteria", std::move(criteria)}, {"head_seq", model.from.head_seq},
                       {"head_chain", journal::hex(model.from.head_chain)}, {"live", model.from.asked}, {"files", std::move(list)}});
}

}  // namespace

int run(Door& door, const Report& options) {
  const auto path = door.journal_path_offline();
  const journal::Reader journal(path);
  const auto places = places_of(options);

  report::Request request{door.conversion(), {}, {}, {}, false, path, "tidemark " + program_version() + " (" + program_commit() + ")", door.configuration.environment,
                          options.with_data, static_cast<std::size_t>(options.limit), places.refused.filename().string(), places.rejected.filename().string(), {},
                          engine::Clock::system().utc()};
  std::vector<engine::schema::MigrationFolder> folders;
  try {
    folders = door.migrations();
    request.migrations.emplace();
    for (const auto& folder : folders) request.migrations->push_back(folder.name);
  } catch (const engine::Failure& failure) {
    door.console().say(engine::Observer::Level::warning, std::string("the migrations' folder can't be read, the report leaves open whether all are applied: ") + failure.what());
  }
  ask_database(door, journal, folders, options.offline, request);

  File refused(places.refused, options.with_data), rejected(places.rejected, options.with_data);
  refused.write(engine::audit::csv_record(report::refused_columns(options.with_data)));
  rejected.write(engine::audit::csv_record(report::rejected_columns(options.with_data)));
  request.all.refused = [&](const report::RefusedSubject& one) { refused.write(engine::audit::csv_record(report::line_of(one, options.with_data))); };
  request.all.rejected = [&](const report::RejectedEntry& one) { rejected.write(engine::audit::csv_record(report::line_of(one, options.with_data))); };
  const auto model = report::build(journal, request);
  refused.close();
  rejected.close();
  auto& faults = door.faults();
  faults.pass(engine::Step::report_file);

  std::vector<std::string> files{places.refused.string(), places.rejected.string()};
  for (const auto* format : {"json", "md", "html"}) {  // the page last
    const auto place = places.formats.find(format);
    if (place == places.formats.end()) continue;
    File file(place->second, options.with_data);
    file.write(place->first == "html" ? report::to_html(model) : place->first == "md" ? report::to_markdown(model) : report::to_json(model));
    file.close();
    faults.pass(engine::Step::report_file);
    files.push_back(place->second.string());
  }
  for (auto& file : files) file = fs::absolute(file).lexically_normal().string();
  if (door.globals.json) {
    print(json_of(model, files));
    return 0;
  }
  line(model.verdict.headline + ". " + model.verdict.detail);
  for (const auto& file : files) line(printable(file));
  return 0;
}

}  // namespace tidemark::commands
