#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "journal/codec.h"
#include "journal/erased.h"
#include "journal/errors.h"
#include "journal/reader.h"
#include "journal/verify.h"
#include "tests/fuzz/targets.h"

namespace tidemark::tests::fuzz {

using namespace journal;

namespace {

/// The rows without their texts: read, written and refused as they are with them.
void cells(const Record& record) {
  std::optional<Event> event;
  try {
    event = decode(record);
  } catch (const JournalError&) {
  }
  std::optional<ConvertedCells> read;
  try {
    read = converted_cells(record);
  } catch (const JournalError&) {
    return promise(!event, "refused as cells is refused as texts");
  }
  const auto* whole = event ? std::get_if<SubjectConverted>(&*event) : nullptr;
  promise((whole != nullptr) == read.has_value(), "read as cells if and only if as texts");
  if (!whole) return;
  RowChanges texts;
  for (const auto& change : read->changes.list) texts.list.push_back({change.table, change.op, row_of(change.before), row_of(change.after)});
  promise(texts == whole->changes, "cells stand for the texts");
  const auto written = draft(RevertedCells{1, read->changes, 0}, UnitId(1, 1), record.subject);
  const Event again = decode(written.kind, written.version, written.payload, record.subject);
  promise(std::get<SubjectReverted>(again).changes == whole->changes, "cells are written as the rows that they are");
}

}  // namespace

void codec(std::string_view bytes) {
  if (bytes.size() < 2) return;
  const auto kind = static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]));
  const auto version = static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[1]));
  constexpr std::string_view kSubject = "0193a1b2-c3d4-7e5f-8a9b-0123456789ab";
  if (kind == SubjectConverted::kCode) cells({1, 1, kind, version, {}, UnitId(1, 1), std::string(kSubject), std::string(bytes.substr(2)), {}});
  try {
    const Event event = decode(kind, version, bytes.substr(2), kSubject);
    if (remains(kind, version, bytes.substr(2))) return promise(kind_of(event) == SubjectErased::kCode, "what was erased says so");
    promise(kind_of(event) == kind, "an event of that kind");
    const bool holds_rows = kind == SubjectConverted::kCode || kind == SubjectReverted::kCode;
    promise(holds_rows || version != version_of(event) || encode(event, kSubject) == bytes.substr(2), "an event has one spelling, but for its rows' values");
    promise(!holds_rows || decode(kind, version_of(event), encode(event, kSubject), kSubject) == event, "rows are what they were, however they were spelt");
    const Event again = decode(kind, version_of(event), encode(event, kSubject), kSubject);
    promise(encode(again, kSubject) == encode(event, kSubject), "what is written is what was read");
  } catch (const JournalError& error) {
    promise(error.kind == JournalError::Kind::damaged || error.kind == JournalError::Kind::newer, "refused as damaged or newer");
  }
}

namespace {

/// In memory, one a process.
const std::string& place() {
  static const std::string path = [] {
    std::string name = std::string(::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + "/tidemark-fuzz-XXXXXX";
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
    static const struct Remover {
      std::string path;
      ~Remover() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
      }
    } remover{name};
    return name + "/a.journal";
  }();
  return path;
}

void read_all(const Reader& reader) {
  std::vector<Subject> subjects;
  reader.for_each({}, [&](const Record& record) {
    if (subjects.size() < 20 && !record.subject.empty()) subjects.push_back(record.subject);
    decode(record);
    return true;
  });
  reader.opened();
  reader.units(std::nullopt);
  reader.runs();
  reader.counters("links");
  reader.closed_ranges("links");
  reader.open_subjects("links");
  reader.tables();
  reader.migrations();
  reader.touched("links", 0, 100);
  reader.subject_states("links", subjects);
  for (const Subject& subject : subjects) reader.history("links", subject);
}

}  // namespace

void journal_file(std::string_view bytes) {
  for (const char* suffix : {"-wal", "-shm", "-journal"}) std::filesystem::remove(place() + suffix);
  std::ofstream(place(), std::ios::binary | std::ios::trunc) << bytes;
  bool readable = false;
  try {
    read_all(Reader(place()));
    readable = true;
  } catch (const JournalError&) {
  }
  try {
    if (verify(place()).ok) promise(readable, "what is verified can be read");
  } catch (const JournalError&) {
  }
}

}  // namespace tidemark::tests::fuzz
