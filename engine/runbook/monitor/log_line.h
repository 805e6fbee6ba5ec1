#pragma once
/// What one line of a log says: a request with its status, or text.

#include <optional>
#include <string_view>
#include <string>

namespace tidemark::engine::runbook::monitor {

struct LogLine {
  std::optional<int> status;  ///< of a request: 100 to 599
  std::string text;           ///< what the patterns are sought in; of an access log's line nothing: its URLs are users' words
};

/// Takes nginx's combined format (also with something before it, as journalctl and `aws logs tail` print), JSON with a status in
/// status, statusCode, status_code, res.statusCode, response.status or response.statusCode, and any other text. Never throws.
LogLine parse_log_line(std::string_view line);

}  // namespace tidemark::engine::runbook::monitor
