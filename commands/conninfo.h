#pragma once
/// libpq's connection parameters in the order they were written: the two ways to write them, and back.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark::commands {

class Parameters {
 public:
  /// The last of a name wins, as with libpq.
  void set(const std::string& name, std::string value);
  std::optional<std::string> get(std::string_view name) const;
  bool has(std::string_view name) const { return get(name).has_value(); }
  void erase(std::string_view name);
  const std::vector<std::pair<std::string, std::string>>& list() const { return list_; }
  /// keyword='value' with libpq's quoting.
  std::string conninfo() const;

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

/// Both throw std::invalid_argument with what is wrong; never with a part of the text, which may be a password.
Parameters parse_url(std::string_view url);        ///< beginning with postgresql:// or postgres://
Parameters parse_keywords(std::string_view text);  ///< host=… password='…'

}  // namespace tidemark::commands
