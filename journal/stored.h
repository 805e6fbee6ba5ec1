#pragma once
/// Rows of the table `event` as records.

#include "journal/event.h"
#include "journal/query.h"

namespace tidemark::journal {

/// For the SELECT lists that read_record() reads from its first column on.
#define TIDEMARK_EVENT_COLUMNS "e.seq, e.run, e.kind, e.version, e.at_us, e.unit, e.subject, e.payload, e.chain"

/// @throws JournalError damaged: a column that cannot be what was written
Record read_record(const Query& row);
void read_record(const Query& row, Record& record);  ///< the same into one whose memory serves again
std::optional<Record> find_record(Statements& statements, Seq seq);
void insert_record(Statements& statements, const Record& record);

}  // namespace tidemark::journal
