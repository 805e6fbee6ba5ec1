#include "commands/parse.h"

#include <catch2/catch.hpp>

#include <sstream>

using namespace tidemark::commands;

namespace {

std::variant<Parsed, Answered> words(const std::vector<std::string>& args) {
  std::vector<const char*> argv{"tidemark"};
  for (const std::string& arg : args) argv.push_back(arg.c_str());
  return parse(static_cast<int>(argv.size()), argv.data());
}
std::vector<std::string> split(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}
Parsed parsed(const std::string& line) {
  auto result = words(split(line));
  if (const auto* answer = std::get_if<Answered>(&result)) FAIL(line << ": " << answer->err << answer->out);
  return std::get<Parsed>(result);
}
template <class Options>
Options options(const std::string& line) {
  const Parsed result = parsed(line);
  REQUIRE(std::holds_alternative<Options>(result.command));
  return std::get<Options>(result.command);
}
Answered answered(const std::string& line) {
  auto result = words(split(line));
  if (!std::holds_alternative<Answered>(result)) FAIL(line << ": accepted");
  return std::get<Answered>(result);
}

}  // namespace

TEST_CASE("every verb, with global options before and after it") {
  const auto [verb, index] = GENERATE(table<const char*, std::size_t>({
      {"status", 0}, {"plan", 1}, {"deploy", 2}, {"convert", 3}, {"verify", 4}, {"rollback --all", 5}, {"audit log", 6},
      {"audit show --profile a", 7}, {"audit verify", 8}, {"reconcile", 9}, {"stop", 10}, {"note hello", 11}, {"ddl", 12}, {"faults", 13},
      {"journal info", 14}, {"journal backup f", 15}, {"audit replay", 16}, {"audit diff", 17}, {"audit export", 18}, {"redo --all", 19}}));
  const std::string globals = "--database-url postgresql://u:p@h/d --journal j --migrations m --config c --log-file l --json --yes -vv --no-color";
  for (const std::string& line : {globals + " " + verb, std::string(verb) + " " + globals, "--json --journal j " + std::string(verb) + " -y -v -v "
                                  "--database-url=postgresql://u:p@h/d --migrations m --config c --log-file l --no-color"}) {
    const Parsed result = parsed(line);
    CHECK(result.command.index() == index);
    CHECK(result.globals.database_url == "postgresql://u:p@h/d");
    CHECK(result.globals.journal == "j");
    CHECK(result.globals.migrations == "m");
    CHECK(result.globals.config == "c");
    CHECK(result.globals.log_file == "l");
    CHECK(result.globals.json);
    CHECK(result.globals.yes);
    CHECK(result.globals.no_color);
    CHECK(result.globals.verbosity == 2);
  }
  const Globals none = parsed(verb).globals;
  CHECK((none.database_url.empty() && !none.json && !none.yes && !none.take_lease && none.verbosity == 0));
  CHECK(parsed(std::string(verb) + " -q").globals.verbosity == -1);
}

TEST_CASE("the verbs' own options") {
  CHECK(options<Status>("status --exit-code").exit_code);
  const auto c = options<Convert>("convert social_links --workers 3 --chunk 50 --profile a --profile b --again --retry-refused --catch-up");
  CHECK((c.name == "social_links" && c.workers == 3u && c.chunk == 50u && c.again && c.retry_refused && c.catch_up));
  CHECK(c.profiles == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(options<Convert>("convert").workers.has_value());
  const Globals g = parsed("convert --accept-mapping --take-lease --adopt-target").globals;
  CHECK((g.accept_mapping && g.take_lease && g.adopt_target));
  const auto r = options<Rollback>("rollback --profile a b --json --profile c --dry-run --on-conflict force");
  CHECK(r.profiles == std::vector<std::string>{"a", "b", "c"});
  CHECK((r.dry_run && r.on_conflict == OnConflict::force));
  CHECK(options<Rollback>("rollback --profiles-from -").profiles_from == "-");
  CHECK(options<Rollback>("rollback --to start").to == "start");
  CHECK(options<Rollback>("rollback --all").on_conflict == OnConflict::skip);
  CHECK_FALSE(options<Rollback>("rollback --all --profile a").all);  // narrows
  const auto scoped = options<Rollback>("rollback --user u v --user w --run #12 --since #40 --until 02:13 --rejected invalid_url --profile a --all");
  CHECK(scoped.users == std::vector<std::string>{"u", "v", "w"});
  CHECK((scoped.run == 12 && scoped.since == "#40" && scoped.until == "02:13" && scoped.rejected == "invalid_url" && !scoped.all));
  CHECK_FALSE(options<Rollback>("rollback --all --run 3").all);
  CHECK(options<Rollback>("rollback --where=true").where == "true");
  const auto redo = options<Redo>("redo --profile a b --user u --run 12 --since #40 --dry-run --on-conflict stop");
  CHECK((redo.profiles.size() == 2 && redo.users.size() == 1 && redo.run == 12 && redo.since == "#40" && redo.dry_run && redo.on_conflict == OnConflict::stop));
  CHECK((options<Redo>("redo --all").all && options<Redo>("redo --where true").on_conflict == OnConflict::skip));
  const auto l = options<AuditLog>("audit log --run #12 --kind note --profile a --limit 5 --newest-first");
  CHECK((l.run == 12 && l.kind == "note" && l.profile == "a" && l.limit == 5 && l.newest_first));
  const auto span = options<AuditLog>("audit log --since=#7 --until 02:13");
  CHECK((span.since == "#7" && span.until == "02:13"));
  const auto p = options<AuditReplay>("audit replay --until #123 --profile a b --json");
  CHECK((p.until == "#123" && p.profiles == std::vector<std::string>{"a", "b"}));
  const auto into = options<AuditReplay>("audit replay --into postgresql://h/d --backup f.dump");
  CHECK((into.into == "postgresql://h/d" && into.backup == "f.dump"));
  const auto d = options<AuditDiff>("audit diff --profile a --details");
  CHECK((d.details && d.profiles == std::vector<std::string>{"a"}));
  const auto e = options<AuditExport>("audit export");
  CHECK((e.what == "events" && e.format == "jsonl" && e.out.empty()));
  CHECK(options<AuditExport>("audit export --format csv --what rows --out f").format == "csv");
  CHECK(options<Ddl>("ddl --grants").grants);
  CHECK(options<JournalBackup>("journal backup copy").file == "copy");
}

TEST_CASE("ids and texts are taken as they are") {
  const auto ids = [](std::vector<std::string> args) {
    const auto result = words(args);
    return std::get<Rollback>(std::get<Parsed>(result).command).profiles;
  };
  CHECK(ids({"rollback", "--profile", "[a,b]", "{}", "a b", "a,b", "status"}) == std::vector<std::string>{"[a,b]", "{}", "a b", "a,b", "status"});
  CHECK(ids({"rollback", "--profile=-x", "--profile", "--all"}) == std::vector<std::string>{"-x", "--all"});
  const auto where = words({"rollback", "--where", "t.id = '--all' AND roles[1] = 'a,b'"});
  CHECK(std::get<Rollback>(std::get<Parsed>(where).command).where == "t.id = '--all' AND roles[1] = 'a,b'");
  // What a script left empty must not make all of it.
  for (const auto* name : {"--where", "--user", "--since", "--until", "--rejected", "--profiles-from"}) {
    CHECK(std::holds_alternative<Answered>(words({"rollback", "--all", name, ""})));
  }
  const auto note = words({"note", "--", "--profile is an option"});
  CHECK(std::get<Note>(std::get<Parsed>(note).command).text == "--profile is an option");
}

TEST_CASE("usage errors: exit 2, on stderr, with what was meant") {
  const auto [line, says] = GENERATE(table<const char*, const char*>({
      {"", "Name a verb: status plan"},
      {"comvert", "did you mean convert?"},
      {"xyzzy", "there are status, plan"},
      {"audit", "Name one of: log show verify"},
      {"audit shw", "did you mean show?"},
      {"rollback", "--profiles-from FILE"},
      {"rollback --dry-run", "there is no default"},
      {"rollback --profile --user u", "--profile names nobody"},
      {"redo --user --profile a", "--user names nobody"},
      {"rollback --profile", "--profile"},
      {"rollback --all --to start", "rows first"},
      {"rollback --profile a --profiles-from f", "all in the file"},
      {"rollback --where true --to start", "rows first"},
      {"rollback --all --where=", "wants a value"},
      {"rollback --all --run 0", "numbered from 1"},
      {"rollback --all --user", "--user wants a value"},
      {"redo", "all that was rolled back"},
      {"redo --dry-run", "there is no default"},
      {"redo --all --on-conflict force", "{skip,stop}"},
      {"redo --rejected invalid_url", "belongs to rollback"},
      {"redo --to start", "belongs to rollback"},
      {"rollback --profles-from f", "did you mean --profiles-from?"},
      {"rollback --all --on-conflict ask", "{skip,stop,force}"},
      {"rollback --profile", "--profile wants a value"},
      {"rollback --profile=", "wants a value"},
      {"--chunk 3 status", "no option --chunk for status; it belongs to convert"},
      {"--chunk 3", "it belongs to convert, after the verb"},
      {"convert --chunk 0", "range 1 to 100000"},
      {"convert --workers many", "range 1 to 64"},
      {"convert --again", "--profile ID"},
      {"convert --journal a --journal b", "stands there twice"},
      {"plan --stop-at 3", "no option --stop-at"},
      {"audit show", "--profile ID"},
      {"audit log --run x", "--run"},
      {"audit replay --until", "--until wants a value"},
      {"audit replay --backup f", "--into URL"},
      {"audit replay --into u --profile a", "--into does the whole journal again"},
      {"audit replay --details", "it belongs to status, audit diff"},
      {"audit diff --profile=", "wants a value"},
      {"audit export --format xml", "{jsonl,csv}"},
      {"audit export --what all", "{events,rows}"},
      {"note", "TEXT"},
      {"note a b", "needs quotes"},
      {"journal backup", "FILE"},
      {"status -v -q", "contradict"},
  }));
  CAPTURE(line);
  const Answered answer = answered(line);
  CHECK(answer.exit_code == 2);
  CHECK(answer.out.empty());
  CHECK_THAT(answer.err, Catch::StartsWith("tidemark: ") && Catch::Contains(says) && Catch::Contains("\nSee: tidemark"));
}

TEST_CASE("a usage error hides passwords and terminal escapes, and is JSON where JSON was asked for") {
  const auto wrong = std::get<Answered>(words({"foo postgresql://u:hunter2@h/d", "\x1b[2J"}));
  CHECK_THAT(wrong.err, !Catch::Contains("hunter2") && !Catch::Contains("\x1b"));
  const Answered json = answered("status --json --nonsense");
  CHECK(json.exit_code == 2);
  CHECK(json.err.empty());
  CHECK_THAT(json.out, Catch::StartsWith("{\"error\":{\"code\":2,\"doing\":\"reading the command line\""));
}

TEST_CASE("help and version go to stdout") {
  const Answered help = answered("--help");
  CHECK(help.exit_code == 0);
  CHECK_THAT(help.out, Catch::Contains("Schema and data:") && Catch::Contains("rollback") && Catch::Contains("  75  stopped cleanly"));
  CHECK_THAT(answered("convert --help").out, Catch::Contains("--retry-refused") && Catch::Contains("Exit codes:"));
  CHECK_THAT(answered("audit log -h").out, Catch::Contains("--newest-first"));
  CHECK_THAT(answered("--version").out, Catch::Matches("tidemark \\d+\\.\\d+\\.\\d+ \\(commit ([0-9a-f]{12}|unknown), journal format \\d+\\)\n"));
}

TEST_CASE("ids that look like options, and options without an id") {
  CHECK(options<Rollback>("rollback --profile -- --user u").profiles == std::vector<std::string>{"--"});
  CHECK(options<Rollback>("rollback --profile -- --user u").users == std::vector<std::string>{"u"});
  CHECK(answered("rollback --user u --profile").exit_code == 2);
  CHECK(options<Rollback>("rollback --all --on-conflict skip").on_conflict == OnConflict::skip);
  CHECK(options<Redo>("redo --all --on-conflict skip").on_conflict == OnConflict::skip);
  CHECK(options<Redo>("redo --all --on-conflict stop").on_conflict == OnConflict::stop);
  CHECK(options<Note>("note -- --journal").text == "--journal");
}
