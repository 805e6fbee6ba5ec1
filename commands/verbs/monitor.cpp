#include <algorithm>
#include <filesystem>

#include "commands/verbs/door.h"
#include "commands/verbs/monitor.h"
#include "commands/verbs/monitor_options.h"
#include "commands/verbs/monitor_screen.h"
#include "commands/verbs/tell.h"
#include "engine/runbook/monitor/watch.h"
#include "engine/runbook/process.h"
#include "journal/lock_file.h"

namespace tidemark::commands {
namespace {

namespace monitor = engine::runbook::monitor;
using engine::ExitCode;
using engine::Failure;
using Level = engine::Observer::Level;

constexpr std::int64_t kGoOnWithinUs = std::int64_t{24} * 3600 * 1'000'000;

std::string shell_word(const std::string& word) {
  if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=") == std::string::npos && !word.empty()) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// The journal that is recorded in; made, as any first writing command would, where there is none.
std::string journal_of(Door& door) {
  const auto identity = door.reading().connect("monitor", true)->identity();
  const auto path = door.journal_path(identity);
  if (door.journal(identity, true)) return path;
  door.console().say(Level::info, "there is no journal of this target yet: it is begun");
  door.begin("monitor", "", false)->finish(ExitCode::done, "done");
  return path;
}

std::string ago(journal::UtcMicros at, journal::UtcMicros now) { return clock_text(static_cast<double>(now.value - at.value) / 1e6) + " ago"; }

class Monitoring {
 public:
  Monitoring(Door& door, const Monitor& given)
      : door_(door), given_(given), options_(watch_options(door, given)), journal_(journal_of(door)), screen_(door.console(), door.globals),
        recording_(journal_, "tidemark monitor", door.environment().clock, door.environment().executor, door.environment().stop) {}

  Monitored run() {
    const auto lock = alone();
    begin();
    const auto end = watch_->run();
    screen_.leave();
    if (end == monitor::Watch::End::stopped) {
      paused();
      return {true, {}, {}, {}};
    }
    if (watch_->rollback()) rollback(*watch_->rollback());
    const auto verdict = watch_->conclude();
    if (!recording_.flush()) {
      say(Level::warning, "a run holds the journal; " + std::to_string(recording_.waiting()) + " events are written when it ends (Ctrl-C loses them)");
      if (!recording_.flush_at_last([&] { return door_.stop().requested(); })) {
        throw Failure(ExitCode::failed, "recording the monitoring", journal_, "another run held it, and a stop was asked for", "The monitoring was " + std::string(to_string(verdict)) +
                      "; its last events are not in the journal.", "tidemark monitor, when the run has ended (tidemark status --watch)");
      }
    }
    print(verdict);
    return {false, verdict, watch_->judge().findings(true), watch_->rollback()};
  }

 private:
  void say(Level level, const std::string& text) { screen_.say(level, text); }

  std::unique_ptr<journal::LockFile> alone() {
    try {
      return std::make_unique<journal::LockFile>(journal_ + ".monitor", door_.environment().who.user + "@" + door_.environment().who.host + " pid " + std::to_string(door_.environment().who.pid));
    } catch (const journal::JournalError& error) {
      if (error.kind != journal::JournalError::Kind::locked) throw;
      throw Failure(ExitCode::leased, "monitoring", door_.connection().display, std::string("another monitoring of this journal is running: ") + error.what(), "Nothing was changed.", "wait for it, or end it by its pid; then the same command goes on");
    }
  }

  void begin() {
    const journal::Reader reader(journal_);
    const auto past = monitor::past_monitorings(reader);
    const auto wanted = given_.compare.empty() ? "baseline" : given_.compare;
    if (!given_.baseline) {
      if (const auto found = monitor::find_monitoring(past, wanted)) {
        options_.baseline = monitor::Baseline{to_string(found->id), *found->error_rate, found->p95_ms};
        baseline_text_ = found->purpose + " #" + std::to_string(found->started);
        say(Level::info, "compared with the " + baseline_text_ + ", " + ago(found->last, door_.environment().clock.utc()));
      } else if (!given_.compare.empty()) {
        throw Failure(ExitCode::failed, "monitoring", "--compare " + given_.compare, "there is no such monitoring that measured an error rate", "Nothing was done.", "tidemark audit log --kind monitor_judged");
      } else {
        say(Level::warning, "there is no baseline (monitor --baseline, before the migration): the error rate is judged absolutely");
      }
    }
    const auto runs = monitor::conversion_runs(reader);
    if (!runs.empty()) options_.conversion_run = runs.back();
    if (options_.logs.empty() && options_.commands.empty()) say(Level::warning, "no log is followed ([monitor] logs, commands): nothing tells how requests fare");
    auto id = door_.environment().ids.next();
    std::vector<monitor::Sample> samples;
    bool went_on = false;
    if (!given_.anew && !past.empty()) {
      // Only the newest of this purpose: an older one was given up.
      const auto at = std::find_if(past.rbegin(), past.rend(), [&](const auto& one) { return one.purpose == options_.purpose; });
      if (at != past.rend() && at->ended.empty() && at->started > given_.after) {
        const auto last = newest_of(reader, *at);
        if (door_.environment().clock.utc().value - last.value <= kGoOnWithinUs) {
          id = at->id;
          went_on = true;
          samples = monitor::samples_of(reader, *at);
        } else {
          say(Level::info, "the monitoring #" + std::to_string(at->started) + " was never ended and is too old to go on with (" + ago(last, door_.environment().clock.utc()) + "): a new one begins");
        }
      }
    }
    auto& environment = door_.environment();
    id_ = id;
    watch_ = std::make_unique<monitor::Watch>(
        monitor::WatchTools{door_.reading(), environment.executor, environment.clock, environment.stop, recording_, [this](Level level, const std::string& text) { say(level, text); },
                            [this](const monitor::View& view) { screen_.show(view); }, [this] { return monitor::smoke_hits(journal::Reader(journal_)); },
                            [this] { return monitor::smoke_runs(journal::Reader(journal_), door_.environment().clock.utc()); }},
        options_, id, std::move(samples), went_on);
    say(Level::info, std::string(went_on ? "goes on" : "begins") + ": " + options_.purpose + " of " + door_.connection().display + ", " +
                         clock_text(watch_->remaining_s()) + (went_on ? " to go" : "") + ", journal " + journal_);
  }

  static journal::UtcMicros newest_of(const journal::Reader& reader, const monitor::PastMonitoring& one) {
    auto last = one.last;
    journal::Filter filter;
    filter.kind = journal::ProbeSampled::kCode;
    filter.newest_first = true;
    filter.limit = 1;
    reader.for_each(filter, [&](const journal::Record& record) {
      last = std::max(last, record.at);
      return false;
    });
    return last;
  }

  void paused() {
    const auto left = clock_text(watch_->remaining_s());
    if (!recording_.flush()) say(Level::warning, "a run holds the journal: " + std::to_string(recording_.waiting()) + " events of the monitoring are not recorded");
    if (door_.globals.json) {
      commands::print(Json::object({{"verdict", Json()}, {"state", "paused"}, {"monitoring", to_string(id_)}, {"remaining_seconds", watch_->remaining_s()}}));
    } else {
      line("stopped (" + door_.stop().why() + "); " + left + " to go: the same command goes on");
    }
  }

  /// @param full  with the paths that this program was given
  std::vector<std::string> rollback_words(std::uint64_t run) const {
    std::vector<std::string> words{"rollback", "--run", std::to_string(run), "--yes", "--journal", journal_};
    if (!door_.globals.config.empty()) words.insert(words.end(), {"--config", door_.globals.config});
    return words;
  }

  void rollback(const monitor::Finding& finding) {
    // A conversion may have begun since.
    const auto runs = monitor::conversion_runs(journal::Reader(journal_));
    const std::uint64_t run = runs.empty() ? 0 : runs.back();
    for (const auto& command : given_.way_back) command_ += (command_.empty() ? "" : " && ") + command;
    if (run != 0 && command_.empty()) {
      command_ = "tidemark";
      for (const auto& word : rollback_words(run)) command_ += " " + shell_word(word);
    }
    const auto facts = [&](const std::string& more) {
      auto text = watch_->facts_of(finding);
      text.pop_back();
      return text + ",\"conversion_run\":" + std::to_string(run) + ",\"command\":" + Json(command_).text() + more + "}";
    };
    if (run == 0) {
      say(Level::warning, "a rollback criterion is met, but the journal knows no run that converted rows: there is nothing of ours to roll back");
      watch_->record("rollback_due", finding.criterion, "", facts(""));
      return;
    }
    if (runs.size() > 1 && given_.way_back.empty()) say(Level::info, std::to_string(runs.size()) + " runs converted rows; #" + std::to_string(run) + " is the newest (all of them: tidemark rollback --all)");
    watch_->record("rollback_due", finding.criterion, command_, facts(""));
    if (!given_.auto_rollback) return;
    if (!recording_.flush()) {
      say(Level::warning, "a run holds the journal: the rollback waits until it ends (tidemark stop ends it after its chunk)");
      if (!recording_.flush_at_last([&] { return door_.stop().requested(); })) return;
    }
    say(Level::warning, "rolling back: " + command_);
    engine::runbook::ChildCommand child;
    std::error_code error;
    child.argv.push_back(std::filesystem::read_symlink("/proc/self/exe", error).string());
    for (const auto& word : rollback_words(run)) child.argv.push_back(word);
    child.despite_stop = true;  // half a rollback helps nobody; it can be resumed, but somebody would have to
    const auto environment = process_environment();
    for (const char* name : {"DATABASE_URL", "PGPASSWORD"}) {
      if (const auto value = environment(name)) child.environment[name] = *value;
    }
    if (!door_.globals.database_url.empty()) child.environment["DATABASE_URL"] = door_.globals.database_url;
    auto& own = door_.environment();
    const auto end = engine::runbook::run_child(child, own.executor, own.stop, own.clock, [&](engine::runbook::ChildStream, std::string_view text) {
      say(Level::info, std::string(text));
    });
    rollback_code_ = end.how == engine::runbook::ChildEnd::How::exited ? end.code : static_cast<int>(ExitCode::failed);
    watch_->record("rolled_back", finding.criterion, end.what, facts(",\"exit_code\":" + std::to_string(*rollback_code_)));
    if (*rollback_code_ != 0) say(Level::warning, "the rollback ended with " + end.what);
  }

  void print(monitor::Verdict verdict) {
    const auto findings = watch_->judge().findings(true);
    const auto& totals = watch_->judge().totals();
    const auto number = [](const std::optional<double>& value) { return value ? Json(*value) : Json(); };
    if (door_.globals.json) {
      Json criteria = Json::array();
      for (const auto& f : findings) {
        criteria.push(Json::object({{"name", f.criterion}, {"verdict", to_string(f.verdict)}, {"value", number(f.value)}, {"limit", number(f.limit)}, {"baseline", number(f.baseline)},
                                    {"unit", f.unit}, {"detail", f.detail}}));
      }
      Json undo;
      if (watch_->rollback()) {
        undo = Json::object({{"criterion", watch_->rollback()->criterion}, {"command", command_.empty() ? Json() : Json(command_)}, {"done", rollback_code_ && (*rollback_code_ == 0 || *rollback_code_ == 4)},
                             {"exit_code", rollback_code_ ? Json(*rollback_code_) : Json()}});
      }
      commands::print(Json::object({{"verdict", to_string(verdict)}, {"state", "ended"}, {"purpose", options_.purpose}, {"monitoring", to_string(id_)}, {"samples", totals.samples},
                                    {"monitored_seconds", watch_->monitored_s()}, {"gap_seconds", watch_->gap_s()}, {"requests", totals.requests}, {"errors", totals.errors},
                                    {"error_rate", number(totals.error_rate())}, {"baseline_error_rate", options_.baseline ? Json(options_.baseline->error_rate) : Json()},
                                    {"p50_ms", number(monitor::percentile_ms(totals.us, 50))}, {"p95_ms", number(monitor::percentile_ms(totals.us, 95))},
                                    {"p99_ms", number(monitor::percentile_ms(totals.us, 99))}, {"criteria", std::move(criteria)}, {"rollback", std::move(undo)}}));
      return;
    }
    line(options_.purpose + ": " + to_string(verdict) + ", " + std::to_string(totals.samples) + " samples in " + clock_text(watch_->monitored_s()) +
         (watch_->gap_s() > 0 ? ", nobody watched for " + clock_text(watch_->gap_s()) : "") + (baseline_text_.empty() ? "" : ", compared with the " + baseline_text_));
    for (const auto& f : findings) {
      std::string name = f.criterion;
      name.resize(std::max<std::size_t>(name.size(), 20), ' ');
      std::string word = to_string(f.verdict);
      word.resize(13, ' ');
      line("  " + word + " " + name + " " + printable(f.detail));
    }
    if (!watch_->rollback()) return;
    if (command_.empty()) line("ROLLBACK is due, but no run converted rows");
    else if (!rollback_code_) line("ROLLBACK is due. Type:\n  " + printable(command_));
    else line(*rollback_code_ == 0 || *rollback_code_ == 4 ? "ROLLED BACK by: " + printable(command_) : "THE ROLLBACK FAILED (exit code " + std::to_string(*rollback_code_) + "). Type again:\n  " + printable(command_));
  }

  Door& door_;
  const Monitor& given_;
  monitor::WatchOptions options_;
  std::string journal_;
  MonitorScreen screen_;
  monitor::Recording recording_;
  journal::Uuid id_;
  std::unique_ptr<monitor::Watch> watch_;
  std::string baseline_text_, command_;
  std::optional<int> rollback_code_;
};

}  // namespace

Monitored monitored(Door& door, const Monitor& options) {
  door.environment();  // signals are heard from here on
  return Monitoring(door, options).run();
}

int run(Door& door, const Monitor& options) {
  door.situation.verb = "monitor";
  const auto done = monitored(door, options);
  if (done.paused) return static_cast<int>(ExitCode::paused);
  return static_cast<int>(done.verdict == monitor::Verdict::healthy ? ExitCode::done : done.verdict == monitor::Verdict::breached ? ExitCode::check : ExitCode::inconclusive);
}

}  // namespace tidemark::commands
