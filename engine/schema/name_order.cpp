#include "engine/schema/name_order.h"

#include <unicode/coll.h>

#include <memory>

#include "engine/errors.h"

namespace tidemark::engine::schema {

NameOrder name_order() {
  UErrorCode error = U_ZERO_ERROR;
  // Shared because a std::function is copied, by std::sort among others.
  const std::shared_ptr<icu::Collator> collator(icu::Collator::createInstance(icu::Locale::getRoot(), error));
  if (U_FAILURE(error) || !collator) {
    throw Failure(ExitCode::failed, "sorting migrations", "ICU's root collation", u_errorName(error), "Nothing was written.",
                  "install ICU's data (package libicu)");
  }
  return [collator](const std::string& a, const std::string& b) {
    UErrorCode failed = U_ZERO_ERROR;
    const auto order = collator->compareUTF8(a, b, failed);
    return order == UCOL_EQUAL ? a < b : order == UCOL_LESS;
  };
}

}  // namespace tidemark::engine::schema
