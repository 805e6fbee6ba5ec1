#pragma once
/// Data on its way into a document: shown as it is, and never taken for markup, a link or a formula.
/// In all of them control, C1 and bidirectional characters are written visibly (\n, \x1B, \u{202E}), and what isn't UTF-8 becomes U+FFFD.

#include <string>
#include <string_view>

namespace tidemark::engine::report {

std::string visible(std::string_view text);
/// For element content and for attributes in double quotes.
std::string html(std::string_view text);
/// A code span for a cell of a Markdown table: no markup works in it, and no renderer makes a link of it.
std::string markdown_code(std::string_view text);
/// Prose: all of Markdown's punctuation is escaped, also what would make GitHub link "https://…", "www.…" or an address.
std::string markdown(std::string_view text);
/// One word for a POSIX shell; as it is where nothing needs quotes.
std::string shell(std::string_view text);

}  // namespace tidemark::engine::report
