#pragma once
/// A person's request: what the journal holds about one subject goes, and its chain holds. Source: FORMAT.md, "Erased events".

#include <functional>
#include <string>
#include <vector>

#include "journal/event.h"

namespace tidemark::journal {

/// The events of a subject that erase() would take: those that hold its data and aren't erased yet, oldest first.
/// @throws JournalError as Reader
std::vector<Seq> erasable(const std::string& path, const Subject& subject);

/// Replaces the payloads of those events by their digests and appends subject_erased, in one transaction; then nothing of them is left in
/// the file or its write-ahead log. The caller holds the journal: no Writer is open.
/// @param holder  for the lock file   @param clock  as Writer's
/// @return the number of the event subject_erased; 0: there was nothing to erase, and nothing was written
/// @throws JournalError locked; io; damaged; also io, with nothing written, while a unit with such an event is in doubt
Seq erase(const std::string& path, const std::string& holder, const std::function<UtcMicros()>& clock, const Subject& subject, const std::string& why);

}  // namespace tidemark::journal
