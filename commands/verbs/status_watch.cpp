#include "commands/verbs/status_watch.h"

#include <unistd.h>

#include <cstdio>

#include "commands/signals.h"
#include "commands/verbs/tell.h"
#include "engine/time_window.h"
#include "journal/lock_file.h"

namespace tidemark::commands {
namespace {

constexpr std::chrono::milliseconds kLook{500};
constexpr journal::Seq kFirstLook = 200000;  ///< events that a first look goes back for what holds a run up

std::uint64_t recorded(const journal::Tally& tally) {
  std::uint64_t sum = 0;
  for (const auto* name : {"converted", "skipped", "refused", "reverted", "partly_reverted"}) sum += static_cast<std::uint64_t>(std::max<std::int64_t>(0, count_of(tally, name)));
  return sum;
}

/// What the newest conversion's events say, taken up look by look.
class Watched {
 public:
  explicit Watched(std::string conversion) : conversion_(std::move(conversion)) {}

  void look(const journal::Reader& journal) {
    const journal::Reader::OneMoment moment(journal);
    const auto last = journal.last_run();
    if (last && (!run_ || run_->run != last->run)) {
      pass_.reset();
      held_up_.clear();
      from_ = last->run;
    }
    run_ = last;
    if (!run_) return;
    const auto head = journal.head_seq();
    for (const auto kind : {journal::PassStarted::kCode, journal::Throttled::kCode}) {
      journal::Filter filter;
      filter.from = kind == journal::Throttled::kCode && head > kFirstLook ? std::max(from_, head - kFirstLook) : from_;
      if (kind == journal::PassStarted::kCode && from_ == run_->run) filter.limit = 1;  // it stands near the run's beginning
      filter.to = head;
      filter.kind = kind;
      if (filter.from > head) continue;
      journal.for_each(filter, [&](const journal::Record& record) {
        const auto event = journal::decode(record);
        if (const auto* pass = std::get_if<journal::PassStarted>(&event)) pass_ = *pass;
        if (const auto* slow = std::get_if<journal::Throttled>(&event)) held_up_ = slow->action == "full speed" || slow->action == "goes on" ? "" : slow->action + ": " + slow->cause;
        return true;
      });
    }
    from_ = head + 1;
    const auto counters = journal.counters(conversion_);
    const auto now = std::chrono::steady_clock::now();
    const auto done = recorded(counters);
    if (!meter_ || metered_ != run_->run) {
      metered_ = run_->run;
      links_ = count_of(counters, "links");
      meter_.emplace(conversion_, pass_ ? pass_->total : 0, done, now);
      meter_->row_word = "links on record";
      meter_->add(0, links_, count_of(counters, "refused"), now);
    } else {
      const auto links = count_of(counters, "links");
      const auto before = meter_->view(now).done;
      meter_->add(done > before ? done - before : 0, links - links_, count_of(counters, "refused") - meter_->view(now).refused, now);
      links_ = links;
    }
    meter_->estimated(pass_ && pass_->estimated);
    meter_->held_up(held_up_);
    const auto window = pass_ ? engine::TimeWindow::parse(pass_->window) : std::nullopt;
    meter_->by_the_clock = window ? [window](double work) { return window->until_done(engine::Clock::system().utc(), work); } : std::function<double(double)>();
  }

  ProgressView view() const {
    ProgressView view = meter_ ? meter_->view(std::chrono::steady_clock::now()) : ProgressView{};
    if (run_ && pass_ && view.done > pass_->done) {  // the run's own average, not that of the watching
      const double seconds = static_cast<double>(engine::Clock::system().utc().value - run_->at.value) / 1e6;
      if (seconds > 0) view.average = static_cast<double>(view.done - pass_->done) / seconds;
    }
    if (pass_) view.total = pass_->total;
    return view;
  }
  const std::optional<journal::RunInfo>& run() const { return run_; }
  const std::optional<journal::PassStarted>& pass() const { return pass_; }

 private:
  std::string conversion_, held_up_;
  std::optional<journal::RunInfo> run_;
  std::optional<journal::PassStarted> pass_;
  std::optional<Meter> meter_;
  journal::Run metered_ = 0;
  std::int64_t links_ = 0;
  journal::Seq from_ = 1;
};

void show(const Watched& watched, bool running, bool json, bool terminal) {
  const auto view = watched.view();
  const auto& run = *watched.run();
  if (json) {
    print(Json::object({{"run", run.run}, {"verb", run.started.verb}, {"running", running}, {"state", running ? std::string("running") : run.state},
                        {"pass", watched.pass() ? Json(watched.pass()->pass) : Json()}, {"total", watched.pass() ? Json(view.total) : Json()},
                        {"total_estimated", view.estimated}, {"done", view.done}, {"links", view.rows}, {"refused", view.refused}, {"per_second", view.now},
                        {"per_second_average", view.average}, {"held_up", view.held_up.empty() ? Json() : Json(view.held_up)},
                        {"left_seconds", view.left >= 0 ? Json(view.left) : Json()}}));
    std::fflush(stdout);
    return;
  }
  std::string text = "run #" + std::to_string(run.run) + " " + run.started.verb + (watched.pass() ? " " + watched.pass()->pass : "") + ": ";
  const auto width = static_cast<std::size_t>(std::max(20, terminal_width(STDOUT_FILENO) - 1));
  if (!running) {
    text += run.state + ", " + format_progress(view);
  } else if (!terminal) {
    text += format_progress(view);
  } else {  // in a narrow one what holds it up outlives rates and sums
    if (text.size() + format_progress(view).size() > width) text = "run #" + std::to_string(run.run) + ": ";
    text += format_progress(view, std::max(width, text.size() + 20) - text.size());
  }
  if (terminal && running) std::printf("\r%s\x1b[K", printable(text.substr(0, width)).c_str());
  else std::printf("%s%s\n", terminal ? "\r\x1b[K" : "", printable(text).c_str());
  std::fflush(stdout);
}

}  // namespace

int watch_status(Door& door) {
  const auto path = door.journal_path_offline();
  engine::StopFlag stop;
  const SignalGuard signals(stop);
  const auto executor = engine::make_thread_executor();
  const bool terminal = is_terminal(STDOUT_FILENO);
  Watched watched(door.conversion().name());
  std::uint64_t shown = 0;
  for (std::uint64_t looks = 0;; ++looks) {
    const bool running = journal::is_locked(path);  // first: what it wrote before it let go is seen below
    const journal::Reader journal(path);
    watched.look(journal);
    if (!watched.run()) {
      line("no run yet");
      return 0;
    }
    const auto done = watched.view().done;
    if (!running || terminal || looks == 0 || done != shown) show(watched, running, door.globals.json, terminal);
    shown = done;
    if (!running) return 0;
    if (stop.requested()) {
      if (terminal && !door.globals.json) std::printf("\n");
      return static_cast<int>(engine::ExitCode::paused);
    }
    executor->pause(kLook, [&] { return stop.requested(); });
  }
}

}  // namespace tidemark::commands
