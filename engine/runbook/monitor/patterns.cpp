#include "engine/runbook/monitor/patterns.h"

#include <re2/re2.h>

#include <stdexcept>

namespace tidemark::engine::runbook::monitor {

struct Patterns::Impl {
  std::vector<std::pair<std::string, std::unique_ptr<re2::RE2>>> list;
};

Patterns::Patterns(const std::map<std::string, std::string>& expressions) : impl_(std::make_unique<Impl>()) {
  re2::RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // a log may hold any bytes
  for (const auto& [name, text] : expressions) {
    auto compiled = std::make_unique<re2::RE2>(text, options);
    if (!compiled->ok()) throw std::invalid_argument(name + ": " + compiled->error());
    impl_->list.emplace_back(name, std::move(compiled));
  }
}
Patterns::~Patterns() = default;

/// The runbook's greps (steps 5.2 and 5.4), with what they meant.
std::map<std::string, std::string> Patterns::defaults() {
  return {{"5xx", R"(\bHTTP/[0-9.]+" 5[0-9][0-9]\b|\b(status|status_?code)[=: "]+5[0-9][0-9]\b)"},
          {"database_error", R"((prisma|database|postgres|\bsql).*(error|fail|refused|timed? ?out)|(error|fail).*(prisma|database|postgres|\bsql))"},
          {"rate_limited", R"(rate.?limit|too many requests|limiting requests)"}};
}

std::vector<std::string> Patterns::in(std::string_view text) const {
  std::vector<std::string> names;
  for (const auto& [name, expression] : impl_->list) {
    if (re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression)) names.push_back(name);
  }
  return names;
}

}  // namespace tidemark::engine::runbook::monitor
