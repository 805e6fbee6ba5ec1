#include "engine/audit/diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "engine/conversion/binding.h"
#include "engine/rollback/rollback.h"

namespace tidemark::engine::audit {
namespace {

using rollback::Found;

constexpr std::size_t kBatch = 1000;
constexpr int kLooks = 5;

/// A snapshot of the target for one batch.
class Snapshot {
 public:
  explicit Snapshot(Session& session) : session_(session) { session_.begin_reading(); }
  ~Snapshot() { session_.rollback(); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Session& session_;
};

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

class Comparison {
 public:
  Comparison(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const DiffListener& listener)
      : session_(session), journal_(journal), conversion_(conversion), listener_(listener), live_(rollback::live_tables(session, conversion)),
        binding_(conversion::bind(session, conversion, true)) {
    for (const auto& live : live_) {
      auto& columns = columns_.emplace_back();
      for (const auto at : live.facts.shape.key) columns.push_back(live.facts.shape.columns[at].name);
    }
    for (const auto& [column, _] : conversion.tables().match) columns_.front().push_back(column);
  }

  /// Journal against table.
  void ours(const Keys& subjects) {
    in_portions(subjects, [&](const Keys& portion) { ours_batch(portion); });
  }
  void ours() {
    for (auto touched = journal_.touched(conversion_.name(), after_, kBatch); !touched.empty(); touched = journal_.touched(conversion_.name(), after_, kBatch)) {
      after_ = touched.back().seq;
      Keys subjects;
      for (const auto& t : touched) subjects.push_back(t.subject);
      ours_batch(subjects);
    }
  }

  /// Table against journal; after ours().
  void theirs() {
    std::sort(known_.begin(), known_.end());
    for (std::size_t table = 0; table < live_.size(); ++table) {
      Row above;
      for (auto last = theirs_batch(table, [&] { return page(table, above); }); !last.empty(); last = theirs_batch(table, [&] { return page(table, above); })) above = last;
    }
  }
  void theirs(const Keys& subjects) {
    std::sort(known_.begin(), known_.end());
    in_portions(subjects, [&](const Keys& portion) { theirs_batch(0, [&] { return rows_of(portion); }); });
  }

  DiffResult result;

 private:
  const journal::TableShape& shape_of(std::size_t table) const { return live_[table].facts.shape; }
  std::string table_name(std::size_t table) const { return shape_of(table).schema + "." + shape_of(table).name; }
  const journal::TableShape& shape_of(const std::string& table) const {
    std::size_t at = 0;
    while (table_name(at) != table) ++at;
    return shape_of(at);
  }
  static std::size_t hash_of(const std::string& table, const Row& key) {
    auto text = table;
    for (const auto& value : key) text += '\0' + value.value_or("");
    return std::hash<std::string>()(text);
  }
  /// No column of the target says whose a row is: only the journal's rows tell.
  bool by_key() const { return conversion_.tables().match.empty(); }

  template <class Use>
  void in_portions(const Keys& subjects, Use&& use) const {
    for (std::size_t at = 0; at < subjects.size();) {
      const auto begin = subjects.begin() + static_cast<std::ptrdiff_t>(at);
      at += journal_.portion(subjects, at, kBatch);
      use(Keys(begin, subjects.begin() + static_cast<std::ptrdiff_t>(at)));
    }
  }

  void ours_batch(const Keys& subjects) {
    auto head = journal_.head_seq();
    auto plans = look(subjects);
    // A unit that committed between our two looks, at the journal and at the table, makes a difference that is none.
    for (int again = 1; again < kLooks && differs(plans) && journal_.head_seq() != head; ++again) {
      head = journal_.head_seq();
      plans = look(subjects);
    }
    const auto tables = journal_.tables();
    doubtful_ = !journal_.units(journal::UnitState::in_doubt).empty();
    for (const auto& plan : plans) {
      const bool unsettled = differs(plan) && in_doubt(plan.subject);
      for (const auto& row : plan.rows) {
        if (row.found == Found::moved || (by_key() && row.effect.after)) known_.push_back(hash_of(row.table, row.key));
        if (row.found == Found::same) ++result.same;
        else if (unsettled) ++result.in_doubt;
        else report({plan.subject, row, tables.at(row.ours.table), shape_of(row.table)});
      }
    }
  }

  std::vector<rollback::SubjectPlan> look(const Keys& subjects) {
    const Snapshot snapshot(session_);
    return rollback::plan(session_, journal_, conversion_, subjects, live_);
  }
  static bool differs(const rollback::SubjectPlan& plan) {
    return std::any_of(plan.rows.begin(), plan.rows.end(), [](const auto& row) { return row.found != Found::same; });
  }
  static bool differs(const std::vector<rollback::SubjectPlan>& plans) {
    return std::any_of(plans.begin(), plans.end(), [](const auto& plan) { return differs(plan); });
  }

  void report(const Difference& difference) {
    switch (difference.row.found) {
      case Found::deleted: ++result.missing; break;
      case Found::edited: ++(difference.row.effect.after ? result.edited : result.returned); break;
      case Found::moved: ++result.moved; break;
      case Found::schema_changed: ++result.schema_changed; break;
      case Found::same:
      case Found::taken:
      case Found::locked: return;  // only when looking with locks
    }
    listener_.difference(difference);
  }

  /// The next rows in the key's own order, which is the server's.
  Rows page(std::size_t table, const Row& above) {
    std::string list, key, last;
    for (const auto& column : columns_[table]) list += (list.empty() ? "t." : ", t.") + quoted(column) + "::text";
    const auto& shape = shape_of(table);
    for (std::size_t i = 0; i < shape.key.size(); ++i) {
      key += (i == 0 ? "t." : ", t.") + quoted(columns_[table][i]);
      last += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
    }
    const Snapshot snapshot(session_);
    return session_.query("SELECT " + list + " FROM " + quoted(shape.schema) + "." + quoted(shape.name) + " AS t" + (above.empty() ? "" : " WHERE (" + key + ") > (" + last + ")") +
                              " ORDER BY " + key + " LIMIT " + std::to_string(kBatch),
                          above);
  }

  /// The rows that concern these subjects, each once.
  Rows rows_of(const Keys& subjects) {
    Keys askable;
    std::copy_if(subjects.begin(), subjects.end(), std::back_inserter(askable), [&](const auto& key) { return conversion::can_be_key(binding_.source, key); });
    const Snapshot snapshot(session_);
    std::vector<SourceRow> sources;
    if (!askable.empty()) sources = session_.read(binding_.source, askable);
    std::map<std::string, Row> rows;
    for (const auto& [column, at] : conversion_.tables().match) {
      Keys values = at < 0 ? askable : Keys{};
      for (const auto& source : sources) {
        if (at >= 0 && source.columns.at(static_cast<std::size_t>(at))) values.push_back(*source.columns[static_cast<std::size_t>(at)]);
      }
      if (values.empty()) continue;
      for (auto& row : session_.rows_where(shape_of(0), columns_.front(), column, values)) {
        auto id = row.front().value_or("");
        rows.emplace(std::move(id), std::move(row));
      }
    }
    Rows out;
    for (auto& [_, row] : rows) out.push_back(std::move(row));
    return out;
  }

  /// Subjects that these rows may be of, by each of their owner columns.
  std::vector<Keys> owners(std::size_t table_at, const Rows& rows) {
    std::vector<Keys> out(rows.size());
    if (table_at != 0) return out;
    const auto& match = conversion_.tables().match;
    const auto keys = shape_of(0).key.size();
    const auto& source = binding_.source;
    // Named directly first: that one is shown.
    for (std::size_t m = 0; m < match.size(); ++m) {
      if (match[m].second >= 0) continue;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (const auto& value = rows[i][keys + m]) out[i].push_back(*value);
      }
    }
    for (std::size_t m = 0; m < match.size(); ++m) {
      if (match[m].second < 0) continue;
      const auto& column = source.columns.at(static_cast<std::size_t>(match[m].second));
      std::set<std::string> values;
      for (const auto& row : rows) {
        if (row[keys + m]) values.insert(*row[keys + m]);
      }
      if (values.empty()) continue;
      journal::TableShape table;
      table.schema = source.schema;
      table.name = source.table;
      std::multimap<std::string, std::string> subjects;
      const Snapshot snapshot(session_);
      for (const auto& row : session_.rows_where(table, {source.key, column}, column, {values.begin(), values.end()})) {
        subjects.emplace(row[1].value_or(""), row[0].value_or(""));
      }
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!rows[i][keys + m]) continue;
        const auto [first, last] = subjects.equal_range(*rows[i][keys + m]);
        for (auto at = first; at != last; ++at) {
          if (std::find(out[i].begin(), out[i].end(), at->second) == out[i].end()) out[i].push_back(at->second);
        }
      }
    }
    return out;
  }

  struct Strangers {
    std::vector<Foreign> rows;
    std::uint64_t in_doubt = 0;
  };
  /// Rows that are of none of their subjects by the journal.
  Strangers strangers(std::size_t table, const Rows& rows) {
    Strangers out;
    doubtful_ = !journal_.units(journal::UnitState::in_doubt).empty();
    const auto subjects = owners(table, rows);
    keep_places_of(subjects);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::pair name(table_name(table), key_of(table, rows[i]));
      const auto hash = hash_of(name.first, name.second);
      bool known = std::binary_search(known_.begin(), known_.end(), hash);
      bool unsettled = false;
      for (std::size_t s = 0; s < subjects[i].size() && !known; ++s) {
        const auto& subject = subjects[i][s];
        const auto& places = places_of(subject);
        known = std::binary_search(places.begin(), places.end(), hash);
        unsettled = unsettled || (!known && in_doubt(subject));
      }
      if (known) continue;
      if (unsettled) ++out.in_doubt;
      else out.rows.push_back({subjects[i].empty() ? "" : subjects[i].front(), name.first, rollback::key_text(name.second)});
    }
    return out;
  }

  /// Hashes of the keys of a subject's rows by the journal, sorted.
  const std::vector<std::size_t>& places_of(const std::string& subject) {
    const auto [at, fresh] = places_.try_emplace(subject);
    if (!fresh) return at->second;
    for (const auto& [place, _] : conversion::life_of(journal_, conversion_.name(), subject).rows()) at->second.push_back(hash_of(place.first, place.second));
    std::sort(at->second.begin(), at->second.end());
    return at->second;
  }
  /// From page to page: a subject with many rows stands in many.
  void keep_places_of(const std::vector<Keys>& subjects) {
    std::unordered_set<std::string> wanted;
    for (const auto& keys : subjects) wanted.insert(keys.begin(), keys.end());
    std::erase_if(places_, [&](const auto& entry) { return !wanted.contains(entry.first); });
  }

  Row key_of(std::size_t table, const Row& row) const { return {row.begin(), row.begin() + static_cast<std::ptrdiff_t>(shape_of(table).key.size())}; }

  /// What a run wrote since ours().
  void learn(Seq head) {
    known_at_ = head;
    places_.clear();
    if (!by_key()) return;
    for (auto touched = journal_.touched(conversion_.name(), after_, kBatch); !touched.empty(); touched = journal_.touched(conversion_.name(), after_, kBatch)) {
      after_ = touched.back().seq;
      for (const auto& t : touched) {
        for (const auto& [place, _] : conversion::life_of(journal_, conversion_.name(), t.subject).rows()) known_.push_back(hash_of(place.first, place.second));
      }
    }
    std::sort(known_.begin(), known_.end());
  }

  /// @return the key of the last row; empty: there was none
  Row theirs_batch(std::size_t table, const std::function<Rows()>& read) {
    auto head = journal_.head_seq();
    auto rows = read();
    if (head != known_at_) learn(head);
    auto found = strangers(table, rows);
    for (int again = 1; again < kLooks && !found.rows.empty() && journal_.head_seq() != head; ++again) {
      head = journal_.head_seq();
      rows = read();
      learn(head);
      found = strangers(table, rows);
    }
    result.foreign += found.rows.size();
    result.in_doubt += found.in_doubt;
    if (listener_.foreign) std::for_each(found.rows.begin(), found.rows.end(), listener_.foreign);
    return rows.empty() ? Row{} : key_of(table, rows.back());
  }

  bool in_doubt(const std::string& subject) const {
    if (!doubtful_) return false;
    const auto history = journal_.history(conversion_.name(), subject);
    return std::any_of(history.begin(), history.end(), [](const auto& record) { return record.unit.unit && record.unit.state == journal::UnitState::in_doubt; });
  }

  Session& session_;
  const journal::Reader& journal_;
  const conversion::Conversion& conversion_;
  const DiffListener& listener_;
  std::vector<rollback::Live> live_;  ///< the target first
  conversion::Binding binding_;
  bool doubtful_ = false;            ///< some unit is in doubt
  Seq known_at_ = 0;                 ///< the journal's head then
  Seq after_ = 0;                    ///< subjects that were touched up to here are known
  std::vector<std::vector<std::string>> columns_;  ///< by table: the key; of the target then the columns of Tables::match
  std::vector<std::size_t> known_;   ///< hashes of keys of ours that the live columns don't tell: of moved rows, or, by_key(), of all
  std::unordered_map<std::string, std::vector<std::size_t>> places_;  ///< as of known_at_
};

}  // namespace

const char* kind_of(const Difference& difference) {
  if (!difference.row.effect.after && difference.row.found == Found::edited) return "returned";
  return difference.row.found == Found::deleted ? "missing" : to_string(difference.row.found);
}

DiffResult diff(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const Keys& subjects,
                const DiffListener& listener) {
  Comparison comparison(session, journal, conversion, listener);
  if (subjects.empty()) {
    comparison.ours();
    comparison.theirs();
  } else {
    comparison.ours(subjects);
    comparison.theirs(subjects);
  }
  return comparison.result;
}

}  // namespace tidemark::engine::audit
