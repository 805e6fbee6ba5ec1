#pragma once
/// What the journal's tests share: a directory of their own, a clock, a small language for journals, a signature of all
/// that can be read.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "journal/reader.h"

namespace tidemark::journal::test {

/// Gone with its content when it leaves scope.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string path(const std::string& name = "a.journal") const { return (root_ / name).string(); }
  std::string root() const { return root_.string(); }

 private:
  std::filesystem::path root_;
};

/// Advances by a millisecond at each look, from 2026-11-22 02:14:00. Copies go on from where it stands.
struct Ticking {
  std::int64_t us = 1'795'313'640'000'000;
  UtcMicros operator()() { return {us += 1000}; }
};

Writer::Options options(const std::string& path);
JournalOpened opened();
std::unique_ptr<Writer> make_journal(const std::string& path);

/// Appends what the text says, one step a line or ';':
///   run convert | end 0 | pause | lease 1 | table 1 | phase links first_pass | note text
///   convert|rollback|redo 1.2 links a b- c? d+ !e lo..hi   a chunk: a converted (or reverted), b skipped, c refused, d
///   partly
///                                                 reverted, e deferred; a*: converted, with two thirds of Reader::kMostBytesAtOnce; closes (lo, hi], lo empty: from the first key
///   commit 1.2 | settle 1.2 | void 1.2
///   apply|revert 1.2 name | applied|reverted 1.2 name
void play(Writer& writer, const std::string& script);
/// A letter or word of the language as the subject it stands for: a UUID of it, but text if it begins with '_'.
Subject subject(const std::string& word);
UnitId unit(const std::string& word);

/// Makes a journal with this content, cleanly closed. @return its path
std::string journal_of(const TempDir& dir, const std::string& script, const std::string& name = "a.journal");
/// A bit of everything, some 40 events.
extern const char* const kEverything;

/// Everything that a Reader can tell. Equal for journals that read the same.
std::string signature(const Reader& reader);
std::vector<Record> all_records(const Reader& reader);
/// A record as it would be appended again.
Draft again(const Record& record);

std::string bytes_of(const std::string& path);

/// Runs SQL on the file behind the journal's back; triggers can be dropped first.
void tamper(const std::string& path, const std::string& sql);

}  // namespace tidemark::journal::test
