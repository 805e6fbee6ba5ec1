#pragma once
// A strict JSON reader (RFC 8259) that gives one token at a time.
//
// Why not the library: nlohmann refuses a whole document for one number beyond a double (jsonb stores 1e999), skips a
// byte order mark, and builds what we would throw away. Numbers are never converted here, nesting costs one bit a level
// and no stack, and the work is linear in the text.

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark::migrations::social_links {

enum class JsonToken { begin_object, end_object, begin_array, end_array, key, string, scalar, null, end, error };

class JsonReader {
 public:
  /// @param json  must outlive the reader and every view it gave
  explicit JsonReader(std::string_view json) : json_(json) {}

  /// `scalar` is a number, true or false. `end` comes once the one value is complete and only white space is left.
  /// `error` (not JSON, ill-formed UTF-8, a lone surrogate) and `end` repeat for ever: a loop may simply stop at either.
  JsonToken next();

  /// The last key or string, unescaped: a view into the JSON itself or, if it had escapes, into storage(). May hold NUL.
  std::string_view text() const { return text_; }

  /// Reads to the end of the value that `first` began.
  void skip(JsonToken first);

  /// What unescaped texts point into; its address is stable. Take it to keep the views longer than the reader.
  std::unique_ptr<char[]> take_storage() { return std::move(storage_); }

 private:
  enum class Expect { value, value_or_end, key, key_or_end, separator, end, nothing };

  bool at(char c) const { return pos_ < json_.size() && json_[pos_] == c; }
  void skip_white_space();
  JsonToken fail();
  JsonToken open(bool object);
  JsonToken close();
  JsonToken after_value(JsonToken token);
  JsonToken value();
  JsonToken key();
  bool literal(std::string_view word);
  bool number();
  bool string();
  bool escaped_string(std::size_t from);
  bool unescape();
  bool hex4(unsigned& unit);
  void append(std::string_view bytes);

  std::string_view json_;
  std::size_t pos_ = 0;
  Expect expect_ = Expect::value;
  std::vector<bool> objects_;  ///< the open containers, outermost first: true = object
  std::string_view text_;
  std::unique_ptr<char[]> storage_;  ///< as large as json_: unescaping never makes a text longer, so it never grows
  std::size_t stored_ = 0;
};

}  // namespace tidemark::migrations::social_links
