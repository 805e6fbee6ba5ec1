#include "migrations/social_links/mapping.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "migrations/social_links/entries.h"
#include "migrations/social_links/label.h"
#include "migrations/social_links/text.h"
#include "migrations/social_links/url/authority.h"
#include "migrations/social_links/url/check.h"

namespace tidemark::migrations::social_links {
namespace {

constexpr std::size_t kApiLimit = 20;  ///< links a profile, of the API behind the table

Result skipped(std::string_view reason) {
  Result result;
  result.reason = reason;
  return result;
}

/// One profile's conversion: entries go in one by one, the result comes out.
class Conversion {
 public:
  Conversion(const Mapping& mapping, std::span<const Existing> existing, const std::set<std::string>& created_before)
      : mapping_(mapping), created_before_(created_before) {
    for (const Existing& link : existing) {
      existing_.insert(identity(link.url));
      if (!link.of_profile) continue;
      next_position_ = existing_of_profile_ == 0 ? link.position + 1 : std::max(next_position_, link.position + 1);
      ++existing_of_profile_;
    }
  }

  void add(const Entry& entry) {
    if (!entry.supported) return reject(entry, "unsupported_value");
    const std::string_view url = trim(entry.url);
    if (const std::string_view reason = url::rejection(url); !reason.empty()) return reject(entry, reason);
    std::string id = identity(url);
    if (accepted_.contains(id)) return reject(entry, "duplicate");
    if (existing_.contains(id)) {
      accepted_.insert(std::move(id));
      return reject(entry, "exists");
    }
    if (created_before_.contains(id)) return reject(entry, "converted_before");
    accepted_.insert(id);
    create(entry, url, std::move(id));
  }

  Result finish() && {
    result_.outcome = result_.links.empty() ? Outcome::skipped : Outcome::converted;
    if (result_.links.empty()) result_.reason = reason();
    result_.over_api_limit = !result_.links.empty() && existing_of_profile_ + result_.links.size() > kApiLimit;
    return std::move(result_);
  }

 private:
  void reject(const Entry& entry, std::string_view reason) {
    result_.rejected.push_back({std::string(entry.key), std::string(reason)});
  }

  void create(const Entry& entry, std::string_view url, std::string id) {
    const KnownKey* known = nullptr;
    if (!entry.key.empty()) {
      const auto found = mapping_.known_keys.find(lower(trim(entry.key)));
      if (found != mapping_.known_keys.end()) known = &found->second;
    }
    result_.links.push_back({.label = choose_label(entry.label, known, entry.key, url::split(url).host),
                             .url = std::string(url),
                             .type = choose_type(entry.type, known),
                             .position = next_position_++,
                             .identity = std::move(id)});
  }

  std::string_view reason() const {
    const auto is = [](std::string_view reason) { return [reason](const Rejected& entry) { return entry.reason == reason; }; };
    const auto& rejected = result_.rejected;
    if (std::all_of(rejected.begin(), rejected.end(), is("empty_url"))) return "no_data";
    if (std::any_of(rejected.begin(), rejected.end(), is("exists"))) return "already_present";
    return "no_valid_links";
  }

  const Mapping& mapping_;
  const std::set<std::string>& created_before_;
  std::set<std::string> existing_;
  std::set<std::string> accepted_;  ///< created here, or `exists`
  std::size_t existing_of_profile_ = 0;
  std::int64_t next_position_ = 0;
  Result result_;
};

}  // namespace

Result convert(const Mapping& mapping, std::optional<std::string_view> source, bool text_column,
               std::span<const Existing> existing, const std::set<std::string>& created_before) {
  using Shape = SourceJson::Shape;
  if (!source) return skipped("no_data");
  std::optional<SourceJson> outer = read_source(*source), inner;
  if (!outer) {
    if (!text_column || !is_utf8(*source)) return skipped("invalid_json");
    outer.emplace();
    outer->shape = Shape::string;
    outer->string = *source;
  }
  if (outer->shape == Shape::nothing) return skipped("no_data");

  const std::vector<Entry>* entries = &outer->entries;
  if (outer->shape == Shape::string) {
    const std::string_view text = trim(outer->string);
    if (text.empty()) return skipped("no_data");
    if (text.front() == '{' || text.front() == '[') {
      inner = read_source(text);
      if (!inner) return skipped("invalid_json");
      entries = &inner->entries;
    } else {
      if (!url::rejection(text).empty()) return skipped("invalid_json");
      outer->entries.push_back({.url = text});
    }
  }

  Conversion conversion(mapping, existing, created_before);
  for (const Entry& entry : *entries) conversion.add(entry);
  return std::move(conversion).finish();
}

}  // namespace tidemark::migrations::social_links
