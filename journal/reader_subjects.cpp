/// The reader's answers about subjects: by the subject's index, in as many steps as it has records.

#include <algorithm>
#include <limits>

#include "journal/reader_impl.h"

namespace tidemark::journal {

namespace {

/// Its records in committed units of a conversion, newest first. CROSS JOIN keeps the order: first the subject's few
/// events.
constexpr const char* kCommittedRecords =
    "SELECT " TIDEMARK_EVENT_COLUMNS
    " FROM event e INDEXED BY event_subject CROSS JOIN unit u ON u.unit = e.unit"
    " WHERE e.subject = ? AND e.kind BETWEEN 20 AND 23 AND u.name = ? AND u.state = 1 ORDER BY e.seq DESC";

}  // namespace

const SourceDigest* source_of(const Event& event) {
  if (const auto* e = std::get_if<SubjectConverted>(&event)) return &e->source;
  if (const auto* e = std::get_if<SubjectSkipped>(&event)) return &e->source;
  if (const auto* e = std::get_if<SubjectRefused>(&event)) return &e->source;
  return nullptr;
}

SubjectStatus status_after(const Event& event) {
  if (std::holds_alternative<SubjectConverted>(event)) return SubjectStatus::converted;
  if (std::holds_alternative<SubjectSkipped>(event)) return SubjectStatus::skipped;
  if (std::holds_alternative<SubjectRefused>(event)) return SubjectStatus::refused;
  if (std::holds_alternative<SubjectErased>(event)) return SubjectStatus::erased;
  const auto* reverted = std::get_if<SubjectReverted>(&event);
  if (!reverted) return SubjectStatus::none;
  return reverted->left > 0 ? SubjectStatus::partly_reverted : SubjectStatus::reverted;
}

const char* to_string(SubjectStatus status) {
  switch (status) {
    case SubjectStatus::none:
      return "none";
    case SubjectStatus::converted:
      return "converted";
    case SubjectStatus::skipped:
      return "skipped";
    case SubjectStatus::refused:
      return "refused";
    case SubjectStatus::reverted:
      return "reverted";
    case SubjectStatus::partly_reverted:
      return "partly_reverted";
    case SubjectStatus::erased:
      return "erased";
  }
  return "";
}

SubjectState Reader::subject_state(const std::string& conversion, const Subject& subject) const {
  return impl_->read("reading a subject of", [&] {
    SubjectState state;
    Query row(impl_->sql, kCommittedRecords, subject_key(subject), conversion);
    while (row.next()) {
      const Record record = read_record(row);
      const Event event = decode(record);
      if (state.last == 0) {
        state.last = record.seq;
        state.status = status_after(event);
      }
      const SourceDigest* const source = source_of(event);
      if (!source) continue;  // reverted: what the source was stands in an older record
      state.source = *source;
      break;
    }
    return state;
  });
}

std::vector<SubjectState> Reader::subject_states(const std::string& conversion,
                                                 const std::vector<Subject>& subjects) const {
  const OneMoment moment(*this);
  std::vector<SubjectState> out;
  out.reserve(subjects.size());
  for (const Subject& subject : subjects) out.push_back(subject_state(conversion, subject));
  return out;
}

std::vector<Reader::SubjectRecord> Reader::history(const std::string& conversion, const Subject& subject) const {
  return impl_->read("reading a subject of", [&] {
    std::vector<SubjectRecord> out;
    Query row(impl_->sql,
              "SELECT " TIDEMARK_EVENT_COLUMNS ", " TIDEMARK_UNIT_COLUMNS
              " FROM event e INDEXED BY event_subject LEFT JOIN unit u ON u.unit = e.unit LEFT JOIN event i ON i.seq = "
              "u.intent_seq"
              " WHERE e.subject = ? AND (u.name = ? OR u.unit IS NULL) ORDER BY e.seq",
              subject_key(subject), conversion);
    constexpr int kUnit = 9;
    while (row.next()) out.push_back({read_record(row), row.null(kUnit) ? UnitInfo{} : read_unit(row, kUnit)});
    return out;
  });
}

void Reader::for_each_by_subject(Seq to, const std::function<bool(const Record&)>& each) const {
  impl_->read("reading the subjects of", [&] {
    // The index holds the events of a subject in their order: nothing is sorted.
    Query row(impl_->sql,
              "SELECT " TIDEMARK_EVENT_COLUMNS
              " FROM event e INDEXED BY event_subject WHERE e.subject IS NOT NULL AND e.kind BETWEEN 20 AND 23 AND e.seq <= ?"
              " ORDER BY e.subject, e.seq",
              to);
    while (row.next())
      if (!each(read_record(row))) return;
  });
}

std::size_t Reader::portion(const std::vector<Subject>& subjects, std::size_t from, std::size_t limit) const {
  return impl_->read("reading the size of subjects of", [&] {
    const OneMoment moment(*this);
    const auto end = std::min(subjects.size(), from + limit);
    std::uint64_t bytes = 0;
    auto at = from;
    for (; at < end; ++at) {
      Query row(impl_->sql, "SELECT coalesce(sum(length(payload)), 0) FROM event INDEXED BY event_subject WHERE subject = ?", subject_key(subjects[at]));
      row.next();
      bytes += static_cast<std::uint64_t>(row.integer(0));
      if (at > from && bytes > kMostBytesAtOnce) break;
    }
    return at - from;
  });
}

std::vector<Reader::Touched> Reader::touched(const std::string& conversion, Seq after, std::uint64_t limit, Seq up_to) const {
  return impl_->read("reading the touched subjects of", [&] {
    std::vector<Touched> out;
    // A subject's events are counted in its index alone: of most there is one, and no other is looked up. Of a subject_reverted `left` is
    // the payload's last number, in its shortest form: one byte 0 and nothing else ends with a zero byte.
    static_assert(SubjectReverted::kVersion == 1);
    Query row(impl_->sql,
              "SELECT " TIDEMARK_EVENT_COLUMNS
              ", CASE WHEN (SELECT count(*) FROM event o INDEXED BY event_subject WHERE o.subject = e.subject) = 1 THEN 2"
              "  ELSE NOT EXISTS (SELECT 1 FROM event f INDEXED BY event_subject CROSS JOIN unit v ON v.unit = f.unit"
              "   WHERE f.subject = e.subject AND f.seq > e.seq AND f.kind IN (20, 23) AND v.name = ?2 AND v.state = 1) END"
              " FROM event e NOT INDEXED CROSS JOIN unit u ON u.unit = e.unit"
              " WHERE e.seq > ?1 AND e.seq <= ?3 AND (e.kind = 20 OR (e.kind = 23 AND substr(e.payload, -1) <> x'00'))"
              " AND u.name = ?2 AND u.state = 1 ORDER BY e.seq",
              after, conversion, up_to == 0 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(up_to));
    constexpr int kStanding = 9;  // 0: a later one decides, 1: the last, 2: the only one
    std::uint64_t bytes = 0;
    while (out.size() < limit && bytes < kMostBytesAtOnce && row.next()) {
      const auto standing = row.integer(kStanding);
      if (standing == 0) continue;
      Record record = read_record(row);
      if (record.version == 0) continue;  // erased: nobody knows its rows any more
      bytes += record.payload.size();
      if (!out.empty() && bytes > kMostBytesAtOnce) break;
      out.push_back({record.subject, record.seq});
      if (standing == 2) out.back().sole = std::move(record);
    }
    return out;
  });
}

}  // namespace tidemark::journal
