#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "commands/verbs/door.h"
#include "commands/verbs/tell.h"
#include "journal/backup.h"
#include "journal/chain.h"
#include "journal/file_system.h"

namespace tidemark::commands {
namespace {

namespace fs = std::filesystem;

engine::Failure cannot(const std::string& object, const std::string& answer) {
  return {engine::ExitCode::failed, "archiving the journal", object, answer, "The journal was only read.", "name another directory: tidemark journal archive DIR"};
}

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad()) throw cannot(path.string(), "it can't be read");
  return text;
}

void put(const fs::path& path, const std::string& text) {
  journal::make_directories_above(path.string());
  journal::make_private_file(path.string());
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  if (!(out << text) || !out.flush()) throw cannot(path.string(), "it can't be written to its end");
}

struct Source {
  fs::path from;
  std::string name;  ///< in the archive
};

void add(std::vector<Source>& sources, const fs::path& file) {
  if (fs::is_regular_file(file)) {
    sources.push_back({file, file.filename().string()});
  } else if (fs::is_directory(file)) {
    for (const auto& entry : fs::recursive_directory_iterator(file)) {
      if (entry.is_regular_file()) sources.push_back({entry.path(), (file.filename() / fs::relative(entry.path(), file)).string()});
    }
  } else {
    throw cannot(file.string(), "there is no such file or directory");
  }
}

/// What `tidemark run` left beside the journal: logs, plans, reports.
void add_beside(std::vector<Source>& sources, const fs::path& journal) {
  const auto stem = journal.stem().string();
  for (const auto& entry : fs::directory_iterator(journal.parent_path())) {
    const auto name = entry.path().filename().string();
    for (const char* kind : {".run-", ".plan-", ".report-"}) {
      if (name.starts_with(stem + kind)) add(sources, entry.path());
    }
  }
}

}  // namespace

// Under another name until all is in it: a directory of the name asked for is complete.
int run(Door& door, const JournalArchive& options) {
  const fs::path path = door.journal_path_offline();
  const fs::path target = (fs::absolute(options.directory) / "").lexically_normal().parent_path(), part = target.string() + ".part";
  if (fs::exists(target)) throw cannot(target.string(), "it exists already, and none is overwritten");
  if (fs::exists(part)) throw cannot(part.string(), "it is left of an archive that was not finished: remove it first");
  if (door.names_database()) (void)door.connection();  // its password must not stand in what goes along
  std::vector<Source> sources;
  add_beside(sources, path);
  if (!door.globals.log_file.empty()) add(sources, fs::absolute(door.globals.log_file));
  for (const auto& file : options.with) add(sources, (fs::absolute(file) / "").lexically_normal().parent_path());
  std::sort(sources.begin(), sources.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  sources.erase(std::unique(sources.begin(), sources.end(), [](const auto& a, const auto& b) { return a.from == b.from; }), sources.end());
  std::vector<std::string> names = {"configuration", "journal"};
  for (const auto& source : sources) {
    if (std::find(names.begin(), names.end(), source.name) != names.end() || source.name == "SHA256SUMS") throw cannot(source.from.string(), "another file of the archive has this name");
    names.push_back(source.name);
  }
  journal::make_directories_above((part / "x").string());
  journal::backup(path.string(), (part / "journal").string());
  put(part / "configuration", canonical(door.configuration));
  for (const auto& source : sources) put(part / source.name, door.redactor(content_of(source.from)));
  std::string sums;
  for (const auto& name : names) sums += journal::hex(journal::sha256(content_of(part / name))) + "  " + name + "\n";
  put(part / "SHA256SUMS", sums);
  fs::rename(part, target);
  if (door.globals.json) {
    Json list = Json::array();
    for (const auto& name : names) list.push(name);
    print(Json::object({{"directory", target.string()}, {"files", std::move(list)}}));
    return 0;
  }
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + printable(name);
  line("archived in " + printable(target.string()) + ": " + text + "; sha256sum -c SHA256SUMS there checks it");
  line("  holds     personal data (URLs), as the journal does; no password");
  if (sources.empty()) line("  not in it logs, plan, report: there are none of tidemark run beside the journal; name others with --with FILE");
  return 0;
}

}  // namespace tidemark::commands
