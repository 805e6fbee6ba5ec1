/// The reader's answers from the projections: units, runs, progress, tables, migrations.

#include "journal/ranges.h"
#include "journal/reader_impl.h"

namespace tidemark::journal {

namespace {

JournalError damaged(const std::string& path, const std::string& what) {
  return {JournalError::Kind::damaged, "journal " + path + ": " + what};
}

/// The event `seq`, which must be an `E`.
template <class E>
E event_of(Reader::Impl& impl, Seq seq) {
  const auto record = find_record(impl.sql, seq);
  if (!record) throw damaged(impl.path, "event " + std::to_string(seq) + " is missing");
  Event event = decode(*record);
  if (!std::holds_alternative<E>(event))
    throw damaged(impl.path, "event " + std::to_string(seq) + " is not " + std::string(E::kKind));
  return std::get<E>(std::move(event));
}

}  // namespace

UnitInfo read_unit(const Query& row, int first) {
  UnitInfo unit;
  unit.unit = UnitId(row.number(first));
  unit.run = row.number(first + 1);
  unit.name = row.text(first + 2);
  unit.work = row.text(first + 3);
  unit.first = row.number(first + 4);
  unit.intent = row.number(first + 5);
  unit.intent_chain = row.digest(first + 6);
  unit.outcome = row.number(first + 7);
  const std::uint64_t state = row.number(first + 8);
  if (state > 2)
    throw JournalError(JournalError::Kind::damaged, "unit " + to_string(unit.unit) + " is in no known state");
  unit.state = static_cast<UnitState>(state);
  unit.committed_at.value = row.integer(first + 9);
  return unit;
}

std::optional<UnitInfo> Reader::unit(UnitId unit) const {
  return impl_->read("reading a unit of", [&]() -> std::optional<UnitInfo> {
    Query row(impl_->sql,
              "SELECT " TIDEMARK_UNIT_COLUMNS " FROM unit u LEFT JOIN event i ON i.seq = u.intent_seq WHERE u.unit = ?",
              unit.value);
    if (!row.next()) return std::nullopt;
    return read_unit(row);
  });
}

std::vector<UnitInfo> Reader::units(std::optional<UnitState> state) const {
  return impl_->read("reading the units of", [&] {
    // The in-doubt ones have an index of their own: each start asks for them.
    const char* const sql =
        !state ? "SELECT " TIDEMARK_UNIT_COLUMNS
                 " FROM unit u LEFT JOIN event i ON i.seq = u.intent_seq ORDER BY u.intent_seq"
        : *state == UnitState::in_doubt
            ? "SELECT " TIDEMARK_UNIT_COLUMNS
              " FROM unit u LEFT JOIN event i ON i.seq = u.intent_seq WHERE u.state = 0 ORDER BY u.intent_seq"
            : "SELECT " TIDEMARK_UNIT_COLUMNS
              " FROM unit u LEFT JOIN event i ON i.seq = u.intent_seq WHERE u.state = ? ORDER BY u.intent_seq";
    Query row(impl_->sql, sql);
    if (state && *state != UnitState::in_doubt) row.bind(1, static_cast<int>(*state));
    std::vector<UnitInfo> out;
    while (row.next()) out.push_back(read_unit(row));
    return out;
  });
}

void Reader::for_each_unit(const std::function<bool(const UnitInfo&)>& each) const {
  impl_->read("reading the units of", [&] {
    Query row(impl_->sql,
              "SELECT " TIDEMARK_UNIT_COLUMNS " FROM unit u LEFT JOIN event i ON i.seq = u.intent_seq ORDER BY u.unit");
    while (row.next())
      if (!each(read_unit(row))) return;
  });
}

ReceiptSum Reader::receipts() const {
  return impl_->read("reading the receipts of", [&] {
    Query head(impl_->sql, "SELECT receipts, receipts_digest FROM head");
    return head.next() ? ReceiptSum{head.number(0), head.number(1)} : ReceiptSum{};
  });
}

std::uint64_t Reader::last_epoch() const {
  return impl_->read("reading the epoch of", [&] {
    Query head(impl_->sql, "SELECT epoch FROM head");
    return head.next() ? head.number(0) : std::uint64_t{0};
  });
}

std::vector<RunInfo> Reader::runs() const {
  return impl_->read("reading the runs of", [&] {
    std::vector<RunInfo> out;
    Query row(impl_->sql, "SELECT run, started_us, state, exit_code, ended_us FROM run ORDER BY run");
    while (row.next()) {
      RunInfo run;
      run.run = row.number(0);
      run.started = event_of<RunStarted>(*impl_, run.run);
      run.at.value = row.integer(1);
      run.state = row.text(2);
      if (!row.null(3)) run.exit_code = static_cast<std::uint32_t>(row.number(3));
      run.ended_at.value = row.integer(4);
      out.push_back(std::move(run));
    }
    return out;
  });
}

std::optional<RunInfo> Reader::run(Run run) const {
  for (RunInfo& info : runs())
    if (info.run == run) return std::move(info);
  return std::nullopt;
}

std::optional<RunInfo> Reader::last_run() const {
  auto all = runs();
  if (all.empty()) return std::nullopt;
  return std::move(all.back());
}

Tally Reader::counters(const std::string& conversion) const {
  return impl_->read("reading the counters of", [&] {
    Tally out;
    // What voided units took back to nothing is as if it had never been counted.
    Query row(impl_->sql, "SELECT name, value FROM counter WHERE conversion = ? AND value <> 0", conversion);
    while (row.next()) out[row.text(0)] = row.integer(1);
    return out;
  });
}

std::vector<KeyRange> Reader::closed_ranges(const std::string& conversion) const {
  return impl_->read("reading the ranges of", [&] {
    std::vector<KeyRange> all;
    Query row(impl_->sql, "SELECT lo, hi FROM closed_range WHERE conversion = ?", conversion);
    while (row.next()) all.push_back({row.null(0) ? std::nullopt : std::optional(row.key(0)), row.key(1)});
    return merged(all);
  });
}

std::vector<std::string> Reader::open_subjects(const std::string& conversion) const {
  return impl_->read("reading the open subjects of", [&] {
    std::vector<std::string> out;
    Query row(impl_->sql,
              "SELECT DISTINCT subject FROM open_subject WHERE conversion = ? AND closed_by = 0 ORDER BY subject",
              conversion);
    while (row.next()) out.push_back(row.key(0));
    return out;
  });
}

bool Reader::phase_done(const std::string& conversion, const std::string& phase) const {
  return impl_->read("reading the phases of", [&] {
    return Query(impl_->sql, "SELECT 1 FROM phase WHERE conversion = ? AND phase = ?", conversion, phase).next();
  });
}

std::map<std::uint32_t, TableShape> Reader::tables() const {
  return impl_->read("reading the tables of", [&] {
    std::map<std::uint32_t, TableShape> out;
    Query row(impl_->sql, "SELECT no, seq FROM table_shape");
    while (row.next()) {
      TableShape shape = event_of<TableDescribed>(*impl_, row.number(1)).shape;
      if (shape.no != row.number(0))
        throw damaged(impl_->path, "table " + std::to_string(row.number(0)) + " is described elsewhere");
      out.emplace(shape.no, std::move(shape));
    }
    return out;
  });
}

std::vector<Reader::Migration> Reader::migrations() const {
  return impl_->read("reading the migrations of", [&] {
    std::vector<Migration> out;
    Query row(
        impl_->sql,
        "SELECT name, work, unit, intent_seq FROM unit u WHERE work IN ('apply', 'revert') AND state = 1 AND NOT EXISTS"
        " (SELECT 1 FROM unit v WHERE v.work IN ('apply', 'revert') AND v.state = 1 AND v.name = u.name"
        " AND v.outcome_seq > u.outcome_seq) ORDER BY outcome_seq");
    while (row.next()) out.push_back({row.text(0), row.text(1) == "apply", UnitId(row.number(2)), row.number(3)});
    return out;
  });
}

}  // namespace tidemark::journal
