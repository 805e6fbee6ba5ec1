// The verbs of a few lines: stop, note, ddl, faults, journal info and backup.
#include <cstdio>
#include <filesystem>

#include "commands/verbs/door.h"
#include "commands/verbs/tell.h"
#include "engine/postgres/adapter.h"
#include "journal/backup.h"

namespace tidemark::commands {

int run(Door& door, const Stop&) {
  auto session = door.environment().target.connect("stop", false);
  if (!session->identity().tidemark || !session->ask_to_stop()) {
    if (door.globals.json) print(Json::object({{"asked", false}}));
    else line("nobody is running here: nothing to stop");
    return 0;
  }
  if (door.globals.json) print(Json::object({{"asked", true}, {"holder", engine::describe_holder(session->read_lease())}}));
  else line("asked; the holder ends after its chunk: " + printable(engine::describe_holder(session->read_lease())));
  return 0;
}

int run(Door& door, const Note& options) {
  auto writer = journal::Writer::open({door.journal_path_offline(), "tidemark note", engine::Clock::system().utc});
  const auto ticket = writer->append(journal::Note{options.text});
  writer->wait(ticket.seq);
  if (door.globals.json) print(Json::object({{"seq", ticket.seq}}));
  else line("noted as event #" + std::to_string(ticket.seq));
  return 0;
}

int run(Door& door, const Ddl& options) {
  const auto sql = engine::postgres::ddl(options.grants);
  if (door.globals.json) {
    print(Json::object({{"sql", sql}}));
    return 0;
  }
  std::fwrite(sql.data(), 1, sql.size(), stdout);
  return 0;
}

int run(Door& door, const FaultList&) {
#ifdef TIDEMARK_FAULTS
  for (const auto& point : engine::fault_points()) {
    if (door.globals.json) print(Json::object({{"name", point.name}, {"meaning", point.meaning}}));
    else std::printf("%s\t%s\n", point.name.c_str(), point.meaning.c_str());
  }
#else
  (void)door;
#endif
  return 0;
}

int run(Door& door, const JournalInfo&) {
  const auto path = door.journal_path_offline();
  const journal::Reader journal(path);
  const auto opened = journal.opened();
  const auto bytes = std::filesystem::file_size(path);
  const auto runs = journal.runs();
  if (door.globals.json) {
    print(Json::object({{"path", path}, {"journal", to_string(opened.journal)}, {"tidemark", to_string(opened.tidemark)}, {"database", opened.database},
                        {"system", opened.system}, {"made_by", opened.program}, {"events", journal.head_seq()}, {"head", journal::hex(journal.head_chain())},
                        {"bytes", static_cast<std::uint64_t>(bytes)}, {"runs", static_cast<std::uint64_t>(runs.size())}, {"units_committed", journal.receipts().count}}));
    return 0;
  }
  line("journal   " + printable(path) + ", " + to_string(opened.journal));
  line("target    database " + printable(opened.database) + " on system " + opened.system + ", tidemark id " + to_string(opened.tidemark));
  line("made by   " + printable(opened.program));
  line("events    " + grouped(static_cast<std::int64_t>(journal.head_seq())) + " in " + grouped(static_cast<std::int64_t>(bytes)) + " bytes; " + std::to_string(runs.size()) + " runs, " +
       grouped(static_cast<std::int64_t>(journal.receipts().count)) + " units committed");
  line("head      " + journal::hex(journal.head_chain()));
  return 0;
}

int run(Door& door, const JournalBackup& options) {
  journal::backup(door.journal_path_offline(), options.file);
  if (door.globals.json) print(Json::object({{"file", options.file}}));
  else line("copied to " + printable(options.file));
  return 0;
}

}  // namespace tidemark::commands
