// baseline and resolve: the history is brought to what is there.
#include <algorithm>

#include "commands/verbs/door.h"
#include "commands/verbs/scope.h"
#include "commands/verbs/scratch.h"
#include "commands/verbs/tell.h"
#include "engine/schema/adopt.h"
#include "engine/schema/settle.h"

namespace tidemark::commands {
namespace {

using engine::ExitCode;
namespace schema = engine::schema;
using What = schema::Verdict::Effect;

Json json_of(const std::vector<std::string>& list) {
  Json json = Json::array();
  for (const auto& one : list) json.push(one);
  return json;
}

void list(const char* title, const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 40;
  for (std::size_t i = 0; i < names.size() && i < kMost; ++i) line((i == 0 ? std::string(title) : std::string(12, ' ')) + printable(names[i]));
  if (names.size() > kMost) line("            and " + std::to_string(names.size() - kMost) + " more; --json lists all");
}

Json json_of(const schema::Baseline& b, const std::string& state) {
  return Json::object({{"state", state}, {"proven", json_of(b.proven)}, {"ambiguous", json_of(b.ambiguous)}, {"pending", json_of(b.pending)}, {"nearest", b.nearest.empty() ? Json() : Json(b.nearest)},
                       {"differences", json_of(b.differences)}, {"privileges", json_of(b.privileges)}, {"refused", b.refused.empty() ? Json() : Json(b.refused)}, {"answer", b.answer}});
}

const char* name_of(What effect) { return effect == What::there ? "there" : effect == What::gone ? "gone" : "unknown"; }

}  // namespace

int run(Door& door, const Baseline& options) {
  const auto folders = door.migrations();
  auto& env = door.environment();
  const auto session = env.target.connect("baseline", false);
  auto plan = schema::plan_baseline(env, *session, folders, scratch_of(door, options.scratch_url), options.up_to);
  const auto answer = [&](const std::string& state, ExitCode code) {
    if (door.globals.json) print(json_of(plan, state));
    return static_cast<int>(code);
  };
  const bool text = !door.globals.json;
  if (plan.nothing || folders.empty()) {
    if (text) line(folders.empty() ? "there are no migrations: nothing to adopt" : "the history has all migrations: nothing to adopt");
    return answer("nothing", ExitCode::done);
  }
  if (text && !plan.refused.empty()) line("refused     " + printable(plan.refused) + " doesn't run on a scratch database, nor could those behind it be compared: " + printable(plan.answer));
  if (!plan.differences.empty()) {
    if (text) {
      line("The schema is not what the migrations make. Nearest is " + (plan.nearest == "start" ? "the empty schema" : "what " + printable(plan.nearest) + " leaves") + "; the live schema differs (+ only live, - missing, ~ other):");
      list("  differs   ", plan.differences);
      line("Nothing was written. next: take these changes back, or write a migration that makes them; then tidemark baseline");
    }
    return answer("different", ExitCode::check);
  }
  if (text) {
    list("proven      ", plan.proven);
    list("privileges  ", plan.privileges);
    if (!plan.pending.empty()) list("pending     ", plan.pending);
  }
  if (!plan.ambiguous.empty()) {
    const auto& before = plan.proven.empty() ? std::string() : plan.proven.back();
    if (text) {
      list("unproven    ", plan.ambiguous);
      line("These change nothing in the schema, so nothing shows whether they ran. Say which was the last that ran:");
      if (!before.empty()) line("  tidemark baseline --up-to " + printable(before));
      for (const auto& name : plan.ambiguous) line("  tidemark baseline --up-to " + printable(name));
      if (before.empty()) line("  tidemark deploy      (none of them ran)");
    }
    return answer("undecided", ExitCode::inconclusive);
  }
  if (plan.proven.empty()) {
    if (text) line("the schema is empty: nothing to adopt; next: tidemark deploy");
    return answer("nothing", ExitCode::done);
  }
  if (options.dry_run) {
    if (text) line("[DRY RUN] nothing was written");
    return answer("dry_run", ExitCode::done);
  }
  auto run = door.begin("baseline", options.up_to.empty() ? "" : "--up-to " + options.up_to, false);
  bool written = false;
  door.during(*run, [&] { written = schema::write_baseline(env, *run, folders, plan, schema_limits(door)); });
  const auto code = written ? ExitCode::done : ExitCode::paused;
  run->finish(code, written ? "done" : door.stop().why());
  if (text && written) {
    line("✔ The history of " + amount(plan.proven.size(), "migration") + " is written, proven by the schema's fingerprint");
    line("next        " + std::string(plan.pending.empty() ? "tidemark status" : "tidemark deploy"));
  }
  return answer(written ? "done" : "paused", code);
}

int run(Door& door, const Resolve& options) {
  const auto folders = door.migrations();
  auto& env = door.environment();
  const auto session = env.target.connect("resolve", false);
  const auto identity = session->identity();
  std::vector<std::string> names = options.name.empty() ? schema::unfinished(schema::read_history(*session)) : std::vector<std::string>{options.name};
  const bool text = !door.globals.json;
  const auto by_word = options.applied || options.rolled_back;
  std::vector<schema::Verdict> verdicts;
  {
    const auto journal = door.journal(identity);
    for (const auto& name : names) {
      schema::Scratch scratch;
      if (!by_word) scratch = scratch_of(door, options.scratch_url);
      verdicts.push_back(schema::judge_effect(env, *session, journal.get(), folders, name, scratch));
    }
  }
  struct Decision { std::string name, why; bool applied; };
  std::vector<Decision> decided;
  bool left = false;
  for (auto& v : verdicts) {
    if (text) {
      line(printable(v.name) + ": " + (v.step_of_ours || v.applied ? printable(v.why) : by_word ? std::string(options.applied ? "applied" : "rolled back") + ", on your word" : std::string("its effect is ") + name_of(v.effect) + ": " + printable(v.why)));
      if (v.effect == What::unknown && !by_word) list("  ", v.objects);
    }
    if (v.step_of_ours) {
      left = true;
      if (text) line("  next      tidemark deploy");
    } else if (by_word && !v.applied) {
      decided.push_back({v.name, "by a person's word", options.applied});
    } else if (v.effect != What::unknown) {
      const auto open = schema::unfinished(schema::read_history(*session));
      const bool failed = std::find(open.begin(), open.end(), v.name) != open.end();
      if (v.effect == What::there || failed) decided.push_back({v.name, v.why, v.effect == What::there});
      else if (text) line("  nothing to settle: next tidemark deploy");
    } else {
      left = true;
      if (text) {
        line("  Nothing proves what became of it. Look at it, then one of");
        line("    tidemark resolve " + printable(v.name) + " --applied        its effect is there");
        line("    tidemark resolve " + printable(v.name) + " --rolled-back    nothing of it is there: deploy applies it");
      }
    }
  }
  const auto finish = [&](const std::string& state, ExitCode code) {
    if (door.globals.json) {
      Json migrations = Json::array();
      for (const auto& v : verdicts) {
        std::string settled;
        for (const auto& d : decided) {
          if (d.name == v.name) settled = d.applied ? "applied" : "rolled_back";
        }
        migrations.push(Json::object({{"name", v.name}, {"effect", v.step_of_ours ? "step" : name_of(v.effect)}, {"why", v.why}, {"objects", json_of(v.objects)}, {"settled", settled.empty() ? Json() : Json(settled)}}));
      }
      print(Json::object({{"state", state}, {"migrations", std::move(migrations)}}));
    }
    return static_cast<int>(code);
  };
  const auto code = left ? ExitCode::inconclusive : ExitCode::done;
  if (names.empty() && text) line("no migration is unfinished: nothing to settle");
  if (decided.empty()) return finish(left ? "undecided" : "nothing", code);
  if (options.dry_run) {
    if (text) line("[DRY RUN] nothing was written");
    return finish("dry_run", code);
  }
  std::string question = "Write into the history of " + door.connection().display + ":";
  for (const auto& d : decided) question += " " + printable(d.name) + (d.applied ? " is applied." : " is rolled back.");
  if (!ask(question, door.globals.yes, "settling migrations")) {
    line("nothing was done");
    return static_cast<int>(ExitCode::failed);
  }
  auto run = door.begin("resolve", options.name + (options.applied ? " --applied" : options.rolled_back ? " --rolled-back" : ""), false);
  bool written = true;
  door.during(*run, [&] {
    for (const auto& d : decided) written = written && schema::write_settled(env, *run, folders, d.name, d.applied, d.why, schema_limits(door));
  });
  const auto end = written ? code : ExitCode::paused;
  run->finish(end, written ? left ? "left" : "done" : door.stop().why());
  if (text && written) {
    for (const auto& d : decided) line("✔ " + printable(d.name) + (d.applied ? " counts as applied" : " counts as rolled back: pending"));
    line("next        tidemark status; tidemark deploy");
  }
  return finish(written ? left ? "left" : "done" : "paused", end);
}

}  // namespace tidemark::commands
