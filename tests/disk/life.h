#pragma once
/// The life of a journal that the disk's calls fail in: what was promised in it, and whether the file keeps it.

#include <functional>
#include <map>
#include <string>

#include "journal/journal.h"

namespace tidemark::tests {

class Life {
 public:
  explicit Life(std::string path) : path_(std::move(path)) {}

  /// Makes or opens the journal; chunks, a migration, a note; a checkpoint; closes, opens, goes on. Ends at the first error, as a run does.
  /// @param kill  called before the writer is let go, when there was an error: what isn't done by then isn't done
  template <class Kill>
  void live(const Kill& kill);
  /// Opens it once more and appends something durable. @param before_the_end  called when that is done, the journal still open. @throws JournalError
  void go_on(const std::function<void()>& before_the_end = [] {});

  /// Does the file keep what was promised? Empty, or what is wrong with it. Reads only.
  std::string broken() const;
  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }
  /// A refusal for another reason than the disk, or a writer that goes on after it failed.
  const std::string& wrong() const { return wrong_; }

 private:
  void step(journal::Writer& writer, const std::string& script, bool wait = true);
  void all_steps(std::unique_ptr<journal::Writer>& writer);
  void note(const journal::JournalError& error);
  void refuses(journal::Writer& writer);

  std::string path_, error_, wrong_;
  journal::Seq acknowledged_ = 0;
  std::map<journal::Seq, journal::Digest> ends_;  ///< of what was appended together
};

template <class Kill>
void Life::live(const Kill& kill) {
  std::unique_ptr<journal::Writer> writer;
  try {
    all_steps(writer);
  } catch (const journal::JournalError& error) {
    note(error);
    if (writer) refuses(*writer);
    kill();
  }
}

}  // namespace tidemark::tests
