#pragma once
/// A headless Chromium, driven over its DevTools protocol through a pipe (--remote-debugging-pipe): no port, no WebSocket, no driver program.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tidemark::tests {

class Chromium {
 public:
  using Json = nlohmann::json;
  /// @param profile  an empty directory of its own. @throws std::runtime_error if it can't be started
  Chromium(const std::string& program, const std::string& profile);
  ~Chromium();
  Chromium(const Chromium&) = delete;
  Chromium& operator=(const Chromium&) = delete;

  /// Opens one page and waits until it is loaded. What it logs and asks for is kept from the first byte on.
  void open(const std::string& url);
  /// Of the page. @throws std::runtime_error with the browser's words, or after a minute without an answer
  Json call(const std::string& method, const Json& parameters = Json::object());
  /// The value of an expression. @throws std::runtime_error if it throws
  Json evaluate(const std::string& expression);
  /// The whole page, in pieces of 1,500 pixels: FILE-1.png, FILE-2.png, …
  void screenshots(const std::string& file);

  std::vector<std::string> errors;    ///< exceptions, console.error, and what the browser logs as an error or a warning
  std::vector<std::string> requests;  ///< URLs, the page's own among them

 private:
  Json send(const std::string& method, const Json& parameters, const std::string& session);
  Json read_message();
  void take(const Json& event);
  int in_ = -1, out_ = -1, pid_ = -1, last_ = 0;
  bool loaded_ = false;
  std::string session_, buffer_;
};

}  // namespace tidemark::tests
