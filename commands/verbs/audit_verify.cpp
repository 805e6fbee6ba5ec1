#include "commands/verbs/door.h"
#include "commands/verbs/tell.h"
#include "engine/audit/witness.h"
#include "journal/lock_file.h"
#include "journal/verify.h"

namespace tidemark::commands {
namespace {

/// Asks the target if one is named and answers; else says what was not proven.
engine::audit::Testimony ask_target(Door& door, const std::string& path) {
  engine::audit::Testimony testimony;
  if (!door.names_database()) {
    testimony.why = "no database is named: a journal that was cut short or rewritten as a whole can't be told without the target";
    return testimony;
  }
  try {
    const auto session = door.reading().connect("audit", true);
    return engine::audit::witness(journal::Reader(path), *session, door.connection().display, journal::is_locked(path));
  } catch (const engine::TargetError& error) {
    if (auto wrong = explain(error, door.situation); wrong.code == engine::ExitCode::usage) throw wrong;  // the URL, not the server
    testimony.why = std::string("the target could not be asked: ") + error.what();
    return testimony;
  }
}

}  // namespace

int run(Door& door, const AuditVerify&) {
  const auto path = door.journal_path_offline();
  const auto report = journal::verify(path);
  engine::audit::Testimony testimony;
  std::string kind = report.kind, detail = report.detail;
  auto code = report.ok ? engine::ExitCode::done : engine::ExitCode::journal;
  if (report.ok) {
    try {
      testimony = ask_target(door, path);
    } catch (const engine::Failure& failure) {
      if (failure.code != engine::ExitCode::behind && failure.code != engine::ExitCode::journal) throw;
      kind = failure.code == engine::ExitCode::behind ? "behind" : "contradicted";
      detail = failure.answer;
      code = failure.code;
    }
  }
  const bool ok = code == engine::ExitCode::done;
  if (door.globals.json) {
    print(Json::object({{"ok", ok}, {"events", report.events}, {"erased", report.erased}, {"head", journal::hex(report.head)}, {"first_bad", report.first_bad == 0 ? Json() : Json(report.first_bad)},
                        {"kind", kind.empty() ? Json() : Json(kind)}, {"detail", detail}, {"witness", testimony.heard ? Json(true) : Json(false)}, {"witness_why", testimony.why}}));
    return static_cast<int>(code);
  }
  line("journal   " + printable(path));
  line("events    " + grouped(static_cast<std::int64_t>(report.events)) + " hold: chain, codec, transitions" + (report.ok ? ", projections" : ""));
  if (report.erased > 0) line("erased    " + grouped(static_cast<std::int64_t>(report.erased)) + " of them on request: only their digests are left");
  line("head      " + journal::hex(report.head));
  if (testimony.heard) {
    line("witness   the target agrees: " + grouped(static_cast<std::int64_t>(testimony.receipts)) + " receipts, journal seen up to event #" + std::to_string(testimony.anchored));
  } else if (ok) {
    line("witness   not heard: " + printable(testimony.why));
  }
  if (!ok) {
    line("NOT ok    " + kind + (report.first_bad ? " at event #" + std::to_string(report.first_bad) : "") + ": " + printable(detail));
  } else {
    line("ok");
  }
  return static_cast<int>(code);
}

}  // namespace tidemark::commands
