#pragma once
/// Reading tidemark.toml strictly: a wrong key, type or value is a Failure with file and line. Includes toml++: keep it in few files.

// What toml++ 3.3 asserts of a text ("[@" fails it) is the text's fault: with NDEBUG it would be undefined behaviour, without it an abort.
namespace tidemark::commands {
[[noreturn]] void toml_gave_up(const char* condition);  ///< @throws std::logic_error
}
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(condition) ((condition) ? static_cast<void>(0) : tidemark::commands::toml_gave_up(#condition))
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/errors.h"

namespace tidemark::commands {

/// What refuses a configuration. @param line  0: the file as a whole
engine::Failure refused(const std::string& file, std::uint32_t line, const std::string& why);

/// @throws Failure as above, with the line where it can be known
toml::table parse_toml(std::string_view text, const std::string& file);

/// A table of the file with the keys it may have: asking for a key declares it, done() refuses the others.
class Section {
 public:
  Section(const toml::table& table, std::string name, const std::string& file) : table_(table), name_(std::move(name)), file_(file) {}

  /// A key that isn't there leaves `into` as it is, here and below.
  void text(const std::string& key, std::string& into);
  /// One of these words.
  void choice(const std::string& key, std::string& into, const std::vector<std::string>& words);
  void flag(const std::string& key, bool& into);
  void texts(const std::string& key, std::vector<std::string>& into);
  template <class Number>
  void number(const std::string& key, Number& into, std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    if (whole(key, value, least, most)) into = static_cast<Number>(value);
  }
  void real(const std::string& key, double& into, double least, double most);
  void table(const std::string& key, const std::function<void(Section&)>& read);
  /// Every key is a text, whatever its name.
  void texts_by_name(const std::string& key, std::map<std::string, std::string>& into);
  /// A list of whole numbers, or one.
  void numbers(const std::string& key, std::set<int>& into, int least, int most);
  bool has(const std::string& key) const { return table_.get(key) != nullptr; }
  /// Every key is a table of its own, whatever its name.
  void tables(const std::function<void(const std::string&, Section&)>& read);
  /// An array of tables: [[key]].
  void list(const std::string& key, const std::function<void(Section&)>& read);
  void require(const std::string& key, const std::string& value) const;
  std::uint32_t line(const std::string& key) const;
  std::uint32_t line() const { return table_.source().begin.line; }
  /// For what the caller finds wrong with the key's value.
  engine::Failure wrong(const std::string& key, const std::string& why) const;
  void done() const;

 private:
  const toml::node* find(const std::string& key);
  bool whole(const std::string& key, std::int64_t& value, std::int64_t least, std::int64_t most);
  std::string full(const std::string& key) const;
  engine::Failure at(const toml::node& node, const std::string& why) const { return refused(file_, node.source().begin.line, why); }
  engine::Failure wrong_type(const toml::node& node, const std::string& key, const std::string& wanted) const;
  std::string one_text(const toml::node& node, const std::string& key) const;

  const toml::table& table_;
  std::string name_;
  const std::string& file_;
  std::vector<std::string> known_;
};

}  // namespace tidemark::commands
