#include "tests/disk/life.h"

#include <filesystem>

#include "journal/reader.h"
#include "journal/verify.h"
#include "tests/journal/support.h"

namespace tidemark::tests {

using namespace journal;
using namespace journal::test;

namespace {

constexpr const char* kWide = "note " "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

}  // namespace

void Life::step(Writer& writer, const std::string& script, bool wait) {
  play(writer, script);
  ends_[writer.head().seq] = writer.head().chain;
  if (!wait) return;
  writer.flush();
  acknowledged_ = writer.head().seq;
}

void Life::all_steps(std::unique_ptr<Writer>& writer) {
  writer = std::filesystem::exists(path_) ? Writer::open(options(path_)) : make_journal(path_);
  ends_[writer->head().seq] = writer->head().chain;
  acknowledged_ = writer->head().seq;
  {
    const Reader reader(path_);  // a run has one open
    step(*writer, "run convert; lease 1; table 1");
    step(*writer, "convert 1.1 links a b- c? ..c");
    step(*writer, "commit 1.1", false);
    if (reader.head_seq() < acknowledged_) wrong_ = "a reader doesn't see what is durable";
    step(*writer, "convert 1.2 links d e !x c..e");
    step(*writer, "commit 1.2", false);
    step(*writer, "apply 1.3 m1");
    step(*writer, "applied 1.3 m1");
    for (int i = 0; i < 3; ++i) step(*writer, kWide);
    if (reader.units(UnitState::in_doubt).size() > 0) wrong_ = "a unit is in doubt";
  }
  try {
    writer->checkpoint();
  } catch (const JournalError& error) {
    note(error);  // nothing is lost by it: the run goes on
  }
  step(*writer, "convert 1.4 links x");
  step(*writer, "commit 1.4; pause");
  writer.reset();
  writer = Writer::open(options(path_));
  step(*writer, "run rollback; lease 2");
  step(*writer, "rollback 2.1 links a d+");
  step(*writer, "commit 2.1", false);
  writer->checkpoint();
  step(*writer, "end 0");
}

void Life::go_on(const std::function<void()>& before_the_end) {
  const auto writer = Writer::open(options(path_));
  for (int i = 0; i < 2; ++i) step(*writer, kWide);
  before_the_end();
}

void Life::note(const JournalError& error) {
  error_ = error.what();
  if (error.kind != JournalError::Kind::io) wrong_ = "an answer for another reason than the disk: " + error_;
}

/// Once a batch could not be made durable, nothing behind it ever is.
void Life::refuses(Writer& writer) {
  if (writer.head().seq == acknowledged_) return;  // somebody else's call failed
  try {
    writer.flush();
    ends_[writer.head().seq] = writer.head().chain;  // it was never tried before, and now it is durable
    acknowledged_ = writer.head().seq;
    return;
  } catch (const JournalError&) {
  }
  try {
    writer.append(Note{"more"});
    wrong_ = "a writer that failed takes more";
  } catch (const JournalError&) {
  }
  writer.wait(acknowledged_);
}

std::string Life::broken() const {
  if (!std::filesystem::exists(path_)) return acknowledged_ ? "the file is gone" : "";
  try {
    const VerifyReport report = verify(path_, false);
    if (!report.ok) return report.kind + ": " + report.detail;
    if (report.events < acknowledged_) return "it ends at " + std::to_string(report.events) + ", durable was " + std::to_string(acknowledged_);
    const auto end = ends_.find(report.events);
    if (end == ends_.end() && report.events != 1) return "it ends within a batch, at " + std::to_string(report.events);
    if (end != ends_.end() && end->second != report.head) return "its last event is another one";
    return "";
  } catch (const JournalError& error) {
    return error.what();
  }
}

}  // namespace tidemark::tests
