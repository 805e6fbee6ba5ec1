#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemark::migrations::social_links::url {

/// UTS 46 processing of a domain as the URL Standard asks for it: non-transitional, CheckBidi and CheckJoiners on,
/// CheckHyphens, UseSTD3ASCIIRules and VerifyDnsLength off.
/// @param domain  UTF-8, may be ill-formed (then it is invalid)
/// @return        the domain mapped and with every `xn--` label decoded; nothing if it is invalid or over 8192 bytes.
///                May be empty and may still hold forbidden code points.
/// The ASCII form isn't needed to judge a domain: an encoded label keeps its ASCII characters, adds none that is
/// forbidden, and is no number; and ICU refuses to encode labels that the standard takes (over 1000 units).
/// @throws std::runtime_error if ICU can't load its IDNA data
std::optional<std::string> to_unicode(std::string_view domain);

}  // namespace tidemark::migrations::social_links::url
