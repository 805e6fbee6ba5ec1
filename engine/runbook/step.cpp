#include "engine/runbook/step.h"

#include "journal/chain.h"

namespace tidemark::engine::runbook {
namespace {

constexpr std::size_t kHead = 8 << 10, kTail = 56 << 10;  // of what is kept of an output

/// The first and the last of a long text.
class Kept {
 public:
  void take(const std::string& line) {
    if (head_.size() < kHead) {
      head_ += line + "\n";
      return;
    }
    tail_ += line + "\n";
    if (tail_.size() <= 2 * kTail) return;
    const auto cut = tail_.find('\n', tail_.size() - kTail) + 1;
    left_out_ += cut;
    tail_.erase(0, cut);
  }
  std::string text() const { return head_ + (left_out_ > 0 ? "… " + std::to_string(left_out_) + " bytes are left out …\n" : "") + tail_; }

 private:
  std::string head_, tail_;
  std::size_t left_out_ = 0;
};

}  // namespace

journal::Digest definition_of(const StepDefinition& step) {
  std::string text;
  // Lengths before texts: no two definitions can give the same.
  const auto add = [&](const std::string& part) { text += std::to_string(part.size()) + ":" + part; };
  for (const auto* part : {&step.name, &step.when, &step.phase, &step.command, &step.directory, &step.expect_output}) add(*part);
  add(std::to_string(step.expect_exit));
  for (const auto& [name, value] : step.environment) {
    add(name);
    add(value);
  }
  return journal::sha256(text);
}

StepRecorded begun(const StepDefinition& step, const std::function<std::string(const std::string&)>& redacted) {
  StepRecorded record;
  record.name = step.name;
  record.when = step.when;
  record.phase = step.phase;
  record.state = "begun";
  record.command = redacted(step.command);
  record.directory = step.directory;
  record.definition = definition_of(step);
  return record;
}

StepRecorded run_step(Environment& environment, const StepDefinition& step, const ChildDatabase* database, const std::function<std::string(const std::string&)>& redacted,
                      const std::function<void(const std::string&)>& line, bool despite_stop) {
  auto record = begun(step, redacted);
  ChildCommand command{.argv = {"/bin/sh", "-c", step.command}, .directory = step.directory, .limit = std::chrono::seconds(step.limit_s), .despite_stop = despite_stop};
  if (database) database->give(command);
  for (const auto& [name, value] : step.environment) command.environment[name] = value;
  Kept kept;
  bool seen = step.expect_output.empty();
  const auto end = run_child(command, environment.executor, environment.stop, environment.clock, [&](ChildStream, std::string_view text) {
    const auto clean = redacted(std::string(text));
    seen = seen || text.find(step.expect_output) != std::string_view::npos;
    kept.take(clean);
    line(clean);
  });
  record.end = end.what;
  record.exit_code = static_cast<std::uint32_t>(end.code);
  record.ms = static_cast<std::uint64_t>(end.lasted.count());
  record.output = kept.text();
  if (end.how == ChildEnd::How::stopped) throw Failure(ExitCode::paused, "running the step " + step.name, step.command, end.what, "It runs again from its beginning.", "");
  const bool exit_as_expected = end.how == ChildEnd::How::exited && end.code == step.expect_exit;
  if (exit_as_expected && !seen) record.end += "; its output lacks: " + step.expect_output;
  record.state = exit_as_expected && seen ? "done" : "failed";
  return record;
}

}  // namespace tidemark::engine::runbook
