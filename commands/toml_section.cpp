#include "commands/toml_section.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

#include "commands/nearest.h"
#include "commands/terminal.h"

namespace tidemark::commands {

engine::Failure refused(const std::string& file, std::uint32_t line, const std::string& why) {
  return {engine::ExitCode::usage, "reading the configuration", file + (line == 0 ? "" : ", line " + std::to_string(line)), why, "Nothing was done.",
          "${EDITOR:-vi} " + (line == 0 ? "" : "+" + std::to_string(line) + " ") + file};
}

void toml_gave_up(const char* condition) { throw std::logic_error(condition); }

namespace {

/// The line of a character outside of ASCII that stands neither in quotes nor in a comment, where no TOML has one; 0: there is none.
/// toml++ 3.3 asks of such a character whether it is a blank, and for many of them the answer is undefined behaviour.
std::uint32_t stray_character(std::string_view text) {
  std::uint32_t line = 1;
  std::string_view until;  // what ends the quotes or the comment that we are in
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (until.empty()) {
      if (static_cast<unsigned char>(c) >= 0x80) return line;
      if (c == '#') until = "\n";
      if (c != '"' && c != '\'') continue;
      const std::string_view mark = c == '"' ? "\"\"\"" : "\'\'\'";
      until = text.substr(i).starts_with(mark) ? mark : mark.substr(0, 1);
      i += until.size() - 1;
    } else if (c == '\\' && until.front() == '"') {
      if (text.substr(++i).starts_with('\n')) ++line;
    } else if (text.substr(i).starts_with(until)) {
      i += until.size() - 1;
      until = {};
    } else if (c == '\n' && until.size() == 1) {
      until = {};
    }
  }
  return 0;
}

}  // namespace

toml::table parse_toml(std::string_view text, const std::string& file) {
  if (const auto line = stray_character(text)) throw refused(file, line, "a character outside of ASCII stands there without quotes");
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    throw refused(file, error.source().begin.line, std::string(error.description()));
  } catch (const std::logic_error&) {
    throw refused(file, 0, "it isn't TOML: somewhere after [ or before = stands a character that no key begins with");
  }
}

std::string Section::one_text(const toml::node& node, const std::string& key) const {
  if (!node.is_string()) throw wrong_type(node, key, "a text in quotes");
  const std::string text = node.as_string()->get();
  if (text.find_first_not_of(" \t") == std::string::npos) throw at(node, full(key) + " is empty; leave it out instead");
  if (printable(text) != text) throw at(node, full(key) + " contains control characters");
  return text;
}

void Section::text(const std::string& key, std::string& into) {
  if (const toml::node* node = find(key)) into = one_text(*node, key);
}

void Section::choice(const std::string& key, std::string& into, const std::vector<std::string>& words) {
  std::string word = into;
  text(key, word);
  if (std::ranges::find(words, word) == words.end()) {
    std::string list;
    for (std::size_t i = 0; i < words.size(); ++i) list += (i == 0 ? "" : i + 1 < words.size() ? ", " : " or ") + words[i];
    throw wrong(key, "it is " + list + ", not " + word);
  }
  into = std::move(word);
}

void Section::flag(const std::string& key, bool& into) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (!node->is_boolean()) throw wrong_type(*node, key, "true or false");
  into = node->as_boolean()->get();
}

void Section::texts(const std::string& key, std::vector<std::string>& into) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (!node->is_array()) throw wrong_type(*node, key, "a list of texts: [\"…\", …]");
  into.clear();
  for (const toml::node& item : *node->as_array()) into.push_back(one_text(item, key));
}

bool Section::whole(const std::string& key, std::int64_t& value, std::int64_t least, std::int64_t most) {
  const toml::node* node = find(key);
  if (node == nullptr) return false;
  if (!node->is_integer()) throw wrong_type(*node, key, "a whole number");
  value = node->as_integer()->get();
  if (value >= least && value <= most) return true;
  throw at(*node, full(key) + " is " + std::to_string(value) + "; it must be from " + std::to_string(least) + " to " + std::to_string(most));
}

void Section::real(const std::string& key, double& into, double least, double most) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto value = node->value<double>();
  if (!node->is_number() || !value) throw wrong_type(*node, key, "a number");
  if (std::isnan(*value) || *value < least || *value > most) {
    std::ostringstream why;
    why << full(key) << " is " << *value << "; it must be from " << least << " to " << most;
    throw at(*node, why.str());
  }
  into = *value;
}

void Section::table(const std::string& key, const std::function<void(Section&)>& read) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (!node->is_table()) throw wrong_type(*node, key, "a table: [" + full(key) + "]");
  Section inner(*node->as_table(), full(key), file_);
  read(inner);
  inner.done();
}

void Section::texts_by_name(const std::string& key, std::map<std::string, std::string>& into) {
  table(key, [&](Section& inner) {
    for (const auto& [name, node] : inner.table_) inner.text(std::string(name.str()), into[std::string(name.str())]);
  });
}

void Section::numbers(const std::string& key, std::set<int>& into, int least, int most) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  std::set<int> read;
  const auto take = [&](const toml::node& item) {
    if (!item.is_integer()) throw wrong_type(item, key, "a list of whole numbers: [200, 201]");
    const auto value = item.as_integer()->get();
    if (value < least || value > most) {
      throw at(item, full(key) + " holds " + std::to_string(value) + "; it must be from " + std::to_string(least) + " to " + std::to_string(most));
    }
    read.insert(static_cast<int>(value));
  };
  if (node->is_array()) {
    for (const toml::node& item : *node->as_array()) take(item);
    if (read.empty()) throw at(*node, full(key) + " is empty; leave it out instead");
  } else {
    take(*node);
  }
  into = std::move(read);
}

void Section::tables(const std::function<void(const std::string&, Section&)>& read) {
  for (const auto& [key, node] : table_) {
    table(std::string(key.str()), [&, name = std::string(key.str())](Section& inner) { read(name, inner); });
  }
}

void Section::list(const std::string& key, const std::function<void(Section&)>& read) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto wanted = "a list of tables: [[" + full(key) + "]]";
  if (!node->is_array()) throw wrong_type(*node, key, wanted);
  for (const toml::node& item : *node->as_array()) {
    if (!item.is_table()) throw wrong_type(item, key, wanted);
    Section inner(*item.as_table(), full(key), file_);
    read(inner);
    inner.done();
  }
}

void Section::require(const std::string& key, const std::string& value) const {
  if (value.empty()) throw at(table_, "[" + name_ + "] needs " + key);
}

std::uint32_t Section::line(const std::string& key) const {
  const toml::node* node = table_.get(key);
  return node == nullptr ? 0 : node->source().begin.line;
}

engine::Failure Section::wrong(const std::string& key, const std::string& why) const {
  const toml::node* node = table_.get(key);
  return at(node == nullptr ? table_ : *node, full(key) + " " + why);
}

void Section::done() const {
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

const toml::node* Section::find(const std::string& key) {
  known_.push_back(key);
  return table_.get(key);
}

std::string Section::full(const std::string& key) const { return printable(name_.empty() ? key : name_ + "." + key); }

engine::Failure Section::wrong_type(const toml::node& node, const std::string& key, const std::string& wanted) const {
  std::ostringstream type;
  type << node.type();
  return at(node, full(key) + " must be " + wanted + ", not " + type.str());
}

}  // namespace tidemark::commands
