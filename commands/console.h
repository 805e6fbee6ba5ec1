#pragma once
/// The log and the progress line: what the engine tells, on stderr and in the log file. stdout is the result's alone.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "commands/options.h"
#include "commands/progress.h"
#include "commands/redact.h"
#include "engine/observer.h"

namespace tidemark::commands {

/// Thread-safe. Every text is redacted and made printable at the sink, whatever came in.
class Console final : public engine::Observer {
 public:
  struct Options {
    int verbosity = 0;         ///< -1: only warnings; 0: info; 1: debug
    std::string log_file;      ///< appended to, mode 0600, with debug; empty: none
    bool line = false;         ///< a terminal: one progress line, rewritten at most 5 times a second; else a line every 10 s
    bool only_the_end = false; ///< CI: of the progress only its end
    std::size_t width = 80;
    std::function<void(std::string_view)> write;                    ///< to stderr
    std::function<std::chrono::steady_clock::time_point()> now;     ///< never null
  };
  static Options options(const Globals& globals);

  /// @throws Failure failed if the log file can't be opened
  Console(Options options, const Redactor& redactor);
  ~Console() override;

  void say(Level level, const std::string& message) override;
  void progress(const engine::Progress& chunk) override;
  void throttled(const std::string& cause, const std::string& action) override;

  /// Into the log file alone.
  void record(const std::string& text);
  /// Opens the log file later: its name wasn't known. @throws Failure failed if it can't be opened
  void log_to(const std::string& path);
  /// Absolute; empty: there is none.
  std::string log_file() const;

  /// Progress counts from here on.
  /// @param total  subjects, 0 if not known;  @param done_before  of them done by earlier runs
  void begin(const std::string& name, std::uint64_t total, std::uint64_t done_before, const std::string& row_word = "links");
  /// What is behind the total and the time that is left: see Meter.
  void reckon(bool total_estimated, std::function<double(double)> by_the_clock, std::function<double()> stops_in);
  /// Says the progress now, whatever the verbosity.
  void show_progress();
  /// nullopt: nothing was begun.
  std::optional<ProgressView> view();
  /// Says the progress' end. Nothing was begun or counted: says nothing.
  void end();

 private:
  struct Impl;
  const Redactor& redactor_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemark::commands
