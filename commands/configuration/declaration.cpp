#include "commands/configuration/declaration.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "commands/toml_section.h"

namespace tidemark::commands {
namespace {

namespace fs = std::filesystem;
using engine::conversion::Declaration;

/// What stands behind the stamp of a folder's name.
std::string behind_stamp(const std::string& name) {
  const auto digits = name.find_first_not_of("0123456789");
  return digits != std::string::npos && digits > 0 && name[digits] == '_' ? name.substr(digits + 1) : name;
}

std::string declared_text(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) throw refused(file.string(), 0, "it is not there as a regular file; a declared conversion is a folder with conversion.toml and rows.sql");
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || text.str().empty()) throw refused(file.string(), 0, "it can't be read, or is empty");
  if (text.str().find('\0') != std::string::npos) throw refused(file.string(), 0, "it holds a NUL byte, which PostgreSQL takes in no text");
  return text.str();
}

void required(Section& section, const std::string& key, std::string& into) {
  section.text(key, into);
  section.require(key, into);
}

void read_written_table(Section& section, Declaration& into) {
  auto& table = into.tables.emplace_back();
  required(section, "name", table.name);
  section.texts("key", table.key);
  if (table.key.empty()) throw section.wrong("key", "must name the columns of the table's key: key = [\"id\"]");
  if (into.tables.size() == 1 && table.key.size() != 1) throw section.wrong("key", "has several columns: name first a table whose key is one column");
  const auto same = std::count_if(into.tables.begin(), into.tables.end(), [&](const auto& other) { return other.name == table.name; });
  if (same > 1) throw section.wrong("name", "is " + table.name + ": there are two of that name");
}

}  // namespace

std::string find_declaration(const std::string& conversions, const std::string& name, const std::string& built_in) {
  std::vector<std::string> all, found;
  std::error_code error;
  for (fs::directory_iterator entry(conversions, error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->is_directory() || !fs::exists(entry->path() / "conversion.toml")) continue;
    all.push_back(entry->path().filename().string());
    if (all.back() == name || behind_stamp(all.back()) == name) found.push_back(all.back());
  }
  if (found.size() == 1 && behind_stamp(found.front()) != built_in) return (fs::path(conversions) / found.front()).string();
  std::sort(all.begin(), all.end());
  std::string there = built_in;
  for (const auto& one : all) there += ", " + one;
  throw engine::Failure(engine::ExitCode::failed, "choosing the conversion", name,
                        found.size() > 1 ? "several folders have this name: " + there
                        : !found.empty() ? "this is the name of the built-in conversion"
                                         : "there is no conversion of this name; there is " + there,
                        "Nothing was written.", found.empty() ? "tidemark convert NAME; --conversions DIR names their folder" : "name the folder in full, or rename one");
}

std::vector<std::string> stamped_declarations(const std::string& conversions) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(conversions, error), end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (entry->is_directory() && fs::exists(entry->path() / "conversion.toml") && behind_stamp(name) != name) found.push_back(entry->path().string());
  }
  return found;
}

Declaration read_declaration(const std::string& folder) {
  const auto file = (fs::path(folder) / "conversion.toml").string();
  const toml::table root = parse_toml(declared_text(file), file);
  Declaration out;
  out.folder = folder;
  out.name = fs::path(folder).filename().string();
  Section top(root, "", file);
  if (!top.has("source")) throw refused(file, 0, "it has no [source]: table, key, reads");
  top.table("source", [&](Section& source) {
    required(source, "table", out.source);
    required(source, "key", out.key);
    required(source, "reads", out.reads);
    source.text("subject", out.subject);
    source.number("max_bytes", out.max_bytes, 1, 1 << 30);
  });
  top.table("chunk", [&](Section& chunk) {
    chunk.number("min", out.chunk_min, 1, 1000000);
    chunk.number("max", out.chunk_max, 1, 1000000);
    if (out.chunk_min > 0 && out.chunk_max > 0 && out.chunk_max < out.chunk_min) throw chunk.wrong("max", "is " + std::to_string(out.chunk_max) + ", less than min, " + std::to_string(out.chunk_min));
  });
  top.table("parent", [&](Section& parent) {
    required(parent, "table", out.parent);
    required(parent, "key", out.parent_key);
    required(parent, "column", out.parent_column);
  });
  top.list("table", [&](Section& table) { read_written_table(table, out); });
  top.list("check", [&](Section& check) {
    auto& one = out.checks.emplace_back();
    required(check, "name", one.name);
    required(check, "sql", one.sql);
  });
  top.done();
  if (out.tables.empty()) throw refused(file, 0, "it has no [[table]]: those that are written, with name and key");
  out.rows_sql = declared_text(fs::path(folder) / "rows.sql");
  return out;
}

}  // namespace tidemark::commands
