#pragma once
/// Row changes, coded compactly and without loss for any text. Source: FORMAT.md, "Row changes".

#include <string_view>

#include "journal/bytes.h"
#include "journal/subject_parts.h"

namespace tidemark::journal {

/// @param subject  of the event; a value that equals it takes one byte. The same must be given to read_changes().
/// @tparam R  Row or CellRow: the same bytes
template <class R>
void write_changes(ByteWriter& out, const BasicRowChanges<R>& changes, std::string_view subject);
/// Cells point into the payload and into `subject`. @throws JournalError damaged
template <class R = Row>
BasicRowChanges<R> read_changes(ByteReader& in, std::string_view subject);

}  // namespace tidemark::journal
