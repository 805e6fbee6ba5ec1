#include "engine/rollback/redo.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "engine/conversion/binding.h"
#include "engine/conversion/pipeline.h"
#include "engine/rollback/pieces.h"
#include "engine/rollback/selection.h"

namespace tidemark::engine::rollback {
namespace {

using conversion::Conversion;
using Shapes = std::map<std::uint32_t, TableShape>;

const std::string& key_of(const BackRow& row) {
  static const std::string none;
  return row.key.front() ? *row.key.front() : none;
}

Value value_in(const TableShape& shape, const Row& row, const std::string& column) {
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    if (shape.columns[i].name == column) return row.at(i);
  }
  return std::nullopt;
}

/// Decides which rows can come back. Inside a unit it locks first and looks in later statements, as a conversion does.
class Looking {
 public:
  Looking(Session& session, const journal::Reader& journal, const Conversion& conversion, const SourceShape& source, const Live& live, bool lock)
      : session_(session), journal_(journal), conversion_(conversion), source_(source), live_(live), lock_(lock), shapes_(journal.tables()) {
    source_.max_value_bytes = 0;  // the values stay on the server
  }

  /// Of subjects that no rollback stands for: no plan.
  std::vector<BackPlan> plan(const Keys& subjects) {
    std::vector<BackPlan> plans;
    for (const auto& subject : subjects) {
      BackPlan plan{subject, past_of(journal_, conversion_.name(), subject, shapes_), {}};
      if (!plan.past.open) continue;
      for (const auto& [name, own] : plan.past.away) plan.rows.push_back({name.first, name.second, own, {}, {}});
      plans.push_back(std::move(plan));
    }
    if (plans.empty()) return plans;
    profiles(plans);
    users(plans);
    shape(plans);
    existing(plans);
    return plans;
  }

 private:
  static std::unordered_set<std::string> set_of(const Keys& keys) { return {keys.begin(), keys.end()}; }

  void profiles(std::vector<BackPlan>& plans) {
    Keys keys;
    for (const auto& plan : plans) keys.push_back(plan.subject);
    std::unordered_set<std::string> held;
    if (lock_) {
      for (const auto& row : session_.lock_subjects(source_, keys)) held.insert(row.key);
      std::erase_if(keys, [&](const auto& key) { return held.contains(key); });
    }
    const auto there = set_of(keys.empty() ? Keys{} : session_.present(source_, keys));
    for (auto& plan : plans) {
      if (held.contains(plan.subject)) continue;
      plan.locked = lock_ && there.contains(plan.subject);
      plan.gone = !there.contains(plan.subject);
      if (!plan.gone) continue;
      for (auto& row : plan.rows) row.kind = "profile_deleted";
    }
  }

  void users(std::vector<BackPlan>& plans) {
    if (!source_.parent) return;
    const auto& tables = conversion_.tables();
    const auto owner = std::find_if(tables.match.begin(), tables.match.end(), [&](const auto& m) { return m.second == static_cast<int>(source_.parent->column); });
    if (owner == tables.match.end()) return;
    const auto user_of = [&](const BackRow& row) { return value_in(shapes_.at(row.away.table), row.away.row, owner->first).value_or(""); };
    std::set<std::string> wanted;
    each_open(plans, [&](BackPlan&, BackRow& row) { wanted.insert(user_of(row)); });
    Keys missing(wanted.begin(), wanted.end());
    if (lock_ && !missing.empty()) {
      const auto locked = set_of(session_.lock_parents(source_, missing));
      std::erase_if(missing, [&](const auto& user) { return locked.contains(user); });
    }
    if (missing.empty()) return;
    SourceShape parents;
    parents.schema = source_.parent->schema;
    parents.table = source_.parent->table;
    parents.key = source_.parent->key;
    const auto there = set_of(session_.present(parents, missing));
    const auto away = set_of(missing);
    each_open(plans, [&](BackPlan& plan, BackRow& row) {
      const auto user = user_of(row);
      if (!away.contains(user)) return;
      if (!there.contains(user)) row.kind = "profile_deleted";
      else if (lock_) plan.locked = true;
    });
  }

  void shape(std::vector<BackPlan>& plans) {
    each_open(plans, [&](BackPlan&, BackRow& row) {
      if (!fit(shapes_.at(row.away.table), live_.facts.shape)) row.kind = "schema_changed";
    });
  }

  void existing(std::vector<BackPlan>& plans) {
    const auto& shape = live_.facts.shape;
    const auto& tables = conversion_.tables();
    const auto sent = [&](const BackRow& row) { return conversion::in_sent_order(conversion_, shapes_.at(row.away.table), row.away.row); };
    const auto position = [&](const std::string& column) {
      return static_cast<std::size_t>(std::find(tables.target_columns.begin(), tables.target_columns.end(), column) - tables.target_columns.begin());
    };
    Keys ids;
    std::vector<std::set<std::string>> owners(tables.match.size());
    each_open(plans, [&](BackPlan&, BackRow& row) {
      ids.push_back(key_of(row));
      const auto columns = sent(row);
      for (std::size_t i = 0; i < owners.size(); ++i) {
        if (const auto& value = columns[position(tables.match[i].first)]) owners[i].insert(*value);
      }
    });
    if (ids.empty()) return;
    std::set<std::string> identities;
    for (std::size_t i = 0; i < owners.size(); ++i) {
      for (const auto& row : session_.rows_where(shape, tables.target_columns, tables.match[i].first, {owners[i].begin(), owners[i].end()})) {
        identities.insert(conversion_.identity(row));
      }
    }
    std::vector<std::string> columns;
    for (const auto& column : shape.columns) columns.push_back(column.name);
    const auto at = shape.key.front();
    std::unordered_map<std::string, Row> standing;
    for (auto& row : session_.rows_where(shape, columns, columns[at], ids)) {
      auto key = row[at].value_or("");
      standing.emplace(std::move(key), std::move(row));
    }
    each_open(plans, [&](BackPlan&, BackRow& row) {
      if (const auto found = standing.find(key_of(row)); found != standing.end()) {
        row.kind = "exists";
        row.live = found->second;
      } else if (!identities.insert(conversion_.identity(sent(row))).second) {
        row.kind = "duplicate";
      }
    });
  }

  template <class Each>
  static void each_open(std::vector<BackPlan>& plans, const Each& each) {
    for (auto& plan : plans) {
      if (plan.locked) continue;
      for (auto& row : plan.rows) {
        if (row.kind.empty()) each(plan, row);
      }
    }
  }

  Session& session_;
  const journal::Reader& journal_;
  const Conversion& conversion_;
  SourceShape source_;
  const Live& live_;
  bool lock_;
  Shapes shapes_;
};

class Redo {
 public:
  Redo(Environment& env, WritingRun& run, const Conversion& conversion, const RollbackOptions& options)
      : env_(env), run_(run), conversion_(conversion), options_(options), uow_(env, run.right(), run.connection()),
        live_(live_table(run.connection().session(), conversion)), source_(conversion::bind(run.connection().session(), conversion, false).source) {
    conversion::describe_once(run.journal(), run.reader(), live_.facts.shape);
    run.journal().flush();
    shapes_ = run.reader().tables();
  }

  Keys chunk(const Keys& subjects) {
    return in_pieces(env_, run_.connection(), subjects, [this](const Keys& piece) { return attempt(piece); },
                     [this](const std::string& subject, const TargetError& error) {
                       result.conflicts.push_back({subject, live_.facts.shape.schema + "." + live_.facts.shape.name, "", "refused", error.what()});
                     });
  }

  RollbackResult result;

 private:
  /// Rows of one recorded shape, as they are sent. Generated columns are the target's own affair.
  struct Batch {
    std::vector<std::string> columns;
    std::vector<std::size_t> from;  ///< where each column stands in a recorded row
    Rows rows;
    bool whole = false;             ///< every column of the table is sent
  };

  Keys attempt(const Keys& subjects) {
    while (true) {
      Keys left;
      RollbackResult chunk;
      journal::Tally tally;
      const auto end = uow_.run("redo", env_.limits.unit, [&](Unit& unit) {
        left.clear();
        chunk = {};
        tally.clear();
        Looking looking(unit.session, run_.reader(), conversion_, source_, live_, true);
        auto plans = looking.plan(subjects);
        chunk.untouched = subjects.size() - plans.size();
        for (const auto& plan : plans) {
          if (plan.locked) left.push_back(plan.subject);
          else report(plan, chunk);
        }
        std::erase_if(plans, [&](const BackPlan& plan) { return plan.locked || !plan.anything(); });
        if (plans.empty()) return;
        auto batches = batches_of(plans);
        const bool read_back = live_.facts.changes_rows || std::any_of(batches.begin(), batches.end(), [](const auto& b) { return !b.second.whole; });
        const auto write = [&] {
          for (const auto& [_, batch] : batches) unit.session.insert_rows(live_.facts.shape, batch.columns, batch.rows);
        };
        std::unordered_map<std::string, Row> stored;
        if (read_back) {  // a trigger or a column's default may store another row than was sent: the record is of what is stored
          write();
          stored = read(unit.session, plans);
        }
        Intent intent;
        for (const auto& plan : plans) record(plan, stored, unit.id, intent.events, chunk, tally);
        if (chunk.rows > 0) tally["links"] += static_cast<std::int64_t>(chunk.rows);
        journal::ChunkIntended intended;
        intended.conversion = conversion_.name();
        intended.work = journal::WorkKind::redo;
        intended.events = intent.events.size();
        intended.subjects = chunk.subjects;
        intended.rows = chunk.rows;
        intended.tally = tally;
        intent.events.push_back(journal::draft(intended, unit.id));
        intent.outcome = [](UtcMicros at) { return journal::ChunkCommitted{at}; };
        unit.intend(std::move(intent));
        if (!read_back) write();
      });
      if (end == UnitEnd::voided) continue;
      if (end == UnitEnd::committed) {
        env_.observer.progress({chunk.subjects, chunk.rows, tally});
        result.subjects += chunk.subjects;
        result.rows += chunk.rows;
      }
      result.untouched += chunk.untouched;
      result.conflicts.insert(result.conflicts.end(), chunk.conflicts.begin(), chunk.conflicts.end());
      return left;
    }
  }

  void report(const BackPlan& plan, RollbackResult& chunk) {
    for (const auto& row : plan.rows) {
      if (row.kind.empty()) continue;
      chunk.conflicts.push_back({plan.subject, row.table, key_of(row), row.kind, ""});
      if (options_.on_conflict == OnConflict::stop) {
        throw Failure(ExitCode::conflicts, "bringing back profile " + plan.subject, row.table + " row " + key_of(row), row.kind + ", " + std::string(explain(row.kind)),
                      "This chunk was rolled back; chunks before it came back and are recorded.", "tidemark redo … --on-conflict skip");
      }
    }
    if (!plan.anything() && plan.rows.empty()) ++chunk.untouched;
  }

  std::map<std::uint32_t, Batch> batches_of(const std::vector<BackPlan>& plans) const {
    std::map<std::uint32_t, Batch> batches;
    const auto& live = live_.facts;
    for (const auto& plan : plans) {
      for (const auto& row : plan.rows) {
        if (!row.kind.empty()) continue;
        const auto& shape = shapes_.at(row.away.table);
        auto [found, first] = batches.try_emplace(row.away.table);
        auto& batch = found->second;
        if (first) {
          const auto where = fit(shape, live.shape);
          for (std::size_t i = 0; i < shape.columns.size(); ++i) {
            if (live.columns.at(where->at(i)).generated) continue;
            batch.columns.push_back(shape.columns[i].name);
            batch.from.push_back(i);
          }
          batch.whole = batch.columns.size() == live.shape.columns.size();
        }
        Row& sent = batch.rows.emplace_back();
        for (const auto i : batch.from) sent.push_back(row.away.row.at(i));
      }
    }
    return batches;
  }

  std::unordered_map<std::string, Row> read(Session& session, const std::vector<BackPlan>& plans) const {
    Keys ids;
    for (const auto& plan : plans) {
      for (const auto& row : plan.rows) {
        if (row.kind.empty()) ids.push_back(key_of(row));
      }
    }
    const auto at = live_.facts.shape.key.front();
    std::unordered_map<std::string, Row> stored;
    for (auto& row : session.lock_rows(live_.facts.shape, ids)) {
      auto key = row[at].value_or("");
      stored.emplace(std::move(key), std::move(row));
    }
    if (stored.size() != ids.size()) throw TargetError(TargetError::Kind::data, "02000", "the target took a row and stored none (a trigger or rule?)");
    return stored;
  }

  /// The row as it stands after the redo, in the order of the live shape.
  Row stored_row(const BackRow& row, const std::unordered_map<std::string, Row>& stored) const {
    if (const auto found = stored.find(key_of(row)); found != stored.end()) return found->second;
    const auto where = fit(shapes_.at(row.away.table), live_.facts.shape);
    Row out(live_.facts.shape.columns.size());
    for (std::size_t i = 0; i < where->size(); ++i) out[where->at(i)] = row.away.row.at(i);
    return out;
  }

  /// All of it is back: converted, as before the rollback. Some is not: partly reverted, with what came back as inserted rows.
  void record(const BackPlan& plan, const std::unordered_map<std::string, Row>& stored, UnitId unit, std::vector<journal::Draft>& events, RollbackResult& chunk,
              journal::Tally& tally) const {
    journal::RowChanges changes;
    bool whole = true;
    for (const auto& row : plan.rows) {
      if (row.kind.empty()) {
        changes.list.push_back({live_.facts.shape.no, journal::Op::insert, {}, stored_row(row, stored)});
        continue;
      }
      whole = false;
      events.push_back(journal::draft(journal::RevertConflict{row.away.table, row.kind, row.away.row, row.live, false}, unit, plan.subject));
    }
    const auto& past = plan.past;
    chunk.rows += changes.list.size();
    ++chunk.subjects;
    journal::Event event;
    if (whole) {
      event = journal::SubjectConverted{past.last, past.converted.source, std::move(changes), past.converted.rejected, past.converted.over_api_limit};
    } else {
      const auto left = static_cast<std::uint32_t>(past.standing.size() + changes.list.size());
      event = journal::SubjectReverted{past.last, std::move(changes), left};
    }
    conversion::add(tally, past.tally, -1);
    conversion::add(tally, conversion::tally_of(event), +1);
    events.push_back(journal::draft(event, unit, plan.subject));
  }

  Environment& env_;
  WritingRun& run_;
  const Conversion& conversion_;
  const RollbackOptions& options_;
  UnitOfWork uow_;
  Live live_;
  SourceShape source_;
  Shapes shapes_;
};

}  // namespace

bool BackPlan::anything() const {
  if (rows.empty()) return !gone;
  return std::any_of(rows.begin(), rows.end(), [](const BackRow& row) { return row.kind.empty(); });
}

RollbackResult preview_redo(Session& session, const journal::Reader& journal, const Conversion& conversion, const RollbackOptions& options,
                            const std::function<void(const BackPlan&)>& each) {
  RollbackResult result;
  const Live live = live_table(session, conversion);
  const auto source = conversion::bind(session, conversion, false).source;
  Looking looking(session, journal, conversion, source, live, false);
  Selection selection(journal, conversion.name(), options.scope, Direction::redo, options.chunk);
  for (auto keys = selection.next(); !keys.empty(); keys = selection.next()) {
    const auto plans = looking.plan(keys);
    result.untouched += keys.size() - plans.size();
    for (const auto& plan : plans) {
      if (plan.anything()) ++result.subjects;
      else if (plan.rows.empty()) ++result.untouched;
      for (const auto& row : plan.rows) {
        if (row.kind.empty()) ++result.rows;
        else result.conflicts.push_back({plan.subject, row.table, key_of(row), row.kind, ""});
      }
      if (each) each(plan);
    }
  }
  return result;
}

RollbackResult redo(Environment& env, WritingRun& run, const Conversion& conversion, const RollbackOptions& options) {
  Redo redo(env, run, conversion, options);
  Selection selection(run.reader(), conversion.name(), options.scope, Direction::redo, options.chunk);
  const auto left = through(env, [&] { return selection.next(); }, [&](const Keys& keys) { return redo.chunk(keys); });
  redo.result.left = left;
  redo.result.stopped = env.stop.requested();
  run.journal().flush();
  return redo.result;
}

}  // namespace tidemark::engine::rollback
