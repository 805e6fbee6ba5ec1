#include "journal/verify.h"

#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <map>

#include "journal/chain.h"
#include "journal/codec.h"
#include "journal/connection.h"
#include "journal/erased.h"
#include "journal/layout.h"
#include "journal/projection.h"
#include "journal/stored.h"

namespace tidemark::journal {

namespace {

constexpr Seq kProgressEvery = 4096;

/// What is wrong, as the report puts it.
struct Finding {
  std::string kind, detail;
  bool at_next_event = false;  ///< the event behind the last good one is it; else the file as a whole
};

Finding finding(const JournalError& e, bool at_next_event) {
  switch (e.kind) {
    case JournalError::Kind::newer:
      return {"newer", e.what(), at_next_event};
    case JournalError::Kind::torn:
      return {"torn", e.what(), at_next_event};
    case JournalError::Kind::foreign:
      return {"foreign", e.what(), at_next_event};
    default:
      return {"damaged", e.what(), at_next_event};
  }
}

/// Erased events, and the events subject_erased that name them: neither stands without the other.
class Erasures {
 public:
  std::optional<Finding> look(const Record& record, const Event& event) {
    const auto* erased = std::get_if<SubjectErased>(&event);
    if (!erased) return std::nullopt;
    if (record.kind != SubjectErased::kCode) {
      unnamed_.emplace(record.seq, record.subject);
      return std::nullopt;
    }
    for (const Seq seq : erased->events) {
      const auto found = unnamed_.find(seq);
      if (found == unnamed_.end() || found->second != record.subject)
        return Finding{"illegal", "event " + std::to_string(record.seq) + " says that event " + std::to_string(seq) + " was erased, which is not so", true};
      unnamed_.erase(found);
      ++confirmed_;
    }
    return std::nullopt;
  }
  std::optional<Finding> end() const {
    if (unnamed_.empty()) return std::nullopt;
    return Finding{"damaged", "the payload of event " + std::to_string(unnamed_.begin()->first) + " is gone, and no event says that it was erased"};
  }
  std::uint64_t confirmed() const { return confirmed_; }

 private:
  std::map<Seq, Subject> unnamed_;
  std::uint64_t confirmed_ = 0;
};

/// Event by event: number, chain, codec, legality. The report counts what held.
std::optional<Finding> walk(SQLite::Database& db, VerifyReport& report, const std::function<void(Seq)>& progress) {
  Statements sql(db);
  Projection fold(db);
  Query row(sql, "SELECT " TIDEMARK_EVENT_COLUMNS " FROM main.event e ORDER BY e.seq");
  Erasures erasures;
  Record record;
  while (row.next()) {
    read_record(row, record);
    if (record.seq != report.events + 1)
      return Finding{"damaged", "event " + std::to_string(report.events + 1) + " is missing", true};
    Digest previous = report.head;
    std::optional<Event> event;
    if (record.seq == 1) {
      event = decode(record);
      if (!std::holds_alternative<JournalOpened>(*event))
        return Finding{"illegal", "event 1 is not journal_opened", true};
      previous = genesis(std::get<JournalOpened>(*event).journal);
    }
    const Digest expected = stored_chain_value(previous, record);
    if (expected != record.chain)
      return Finding{"damaged",
                     "event " + std::to_string(record.seq) + ": its chain value is " + hex(record.chain) + ", its content gives " + hex(expected),
                     true};
    if (!event) event = decode(record);
    if (auto wrong = erasures.look(record, *event)) return wrong;
    fold.fold(record, &*event);
    report.events = record.seq;
    report.head = record.chain;
    if (progress && record.seq % kProgressEvery == 0) progress(record.seq);
  }
  fold.save();
  report.erased = erasures.confirmed();
  return erasures.end();
}

std::optional<Finding> check_kinds(SQLite::Database& db) {
  SQLite::Statement each(db, "SELECT code, name FROM kind");
  while (each.executeStep()) {
    const std::int64_t code = each.getColumn(0).getInt64();
    const std::string name = each.getColumn(1).getString();
    const std::string_view ours =
        code > 0 && code <= UINT16_MAX ? kind_name(static_cast<std::uint16_t>(code)) : std::string_view();
    if (ours.empty())
      return Finding{"newer", "kind " + std::to_string(code) + " (" + name + ") is not known to this program"};
    if (ours != name)
      return Finding{"damaged", "kind " + std::to_string(code) + " is named " + name + ", it is " + std::string(ours)};
  }
  SQLite::Statement unnamed(db, "SELECT kind FROM main.event WHERE kind NOT IN (SELECT code FROM kind) LIMIT 1");
  if (unnamed.executeStep())
    return Finding{"damaged", "kind " + unnamed.getColumn(0).getString() + " is missing in the table of kinds"};
  return std::nullopt;
}

std::optional<Finding> check_schema(SQLite::Database& db) {
  const auto found = schema_of(db);
  auto expected = expected_schema();
  const auto is_of_kinds = [](const std::string& line) { return line.starts_with("index event_kind "); };
  if (std::ranges::none_of(found, is_of_kinds)) std::erase_if(expected, is_of_kinds);  // made by an earlier program
  for (std::size_t i = 0; i < std::max(found.size(), expected.size()); ++i)
    if (i >= found.size() || i >= expected.size() || found[i] != expected[i])
      return Finding{"damaged", "the file's schema is not a journal's: found " +
                                    (i < found.size() ? found[i] : "nothing more") + ", expected " +
                                    (i < expected.size() ? expected[i] : "nothing more")};
  return std::nullopt;
}

std::optional<Finding> check_end(SQLite::Database& db, const VerifyReport& report) {
  const auto head = static_cast<Seq>(db.execAndGet("SELECT seq FROM main.head").getInt64());
  if (report.events < head)
    return Finding{"torn",
                   "the file says " + std::to_string(head) + " events, " + std::to_string(report.events) + " are there",
                   true};
  return std::nullopt;
}

std::optional<Finding> check_all(SQLite::Database& db, VerifyReport& report, bool integrity,
                                 const std::function<void(Seq)>& progress) {
  SQLite::Transaction one_moment(db);  // a writer may go on meanwhile
  if (auto wrong = check_schema(db)) return wrong;
  make_temporary_projections(db);
  if (auto wrong = walk(db, report, progress)) return wrong;
  if (auto wrong = check_end(db, report)) return wrong;
  if (auto wrong = check_kinds(db)) return wrong;
  if (const std::string differs = compare_projections(db); !differs.empty()) return Finding{"projection", differs};
  if (!integrity) return std::nullopt;
  if (const std::string answer = db.execAndGet("PRAGMA integrity_check(1)").getString(); answer != "ok")
    return Finding{"damaged", "SQLite's integrity_check: " + answer};
  return std::nullopt;
}

std::string trustworthy(const VerifyReport& report) {
  if (report.events == 0) return "; no event could be trusted";
  return "; events 1 to " + std::to_string(report.events) + " hold";
}

}  // namespace

VerifyReport verify(const std::string& path, bool integrity, const std::function<void(Seq)>& progress) {
  VerifyReport report;
  std::optional<Finding> wrong;
  std::unique_ptr<SQLite::Database> db;
  try {
    db = open_for_reading(path);
    wrong = guarded(*db, path, "verifying", [&] { return check_all(*db, report, integrity, progress); });
  } catch (const JournalError& e) {
    if (e.kind == JournalError::Kind::missing || e.kind == JournalError::Kind::io) throw;
    wrong = finding(e, db != nullptr);
  } catch (const IllegalEvent& e) {
    wrong = Finding{"illegal", e.what(), true};
  }
  report.ok = !wrong;
  if (wrong) {
    report.kind = wrong->kind;
    report.detail = wrong->detail + trustworthy(report);
    if (wrong->at_next_event) report.first_bad = report.events + 1;
  }
  return report;
}

}  // namespace tidemark::journal
