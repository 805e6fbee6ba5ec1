// Files that the runbook reads and writes: a backup's sidecar and digest, the metrics, what a test runner left, what two states differ in.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "engine/errors.h"
#include "engine/runbook/backup_file.h"
#include "engine/runbook/criteria.h"
#include "engine/runbook/file_digest.h"
#include "engine/runbook/integration.h"
#include "engine/runbook/monitor/metrics.h"
#include "engine/runbook/rehearsal.h"

using namespace tidemark;
using namespace tidemark::engine;
using namespace tidemark::engine::runbook;
namespace fs = std::filesystem;

namespace {

struct Place {
  fs::path root;
  Place() {
    std::string name = (fs::temp_directory_path() / "tidemark-files-XXXXXX").string();
    root = ::mkdtemp(name.data());
  }
  ~Place() { fs::remove_all(root); }
  std::string path(const std::string& name) const { return root / name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(path(name), std::ios::binary).rdbuf();
    return text.str();
  }
};

BackupRecorded backup_at(const std::string& path, const char* taken_at, const char* database = "valine", const char* system = "7") {
  BackupRecorded backup;
  backup.path = path;
  backup.bytes = 3;
  backup.proof = "list";
  backup.taken_at = *journal::parse_utc(taken_at);
  backup.database = database;
  backup.system = system;
  backup.rows = {{"public.profiles", 7}};
  return backup;
}

}  // namespace

TEST_CASE("a file's digest, or why there is none") {
  const Place place;
  CHECK(journal::hex(file_digest(place.write("abc", "abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(file_digest(place.write("abc", "abc"), [] { return false; }) == file_digest(place.path("abc")));
  CHECK_THROWS_WITH(file_digest(place.path("none")), Catch::Contains("reading " + place.path("none")) && Catch::Contains("No such file"));
  CHECK_THROWS_WITH(file_digest(place.root), Catch::Contains("Is a directory"));
  try {
    file_digest(place.path("abc"), [] { return true; });
    FAIL("it went on");
  } catch (const Failure& failure) {
    CHECK(failure.code == ExitCode::paused);
    CHECK(failure.answer == "a stop was asked for");
  }
}

TEST_CASE("a backup's sidecar comes back; one that isn't whole or another's is none") {
  const Place place;
  const auto backup = backup_at(place.path("a.dump"), "2026-11-22T02:00:00Z");
  write_sidecar(backup);
  const auto sidecar = sidecar_of(backup.path), right = place.read("a.dump.json");
  CHECK(read_sidecar(sidecar) == backup);
  CHECK_FALSE(fs::exists(sidecar + ".partial"));
  CHECK_FALSE(read_sidecar(place.write("a.dump.txt", right)));
  CHECK_FALSE(read_sidecar(place.path("none.json")));
  CHECK_FALSE(read_sidecar(place.root));
  const auto [key, value] = GENERATE(table<std::string, std::string>({
      {"\"tidemark_backup\": 1", "\"tidemark_backup\": 2"},
      {"\"tidemark_backup\": 1", "\"backup\": 1"},
      {"\"sha256\": \"00", "\"sha256\": \"0x"},
      {"\"shape\": \"00", "\"shape\": \""},
      {"\"taken_at\": \"2026", "\"taken_at\": \"then"},
      {"\"bytes\": 3", "\"bytes\": \"3\""},
      {"\"proof\": \"list\",", ""},
      {"}", ""},
  }));
  CAPTURE(key, value);
  auto wrong = right;
  REQUIRE(wrong.find(key) != std::string::npos);
  wrong.replace(wrong.find(key), key.size(), value);
  CHECK_FALSE(read_sidecar(place.write("b.dump.json", wrong)));
}

TEST_CASE("a sidecar that can't be written says why, and the one of before stays") {
  const Place place;
  CHECK_THROWS_WITH(write_sidecar(backup_at(place.path("none/a.dump"), "2026-11-22T02:00:00Z")), Catch::Contains("No such file"));
  fs::create_directories(place.path("b.dump.json/full"));
  CHECK_THROWS_AS(write_sidecar(backup_at(place.path("b.dump"), "2026-11-22T02:00:00Z")), std::system_error);
  CHECK(fs::is_directory(place.path("b.dump.json")));
}

TEST_CASE("the backups of a database and server, youngest first") {
  const Place place;
  write_sidecar(backup_at(place.path("old.dump"), "2026-11-20T02:00:00Z"));
  write_sidecar(backup_at(place.path("new.dump"), "2026-11-22T02:00:00Z"));
  write_sidecar(backup_at(place.path("moved.dump"), "2026-11-21T02:00:00Z", "valine", "8"));
  write_sidecar(backup_at(place.path("other.dump"), "2026-11-21T02:00:00Z", "other"));
  place.write("broken.dump.json", "{");
  place.write("package.json", "{}");
  const auto names = [&](const std::string& database, const std::string& system) {
    std::string text;
    for (const auto& backup : backups_in(place.root, database, system)) text += fs::path(backup.path).stem().string() + " ";
    return text;
  };
  CHECK(names("valine", "7") == "new old ");
  CHECK(names("valine", "") == "new moved old ");
  CHECK(names("other", "7") == "other ");
  CHECK(names("gone", "").empty());
  CHECK(backups_in(place.path("none"), "valine", "").empty());
}

TEST_CASE("what has become of a backup's file") {
  const Place place;
  auto backup = backup_at(place.write("a.dump", "abc"), "2026-11-22T02:00:00Z");
  backup.sha256 = file_digest(backup.path);
  CHECK(what_is_wrong(backup, true).empty());
  place.write("a.dump", "abd");
  CHECK(what_is_wrong(backup, false).empty());
  CHECK(what_is_wrong(backup, true) == "its SHA-256 is another one: it was changed since");
  place.write("a.dump", "abcd");
  CHECK(what_is_wrong(backup, false) == "it has 4 bytes, not 3");
  fs::remove(backup.path);
  CHECK(what_is_wrong(backup, false) == "it is gone");
  backup.path = place.write("file", "x") + "/a.dump";
  CHECK(what_is_wrong(backup, false) == "Not a directory");
  CHECK(proven(backup, "none"));
  CHECK(proven(backup, "list"));
  CHECK_FALSE(proven(backup, "restore"));
}

TEST_CASE("metrics are replaced whole; where that fails nothing is left beside them") {
  const Place place;
  monitor::replace_file(place.path("metrics.prom"), "one\n");
  monitor::replace_file(place.path("metrics.prom"), "two\n");
  CHECK(place.read("metrics.prom") == "two\n");
  fs::create_directories(place.path("folder/full"));
  CHECK_THROWS_WITH(monitor::replace_file(place.path("folder"), "x"), Catch::Contains("replacing " + place.path("folder")));
  CHECK_THROWS_WITH(monitor::replace_file(place.path("none/metrics.prom"), "x"), Catch::Contains("making " + place.path("none/metrics.prom")) && Catch::Contains("No such file"));
  CHECK_THROWS_WITH(monitor::replace_file("/dev/full/metrics.prom", "x"), Catch::Contains("Not a directory"));
  CHECK(std::distance(fs::directory_iterator(place.root), fs::directory_iterator()) == 2);
}

TEST_CASE("metrics tell no time of a sample that has none") {
  monitor::Sample sample;
  const monitor::Judge judge({}, {}, false);
  CHECK(monitor::prometheus(sample, judge, 1, false).find("timestamp") == std::string::npos);
  sample.at = "2026-11-22T02:14:00Z";
  CHECK(monitor::prometheus(sample, judge, 1, false).find("tidemark_monitor_sample_timestamp_seconds 1795313640\n") != std::string::npos);
}

TEST_CASE("a sample with parts of another form keeps what it has") {
  const auto sample = monitor::parse_sample(R"({"n": null, "at": "then", "database": {"ok": true, "tables": [], "cache_hit": null}, "probes": {"by_name": 7}, "logs": {"sources": null, "lines": 3}, "redis": null})");
  CHECK((sample.n == 0 && sample.at == "then" && sample.database.ok && sample.database.tables.empty() && !sample.database.cache_hit));
  CHECK((sample.probes.empty() && sample.logs.lines == 3 && sample.logs.sources.empty() && !sample.redis));
}

TEST_CASE("test results are taken from the runner's file or output, and only of this run") {
  const Place place;
  const auto executor = make_thread_executor();
  StopFlag stop;
  const auto run = [&](const std::string& script, TestFormat format, const std::string& results, bool in_place = true) {
    TestCommand command{.name = "t", .command = script, .directory = in_place ? place.root.string() : "", .environment = {}, .format = format, .patterns = {R"((\d+) passing)", R"((\d+) failing)", ""}, .results = results, .expected_failures = {}};
    return run_tests(command, nullptr, {}, *executor, stop, Clock::system(), [](ChildStream, std::string_view) {});
  };
  const std::string junit = R"(<testsuite name=\"a\"><testcase name=\"x\"/></testsuite>)";
  const auto passed = [&](const std::string& script, TestFormat format, const std::string& results = "") { return run(script, format, results).verdict.passed; };
  CHECK(passed("echo '> npm test'; echo \"" + junit + "\"; echo bye", TestFormat::junit) == 1);
  CHECK(passed("echo '> npm test'; echo '{\"testResults\": [{\"assertionResults\": [{\"status\": \"passed\"}]}]}'; echo bye", TestFormat::jest) == 1);
  CHECK(passed("echo 1..1; echo ok 1 - a; echo 'not ok 2 - of another' >&2", TestFormat::tap) == 1);
  CHECK(passed("echo 3 passing >&2", TestFormat::pattern) == 3);
  CHECK_THAT(run("echo no results", TestFormat::jest, "").verdict.detail, Catch::Contains("no whole JSON of jest"));
  CHECK_THAT(run("echo '} then {'; echo '{ \"testResults\": ['", TestFormat::jest, "").verdict.detail, Catch::Contains("no whole JSON of jest"));
  CHECK_THAT(run("echo '{ \"testResults\": ['", TestFormat::jest, "").verdict.detail, Catch::Contains("no whole JSON of jest"));
  // A file: by its folder or by its whole path; none, one that an earlier run left, and each way in which it may be another one.
  CHECK(passed("echo \"" + junit + "\" >r.xml", TestFormat::junit, "r.xml") == 1);
  CHECK_THAT(run("true", TestFormat::junit, "r.xml").verdict.detail, Catch::Contains("its results are older than this run: " + place.path("r.xml")));
  CHECK(passed("cp -p r.xml s.xml; mv s.xml r.xml", TestFormat::junit, place.path("r.xml")) == 1);
  CHECK(passed("echo >>r.xml", TestFormat::junit, place.path("r.xml")) == 1);
  CHECK(passed("touch -d 2020-01-01T00:00:00 r.xml", TestFormat::junit, "r.xml") == 1);
  CHECK(passed("touch -d 2020-01-01T00:00:00.5 r.xml", TestFormat::junit, "r.xml") == 1);
  CHECK(run("echo \"" + junit + "\" >" + place.path("q.xml"), TestFormat::junit, place.path("q.xml"), false).verdict.met);
  CHECK_THAT(run("true", TestFormat::tap, "none.tap").verdict.detail, Catch::Contains("its results are not there: " + place.path("none.tap")));
  CHECK_THAT(run("true", TestFormat::tap, "tidemark-none.tap", false).verdict.detail, Catch::Contains("its results are not there: tidemark-none.tap"));
  // Too much to be read.
  CHECK_THAT(run("truncate -s 65M big.tap", TestFormat::tap, "big.tap").verdict.detail, Catch::Contains("its results are longer than 64 MiB: " + place.path("big.tap")));
  // What was stopped is recorded as that, whatever its results say.
  stop.request(SIGTERM);
  const auto stopped = run("echo 1..1; echo ok", TestFormat::tap, "");
  CHECK(stopped.stopped());
  CHECK(event_of(TestCommand(), stopped, "out").verdict == "stopped");
}

TEST_CASE("of a run's failures the first hundred are recorded") {
  TestRun run;
  run.end.how = ChildEnd::How::exited;
  for (int i = 0; i < 150; ++i) run.verdict.failures.push_back("f" + std::to_string(i));
  const auto event = event_of(TestCommand(), run, "");
  CHECK((event.failures.size() == 100 && event.failures.back() == "f99" && event.verdict == "not_met"));
  run.verdict.met = true;
  CHECK(event_of(TestCommand(), run, "").verdict == "met");
}

TEST_CASE("what two states of a database differ in") {
  DatabaseState one{{}, {{"public.a", "3 17"}, {"public.b", "2 5"}, {"public.c", "1 1"}}}, other = one;
  CHECK(differences(one, other).empty());
  other.schema[0] = 1;
  other.tables["public.a"] = "3 18";
  other.tables["public.b"] = "1 5";
  other.tables.erase("public.c");
  other.tables["public.d"] = "0 0";
  using Texts = std::vector<std::string>;
  CHECK(differences(one, other) == Texts{"the schema is another one", "public.a: 3 rows, and not the same ones", "public.b: 2 rows in the one, 1 rows in the other",
                                         "public.c: 1 rows in the one, no such table in the other", "public.d: no such table in the one, 0 rows in the other"});
}

TEST_CASE("prerequisites hold unless one fails, or something essential is unknown") {
  using R = Result;
  const auto [results, fails, known, evidence] = GENERATE(table<std::vector<std::pair<R, bool>>, std::string, std::string, std::pair<std::string, std::string>>({
      {{{R::ok, true}, {R::ok, false}}, "met", "met", {"2 ok", "nothing is unknown"}},
      {{{R::ok, true}, {R::warning, false}}, "met", "met", {"1 ok; warnings: c1", "nothing is unknown"}},
      {{{R::failure, false}, {R::warning, true}, {R::failure, true}}, "not_met", "met", {"0 ok; warnings: c1; failed: c0, c2", "nothing is unknown"}},
      {{{R::unknown, false}, {R::ok, true}}, "met", "met", {"1 ok", "unknown, but not essential: c0"}},
      {{{R::unknown, true}, {R::unknown, false}}, "met", "unknown", {"0 ok", "unknown: c0"}},
  }));
  std::vector<Check> checks;
  for (const auto& [result, essential] : results) checks.push_back({"c" + std::to_string(checks.size()), result, "", "", "", essential});
  const auto criteria = prerequisites_hold(checks);
  REQUIRE(criteria.size() == 2);
  CHECK(criteria[0].verdict == fails);
  CHECK(criteria[1].verdict == known);
  CHECK(criteria[0].evidence == evidence.first);
  CHECK(criteria[1].evidence == evidence.second);
}
