#pragma once
/// An event whose payload was erased: version 0, and in place of the payload its digest and the version that it had.
/// Source: FORMAT.md, "Erased events".

#include <optional>
#include <string>
#include <string_view>

#include "journal/event.h"

namespace tidemark::journal {

/// Kinds that hold a subject's data, and so may be erased.
constexpr bool may_be_erased(std::uint16_t kind) { return kind >= SubjectConverted::kCode && kind <= RevertConflict::kCode; }

struct Remains {
  Digest payload_sha256{};
  std::uint32_t version = 0;
};
/// nullopt: not erased. @throws JournalError damaged: version 0, but not what erase() leaves
std::optional<Remains> remains(std::uint16_t kind, std::uint32_t version, std::string_view payload);
std::string encode(const Remains& remains);

/// The chain value that follows from what is stored of `record`, erased or not.
Digest stored_chain_value(const Digest& previous, const Record& record);

}  // namespace tidemark::journal
