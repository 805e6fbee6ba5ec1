#include "commands/verbs/monitor_screen.h"

#include <unistd.h>

#include <cstdio>

#include "commands/terminal.h"
#include "commands/verbs/monitor_table.h"

namespace tidemark::commands {
namespace {

constexpr auto kBetweenLines = std::chrono::seconds(60);

void write_out(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

MonitorScreen::MonitorScreen(Console& console, const Globals& globals)
    : console_(console), live_(is_terminal(STDERR_FILENO) && !in_ci() && globals.verbosity >= 0), color_(use_color(STDERR_FILENO, globals.no_color)) {}

void MonitorScreen::erase() {
  if (drawn_ > 0) write_out("\x1b[" + std::to_string(drawn_) + "A\r\x1b[J");
  drawn_ = 0;
}

void MonitorScreen::draw() {
  std::string text;
  for (const auto& row : table_) text += row + "\n";
  write_out(text);
  drawn_ = table_.size();
}

void MonitorScreen::show(const engine::runbook::monitor::View& view) {
  const std::lock_guard lock(mutex_);
  if (live_) {
    erase();
    // One column is left free: a terminal that wraps at its last one would count lines that we don't.
    table_ = monitor_table(view, static_cast<std::size_t>(terminal_width(STDERR_FILENO)) - 1, color_);
    draw();
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (said_ != std::chrono::steady_clock::time_point{} && now - said_ < kBetweenLines) return;
  said_ = now;
  console_.say(engine::Observer::Level::info, monitor_line(view));
}

void MonitorScreen::say(engine::Observer::Level level, const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (drawn_ == 0) {
    console_.say(level, text);
    return;
  }
  erase();
  console_.say(level, text);
  draw();
}

void MonitorScreen::leave() {
  const std::lock_guard lock(mutex_);
  drawn_ = 0;
}

}  // namespace tidemark::commands
