#include "samples.h"

#include "journal/timestamp.h"

namespace tidemark::journal::test {

namespace {

template <class Bytes>
Bytes counted(std::uint8_t from) {
  Bytes bytes{};
  for (auto& b : bytes) b = from++;
  return bytes;
}

RowChanges sample_changes() {
  const std::string user = "0193a1b2-c3d4-7e5f-8a9b-aaaaaaaaaaaa", now = "2026-11-22 02:14:00.123";
  const Row first = {"0193a1b2-c3d4-7001-8a9b-000000000001",
                     user,
                     kSampleSubject,
                     "instagram",
                     "https://instagram.com/ada",
                     "other",
                     now,
                     now,
                     "0"};
  const Row second = {"0193a1b2-c3d4-7001-8a9b-000000000002",
                      user,
                      kSampleSubject,
                      std::nullopt,
                      "http://www.ada.example",
                      "website",
                      now,
                      "2026-11-22 02:14:00",
                      "-12"};
  Row edited = second;
  edited[3] = std::string(200, 'x');
  return {{{1, Op::insert, {}, first},
           {1, Op::insert, {}, second},
           {2, Op::update, second, edited},
           {1, Op::remove, {"2026-11-22 02:14:00.000001+00", ""}, {}}}};
}

std::uint64_t below(Random& random, std::uint64_t end) { return random() % end; }

}  // namespace

std::vector<Event> samples() {
  const Digest digest = counted<Digest>(0);
  const SourceDigest source = counted<SourceDigest>(0x80);
  const Uuid a{counted<std::array<std::uint8_t, 16>>(0x10)}, b{counted<std::array<std::uint8_t, 16>>(0x20)};
  const UtcMicros at{1'795'313'640'123'456};
  return {
      JournalOpened{a, b, "7300000000000000001", "valine", "tidemark 0.1.0 (abcdef)"},
      RunStarted{"convert", "--chunk 500", "host", "ada", 4711, "tidemark 0.1.0", digest, Digest{}, "staging", "/var/log/evening.log"},
      RunPaused{"signal"},
      RunEnded{75, "paused"},
      LeaseTaken{3, a, "ada@host pid 1"},
      LeaseReleased{3},
      UnitSettled{at, "receipt"},
      UnitVoided{"tombstone"},
      UnitReinstated{at, "3 rows there"},
      Reconciled{"outcome without receipt", "voided 3 units"},
      CheckRecorded{"disk", "warning", "2 GB free"},
      BackupRecorded{"/backup/valine.dump", digest, 123456789, "restore", at, "valine", "7300000000000000001", "15.14", "pg_dump (PostgreSQL) 15.14", {{"public.profiles", 20000}, {"public.users", 3}}, counted<Digest>(0x40)},
      PlanSealed{digest, 20000},
      MigrationStarted{"20251122_index"},
      MigrationIntended{"20251122_links", true, digest, "CREATE TABLE x ();\n", "DROP TABLE x;", "f0e1", digest, Digest{}, "derived", "in place"},
      MigrationApplied{"20251122_links", at},
      MigrationRefused{"20251122_links", "42701", "column \"x\" exists"},
      MigrationReverted{"20251122_links", at},
      SubjectConverted{17, source, sample_changes(), {{"constructor", "reserved_key"}, {"x", "bad_url"}}, true},
      SubjectSkipped{0, source, "empty", {{"", "empty_key"}}},
      SubjectRefused{5, source, "target", "22001", "value too long"},
      SubjectReverted{9, {inverse(sample_changes().list)}, 2},
      RevertConflict{1, "edited", {"1", std::nullopt}, {"2", "x"}, true},
      ChunkIntended{"social_links",
                    WorkKind::redo,
                    3,
                    2,
                    7,
                    KeyRange{std::nullopt, kSampleSubject},
                    {"k1", "k2"},
                    {{"converted", 2}, {"links", -7}}},
      ChunkCommitted{at},
      Throttled{"replica lag 12 s", "slower"},
      ProbeSampled{"links", "{\"status\":200}"},
      MonitorJudged{b, "monitor", "breached", "query_p95", "", "p95 612 ms, over 500 ms", "{\"value\":612,\"limit\":500}"},
      PhaseEnded{"social_links", "first_pass", 20000},
      Note{"Grüße"},
      SubjectErased{{7, 300}, "request 4711"},
      TargetMoved{"7300000000000000001", "valine", "7300000000000000002", "valine_new"},
      TableDescribed{{4, "public", "profile_links", {{"id", "uuid"}, {"label", "character varying(40)"}}, {0}}},
      SchemaSnapshotted{digest, digest, Digest{}, digest, Digest{}, {"order\tpublic.x\t{}"}, {"schema\tpublic\t{}", "table\tpublic.x\t{}"}},
      RowsArchived{"20251122_links", "column", "public.x.theme", "public.x", {"id", "theme"}, 1, {{"7", "dark"}, {"8", std::nullopt}}},
      RowsRestored{"20251122_links", UnitId(3, 17), 1000, 2},
      ProcedureStarted{"staging", {"schema", "plan", "convert"}, "ada", "host", "tidemark 0.1.0", digest},
      PhaseStarted{"convert", 1200, "/var/log/run.log", "ada", "host", 4711},
      PassStarted{"social_links", "first_pass", 20000, true, 1200, "22:00-06:00"},
      GateDecided{"plan", "approved", {{"no profile is refused", "met", "0 of 20,000"}}, "ada", "host", "terminal", "reviewed", {"duplicate", "empty_url"}},
      TargetRestored{"done", "/backup/valine.dump", digest, at, "valine", "valine_restored_5", "valine_before_5", 41, 20000, "ada", "host", "terminal", {{"public.profiles", 20000}}, {"public.users: 3, not 4"}},
      StepRecorded{"npm install", "before", "smoke", "failed", "npm install", "/srv/api", digest, "exit code 3", 3, 1200, "npm ERR!\n"},
      TestsRan{"api", "npm test", "junit", "not_met", "94 of 100 passed", "exit code 1", 94, 5, 3, 1, {"links › refuses"}, {"links › old"}, 61000, "/var/log/api.out"},
      HistoryIntended{"2_b", "baseline", {"1_a", "2_b"}, {"f0e1", "f0e2"}, {"applied", "started"}, {digest, Digest{}}, "the fingerprint of the folders", digest, "VACUUM;", "--"},
      HistoryWritten{"2_b", at},
      StepEnded{"20251122_index", "failed", "index public.i is not valid", "23505", "duplicate key"},
      DriftFound{digest, Digest{}, {"+ column public.users.x"}, {"+ column public.users.x"}, {"1_a"}},
  };
}

std::string random_text(Random& random) {
  std::string text(below(random, 3) ? below(random, 12) : below(random, 300), '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

Value random_value(Random& random) {
  const auto number = std::to_string(static_cast<std::int64_t>(random()) >> below(random, 64));
  const std::int64_t span = kLastTimestamp - kFirstTimestamp,
                     us = kFirstTimestamp + static_cast<std::int64_t>(below(random, static_cast<std::uint64_t>(span)));
  Uuid id;
  for (auto& b : id.bytes) b = static_cast<std::uint8_t>(below(random, 3) ? 7 : random());
  switch (below(random, 16)) {
    case 0:
      return std::nullopt;
    case 1:
      return "";
    case 2:
      return number;
    case 3:
      return "0" + number;  // and others that look like what they are not
    case 4:
      return "-0";
    case 5:
      return "+5";
    case 6:
      return to_string(id);
    case 7:
      return "0193A1B2-C3D4-7E5F-8A9B-0123456789AB";
    case 8:
      return print_timestamp(us);
    case 9:
      return print_timestamp(us / 1'000'000 * 1'000'000) + "+00";
    case 10:
      return print_timestamp(us) + "0";
    case 11:
      return kSampleSubject;
    case 12:
      return "https://" + random_text(random);
    case 13:
      return "http://www." + random_text(random);
    case 14:
      return "2026-02-30 00:00:00";
    default:
      return random_text(random);
  }
}

RowChanges random_changes(Random& random) {
  RowChanges changes;
  std::vector<Value> pool;
  for (int i = 0; i < 6; ++i) pool.push_back(random_value(random));
  const auto row = [&] {
    Row out;
    for (auto n = below(random, 4) ? 5 : below(random, 40); n > 0; --n)
      out.push_back(below(random, 2) ? pool[below(random, pool.size())] : random_value(random));
    return out;
  };
  for (auto n = below(random, 6); n > 0; --n) {
    RowChange change{static_cast<std::uint32_t>(below(random, 3)), static_cast<Op>(1 + below(random, 3)), {}, {}};
    if (change.op != Op::insert) change.before = row();
    if (change.op != Op::remove) change.after = below(random, 2) ? change.before : row();
    changes.list.push_back(std::move(change));
  }
  return changes;
}

std::vector<Event> random_events(Random& random) {
  const auto n = [&] { return random() >> below(random, 64); };
  const auto t = [&] { return random_text(random); };
  const auto digest = [&] { return counted<Digest>(static_cast<std::uint8_t>(random())); };
  const auto source = [&] { return counted<SourceDigest>(static_cast<std::uint8_t>(random())); };
  const auto at = [&] { return UtcMicros{static_cast<std::int64_t>(random())}; };
  const auto small = [&] { return static_cast<std::uint32_t>(random()); };
  const auto yes = [&] { return below(random, 2) == 1; };
  const auto rejected = [&] { return std::vector<Rejection>(below(random, 5), Rejection{t(), t()}); };
  const auto range = [&] {
    return yes() ? std::optional(KeyRange{yes() ? std::optional(t()) : std::nullopt, t()}) : std::nullopt;
  };
  return {
      RunStarted{t(), t(), t(), t(), n(), t(), digest(), digest(), t(), t()},
      RunEnded{small(), t()},
      LeaseTaken{n(), random_uuid(), t()},
      UnitSettled{at(), t()},
      BackupRecorded{t(), digest(), n(), t(), at(), t(), t(), t(), t(), {{t(), n()}}, digest()},
      MigrationIntended{t(), yes(), digest(), t(), t(), t(), digest(), digest(), t(), t()},
      SchemaSnapshotted{digest(), digest(), digest(), digest(), digest(), {t(), t()}, {t()}},
      RowsArchived{t(), t(), t(), t(), {t(), t()}, small(), {{random_value(random), random_value(random)}, {random_value(random)}}},
      SubjectConverted{n(), source(), random_changes(random), rejected(), yes()},
      SubjectSkipped{n(), source(), t(), rejected()},
      SubjectReverted{n(), random_changes(random), small()},
      RevertConflict{small(), t(), {random_value(random), random_value(random)}, {random_value(random)}, yes()},
      ChunkIntended{t(),
                    static_cast<WorkKind>(1 + below(random, 3)),
                    n(),
                    n(),
                    n(),
                    range(),
                    {t(), t()},
                    {{t(), static_cast<std::int64_t>(random())}, {t(), 0}}},
      TableDescribed{{small(), t(), t(), {{t(), t()}, {t(), t()}}, {small(), small()}}},
  };
}

}  // namespace tidemark::journal::test
