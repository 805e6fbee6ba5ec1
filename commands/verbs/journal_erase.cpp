#include "journal/erase.h"

#include <filesystem>

#include "commands/verbs/door.h"
#include "commands/verbs/tell.h"
#include "engine/conversion/life.h"
#include "journal/backup.h"

namespace tidemark::commands {

int run(Door& door, const JournalErase& options) {
  const auto path = door.journal_path_offline();
  const auto events = journal::erasable(path, options.profile);
  std::uint64_t rows = 0;
  std::string state;
  {
    const journal::Reader journal(path);
    const auto life = engine::conversion::life_of(journal, door.conversion().name(), options.profile);
    rows = life.rows().size();
    state = to_string(life.state.status);
  }
  const bool json = door.globals.json;
  const auto answer = [&](journal::Seq seq) {
    print(Json::object({{"profile", options.profile}, {"events", static_cast<std::uint64_t>(events.size())}, {"rows_without_undo", rows}, {"erased_by", seq == 0 ? Json() : Json(seq)}}));
    return 0;
  };
  if (events.empty()) {
    if (json) return answer(0);
    line("nothing to erase: the journal holds no data of profile " + printable(options.profile));
    return 0;
  }
  const std::string lost = rows == 0 ? std::string("no row of ours stands by the journal, so no undo is lost; what was rolled back can't be redone")
                                     : std::to_string(rows) + (rows == 1 ? " row" : " rows") + " of ours can't be undone, shown or replayed any more; they count as a user's own from then on";
  if (!json) {
    line("profile " + printable(options.profile) + " (" + state + "): " + std::to_string(events.size()) + (events.size() == 1 ? " event" : " events") + " with its data");
    line("  lost      " + lost);
    line("  stays     its id, the times and kinds of its events, and their digests: the chain holds, audit verify knows it");
    line("  elsewhere archives, exports and backups made earlier still hold it (the copy that runs leave is renewed); so do rows that a migration archived");
  }
  if (!ask("Erase what the journal holds of profile " + printable(options.profile) + "? It can't come back.", door.globals.yes, "erasing a profile's data")) {
    line("nothing was done");
    return static_cast<int>(engine::ExitCode::failed);
  }
  const auto seq = journal::erase(path, "tidemark journal erase", engine::Clock::system().utc, options.profile, options.reason);
  const auto copy = door.journal_copy(path);  // a clean end's copy is ours, and holds the data too
  if (std::filesystem::exists(copy)) journal::keep_copy(path, copy);
  if (json) return answer(seq);
  line("erased, by event #" + std::to_string(seq) + "; " + lost);
  return 0;
}

}  // namespace tidemark::commands
