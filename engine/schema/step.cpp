#include "engine/schema/step.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <variant>

#include "engine/schema/refusal.h"
#include "engine/schema/step_statement.h"
#include "engine/schema/step_watch.h"

namespace tidemark::engine::schema {
namespace {

constexpr int kMostLostStatements = 5;

std::string standard_strings_of(Session& session) { return session.query("SELECT pg_catalog.current_setting('standard_conforming_strings')").at(0)[0].value_or("on"); }

class StepRun {
 public:
  StepRun(Environment& env, WritingRun& run, const MigrationFolder& folder, const std::string& what, const std::optional<std::string>& down, RecordedStates& states, const SchemaLimits& limits)
      : env_(env), run_(run), folder_(folder), down_(down), states_(states), limits_(limits),
        work_{"deploy", "applying migration", folder.name, folder.script},
        step_(parse_step(folder.script, what, folder.name + "/migration.sql", standard_strings_of(run.connection().session()) != "off")) {}

  StepEnd go(const OpenStep* open) {
    id_ = open ? open->id() : to_string(journal::random_uuid());
    if (open) begun_ = open->begun.state;
    StepEnd result;
    if (!open) {
      result.end = begin();
      if (result.end != SchemaEnd::committed) return result;
      run_.journal().flush();
    }
    if (!build(open != nullptr)) return {SchemaEnd::stopped, {}};
    env_.faults.pass(Step::step_ended);
    result.end = finish(result.proven);
    return result;
  }

 private:
  StepState look() {
    return run_.connection().ask([&](Session& session) {
      session.begin_reading();
      auto state = look_at(session, step_);
      session.rollback();
      return state;
    });
  }

  void ended(const std::string& outcome, const std::string& proof, const TargetError* error = nullptr) {
    run_.journal().append(journal::StepEnded{folder_.name, outcome, proof, error ? error->sqlstate : "", error ? error->what() : ""});
    run_.journal().flush();
  }

  /// Its row, unfinished: whoever looks at the history sees that it runs, and `prisma migrate deploy` stays out.
  SchemaEnd begin() {
    return run_schema_unit(env_, run_, work_, limits_, [&](Unit& unit, History& history) {
      refuse_failed(history);
      if (history.applied(folder_.name)) return;
      Session& session = unit.session;
      if (!history.exists()) {
        create_history(session);
        session.set_pins(limits_.pins);
        history = read_history(session);
      }
      const auto state = look_at(session, step_);
      session.set_pins(limits_.pins);
      refuse_collision(state);
      const auto before = CatalogSnapshot::take(session);
      begun_ = state_digest(before);
      record_started(session, history, id_, folder_.name, folder_.checksum);
      journal::HistoryIntended intended{folder_.name, "begin", {folder_.name}, {id_}, {"started"}, {journal::parse_digest(folder_.checksum).value()}, step_.what, begun_, folder_.script, down_.value_or("")};
      std::vector<journal::Draft> events;
      if (auto draft = states_.draft(before, nullptr, unit.id)) events.push_back(std::move(*draft));
      events.push_back(journal::draft(intended, unit.id));
      unit.intend({std::move(events), [name = folder_.name](UtcMicros at) -> journal::Event { return journal::HistoryWritten{name, at}; }});
    });
  }

  void refuse_collision(const StepState& state) const {
    const auto refuse = [&](const std::string& answer) {
      throw Failure(ExitCode::failed, "applying migration " + folder_.name, folder_.name + "/migration.sql", answer, "Nothing was run.",
                    "tidemark resolve " + folder_.name + " looks whether its effect is there already; or correct the script");
    };
    if (step_.kind == StepStatement::Kind::create_index && state.relation && state.index.valid && !step_.if_not_exists) refuse("index " + state.index.identity + " is there already");
    if (step_.kind == StepStatement::Kind::create_index && !state.relation) refuse("there is no table " + step_.relation);
    if (step_.kind == StepStatement::Kind::drop_index && !state.index.there && !step_.if_not_exists) refuse("there is no index " + step_.relation);
  }

  /// @return false: a stop was asked for
  bool build(bool resumed) {
    int lost = 0, tries = 1;
    for (bool again = resumed;; again = true) {
      if (!await_builder()) return false;
      auto state = look();
      if (again && state.done(step_)) {
        env_.observer.say(Observer::Level::info, work_.doing + " " + folder_.name + ": the server had finished it: " + state.proof(step_));
        ended("done", state.proof(step_));
        return true;
      }
      if (!clear(state)) return false;
      if (env_.stop.requested()) return false;
      run_.journal().append(journal::MigrationStarted{folder_.name});
      run_.journal().flush();
      try {
        env_.faults.pass(Step::step_opened, {}, [&] { run_.connection().session().cut(); });
        switch (run_watched(env_, run_, work_, folder_.script, limits_)) {
          case WatchedEnd::done: break;
          case WatchedEnd::stopped: ended("failed", look().proof(step_)); return false;
        }
        env_.faults.pass(Step::step_ran, {}, [&] { run_.connection().session().cut(); });
        state = look();
        const bool in_catalog = step_.kind == StepStatement::Kind::create_index || step_.kind == StepStatement::Kind::drop_index;
        if (in_catalog && !state.done(step_)) {  // IF NOT EXISTS passes over an invalid one
          throw Failure(ExitCode::failed, work_.doing + " " + folder_.name, folder_.name + "/migration.sql", "it ran, but " + state.proof(step_), "Its row in _prisma_migrations stays unfinished.",
                        "look at the index, then run the same command again");
        }
        ended("done", state.proof(step_));
        return true;
      } catch (const TargetError& error) {
        if (error.kind == TargetError::Kind::connection) {
          ended("lost", "", &error);
          if (++lost > kMostLostStatements) {
            throw Failure(ExitCode::paused, work_.doing, folder_.name, "the connection was lost " + std::to_string(lost) + " times: " + error.what(), "Its row in _prisma_migrations stays unfinished; nothing else was written.",
                          "look at the server's log, then run the same command again: it begins with what is there");
          }
          run_.connection().reconnect(error.what());
          continue;
        }
        ended("failed", look().proof(step_), &error);
        if (error.kind == TargetError::Kind::lock && error.sqlstate != "57014" && tries < limits_.lock_tries) {
          ++tries;
          env_.observer.say(Observer::Level::warning, work_.doing + " " + folder_.name + ": " + error.what() + " (SQLSTATE " + error.sqlstate + "); trying again");
          pause(env_, limits_.lock_pause_ms);
          continue;
        }
        if (!clear(look())) return false;
        give_up(error);
      }
    }
  }

  /// The server goes on building for a client that was killed. What it builds is what we want, and dropping it would wait for it anyway.
  bool await_builder() {
    std::string said;
    for (auto state = look();; state = look()) {
      std::vector<IndexState> all = state.leftovers;
      if (state.index.there) all.push_back(state.index);
      const auto busy = std::find_if(all.begin(), all.end(), [](const auto& i) { return i.builder != 0; });
      if (busy == all.end()) return true;
      const auto now = "server process " + std::to_string(busy->builder) + " is at work on table " + busy->table + " (" + busy->identity + "); waiting for its end";
      if (now != said) env_.observer.say(Observer::Level::warning, work_.doing + " " + folder_.name + ": " + now);
      said = now;
      if (env_.stop.requested()) return false;
      pause(env_, limits_.lock_pause_ms);
    }
  }

  /// Drops what a crash or a refusal left. @return false: a stop was asked for
  bool clear(const StepState& state) {
    for (const auto& left : state.leftovers) {
      env_.observer.say(Observer::Level::warning, work_.doing + " " + folder_.name + ": index " + left.identity + " is invalid, left by a crash or a refusal: dropped, to be built again");
      // CONCURRENTLY: a plain DROP would keep everybody out of the table while it waits for its lock.
      if (run_watched(env_, run_, work_, "DROP INDEX CONCURRENTLY IF EXISTS " + left.identity, limits_) == WatchedEnd::stopped) return false;
      ended("cleared", "index " + left.identity + " is gone");
      env_.faults.pass(Step::step_cleared, {}, [&] { run_.connection().session().cut(); });
    }
    return true;
  }

  [[noreturn]] void give_up(const TargetError& error) {
    (void)run_schema_unit(env_, run_, work_, limits_, [&](Unit& unit, History& history) {
      if (!record_given_up(unit.session, history, id_, error.what())) return;
      journal::HistoryIntended intended{folder_.name, "give_up", {folder_.name}, {id_}, {"rolled_back"}, {journal::parse_digest(folder_.checksum).value()}, error.what(), {}, "", ""};
      unit.intend({{journal::draft(intended, unit.id)}, [name = folder_.name](UtcMicros at) -> journal::Event { return journal::HistoryWritten{name, at}; }});
    });
    refused(run_.journal(), work_, folder_.name + "/migration.sql", error, "Nothing of this migration is left; its row in _prisma_migrations is marked as rolled back.",
            "correct the script or the data, then tidemark deploy");
  }

  /// What the statement alone changed: others go on with theirs while it runs.
  CatalogSnapshot without_it(const CatalogSnapshot& after, const StepState& state) const {
    auto before = after;
    const auto found = states_.find(begun_);
    if (!found) return before;
    const std::string identity = state.index.there ? state.index.identity : "";
    for (const auto& difference : differences(*found, after)) {
      const bool ours = step_.kind == StepStatement::Kind::create_index ? difference.key.second == identity && difference.key.first == "index"
                                                                        : step_.kind == StepStatement::Kind::drop_index && difference.key.first == "index" && difference.before && !difference.after &&
                                                                              dropped(difference.key.second);
      if (!ours) continue;
      if (difference.before) before.objects[difference.key] = *difference.before;
      else before.objects.erase(difference.key);
    }
    return before;
  }
  /// Is it the index that the statement names, qualified or not?
  bool dropped(const std::string& identity) const {
    const auto plain = [](std::string name) {
      std::erase(name, '"');
      return name;
    };
    const auto name = plain(step_.relation), full = plain(identity);
    return full == name || full.ends_with("." + name);
  }
  SchemaEnd finish(Proven& proven) {
    return run_schema_unit(env_, run_, work_, limits_, [&](Unit& unit, History& history) {
      Session& session = unit.session;
      const auto state = look_at(session, step_);
      session.set_pins(limits_.pins);
      Ran ran;
      ran.after = CatalogSnapshot::take(session);
      ran.before = without_it(ran.after, state);
      ran.ids_before = ran.ids_after = object_ids(session);
      proven = prove(session, ran, down_, limits_, {}, {}, nullptr);
      if (!proven.against.empty() && down_) proven = prove(session, ran, std::nullopt, limits_, {}, {}, nullptr);
      if (!proven.against.empty()) proven.proof = "unproven: " + proven.against.front();
      session.set_pins(limits_.pins);
      if (!record_finished(session, history, id_)) return;
      journal::MigrationIntended intended{folder_.name, false, journal::parse_digest(folder_.checksum).value(), folder_.script, proven.inverse, id_};
      intended.source = proven.source;
      intended.proof = proven.proof;
      intended.before = state_digest(ran.before);
      intended.after = state_digest(ran.after);
      std::vector<journal::Draft> events;
      if (auto draft = states_.draft(ran.after, nullptr, unit.id)) events.push_back(std::move(*draft));
      if (auto draft = states_.draft(ran.before, &ran.after, unit.id)) events.push_back(std::move(*draft));
      events.push_back(journal::draft(intended, unit.id));
      unit.intend({std::move(events), [name = folder_.name](UtcMicros at) -> journal::Event { return journal::MigrationApplied{name, at}; }});
    });
  }

  Environment& env_;
  WritingRun& run_;
  const MigrationFolder& folder_;
  const std::optional<std::string>& down_;
  RecordedStates& states_;
  const SchemaLimits& limits_;
  SchemaWork work_;
  StepStatement step_;
  std::string id_;
  Digest begun_{};  ///< state of the schema before the step
};

}  // namespace

std::vector<OpenStep> open_steps(const journal::Reader& reader, const History& history) {
  std::map<std::string, OpenStep> open;
  journal::Filter filter;
  filter.kind = journal::HistoryIntended::kCode;
  std::vector<std::string> order;
  reader.for_each(filter, [&](const journal::Record& record) {
    const auto unit = reader.unit(record.unit);
    if (!unit || unit->state != journal::UnitState::committed) return true;
    auto event = std::get<journal::HistoryIntended>(journal::decode(record));
    if (event.purpose == "begin") {
      order.push_back(event.ids.front());
      open[order.back()] = {std::move(event), record.unit};
    } else {
      for (const auto& id : event.ids) open.erase(id);
    }
    return true;
  });
  std::vector<OpenStep> list;
  for (const auto& id : order) {
    const auto row = std::find_if(history.rows.begin(), history.rows.end(), [&](const auto& r) { return r.id == id; });
    if (open.contains(id) && row != history.rows.end() && row->failed()) list.push_back(open.at(id));
  }
  return list;
}

StepEnd run_step(Environment& env, WritingRun& run, const MigrationFolder& folder, const std::string& what, const std::optional<std::string>& down, const OpenStep* open, RecordedStates& states,
                 const SchemaLimits& limits) {
  return StepRun(env, run, folder, what, down, states, limits).go(open);
}

}  // namespace tidemark::engine::schema
