/// The reader: opening, events, and the head.

#include "journal/reader.h"

#include "journal/layout.h"
#include "journal/reader_impl.h"

namespace tidemark::journal {

namespace {

/// A SELECT of the events that the filter leaves, with the values it binds.
struct Selection {
  std::string sql = "SELECT " TIDEMARK_EVENT_COLUMNS " FROM event e";
  std::vector<std::int64_t> numbers;
  bool any = false;

  void where(const char* condition, std::uint64_t value) {
    sql += (any ? " AND " : " WHERE ") + std::string(condition);
    numbers.push_back(static_cast<std::int64_t>(value));
    any = true;
  }
};

Selection select(const Filter& filter) {
  Selection out;
  if (!filter.subject.empty()) {
    out.sql += " INDEXED BY event_subject WHERE e.subject = ?";  // bound first
    out.any = true;
  }
  if (filter.from > 1) out.where("e.seq >= ?", filter.from);
  if (filter.to > 0) out.where("e.seq <= ?", filter.to);
  if (filter.kind) {
    out.where("e.kind = ?", filter.kind);
    if (filter.subject.empty() && few_are_of(filter.kind)) out.sql += std::string(" AND e.") + kFewAreOfAKind;  // lets the index answer
  }
  if (filter.run) {
    out.where("e.run = ?", filter.run);
    // A run's events stand between its first and the next run's: no scan of the others.
    out.where("e.seq >= ?", filter.run);
    out.where("e.seq < coalesce((SELECT min(run) FROM run WHERE run > ?), 9223372036854775807)", filter.run);
  }
  if (filter.unit) {
    out.where("e.unit = ?", filter.unit.value);
    out.where("e.seq >= coalesce((SELECT first_seq FROM unit WHERE unit = ?), 0)", filter.unit.value);
  }
  out.sql += filter.newest_first ? " ORDER BY e.seq DESC" : " ORDER BY e.seq";
  if (filter.limit) {
    out.sql += " LIMIT ?";
    out.numbers.push_back(static_cast<std::int64_t>(filter.limit));
  }
  return out;
}

}  // namespace

Reader::Reader(const std::string& path) : impl_(std::make_unique<Impl>(path)) {
  impl_->read("opening", [&] { read_head(*impl_->db, path); });
}

Reader::~Reader() = default;

JournalOpened Reader::opened() const {
  const auto first = event(1);
  if (!first) throw JournalError(JournalError::Kind::damaged, "journal " + impl_->path + ": event 1 is missing");
  Event opened = decode(*first);
  if (!std::holds_alternative<JournalOpened>(opened))
    throw JournalError(JournalError::Kind::damaged, "journal " + impl_->path + ": event 1 is not journal_opened");
  return std::get<JournalOpened>(std::move(opened));
}

Reader::Home Reader::home() const {
  const auto moved = impl_->read("reading the home of", [&]() -> std::optional<Record> {
    Query seq(impl_->sql, "SELECT seq FROM phase WHERE conversion = '' AND phase = 'target_moved'");
    return seq.next() ? find_record(impl_->sql, seq.number(0)) : std::nullopt;
  });
  if (!moved) {
    auto first = opened();
    return {std::move(first.system), std::move(first.database)};
  }
  const Event event = decode(*moved);
  const auto* home = std::get_if<TargetMoved>(&event);
  if (!home) throw JournalError(JournalError::Kind::damaged, "journal " + impl_->path + ": event " + std::to_string(moved->seq) + " is not target_moved");
  return {home->system, home->database};
}

Seq Reader::head_seq() const {
  return impl_->read("reading the head of", [&] {
    Query head(impl_->sql, "SELECT seq FROM head");
    return head.next() ? head.number(0) : Seq{0};
  });
}

Digest Reader::head_chain() const {
  return impl_->read("reading the head of", [&] {
    Query head(impl_->sql, "SELECT chain FROM head");
    return head.next() ? head.digest(0) : Digest{};
  });
}

std::optional<Record> Reader::event(Seq seq) const {
  return impl_->read("reading an event of", [&] { return find_record(impl_->sql, seq); });
}

void Reader::for_each(const Filter& filter, const std::function<bool(const Record&)>& each) const {
  impl_->read("reading events of", [&] {
    const Selection selection = select(filter);
    Statements once(*impl_->db);
    Query row(once, selection.sql.c_str());
    int index = 0;
    if (!filter.subject.empty()) row.bind(++index, subject_key(filter.subject));
    for (const std::int64_t number : selection.numbers) row.bind(++index, number);
    while (row.next())
      if (!each(read_record(row))) return;
  });
}

Reader::OneMoment::OneMoment(const Reader& reader) : reader_(reader) {
  auto& impl = *reader_.impl_;
  if (impl.moments == 0) impl.read("reading", [&] { impl.db->exec("BEGIN"); });
  ++impl.moments;
}

Reader::OneMoment::~OneMoment() {
  auto& impl = *reader_.impl_;
  if (--impl.moments > 0) return;
  try {
    impl.db->exec("COMMIT");
  } catch (const std::exception&) {  // nothing was written: there is nothing to lose
  }
}

}  // namespace tidemark::journal
