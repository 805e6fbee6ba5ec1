#include "commands/configuration.h"

#include <toml++/toml.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <vector>

#include "commands/connection_url.h"
#include "commands/nearest.h"
#include "commands/terminal.h"
#include "engine/errors.h"

namespace tidemark::commands {
namespace {

constexpr const char* kDefaultFile = "tidemark.toml";

engine::Failure refused(const std::string& file, std::uint32_t line, const std::string& why) {
  return {engine::ExitCode::usage, "reading the configuration", file + (line == 0 ? "" : ", line " + std::to_string(line)), why, "Nothing was done.",
          line == 0 ? "" : "${EDITOR:-vi} +" + std::to_string(line) + " " + file};
}

/// A table of the file with the keys it may have: asking for a key declares it, done() refuses the others.
class Section {
 public:
  Section(const toml::table& table, std::string name, const std::string& file) : table_(table), name_(std::move(name)), file_(file) {}

  void text(const std::string& key, std::string& into) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    if (!node->is_string()) throw wrong_type(*node, key, "a text in quotes");
    into = node->as_string()->get();
    if (into.find_first_not_of(" \t") == std::string::npos) throw at(*node, full(key) + " is empty; leave it out instead");
    if (printable(into) != into) throw at(*node, full(key) + " contains control characters");
  }
  template <class Number>
  void number(const std::string& key, Number& into, std::int64_t least, std::int64_t most) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    if (!node->is_integer()) throw wrong_type(*node, key, "a whole number");
    const std::int64_t value = node->as_integer()->get();
    if (value < least || value > most) {
      throw at(*node, full(key) + " is " + std::to_string(value) + "; it must be from " + std::to_string(least) + " to " + std::to_string(most));
    }
    into = static_cast<Number>(value);
  }
  void table(const std::string& key, const std::function<void(Section&)>& read) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    if (!node->is_table()) throw wrong_type(*node, key, "a table: [" + full(key) + "]");
    Section inner(*node->as_table(), full(key), file_);
    read(inner);
    inner.done();
  }
  /// Every key is a table of its own, whatever its name.
  void tables(const std::function<void(const std::string&, Section&)>& read) {
    for (const auto& [key, node] : table_) {
      table(std::string(key.str()), [&, name = std::string(key.str())](Section& inner) { read(name, inner); });
    }
  }
  void require(const std::string& key, const std::string& value) const {
    if (value.empty()) throw at(table_, "[" + name_ + "] needs " + key);
  }
  std::uint32_t line(const std::string& key) const {
    const toml::node* node = table_.get(key);
    return node == nullptr ? 0 : node->source().begin.line;
  }
  void done() const {
    const auto unknown = [&] {
      // In the order of the file, so that the first line that is wrong is named.
      std::pair<std::uint32_t, std::string> first{0, ""};
      for (const auto& [key, node] : table_) {
        const std::string name(key.str());
        if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
        const std::uint32_t where = key.source().begin.line;
        if (first.first == 0 || where < first.first) first = {where, name};
      }
      return first;
    }();
    if (unknown.first == 0) return;
    const std::string near = nearest(unknown.second, known_);
    std::string all;
    for (const std::string& key : known_) all += (all.empty() ? "" : ", ") + key;
    const std::string where = name_.empty() ? "at the top" : "in [" + name_ + "]";
    throw refused(file_, unknown.first, "there is no key " + printable(unknown.second) + " " + where +
                  (near.empty() ? "; there are " + all : "; did you mean " + near + "?"));
  }

 private:
  const toml::node* find(const std::string& key) {
    known_.push_back(key);
    return table_.get(key);
  }
  std::string full(const std::string& key) const { return printable(name_.empty() ? key : name_ + "." + key); }
  engine::Failure at(const toml::node& node, const std::string& why) const { return refused(file_, node.source().begin.line, why); }
  engine::Failure wrong_type(const toml::node& node, const std::string& key, const std::string& wanted) const {
    std::ostringstream type;
    type << node.type();
    return at(node, full(key) + " must be " + wanted + ", not " + type.str());
  }

  const toml::table& table_;
  std::string name_;
  const std::string& file_;
  std::vector<std::string> known_;
};

std::string beside(const std::string& file, const std::string& path) {
  if (path.empty() || std::filesystem::path(path).is_absolute()) return path;
  return (std::filesystem::path(file).parent_path() / path).string();
}

void refuse_password(const std::string& file, std::uint32_t line, const std::string& url) {
  if (url.empty()) return;
  Connection connection;
  try {
    connection = parse_connection(url, [](const char*) { return std::nullopt; });
  } catch (const engine::Failure& failure) {
    throw refused(file, line, "database_url: " + failure.answer);
  }
  if (connection.password) {
    throw refused(file, line, "database_url holds a password; secrets come from the environment: put the whole URL into DATABASE_URL, or the password into PGPASSWORD or ~/.pgpass");
  }
}

}  // namespace

Configuration parse_configuration(std::string_view text, const std::string& file) {
  toml::table root;
  try {
    root = toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    throw refused(file, error.source().begin.line, std::string(error.description()));
  }
  Configuration out;
  out.file = file;
  Section top(root, "", file);
  top.text("environment", out.environment);
  top.text("database_url", out.database_url);
  refuse_password(file, top.line("database_url"), out.database_url);
  top.text("journal", out.journal);
  top.text("migrations", out.migrations);
  top.table("convert", [&](Section& convert) {
    convert.number("workers", out.convert.workers, 1, 64);
    convert.number("chunk", out.convert.chunk, 1, 100000);
    convert.number("max_source_bytes", out.convert.max_source_bytes, 1, 1 << 30);
    convert.table("known_keys", [&](Section& keys) {
      keys.tables([&](const std::string& name, Section& key) {
        Configuration::KnownKey& known = out.convert.known_keys[name];
        key.text("type", known.type);
        key.text("label", known.label);
        key.require("type", known.type);
        key.require("label", known.label);
      });
    });
  });
  top.table("limits", [&](Section& limits) {
    limits.number("lock_timeout_ms", out.limits.lock_timeout_ms, 1, 3600000);
    limits.number("statement_timeout_ms", out.limits.statement_timeout_ms, 1, 86400000);
    limits.number("lease_ttl_s", out.limits.lease_ttl_s, 5, 86400);
    limits.number("connection_retry_s", out.limits.connection_retry_s, 0, 86400);
  });
  top.done();
  out.journal = beside(file, out.journal);
  out.migrations = beside(file, out.migrations);
  return out;
}

Configuration read_configuration(const std::string& named) {
  const std::string file = named.empty() ? kDefaultFile : named;
  std::error_code code;
  if (named.empty() && !std::filesystem::exists(file, code)) return {};
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || std::filesystem::is_directory(file, code) || !(text << in.rdbuf())) {
    // An empty file makes operator<< fail, too.
    if (in.is_open() && std::filesystem::file_size(file, code) == 0 && !code) return parse_configuration("", file);
    throw refused(file, 0, errno != 0 ? std::strerror(errno) : "it can't be read as a file");
  }
  return parse_configuration(text.str(), file);
}

std::string canonical(const Configuration& c) {
  std::string out;
  const auto line = [&](const std::string& key, const std::string& value) { out += key + " = " + value + "\n"; };
  line("convert.chunk", std::to_string(c.convert.chunk));
  for (const auto& [name, key] : c.convert.known_keys) {
    // Lengths before texts: no two configurations can give the same lines.
    line("convert.known_keys", std::to_string(name.size()) + ":" + name + " " + std::to_string(key.type.size()) + ":" + key.type + " " +
                                   std::to_string(key.label.size()) + ":" + key.label);
  }
  line("convert.max_source_bytes", std::to_string(c.convert.max_source_bytes));
  line("convert.workers", std::to_string(c.convert.workers));
  line("environment", c.environment);
  line("journal", c.journal);
  line("limits.connection_retry_s", std::to_string(c.limits.connection_retry_s));
  line("limits.lease_ttl_s", std::to_string(c.limits.lease_ttl_s));
  line("limits.lock_timeout_ms", std::to_string(c.limits.lock_timeout_ms));
  line("limits.statement_timeout_ms", std::to_string(c.limits.statement_timeout_ms));
  line("migrations", c.migrations);
  return out;
}

}  // namespace tidemark::commands
