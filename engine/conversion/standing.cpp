#include "engine/conversion/standing.h"

#include "engine/conversion/binding.h"

namespace tidemark::engine::conversion {
namespace {

constexpr std::size_t kStandingBatch = 1000;

}  // namespace

Standing standing(Session& session, const Conversion& conversion, const journal::Reader* journal) {
  Standing found;
  SourceShape source;
  try {
    source = bind_source(session, conversion).source;
  } catch (const Failure& failure) {
    if (failure.code != ExitCode::failed) throw;
    found.source_gone = true;
    found.why_gone = failure.object + ": " + failure.answer;
    return found;
  }
  const bool ended = journal && journal->phase_done(conversion.name(), "first_pass");
  session.begin_reading();
  std::optional<std::string> above;
  for (auto page = session.digests(source, above, kStandingBatch); !page.empty(); page = session.digests(source, above, kStandingBatch)) {
    above = page.back().key;
    Keys keys;
    for (const auto& subject : page) keys.push_back(subject.key);
    const auto states = journal ? journal->subject_states(conversion.name(), keys) : std::vector<journal::SubjectState>(page.size());
    for (std::size_t i = 0; i < page.size(); ++i) {
      using enum journal::SubjectStatus;
      const bool edited = states[i].source != page[i].digest;
      switch (states[i].status) {
        case none: ++found.left; break;
        case reverted:
        case partly_reverted: ++found.rolled_back; break;
        case refused: ++(edited ? found.left : found.refused); break;
        case converted:
        case skipped: found.left += edited ? 1 : 0; break;
        case erased: break;
      }
    }
    if (!ended && found.left > 0 && page.size() == kStandingBatch) {
      found.at_least = true;
      break;
    }
  }
  session.rollback();
  return found;
}

}  // namespace tidemark::engine::conversion
