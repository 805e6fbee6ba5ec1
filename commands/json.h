#pragma once
/// A JSON value that keeps the order of its keys. Without a library, so that every verb can include it.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark::commands {

class Json {
 public:
  using Member = std::pair<std::string, Json>;
  // Out of line, all of them: inlined, GCC 12 warns of a variant that it takes for uninitialized.
  Json();  ///< null
  Json(bool value);
  Json(int value);
  Json(unsigned value);
  Json(std::int64_t value);
  Json(std::uint64_t value);
  Json(double value);
  Json(std::string value);
  Json(std::string_view value);
  Json(const char* value);
  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();

  static Json array(std::vector<Json> elements = {});
  static Json object(std::vector<Member> members = {});

  /// Appends a member; the value must be an object (or null, which becomes one). Keys are not checked for repetition.
  Json& set(std::string key, Json value);
  /// Appends an element; the value must be an array (or null, which becomes one).
  Json& push(Json value);

  /// One line, ASCII controls, C1 and bidirectional controls as \uXXXX, invalid UTF-8 as U+FFFD: safe on a terminal too.
  std::string text() const;
  /// Appends a JSON string, as text() writes one: for what is written by the million without a Json for each.
  static void quote(std::string_view text, std::string& out);

 private:
  void write(std::string& out) const;
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, std::vector<Json>, std::vector<Member>> value_;
};

/// Prints the value and a line feed on standard output.
void print(const Json& value);

}  // namespace tidemark::commands
