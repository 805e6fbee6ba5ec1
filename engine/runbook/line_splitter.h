#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace tidemark::engine::runbook {

/// Bytes as they come, handed on as lines of bounded length.
class LineSplitter {
 public:
  /// Of a longer line: handed on in pieces, or left out.
  enum class Rest { in_pieces, dropped };
  LineSplitter(std::size_t longest, std::function<void(std::string_view)> line, Rest rest = Rest::in_pieces)
      : longest_(longest < 1 ? 1 : longest), line_(std::move(line)), of_long_ones_(rest) {}

  void take(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto newline = bytes.find('\n');
      const auto room = longest_ - rest_.size();
      const auto size = std::min(room, newline == std::string_view::npos ? bytes.size() : newline);
      rest_.append(bytes.substr(0, size));
      bytes.remove_prefix(size);
      if (!bytes.empty() && bytes.front() == '\n') {
        bytes.remove_prefix(1);
        hand_on();
        cut_ = false;
      } else if (rest_.size() == longest_) {
        hand_on();
        cut_ = true;
      }
    }
  }
  /// A last line without its newline.
  void end() {
    if (!rest_.empty()) hand_on();
    cut_ = false;
  }

 private:
  void hand_on() {
    if (!(cut_ && (rest_.empty() || of_long_ones_ == Rest::dropped))) line_(rest_);  // a line of exactly the longest length has been handed on already
    rest_.clear();
  }
  std::size_t longest_;
  std::function<void(std::string_view)> line_;
  Rest of_long_ones_;
  std::string rest_;
  bool cut_ = false;
};

}  // namespace tidemark::engine::runbook
