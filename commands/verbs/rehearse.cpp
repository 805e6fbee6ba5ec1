// The whole of it on a copy: cloned, deployed, converted, verified, undone, redone, by the same commands that a person would type.
#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <sstream>

#include "commands/verbs/data_steps.h"
#include "commands/verbs/rehearsal.h"
#include "engine/conversion/pipeline.h"
#include "engine/lease.h"
#include "engine/runbook/json_text.h"
#include "engine/schema/name_order.h"
#include "engine/schema/prisma_history.h"

namespace tidemark::commands {
namespace {

using engine::ExitCode;
namespace runbook = engine::runbook;
using Arguments = std::vector<std::string>;

/// A part of the history that goes there and back as one: migrations up to a data step, or a conversion's run.
struct Stage {
  std::string undo, redo;        ///< the steps' names
  Arguments back, again;
  runbook::DatabaseState before, after;
};

std::string text_at(const nlohmann::ordered_json& json, const char* pointer) {
  const auto* value = runbook::at_pointer(json, pointer);
  return value && value->is_string() ? value->get<std::string>() : std::string();
}

std::uint64_t number_at(const nlohmann::ordered_json& json, const char* pointer) {
  const auto* value = runbook::at_pointer(json, pointer);
  return value && value->is_number() ? value->get<std::uint64_t>() : 0;
}

/// @return 0: all of it   @throws Failure usage
double percent_of(const std::string& sample) {
  if (sample.empty()) return 0;
  double percent = 0;
  const char* end = sample.data() + sample.size() - (sample.back() == '%' ? 1 : 0);
  const auto read = std::from_chars(sample.data(), end, percent);
  if (read.ec == std::errc() && read.ptr == end && percent >= 0.001 && percent <= 100) return percent;
  throw engine::Failure(ExitCode::usage, "reading the command line", "--sample", "\"" + sample + "\" is no share of the subjects", "Nothing was written.", "tidemark rehearse --sample 10%   (from 0.001% to 100%)");
}

/// @return empty: none   @throws Failure usage
std::string statements_of(const std::string& file) {
  if (file.empty()) return {};
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (in && !text.str().empty()) return text.str();
  throw engine::Failure(ExitCode::usage, "reading the foreground's statements", file, in ? "it is empty" : "it can't be read", "Nothing was written.", "tidemark rehearse --foreground FILE, with SQL as the application asks it");
}

class Rehearsal {
 public:
  Rehearsal(Door& door, const std::string& scratch_url, double percent, std::string foreground) : door_(door), percent_(percent), foreground_(std::move(foreground)), clone_(door, scratch_url), steps_(data_steps(door)), before_(engine::schema::name_order()) {}

  int go() {
    Recording recording(door_, "tidemark rehearse");
    const auto session = door_.reading().connect("rehearse", true);
    refuse_while_writing(*session);
    const auto began = door_.environment().clock.steady();
    if (percent_ > 0) sample(*session);
    else done_.rows = clone_.make(*session);
    done_.clone_seconds = std::chrono::duration<double>(door_.environment().clock.steady() - began).count();
    done_.alone = clone_.watch(foreground_);
    now_ = state();
    if (forth() && back()) again();
    record(recording);
    if (door_.globals.json) print_json(door_, done_, recording);
    else tell(door_, done_, recording);
    return done_.code();
  }

 private:
  /// A dump is of one moment, and so must the journal be that goes with it.
  void refuse_while_writing(engine::Session& session) {
    if (!session.installed()) return;
    const auto lease = session.read_lease();
    if (!lease.held) return;
    throw engine::Failure(ExitCode::leased, "rehearsing", door_.connection().display, "a run holds the lease there: " + engine::describe_holder(lease), "Nothing was written.",
                          "tidemark status; rehearse when it has ended; a run that died goes on, and ends, when its command is given again");
  }

  void sample(engine::Session& session) {
    std::vector<const engine::conversion::Conversion*> conversions{&door_.conversion()};
    for (const auto& step : steps_) conversions.push_back(step.conversion.get());
    std::vector<std::pair<std::string, std::string>> subjects;
    for (const auto* conversion : conversions) {
      const auto& tables = conversion->tables();
      const auto schema = session.schema_of(tables.source);
      if (schema) subjects.push_back({session.query("SELECT pg_catalog.quote_ident($1) || '.' || pg_catalog.quote_ident($2)", {*schema, tables.source}).at(0).at(0).value(), tables.key});
    }
    if (subjects.empty()) throw engine::Failure(ExitCode::inconclusive, "rehearsing a sample", door_.connection().display, "there is no table of subjects to take it from", "Nothing was written.", "tidemark rehearse, without --sample");
    done_.percent = percent_;
    done_.sample = clone_.make_sample(session, percent_, subjects);
    done_.rows = done_.sample.rows;
    const auto journal = door_.journal(session.identity());
    done_.not_rehearsed = {
        "the subjects that are not in the sample: what is rejected or refused among them, and constraints between them and those that are",
        "the plan's hash: it is the sample's, not the target's",
        "what doesn't grow in proportion: caches, checkpoints, the depth of indexes; a projection is the measured value times the ratio of the subjects"};
    if (journal) done_.not_rehearsed.push_back("what was converted before: the journal stayed behind, its rows count as users' own");
  }

  runbook::DatabaseState state() { return runbook::state_of(clone_.session()); }

  /// @param fine  another exit code that is no failure
  bool step(const std::string& name, const Arguments& arguments, ExitCode fine = ExitCode::done) {
    done_.steps.push_back(clone_.run(name, arguments));
    const auto& step = done_.steps.back();
    if (step.code == 0 || step.code == static_cast<int>(fine)) return true;
    done_.broken = step.command + " failed on the clone: it would there";
    return false;
  }

  /// Migrations and data steps in their order, then the conversion that stands nowhere among them.
  bool forth() {
    const auto size = runbook::size_of(clone_.session());
    std::set<std::string> ran;
    for (Arguments deploy{"deploy"};;) {
      const auto history = applied();
      if (!step("deploy", deploy, ExitCode::inconclusive)) return false;
      auto& answered = done_.steps.back();
      const auto held = text_at(answered.answer, "/held/data_step");
      if (answered.code != 0 && held.empty()) return broken(answered.command + " failed on the clone: it would there");
      if (!held.empty()) answered.said = "it stops before the data step " + held;
      if (const auto to = before_these(answered.answer, history); !to.empty()) {
        stages_.push_back({"undo the schema", "deploy again", {"rollback", "--to", to}, deploy, now_, state()});
        now_ = stages_.back().after;
      }
      const auto name = held.empty() ? text_at(answered.answer, "/next") : held;
      if (name.empty()) break;
      if (!held.empty() && number_at(answered.answer, "/held/left") == 0) {
        if (deploy.size() > 1) return broken(held + " holds the clone, whatever is accepted");
        answered.said += ", for what it left: a person decides; here it goes on";
        deploy.push_back("--accept-left");
        continue;
      }
      const auto data = std::find_if(steps_.begin(), steps_.end(), [&](const auto& one) { return one.name == name; });
      if (!ran.insert(name).second || data == steps_.end()) return broken("the data step " + name + " has still something to do after it was converted");
      if (!convert(*data->conversion, {"--conversion", name})) return false;
    }
    if (stands_alone() && !convert(door_.conversion(), door_.globals.conversion.empty() ? Arguments{} : Arguments{"--conversion", door_.globals.conversion})) return false;
    measure(size, runbook::size_of(clone_.session()));
    return true;
  }

  /// The conversion that is meant has no place in the history, and there is something that it could be about.
  bool stands_alone() {
    const auto& meant = door_.conversion();
    if (std::any_of(steps_.begin(), steps_.end(), [&](const auto& one) { return one.name == meant.name(); })) return false;
    return steps_.empty() || !door_.globals.conversion.empty() || clone_.session().schema_of(meant.tables().source);
  }

  bool convert(const engine::conversion::Conversion& conversion, const Arguments& which) {
    const auto with = [&](Arguments words) {
      words.insert(words.end(), which.begin(), which.end());
      return words;
    };
    ConversionDone one{conversion.name(), conversion.tables().subject, "", journal::hex(engine::conversion::mapping_digest(conversion)), 0, 0, 0, {}};
    if (!step("plan", with({"plan", "--out", clone_.file("plan")}))) return false;
    one.plan = text_at(done_.steps.back().answer, "/hash");
    if (one.plan.empty()) return broken("the plan on the clone has no hash");
    done_.steps.back().command = "tidemark " + std::string("plan") + (which.empty() ? "" : " " + which[0] + " " + which[1]);
    if (!step("convert", with({"convert"}), ExitCode::conflicts)) return false;
    const auto& answer = done_.steps.back().answer;
    one.run = number_at(answer, "/run");
    one.converted = number_at(answer, "/profiles/converted");
    one.refused = number_at(answer, "/profiles/refused");
    if (const auto* rejected = runbook::at_pointer(answer, "/links/rejected"); rejected && rejected->is_object()) {
      for (const auto& [reason, n] : rejected->items()) one.rejected[reason] = n.get<std::uint64_t>();
    }
    const auto run = std::to_string(one.run);
    if (done_.plan.empty() || conversion.name() == door_.conversion().name() || !planned_) done_.plan = one.plan;
    planned_ = planned_ || conversion.name() == door_.conversion().name();
    done_.conversions.push_back(std::move(one));
    stages_.push_back({"undo", "redo", with({"rollback", "--run", run}), with({"redo", "--run", run}), now_, state()});
    now_ = stages_.back().after;
    return step("verify", with({"verify"}));
  }

  bool back() {
    for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) {
      if (!step(stage->undo, stage->back)) return false;
      compare(*stage, stage->before);
    }
    return true;
  }

  void again() {
    for (auto at = stages_.begin(); at != stages_.end(); ++at) {
      const auto& stage = *at;
      if (stage.again.size() > 1 && stage.again.front() == "deploy" && std::any_of(at, stages_.end(), [](const auto& later) { return later.redo == "redo"; })) {
        done_.not_rehearsed.push_back("the redo of what comes with tidemark deploy --accept-left: it would pass over the data steps that were undone here, too");
        return;
      }
      if (!step(stage.redo, stage.again, stage.redo == "redo" ? ExitCode::done : ExitCode::inconclusive)) return;
      if (const auto held = text_at(done_.steps.back().answer, "/held/data_step"); !held.empty()) done_.steps.back().said = "it stops before the data step " + held;
      compare(stage, stage.after);
    }
  }

  void compare(const Stage&, const runbook::DatabaseState& expected) {
    for (const auto& difference : runbook::differences(expected, state())) done_.differences.push_back("after " + done_.steps.back().command + ", " + difference);
  }

  std::vector<std::string> applied() {
    std::vector<std::string> names;
    for (const auto& row : engine::schema::read_history(clone_.session()).rows) {
      if (row.applied()) names.push_back(row.name);
    }
    std::sort(names.begin(), names.end(), before_);
    return names;
  }

  /// What to go down to, so that what this deploy did is undone: the migration or the data step that stood last before. Empty: it did nothing.
  std::string before_these(const nlohmann::ordered_json& deployed, const std::vector<std::string>& history) {
    const auto* names = runbook::at_pointer(deployed, "/applied");
    const bool brought_back = number_at(deployed, "/rows") > 0;
    if ((!names || names->empty()) && !brought_back) return {};
    std::string last = history.empty() ? "" : history.back();
    // Rows that came back with the schema go with it.
    for (const auto& one : steps_) {
      if (!brought_back && (last.empty() || before_(last, one.name)) && before_(one.name, names->front().get<std::string>())) last = one.name;
    }
    return last.empty() ? "start" : last;
  }

  bool broken(const std::string& why) {
    done_.broken = why;
    return false;
  }

  void measure(const runbook::DatabaseSize& before, const runbook::DatabaseSize& after) {
    done_.wal = after.wal - before.wal;
    for (const auto& [table, bytes] : after.tables) {
      const auto found = before.tables.find(table);
      const auto earlier = found == before.tables.end() ? 0 : found->second;
      if (bytes != earlier) done_.grown.push_back({table, earlier, bytes});
    }
    done_.journal_bytes = clone_.journal_bytes();
  }

  void record(Recording& recording) {
    Json plans = Json::array();
    double seconds = 0;
    for (const auto& one : done_.conversions) plans.push(one.plan);
    for (const auto& one : done_.steps) seconds += one.name == "convert" ? one.seconds : 0;
    Json detail = Json::object({{"plan", done_.plan}, {"plans", std::move(plans)}, {"conversion", door_.conversion().name()}, {"rows", done_.rows}, {"seconds", seconds}});
    if (percent_ > 0) {
      Json mappings = Json::array();
      for (const auto& one : done_.conversions) mappings.push(one.mapping);
      detail.set("sample", percent_).set("mappings", std::move(mappings));
    }
    recording.record({journal::CheckRecorded{"rehearsal", done_.ok() ? "ok" : "failure", detail.text()}});
  }

  Door& door_;
  const double percent_;  ///< of the subjects; 0: all of them
  const std::string foreground_;
  RehearsalClone clone_;
  const std::vector<DataStep> steps_;
  const engine::schema::NameOrder before_;
  Rehearsed done_;
  std::vector<Stage> stages_;
  runbook::DatabaseState now_;
  bool planned_ = false;  ///< done_.plan is of the conversion that is meant
};

}  // namespace

int run(Door& door, const Rehearse& options) {
  return Rehearsal(door, options.scratch_url.empty() ? door.configuration.backup.scratch_url : options.scratch_url, percent_of(options.sample), statements_of(options.foreground)).go();
}

}  // namespace tidemark::commands
