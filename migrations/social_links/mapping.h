#pragma once
// profiles."socialLinks" to links: the decision alone, without a database.  Source: CONVERSION.md

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "migrations/social_links/url/identity.h"

namespace tidemark::migrations::social_links {

/// A link that this user already has.
struct Existing {
  std::string url;            ///< as stored; compared by its identity
  std::int64_t position = 0;  ///< counts only if the link belongs to this profile
  bool of_profile = true;     ///< false: of another profile of the same user
};

/// A link to be created.
struct Link {
  std::string label;     ///< 1–40 characters
  std::string url;       ///< the stored text, trimmed; 1–2048 characters
  std::string type;      ///< website, imdb, showreel, other, or what the mapping's table says
  std::int64_t position = 0;
  std::string identity;  ///< identity(url), unique within a result
  auto operator<=>(const Link&) const = default;
};

/// An entry that is not created.
struct Rejected {
  std::string key;     ///< as stored: may hold any character, NUL and escapes too
  std::string reason;  ///< empty_url invalid_url missing_scheme unsupported_scheme url_too_long unsupported_value
                       ///< duplicate exists converted_before
  auto operator<=>(const Rejected&) const = default;
};

enum class Outcome { converted, skipped };  ///< refusing (source_too_large, a target's no) is the engine's

struct Result {
  Outcome outcome = Outcome::skipped;
  std::string reason;              ///< empty if converted; else no_data, invalid_json, already_present, no_valid_links
  std::vector<Link> links;         ///< in stored order, positions rising by one; not empty if converted
  std::vector<Rejected> rejected;  ///< in stored order
  bool over_api_limit = false;     ///< a warning: with the new links the profile has more than the API's 20
};

struct KnownKey {
  std::string type, label;
};

/// The table of known keys; part of what a run is bound to.
struct Mapping {
  std::map<std::string, KnownKey> known_keys;  ///< keys trimmed and in lower case

  /// The eight keys of the rules.
  static Mapping standard();

  /// The rules' version and the table as text: equal exactly if conversions are equal. Hash it for the mapping's digest.
  std::string canonical() const;
};

/// Decides what becomes of one profile. Never throws for what `source` holds; the work is n log n in its size.
/// @param source          the column's text; nullopt: SQL NULL
/// @param text_column     the column is of a text type: a text that isn't JSON counts as a JSON string of it
/// @param existing        all links of the profile's user, in any order
/// @param created_before  identities that an earlier committed conversion of this profile created and whose row is gone
///                        or changed: rejected, `converted_before`
[[nodiscard]] Result convert(const Mapping& mapping, std::optional<std::string_view> source, bool text_column,
                             std::span<const Existing> existing, const std::set<std::string>& created_before);

}  // namespace tidemark::migrations::social_links
