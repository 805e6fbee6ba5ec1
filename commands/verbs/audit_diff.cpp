#include <algorithm>
#include <cstdio>
#include <memory>

#include "commands/verbs/door.h"
#include "commands/verbs/moments.h"
#include "commands/verbs/tell.h"
#include "engine/audit/diff.h"
#include "engine/identity.h"
#include "engine/rollback/rollback.h"

namespace tidemark::commands {
namespace {

/// JSON elements kept on disk until the object that they belong to is known to be complete.
class Spool {
 public:
  Spool() : file_(std::tmpfile(), &std::fclose) {
    if (!file_) throw engine::Failure(engine::ExitCode::failed, "comparing journal and target", "a temporary file", "it can't be made", "Nothing was written.", "TMPDIR=DIR tidemark audit diff");
  }
  void add(const Json& element) {
    const auto text = (any_ ? "," : "") + element.text();
    any_ = true;
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) {
      throw engine::Failure(engine::ExitCode::failed, "comparing journal and target", "a temporary file", "it could not be written", "Nothing was written to the target.", "make room in /tmp");
    }
  }
  void print() {
    std::rewind(file_.get());
    char buffer[65536];
    while (const auto n = std::fread(buffer, 1, sizeof buffer, file_.get())) std::fwrite(buffer, 1, n, stdout);
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  bool any_ = false;
};

Json json_of(const engine::audit::Difference& d) {
  return Json::object({{"subject", d.subject}, {"table", d.row.table}, {"key", engine::rollback::key_text(d.row.key)}, {"kind", engine::audit::kind_of(d)},
                       {"recorded", row_object(d.recorded, d.row.ours.row)}, {"live", d.row.live.empty() ? Json() : row_object(d.live, d.row.live)}});
}

/// "url: https://a → https://b", for what is in both and differs.
std::string changes(const engine::audit::Difference& d) {
  std::string text;
  const auto shown = [](const journal::Value& value) { return value ? "\"" + printable(*value) + "\"" : std::string("NULL"); };
  for (std::size_t i = 0; i < d.recorded.columns.size() && i < d.row.ours.row.size(); ++i) {
    const auto& column = d.recorded.columns[i];
    const auto live = std::find_if(d.live.columns.begin(), d.live.columns.end(), [&](const auto& c) { return c.name == column.name; });
    if (live == d.live.columns.end()) {
      text += "; " + printable(column.name) + " is gone";
      continue;
    }
    const auto& now = d.row.live.at(static_cast<std::size_t>(live - d.live.columns.begin()));
    if (live->type != column.type) text += "; " + printable(column.name) + " was " + printable(column.type) + ", is " + printable(live->type);
    if (now != d.row.ours.row[i]) text += "; " + printable(column.name) + " " + shown(d.row.ours.row[i]) + " → " + shown(now);
  }
  return text.empty() ? "" : ":" + text.substr(1);
}

/// Another target's journal is refused; one whose target was restored is what a comparison is for.
void check_target(Door& door, const journal::Reader& journal, const engine::Identity& identity) {
  try {
    engine::check_identity(journal, identity, door.connection().display);
  } catch (const engine::Failure& failure) {
    if (failure.code != engine::ExitCode::behind) throw;
    door.console().say(engine::Observer::Level::warning, failure.answer);
  }
}

}  // namespace

int run(Door& door, const AuditDiff& options) {
  const auto session = door.reading().connect("audit", true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity, true);
  if (!journal) {
    throw engine::Failure(engine::ExitCode::failed, "comparing journal and target", door.connection().display, "there is no journal of this target", "Nothing was written.",
                          "name the journal with --journal FILE");
  }
  check_target(door, *journal, identity);
  if (const auto unknown = engine::rollback::unknown_subjects(*session, *journal, door.conversion(), options.profiles); !unknown.empty()) {
    throw engine::Failure(engine::ExitCode::failed, "comparing journal and target", door.conversion().tables().subject + " " + unknown.front(), "there is no such " + door.conversion().tables().subject + ", and the journal has none", "Nothing was written.",
                          "check the id as the server prints it");
  }
  const bool json = door.globals.json;
  const auto& word = door.conversion().tables().subject;
  Spool differences, foreign;
  engine::audit::DiffListener listener;
  listener.difference = [&](const engine::audit::Difference& d) {
    if (json) differences.add(json_of(d));
    else line(std::string(engine::audit::kind_of(d)) + "  " + word + " " + printable(d.subject) + "  " + printable(d.row.table) + " " + printable(engine::rollback::key_text(d.row.key)) + (d.row.live.empty() ? "" : changes(d)));
  };
  if (options.details) {
    listener.foreign = [&](const engine::audit::Foreign& f) {
      if (json) foreign.add(Json::object({{"subject", f.subject.empty() ? Json() : Json(f.subject)}, {"table", f.table}, {"key", f.key}}));
      else line("foreign  " + (f.subject.empty() ? "no " + word : word + " " + printable(f.subject)) + "  " + printable(f.table) + " " + printable(f.key));
    };
  }
  const auto result = engine::audit::diff(*session, *journal, door.conversion(), options.profiles, listener);

  if (json) {
    std::printf("{\"ok\":%s,\"differences\":[", result.ok() ? "true" : "false");
    differences.print();
    std::printf("],");
    if (options.details) {
      std::printf("\"foreign_rows\":[");
      foreign.print();
      std::printf("],");
    }
    const auto counts = Json::object({{"same", result.same}, {"missing", result.missing}, {"edited", result.edited}, {"moved", result.moved}, {"returned", result.returned},
                                      {"schema_changed", result.schema_changed}, {"foreign", result.foreign}, {"in_doubt", result.in_doubt}}).text();
    std::printf("%s\n", counts.c_str() + 1);
  } else {
    const auto n = [](std::uint64_t count) { return grouped(static_cast<std::int64_t>(count)); };
    line(n(result.same) + " rows of ours are as we left them; " + n(result.missing) + " missing, " + n(result.edited) + " edited, " + n(result.moved) + " moved, " + (result.returned > 0 ? n(result.returned) + " there again that we removed, " : "") +
         n(result.schema_changed) + " in a changed table; " + n(result.foreign) + " rows are not ours" + (options.details || result.foreign == 0 ? "" : " (--details lists them)"));
    if (result.in_doubt > 0) line(n(result.in_doubt) + " rows belong to a unit in doubt: the next writing command settles it");
    line(!result.ok() ? "NOT ok" : result.schema_changed > 0 ? "inconclusive: rows in a changed table can't be compared" : "ok");
  }
  check_printed("comparing journal and target");
  return static_cast<int>(!result.ok() ? engine::ExitCode::check : result.schema_changed > 0 ? engine::ExitCode::inconclusive : engine::ExitCode::done);
}

}  // namespace tidemark::commands
