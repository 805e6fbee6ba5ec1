#include "commands/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "engine/errors.h"

namespace tidemark::commands {

bool is_terminal(int fd) { return isatty(fd) == 1; }

void print_in_large_pieces() {
  static char buffer[1 << 16];
  if (!is_terminal(STDOUT_FILENO)) std::setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
}

int terminal_width(int fd) {
  winsize size{};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool in_ci() {
  const char* ci = std::getenv("CI");
  const std::string_view value = ci == nullptr ? "" : ci;
  return !value.empty() && value != "0" && value != "false";
}

bool use_color(int fd, bool no_color) {
  const char* none = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color || in_ci() || (none != nullptr && *none != '\0')) return false;
  return is_terminal(fd) && (term == nullptr || std::string_view(term) != "dumb");
}

std::string painted(std::string_view text, Paint paint, bool color) {
  if (!color || paint == Paint::plain) return std::string(text);
  static constexpr const char* kCodes[] = {"", "1", "31", "32", "33", "2"};
  return std::string("\x1b[") + kCodes[static_cast<int>(paint)] + "m" + std::string(text) + "\x1b[0m";
}

std::string typed(const std::string& question, const std::string& doing, const std::string& next) {
  if (!is_terminal(STDIN_FILENO) || !is_terminal(STDERR_FILENO)) {
    throw engine::Failure(engine::ExitCode::usage, doing, printable(question), "there is no terminal to ask on", "Nothing was changed.", next);
  }
  std::fprintf(stderr, "%s ", printable_lines(question).c_str());
  std::fflush(stderr);
  std::string line;
  for (char c = 0; line.size() < 1000;) {
    pollfd in{STDIN_FILENO, POLLIN, 0};
    if (poll(&in, 1, -1) < 0 || read(STDIN_FILENO, &c, 1) != 1) {  // poll is never restarted: Ctrl-C says nothing
      std::fputc('\n', stderr);
      return {};
    }
    if (c == '\n') break;
    line += c;
  }
  return line;
}

bool ask(const std::string& question, bool yes, const std::string& doing) {
  if (yes) return true;
  auto line = typed(question + " [y/N]", doing, "the same command with --yes");
  for (char& c : line) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return line == "y" || line == "yes";
}

}  // namespace tidemark::commands
