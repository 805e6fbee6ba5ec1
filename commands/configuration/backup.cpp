#include "commands/configuration/backup.h"

#include <filesystem>

#include "commands/connection_url.h"
#include "commands/toml_section.h"

namespace tidemark::commands {

void read_backup(Section& section, BackupSection& into, const std::string& file) {
  const auto beside = [&](std::string& path) {
    if (!path.empty() && std::filesystem::path(path).is_relative()) path = (std::filesystem::path(file).parent_path() / path).string();
  };
  section.text("directory", into.directory);
  section.choice("prove", into.prove, {"restore", "list", "none"});
  section.text("scratch_url", into.scratch_url);
  section.text("programs", into.programs);
  section.number("max_age_h", into.max_age_h, 1, 8760);
  section.number("jobs", into.jobs, 1, 64);
  section.number("keep", into.keep, 0, 100000);
  section.flag("require_backup", into.require_backup);
  if (!into.scratch_url.empty()) {
    Connection connection;
    try {
      connection = parse_connection(into.scratch_url, [](const char*) { return std::nullopt; });
    } catch (const engine::Failure& failure) {
      throw section.wrong("scratch_url", failure.answer);
    }
    if (connection.password) throw section.wrong("scratch_url", "it holds a password; secrets come from the environment: PGPASSWORD, ~/.pgpass, or --scratch-url");
  }
  beside(into.directory);
  beside(into.programs);
}

}  // namespace tidemark::commands
