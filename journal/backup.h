#pragma once
#include <string>

namespace tidemark::journal {

/// Copies a journal, also while a run writes: the copy is whole and as of one moment. As a file if its log is empty, else by SQLite's backup API.
/// Mode 0600.
/// @throws JournalError missing, foreign, io (also: `to` exists)
void backup(const std::string& from, const std::string& to);

/// The copy that a run leaves at its clean end: `to` is replaced in one step, or stays what it was. Mode 0600.
/// @throws JournalError as backup()
void keep_copy(const std::string& from, const std::string& to);

}  // namespace tidemark::journal
