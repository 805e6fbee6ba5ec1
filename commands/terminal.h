#pragma once
/// What a terminal may be shown, and what it is asked.

#include <string>
#include <string_view>

namespace tidemark::commands {

/// One line that is safe to print: C0, DEL, C1, bidirectional controls, line and paragraph separators as \xNN or \u{…}, \n \r \t by
/// name, invalid UTF-8 bytes as \xNN. What is printable stays as it is, the backslash too.
std::string printable(std::string_view text);
/// The same, but line feeds stay: for texts of several lines.
std::string printable_lines(std::string_view text);

bool is_terminal(int fd);
/// Results that don't go to a terminal leave in large pieces. To be called before anything is printed.
void print_in_large_pieces();
/// Columns; 80 if unknown.
int terminal_width(int fd);
/// True if the CI variable is set to anything but "", "0", "false".
bool in_ci();
/// Colour: only on a terminal, never with NO_COLOR, CI, TERM=dumb or --no-color.
bool use_color(int fd, bool no_color = false);

enum class Paint { plain, bold, red, green, yellow, dim };
std::string painted(std::string_view text, Paint paint, bool color);

/// Asks on the terminal (stderr) and reads standard input; true for y or yes. Ctrl-C, end of input and all else: no.
/// @param yes  --yes was given: true without asking
/// @throws Failure usage if there is no terminal to ask on, naming --yes and `doing`
bool ask(const std::string& question, bool yes, const std::string& doing);
/// The same for a text that has to be typed; without a terminal `next` is what to type. Ctrl-C and end of input: empty.
std::string typed(const std::string& question, const std::string& doing, const std::string& next);

}  // namespace tidemark::commands
