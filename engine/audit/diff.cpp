#include "engine/audit/diff.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "engine/audit/live_rows.h"
#include "engine/reading.h"
#include "engine/rollback/rollback.h"

namespace tidemark::engine::audit {
namespace {

using rollback::Found;

constexpr std::size_t kBatch = 1000;
constexpr int kLooks = 5;

class Comparison {
 public:
  Comparison(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const DiffListener& listener)
      : session_(session), journal_(journal), conversion_(conversion), listener_(listener), live_(session, conversion) {}

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
    for (std::size_t table = 0; table < live_.tables().size(); ++table) {
      Row above;
      for (auto last = theirs_batch(table, [&] { return live_.page(table, above, kBatch); }); !last.empty(); last = theirs_batch(table, [&] { return live_.page(table, above, kBatch); })) above = last;
    }
  }
  void theirs(const Keys& subjects) {
    std::sort(known_.begin(), known_.end());
    in_portions(subjects, [&](const Keys& portion) { theirs_batch(0, [&] { return live_.of(portion); }); });
  }

  DiffResult result;

 private:
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
        else report({plan.subject, row, tables.at(row.ours.table), live_.shape(row.table)});
      }
    }
  }

  std::vector<rollback::SubjectPlan> look(const Keys& subjects) {
    const Reading reading(session_);
    return rollback::plan(session_, journal_, conversion_, subjects, live_.tables());
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

  struct Strangers {
    std::vector<Foreign> rows;
    std::uint64_t in_doubt = 0;
  };
  /// Rows that are of none of their subjects by the journal.
  Strangers strangers(std::size_t table, const Rows& rows) {
    Strangers out;
    doubtful_ = !journal_.units(journal::UnitState::in_doubt).empty();
    const auto subjects = live_.owners(table, rows);
    keep_places_of(subjects);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::pair name(live_.name(table), live_.key_of(table, rows[i]));
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
    return rows.empty() ? Row{} : live_.key_of(table, rows.back());
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
  LiveRows live_;
  bool doubtful_ = false;            ///< some unit is in doubt
  Seq known_at_ = 0;                 ///< the journal's head then
  Seq after_ = 0;                    ///< subjects that were touched up to here are known
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
