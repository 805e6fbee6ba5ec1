#include "commands/print_error.h"

#include <unistd.h>

#include <cstdio>

#include "commands/json.h"
#include "commands/terminal.h"

namespace tidemark::commands {
namespace {

/// Printable, without line feeds at the end, further lines under the first.
std::string indented(const std::string& text, const std::string& indent) {
  std::string out;
  std::string_view rest = text;
  while (!rest.empty() && (rest.back() == '\n' || rest.back() == ' ')) rest.remove_suffix(1);
  bool begins = false;  // libpq indents its second line by a tab
  for (const char c : rest) {
    if (begins && (c == '\t' || c == ' ')) continue;
    begins = c == '\n';
    out += c;
    if (begins) out += indent;
  }
  return printable_lines(out);
}

}  // namespace

std::string error_text(const engine::Failure& failure, bool color) {
  std::string out = "tidemark: " + painted("error", Paint::red, color) + " while " + indented(failure.doing, "  ");
  if (!failure.object.empty()) out += ": " + indented(failure.object, "  ");
  out += "\n";
  if (!failure.answer.empty()) out += "  answer: " + indented(failure.answer, "          ") + "\n";
  if (!failure.safe.empty()) out += "  safe:   " + indented(failure.safe, "          ") + "\n";
  if (!failure.next.empty()) out += "  next:   " + painted(indented(failure.next, "          "), Paint::bold, color) + "\n";
  return out;
}

std::string error_json(const engine::Failure& failure) {
  const Json error = Json::object({{"code", static_cast<int>(failure.code)},
                                   {"doing", failure.doing},
                                   {"object", failure.object},
                                   {"answer", failure.answer},
                                   {"safe", failure.safe},
                                   {"next", failure.next}});
  return Json::object({{"error", error}}).text() + "\n";
}

int print_error(const engine::Failure& failure, bool json, const Redactor& redactor, bool no_color) {
  const engine::Failure clean(failure.code, redactor(failure.doing), redactor(failure.object), redactor(failure.answer),
                              redactor(failure.safe), redactor(failure.next));
  const std::string text = json ? error_json(clean) : error_text(clean, use_color(STDERR_FILENO, no_color));
  std::FILE* out = json ? stdout : stderr;
  std::fwrite(text.data(), 1, text.size(), out);
  std::fflush(out);
  return static_cast<int>(failure.code);
}

}  // namespace tidemark::commands
