#include <set>

#include "migrations/social_links/mapping.h"
#include "migrations/social_links/url/check.h"
#include "tests/fuzz/targets.h"

namespace tidemark::tests::fuzz {

using namespace migrations::social_links;

namespace {

std::size_t characters(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= 0x20) text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.remove_suffix(1);
  return text;
}

void keeps_promises(const Result& result) {
  std::set<std::string> identities;
  std::int64_t last = -1;
  promise((result.outcome == Outcome::converted) == !result.links.empty(), "converted means links");
  promise((result.outcome == Outcome::converted) == result.reason.empty(), "skipped has a reason");
  for (const Link& link : result.links) {
    promise(!link.label.empty() && characters(link.label) <= 40, "a label has 1 to 40 characters");
    promise(!link.url.empty() && characters(link.url) <= 2048, "a URL has 1 to 2048 characters");
    promise(link.identity == identity(link.url), "the identity is the URL's");
    promise(identities.insert(link.identity).second, "an identity comes once");
    promise(url::rejection(link.url).empty(), "a created URL is acceptable");
    promise(link.position > last, "positions rise");
    last = link.position;
  }
}

}  // namespace

void conversion(std::string_view bytes) {
  if (bytes.empty()) return;
  const bool text_column = bytes[0] & 1;
  const std::string_view source = bytes.substr(1);
  static const Mapping mapping = Mapping::standard();
  const Result once = convert(mapping, source, text_column, {}, {});
  keeps_promises(once);
  const Result again = convert(mapping, source, text_column, {}, {});
  promise(once.links == again.links && once.rejected == again.rejected && once.reason == again.reason, "the same again");
  std::vector<Existing> existing;
  std::set<std::string> before;
  for (const Link& link : once.links) {
    existing.push_back({link.url, link.position, true});
    before.insert(link.identity);
  }
  promise(convert(mapping, source, text_column, existing, {}).links.empty(), "twice is once");
  promise(convert(mapping, source, text_column, {}, before).links.empty(), "what a user removed stays away");
}

void url(std::string_view bytes) {
  const std::string_view text = trimmed(bytes);
  const std::string_view reason = url::rejection(text);
  promise(reason.empty() || reason == "empty_url" || reason == "invalid_url" || reason == "missing_scheme" || reason == "unsupported_scheme" || reason == "url_too_long",
          "one of the rules' reasons");
  const std::string of = identity(bytes);
  promise(!reason.empty() || identity(of) == of, "the identity of a URL that is taken is its own");
}

}  // namespace tidemark::tests::fuzz
