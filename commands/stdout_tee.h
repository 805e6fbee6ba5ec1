#pragma once
/// What verbs print on standard output, taken line by line while a phase of the runbook calls them.

#include <functional>
#include <string>
#include <thread>

namespace tidemark::commands {

class StdoutTee {
 public:
  /// @param sink  gets each line without its line feed, in a thread of its own. It must not throw nor use stdio's stdout: write(original(), …)
  explicit StdoutTee(std::function<void(const std::string& line)> sink);
  ~StdoutTee();  ///< all lines have arrived, and standard output is what it was
  StdoutTee(const StdoutTee&) = delete;
  StdoutTee& operator=(const StdoutTee&) = delete;

  int original() const { return original_; }

 private:
  std::function<void(const std::string& line)> sink_;
  int original_ = -1, reading_ = -1;
  std::thread thread_;
};

}  // namespace tidemark::commands
