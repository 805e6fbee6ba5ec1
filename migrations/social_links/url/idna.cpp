#include "migrations/social_links/url/idna.h"

#include <unicode/uidna.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>

namespace tidemark::migrations::social_links::url {
namespace {

/// ICU reorders combining marks in quadratic time, so hostile text is cut off well above what a URL may have
/// (2048 characters of 4 bytes).
constexpr std::size_t kMaxBytes = 8192;

constexpr std::uint32_t kIgnoredErrors = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
                                         UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN |
                                         UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;

struct CloseIdna {
  void operator()(UIDNA* idna) const { uidna_close(idna); }
};

std::unique_ptr<UIDNA, CloseIdna> open_idna() {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<UIDNA, CloseIdna> idna(uidna_openUTS46(
      UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE, &status));
  if (U_FAILURE(status)) throw std::runtime_error(std::string("opening ICU's IDNA data: ") + u_errorName(status));
  return idna;
}

/// A decoded label may not look encoded again. (ICU sees here only the hyphens that we ignore.)
bool has_encoded_label(std::string_view domain) {
  return domain.starts_with("xn--") || domain.find(".xn--") != domain.npos;
}

}  // namespace

std::optional<std::string> to_unicode(std::string_view domain) {
  // One for the process: opening costs far more than using it, and ICU's object is immutable and thread-safe.
  static const auto idna = open_idna();
  if (domain.size() > kMaxBytes) return std::nullopt;

  std::string out(domain.size() * 2, '\0');
  for (;;) {
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t length =
        uidna_nameToUnicodeUTF8(idna.get(), domain.data(), static_cast<std::int32_t>(domain.size()), out.data(),
                                static_cast<std::int32_t>(out.size()), &info, &status);
    out.resize(static_cast<std::size_t>(length));
    if (status == U_BUFFER_OVERFLOW_ERROR) continue;
    if (U_FAILURE(status) || (info.errors & ~kIgnoredErrors) != 0 || has_encoded_label(out)) return std::nullopt;
    return out;
  }
}

}  // namespace tidemark::migrations::social_links::url
