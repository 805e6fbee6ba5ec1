#include "engine/runbook/backup_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "engine/runbook/file_digest.h"

namespace tidemark::engine::runbook {
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kSuffix = ".json";

std::system_error failed(const std::string& path) { return {errno, std::generic_category(), "writing " + path}; }

int rank(const std::string& proof) { return proof == "restore" ? 2 : proof == "list" ? 1 : 0; }

}  // namespace

std::string sidecar_of(const std::string& backup_path) { return backup_path + kSuffix; }

void write_sidecar(const BackupRecorded& backup) {
  Json json{{"tidemark_backup", 1},
            {"file", std::filesystem::path(backup.path).filename().string()},
            {"sha256", journal::hex(backup.sha256)},
            {"bytes", backup.bytes},
            {"proof", backup.proof},
            {"taken_at", to_string(backup.taken_at)},
            {"database", backup.database},
            {"system", backup.system},
            {"server_version", backup.server_version},
            {"dumped_by", backup.dumped_by},
            {"rows", backup.rows},
            {"shape", journal::hex(backup.shape)}};
  const std::string path = sidecar_of(backup.path), draft = path + ".partial", text = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) throw failed(draft);
  const bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  const auto error = failed(draft);
  ::close(fd);
  if (!whole) throw error;
  if (::rename(draft.c_str(), path.c_str()) != 0) throw failed(path);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (const int directory = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
}

std::optional<BackupRecorded> read_sidecar(const std::string& sidecar) {
  std::ifstream in(sidecar, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return std::nullopt;
  try {
    const auto json = Json::parse(text.str());
    if (json.at("tidemark_backup") != 1 || !sidecar.ends_with(kSuffix)) return std::nullopt;
    BackupRecorded backup;
    backup.path = sidecar.substr(0, sidecar.size() - std::string_view(kSuffix).size());
    const auto sha256 = journal::parse_digest(json.at("sha256").get<std::string>()), shape = journal::parse_digest(json.at("shape").get<std::string>());
    const auto taken_at = journal::parse_utc(json.at("taken_at").get<std::string>());
    if (!sha256 || !shape || !taken_at) return std::nullopt;
    backup.sha256 = *sha256;
    backup.shape = *shape;
    backup.taken_at = *taken_at;
    backup.bytes = json.at("bytes").get<std::uint64_t>();
    backup.proof = json.at("proof").get<std::string>();
    backup.database = json.at("database").get<std::string>();
    backup.system = json.at("system").get<std::string>();
    backup.server_version = json.at("server_version").get<std::string>();
    backup.dumped_by = json.at("dumped_by").get<std::string>();
    backup.rows = json.at("rows").get<std::map<std::string, std::uint64_t>>();
    return backup;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

std::vector<BackupRecorded> backups_in(const std::string& directory, const std::string& database, const std::string& system) {
  std::vector<BackupRecorded> list;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(directory, code)) {
    if (!entry.path().string().ends_with(std::string(".dump") + kSuffix)) continue;
    auto backup = read_sidecar(entry.path());
    if (backup && backup->database == database && (system.empty() || backup->system == system)) list.push_back(std::move(*backup));
  }
  std::ranges::sort(list, [](const auto& a, const auto& b) { return std::tie(b.taken_at, b.path) < std::tie(a.taken_at, a.path); });
  return list;
}

std::string what_is_wrong(const BackupRecorded& backup, bool thorough, const std::function<bool()>& stopped) {
  std::error_code code;
  const auto bytes = std::filesystem::file_size(backup.path, code);
  if (code) return code == std::errc::no_such_file_or_directory ? "it is gone" : code.message();
  if (bytes != backup.bytes) return "it has " + std::to_string(bytes) + " bytes, not " + std::to_string(backup.bytes);
  if (!thorough) return {};
  try {
    return file_digest(backup.path, stopped) == backup.sha256 ? "" : "its SHA-256 is another one: it was changed since";
  } catch (const std::system_error& error) {
    return error.what();
  }
}

bool proven(const BackupRecorded& backup, const std::string& wanted) { return rank(backup.proof) >= rank(wanted); }

}  // namespace tidemark::engine::runbook
