#include "commands/configuration.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "engine/errors.h"

using namespace tidemark;
using namespace tidemark::commands;

namespace {
std::string nowhere(const Configuration&) { return "nowhere"; }
}  // namespace

TEST_CASE("everything has a default, and everything can be set") {
  Configuration defaults;
  defaults.file = "tidemark.toml";
  CHECK(parse_configuration("", "tidemark.toml") == defaults);
  const Configuration c = parse_configuration(R"(
environment = "production"
database_url = "postgresql://migrator@db/valine?sslmode=require"
journal = "/var/lib/tidemark/valine.journal"
migrations = "prisma/migrations"
[convert]
workers = 4
chunk = 500
max_source_bytes = 2_000_000
wal_compression = "lz4"
foreign_keys = "target"
[convert.known_keys]
tiktok = { type = "other", label = "TikTok" }
"my site" = { type = "website", label = "Site" }
[limits]
lock_timeout_ms = 100
statement_timeout_ms = 200
idle_timeout_ms = 300
lease_ttl_s = 30
connection_retry_s = 0
)", "conf/tidemark.toml");
  CHECK(c.environment == "production");
  CHECK(c.database_url == "postgresql://migrator@db/valine?sslmode=require");
  CHECK(c.journal == "/var/lib/tidemark/valine.journal");
  CHECK(c.migrations == "conf/prisma/migrations");
  CHECK(c.convert == Configuration::Convert{4, 500, 10, 2000, 300, 2000000, "lz4", "target", {{"my site", {"website", "Site"}}, {"tiktok", {"other", "TikTok"}}}});
  CHECK(c.limits == Configuration::Limits{100, 200, 300, 30, 0});
}

TEST_CASE("what is wrong is refused with file, line and what was meant") {
  const auto [text, line, says] = GENERATE(table<const char*, int, const char*>({
      {"journal = \"a\"\njuornal = \"b\"", 2, "there is no key juornal at the top; did you mean journal?"},
      {"\n[convert]\nworker = 2", 3, "in [convert]; did you mean workers?"},
      {"[limits]\nzzz = 2", 2, "there are lock_timeout_ms, statement_timeout_ms"},
      {"[convrt]\nworkers = 2", 1, "did you mean convert?"},
      {"journal = 3", 1, "journal must be a text in quotes, not integer"},
      {"journal = \"\"", 1, "journal is empty"},
      {"journal = \"a\\u001b\"", 1, "control characters"},
      {"[convert]\n\nworkers = \"2\"", 3, "convert.workers must be a whole number, not string"},
      {"[convert]\nchunk = 1.5", 2, "not floating-point"},
      {"[convert]\nchunk = 0", 2, "convert.chunk is 0; it must be from 1 to 100000"},
      {"[convert]\nworkers = 65", 2, "from 1 to 64"},
      {"[limits]\nlock_timeout_ms = -1", 2, "from 1"},
      {"[limits]\nlease_ttl_s = 4", 2, "from 5"},
      {"convert = 3", 1, "convert must be a table: [convert], not integer"},
      {"[convert.known_keys]\na = 1", 2, "convert.known_keys.a must be a table"},
      {"[convert.known_keys]\na = { type = \"other\" }", 2, "[convert.known_keys.a] needs label"},
      {"[convert.known_keys]\na = { type = \"other\", label = \"A\", lable = \"B\" }", 2, "did you mean label?"},
      {"[run]\nmax_refused = -1", 2, "from 0"},
      {"[run]\nexpect_pending = [\"a\", \"a\"]", 2, "twice"},
      {"[run.minutes]\nschemas = 3", 2, "did you mean schema?"},
      {"[contacts]\non_cal = \"Ada\"", 2, "did you mean on_call?"},
      {"a = \n", 1, ""},
      {"journal = \"a\"\njournal = \"b\"", 2, ""},
      {"x = \"\xff\"", 1, ""},
      {"\ndatabase_url = \"postgresql://u:hunter2@db/v\"", 2, "secrets come from the environment"},
      {"database_url = \"host=db password=hunter2\"", 1, "secrets come from the environment"},
      {"[backup]\nprove = \"yes\"", 2, "restore, list or none"},
      {"[convert]\nwal_compression = \"zstd\"", 2, "it is granted, lz4 or target, not zstd"},
      {"[convert]\nforeign_keys = \"off\"", 2, "it is locks or target, not off"},
      {"[backup]\nscratch_url = \"postgresql://u:hunter2@db/v\"", 2, "secrets come from the environment"},
      {"[backup]\nmax_age_h = 0", 2, "from 1 to 8760"},
      {"[preflight]\nredis_url = \"redis://:hunter2@db\"", 2, "secrets come from the environment"},
      {"[[tool]]\nname = \"node\"", 1, "needs command"},
      {"database_url = \"mysql://u:hunter2@db/v\"", 1, "not postgresql://"},
      {"[backup]\nscratch_url = \"mysql://u:hunter2@db/v\"", 2, "not postgresql://"},
      {"[backup]\nrequire_backup = 1", 2, "backup.require_backup must be true or false, not integer"},
      {"[monitor]\nlogs = \"a.log\"", 2, "monitor.logs must be a list of texts"},
      {"[monitor]\nlogs = [\"a.log\", 3]", 2, "monitor.logs must be a text in quotes, not integer"},
      {"[monitor]\n\nfor = \"soon\"", 3, "monitor.for is \"soon\"; it must be a time such as 2h, 15m, 30s or 500ms"},
      {"[monitor]\ninterval = \"1ms\"", 2, "monitor.interval is 1ms; it must be at least 10ms"},
      {"[monitor]\nredis = \"redis://:hunter2@db\"", 2, "TIDEMARK_REDIS_URL"},
      {"[monitor.limits]\nquery_p95_ms = \"5\"", 2, "monitor.limits.query_p95_ms must be a number, not string"},
      {"[monitor.limits]\nquery_p95_ms = nan", 2, "it must be from 0 to 3.6e+06"},
      {"[monitor.limits]\nerror_rate_increase = -0.5", 2, "monitor.limits.error_rate_increase is -0.5; it must be from 0 to 100"},
      {"[monitor.limits]\nerror_rate_increase = 100.5", 2, "is 100.5; it must be from 0 to 100"},
      {"[integration]\nlimit = \"20\"", 2, "integration.limit is \"20\"; it must be a time such as 20m or 90s"},
      {"[integration]\nlimit = \"0s\"", 2, "it must be a time such as 20m or 90s"},
      {"[integration]\ncommand = \"npm test\"", 2, "integration.command must be a list of tables: [[integration.command]]"},
      {"[integration]\ncommand = [1]", 2, "integration.command must be a list of tables"},
      {"[[integration.command]]\nname = \"a\"\ncommand = \"x\"\nformat = \"xml\"", 4, "it must be junit, tap, jest, vitest or pattern"},
      {"[[integration.command]]\nname = \"a\"\ncommand = \"x\"\nformat = \"tap\"\npassed = \"ok (\\\\d+)\"", 4, "which is counted by itself"},
      {"[[integration.command]]\nname = \"a\"\ncommand = \"x\"\nformat = \"pattern\"\npassed = \"(\"\nfailed = \"f (\\\\d+)\"", 5, "can't be used"},
      {"[[integration.command]]\nname = \"a\"\ncommand = \"x\"\nformat = \"pattern\"\npassed = \"p (\\\\d+)\"\nfailed = \"f (\\\\d+)\"\nexpected_failures = [\"t\"]", 7, "a pattern gives numbers only"},
      {"[[integration.command]]\nname = \"a\"\ncommand = \"x\"\nformat = \"tap\"\n[[integration.command]]\nname = \"a\"\ncommand = \"y\"\nformat = \"tap\"", 6, "there are two of that name"},
      {"[schema]\nscratch_url_env = \"postgresql://db/v\"", 2, "not a URL: a URL may hold a password"},
      {"[smoke]\nwait = \"1 day\"", 2, "it must be a time such as 10s or 500ms"},
      {"[api]\nurl = \"ftp://host\"", 2, "api.url can't be used"},
      {"[[step]]\nname = \"a\"\ncommand = \"x\"", 2, "either before = \"PHASE\" or after = \"PHASE\""},
      {"[[step]]\nname = \"a\"\ncommand = \"x\"\nbefore = \"plan\"\nafter = \"plan\"", 5, "either before = \"PHASE\" or after = \"PHASE\""},
      {"[[step]]\nname = \"a\"\ncommand = \"x\"\nbefore = \"lunch\"", 4, "is no phase of the runbook: lunch"},
      {"[[step]]\nname = \"a\"\ncommand = \"x\"\nafter = \"plan\"\n[[step]]\nname = \"a\"\ncommand = \"y\"\nafter = \"plan\"", 6, "two steps after plan have this name"},
      {"[hooks]\nstop_application = \"systemctl stop valine\"", 2, "start_application doesn't say how it starts again"},
      {"[hooks]\nstart_application = \"curl http://u:hunter2@host\"", 2, "it holds a password"},
  }));
  CAPTURE(text);
  try {
    parse_configuration(text, "t.toml");
    FAIL("accepted");
  } catch (const engine::Failure& failure) {
    CHECK(failure.code == engine::ExitCode::usage);
    CHECK(failure.object == "t.toml, line " + std::to_string(line));
    CHECK_THAT(failure.answer, Catch::Contains(says));
    CHECK_THAT(failure.what(), !Catch::Contains("hunter2"));
  }
}

TEST_CASE("letters beyond ASCII belong in quotes and comments") {
  const auto line_of = [](const std::string& text) {
    try {
      parse_configuration(text, "a.toml");
      return std::string();
    } catch (const engine::Failure& failure) {
      return failure.object + ": " + failure.answer;
    }
  };
  const std::string why = ": a character outside of ASCII stands there without quotes";
  CHECK(parse_configuration("\xef\xbb\xbf# wörter\nenvironment = \"Zürich \\\" é\" # é\n", "a.toml").environment == "Zürich \" é");
  CHECK(line_of("environment = 'é'\n[contacts]\non_call = \"\"\"é\"\"\"\n").empty());
  CHECK(line_of("environment = \"e\" é\n") == "a.toml, line 1" + why);
  CHECK(line_of("# é\n\nänvironment = 1") == "a.toml, line 3" + why);
  CHECK(line_of("environment = \"e\n\u00a0x = 1") == "a.toml, line 2" + why);
  CHECK(line_of("environment = \"\"\"a\nb \\\nc\"\"\"\n\u00e4 = 1") == "a.toml, line 4" + why);
}

TEST_CASE("steps of one name may stand at different phases, and beside or away from the file") {
  const auto c = parse_configuration(R"(
[[step]]
name = "drain"
command = "a"
before = "convert"
[[step]]
name = "drain"
command = "b"
after = "convert"
directory = "/opt"
[[step]]
name = "drain"
command = "c"
before = "verify"
directory = "../tools"
[[step]]
name = "fill"
command = "d"
before = "convert"
[hooks]
start_application = "systemctl start valine"
[api]
url = "https://valine.example/"
[smoke]
wait = "500ms"
[backup]
directory = "dumps"
programs = "/usr/lib/postgresql/15/bin"
)", "conf/tidemark.toml");
  REQUIRE(c.steps.size() == 4);
  CHECK(c.steps[0].directory == "conf/");
  CHECK(c.steps[1].directory == "/opt");
  CHECK(c.steps[2].directory == "tools");
  CHECK(c.steps[3].when == "before");
  CHECK(c.hooks.stop_application.command.empty());
  CHECK(c.api.url == "https://valine.example/");
  CHECK(c.smoke.wait == std::chrono::milliseconds(500));
  CHECK(c.backup.directory == "conf/dumps");
  CHECK(c.backup.programs == "/usr/lib/postgresql/15/bin");
}

TEST_CASE("a named file must be there, the default one may be missing") {
  char folder[] = "/tmp/tidemark-configuration-XXXXXX";
  REQUIRE(mkdtemp(folder) != nullptr);
  char before[4096];
  REQUIRE(getcwd(before, sizeof before) != nullptr);
  REQUIRE(chdir(folder) == 0);
  CHECK(read_configuration("", nowhere) == Configuration{});
  CHECK_THROWS_WITH(read_configuration("none.toml", nowhere), Catch::Contains("none.toml") && Catch::Contains("No such file"));
  CHECK_THROWS_AS(read_configuration(folder, nowhere), engine::Failure);
  REQUIRE(close(creat("tidemark.toml", 0600)) == 0);
  CHECK(read_configuration("", nowhere).file == "tidemark.toml");
  unlink("tidemark.toml");
  REQUIRE(chdir(before) == 0);
  rmdir(folder);
}

TEST_CASE("the canonical text: the same for the same settings, without the URL") {
  const std::string one = canonical(parse_configuration("environment = \"e\"\n[limits]\nlease_ttl_s = 60", "a.toml"));
  CHECK(one == canonical(parse_configuration("# other words\nenvironment = \"e\"\ndatabase_url = \"postgresql://db\"", "b.toml")));
  CHECK(one != canonical(parse_configuration("environment = \"f\"", "a.toml")));
  CHECK_THAT(one, !Catch::Contains("database_url"));
  const std::string accepting = canonical(parse_configuration("[run]\naccept_rejected = [\"empty\", \"too_long\"]", "a.toml"));
  CHECK_THAT(accepting, Catch::Contains("run.accept_rejected = empty\nrun.accept_rejected = too_long\n"));
}

TEST_CASE("the shipped runbook.toml is what an empty configuration means; tidemark.toml stands above it, key by key") {
  const std::string shipped = TIDEMARK_MIGRATIONS;
  const auto there = [&](const Configuration&) { return shipped; };
  const auto folder = std::filesystem::temp_directory_path() / ("tidemark-runbook-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const std::string own = folder / "own.toml";
  std::ofstream(own) << "[run]\nmax_refused = 7\n[run.minutes]\nschema = 3\n";
  const Configuration empty = read_configuration(std::string(TIDEMARK_MIGRATIONS) + "/runbook.toml", there);
  CHECK(empty.run.expect_pending.size() == 4);
  CHECK(empty.run.minutes == std::map<std::string, double>{{"schema", 10}, {"data", 20}, {"integration", 20}, {"smoke", 15}, {"monitor", 120}, {"buffer", 30}});
  // Its other numbers stand there to be read; they are the program's own.
  CHECK(empty.monitor == MonitorSettings{});
  CHECK(empty.integration == IntegrationSection{});
  const Configuration c = read_configuration(own, there);
  CHECK(c.run.max_refused == 7);
  CHECK(c.run.minutes.at("schema") == 3);
  CHECK(c.run.minutes.at("monitor") == 120);
  CHECK(c.run.expect_pending == empty.run.expect_pending);
  CHECK(c.file == own);
  CHECK(c.journal.empty());
  for (const char* key : {"journal", "environment", "database_url", "migrations"}) {
    std::ofstream(folder / "runbook.toml") << key << " = \"postgresql://x\"\n";
    CHECK_THROWS_WITH(read_configuration(own, [&](const Configuration&) { return folder.string(); }), Catch::Contains("belong into tidemark.toml"));
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("[throttle] names limits; --polite fills in what it doesn't") {
  const auto limits = parse_configuration("[throttle]\nprobe_p95_ms = 7\nactive_sessions = 3\nrest = 0.5\ninterval_ms = 200\nprobe = \"SELECT 1\"", "a.toml").throttle;
  CHECK(limits.probe_p95_ms == 7);
  CHECK(limits.active_sessions == 3);
  CHECK(limits.wal_mib_s == -1);
  const auto filled = polite(limits);
  CHECK(filled.probe_p95_ms == 7);
  CHECK(filled.rest == 0.5);
  CHECK(filled.wal_mib_s == 32);
  CHECK(filled.active_sessions == 3);
  CHECK(polite({}).active_sessions == -1);
  CHECK_THROWS_AS(parse_configuration("[throttle]\nlag = 7", "a.toml"), engine::Failure);
}
