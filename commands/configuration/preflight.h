#pragma once
/// [preflight] and [[tool]] of tidemark.toml.

#include <optional>
#include <string>
#include <vector>

namespace tidemark::commands {

class Section;

struct PreflightSection {
  std::optional<std::vector<std::string>> expect_pending;  ///< nullopt: any
  std::string api_url;    ///< empty: API_URL, then [api] url; none of them: not asked
  std::string redis_url;  ///< empty: REDIS_URL; neither: not asked. Without a password
  unsigned long_transaction_s = 60;
  bool operator==(const PreflightSection&) const = default;
};
struct ToolSection {
  std::string name, command, minimum;
  bool operator==(const ToolSection&) const = default;
};
void read_preflight(Section& section, PreflightSection& into);
void read_tool(Section& section, std::vector<ToolSection>& into);

}  // namespace tidemark::commands
