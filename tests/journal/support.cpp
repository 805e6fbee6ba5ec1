#include "support.h"

#include <SQLiteCpp/Database.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "journal/chain.h"

namespace tidemark::journal::test {

TempDir::TempDir() {
  // In memory where that is possible: what is tested is the order of things, not the disk's speed in syncing.
  const std::filesystem::path parent =
      std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path();
  std::string name = (parent / "tidemark-journal-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
  root_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

Writer::Options options(const std::string& path) { return {path, "tester@host pid 1, run 2", Ticking{}}; }

JournalOpened opened() {
  JournalOpened event;
  event.journal.bytes.fill(0x11);
  event.tidemark.bytes.fill(0x22);
  event.system = "7300000000000000001";
  event.database = "valine";
  event.program = "tidemark 0.1.0 (test)";
  return event;
}

std::unique_ptr<Writer> make_journal(const std::string& path) { return Writer::create(options(path), opened()); }

Subject subject(const std::string& word) {
  if (word.starts_with("_")) return word;
  Uuid id;
  const Digest digest = sha256(word);
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  return to_string(id);
}

UnitId unit(const std::string& word) {
  const auto dot = word.find('.');
  return UnitId(static_cast<std::uint32_t>(std::stoul(word)),
                static_cast<std::uint32_t>(std::stoul(word.substr(dot + 1))));
}

namespace {

RowChange row_of(const Subject& who, int position) {
  return {1,
          Op::insert,
          {},
          {to_string(random_uuid()), who, "https://example.org/" + who, std::nullopt, std::to_string(position)}};
}

SourceDigest source_of(Seq seq) {
  SourceDigest source{};
  source[0] = static_cast<std::uint8_t>(seq);
  return source;
}

class Player {
 public:
  explicit Player(Writer& writer) : writer_(writer) {}
  void step(const std::vector<std::string>& words);

 private:
  void chunk(const std::vector<std::string>& words);
  Event record_of(WorkKind work, char mark, const Subject& who, Tally& tally);
  Writer& writer_;
};

Event Player::record_of(WorkKind work, char mark, const Subject& who, Tally& tally) {
  const Seq now = writer_.head().seq;
  if (work == WorkKind::rollback) {
    ++tally[mark == '+' ? "partly_reverted" : "reverted"];
    --tally["links"];
    return SubjectReverted{0, {{inverse(row_of(who, 0))}}, mark == '+' ? 1u : 0u};
  }
  if (mark == '-')
    return ++tally["skipped"], SubjectSkipped{0, source_of(now), "empty", {{"constructor", "reserved_key"}}};
  if (mark == '?') return ++tally["refused"], SubjectRefused{0, source_of(now), "target", "23505", "duplicate key"};
  ++tally["converted"];
  tally["links"] += 2;
  SubjectConverted converted{0, source_of(now), {{row_of(who, 0), row_of(who, 1)}}, {{"x", "bad_url"}}, false};
  if (mark == '*') converted.changes.list.front().after[2] = std::string(Reader::kMostBytesAtOnce * 2 / 3, 'x');
  return converted;
}

void Player::chunk(const std::vector<std::string>& words) {
  const UnitId id = unit(words.at(1));
  ChunkIntended intent;
  intent.conversion = words.at(2);
  intent.work = words[0] == "convert"    ? WorkKind::convert
                : words[0] == "rollback" ? WorkKind::rollback
                                         : WorkKind::redo;
  std::vector<Draft> drafts;
  for (std::size_t i = 3; i < words.size(); ++i) {
    std::string word = words[i];
    if (const auto dots = word.find(".."); dots != word.npos) {
      intent.closes =
          KeyRange{dots ? std::optional(subject(word.substr(0, dots))) : std::nullopt, subject(word.substr(dots + 2))};
    } else if (word.starts_with("!")) {
      intent.deferred.push_back(subject(word.substr(1)));
    } else {
      const char mark = word.find_first_of("-?+*") == word.npos ? ' ' : word.back();
      if (mark != ' ') word.pop_back();
      drafts.push_back(draft(record_of(intent.work, mark, subject(word), intent.tally), id, subject(word)));
    }
  }
  intent.events = intent.subjects = intent.rows = drafts.size();
  drafts.push_back(draft(intent, id));
  writer_.append(drafts);
}

void Player::step(const std::vector<std::string>& words) {
  const std::string& verb = words[0];
  const auto word = [&](std::size_t i) { return words.at(i); };
  const UtcMicros at{1'795'313'700'000'000 + static_cast<std::int64_t>(writer_.head().seq)};
  if (verb == "convert" || verb == "rollback" || verb == "redo") return chunk(words);
  if (verb == "run")
    writer_.start_run(RunStarted{word(1), "", "host", "tester", 7, "tidemark 0.1.0", {}, {}, "test", ""});
  else if (verb == "end")
    writer_.append(RunEnded{static_cast<std::uint32_t>(std::stoul(word(1))), "done"});
  else if (verb == "pause")
    writer_.append(RunPaused{"signal"});
  else if (verb == "lease")
    writer_.append(LeaseTaken{std::stoul(word(1)), Uuid{}, ""});
  else if (verb == "note")
    writer_.append(Note{word(1)});
  else if (verb == "phase")
    writer_.append(PhaseEnded{word(1), word(2), 3});
  else if (verb == "table")
    writer_.append(TableDescribed{{static_cast<std::uint32_t>(std::stoul(word(1))),
                                   "public",
                                   "profile_links",
                                   {{"id", "uuid"}, {"url", "text"}},
                                   {0}}});
  else if (verb == "commit")
    writer_.append(ChunkCommitted{at}, unit(word(1)));
  else if (verb == "settle")
    writer_.append(UnitSettled{at, "receipt"}, unit(word(1)));
  else if (verb == "void")
    writer_.append(UnitVoided{"no receipt"}, unit(word(1)));
  else if (verb == "reinstate")
    writer_.append(UnitReinstated{at, "receipt"}, unit(word(1)));
  else if (verb == "apply" || verb == "revert")
    writer_.append(MigrationIntended{word(2), verb == "revert", {}, "CREATE TABLE x ();", "DROP TABLE x;", "id"},
                   unit(word(1)));
  else if (verb == "applied")
    writer_.append(MigrationApplied{word(2), at}, unit(word(1)));
  else if (verb == "reverted")
    writer_.append(MigrationReverted{word(2), at}, unit(word(1)));
  else
    throw std::logic_error("no such step: " + verb);
}

}  // namespace

void play(Writer& writer, const std::string& script) {
  Player player(writer);
  std::string lines = script;
  std::replace(lines.begin(), lines.end(), ';', '\n');
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    std::istringstream split(line);
    std::vector<std::string> words;
    for (std::string word; split >> word;) words.push_back(word);
    if (!words.empty()) player.step(words);
  }
}

std::string journal_of(const TempDir& dir, const std::string& script, const std::string& name) {
  const auto writer = make_journal(dir.path(name));
  play(*writer, script);
  writer->flush();
  writer->checkpoint();
  return dir.path(name);
}

const char* const kEverything = R"(
  run deploy; lease 1; apply 1.1 m1; applied 1.1 m1; apply 1.2 m2; settle 1.2; apply 1.3 m3; void 1.3; end 0
  run convert; lease 2; table 1
  convert 2.1 links a b- c? ..c; commit 2.1
  convert 2.2 links d !e c..e; convert 2.3 links f _text e..f; commit 2.3; commit 2.2
  convert 2.4 links e; commit 2.4; phase links first_pass; pause
  run rollback; lease 3
  rollback 3.1 links a d+; commit 3.1; redo 3.2 links a; commit 3.2; convert 3.3 links g; void 3.3
  revert 3.4 m2; reverted 3.4 m2; void 3.2; convert 3.5 links h f..h; note done
)";

Draft again(const Record& r) { return {r.kind, r.version, r.unit, r.subject, r.payload, sha256(r.payload)}; }

std::vector<Record> all_records(const Reader& reader) {
  std::vector<Record> out;
  reader.for_each({}, [&](const Record& record) { return out.push_back(record), true; });
  return out;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void tamper(const std::string& path, const std::string& sql) {
  SQLite::Database db(path, SQLite::OPEN_READWRITE);
  db.exec("DROP TRIGGER event_no_update; DROP TRIGGER event_no_delete; DROP TRIGGER event_no_replace");
  db.exec(sql);
  // Put back as it stood in the schema, so that only `sql` differs.
  db.exec(
      "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'the journal is append-only'); "
      "END");
  db.exec(
      "CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'the journal is append-only'); "
      "END");
  db.exec(
      "CREATE TRIGGER event_no_replace BEFORE INSERT ON event WHEN new.seq <= (SELECT max(seq) FROM event)\n"
      "BEGIN SELECT raise(ABORT, 'the journal is append-only'); END");
}

namespace {

std::string print(const Record& r) {
  return std::to_string(r.seq) + " " + std::to_string(r.run) + " " + std::to_string(r.kind) + " " +
         std::to_string(r.version) + " " + std::to_string(r.at.value) + " " + to_string(r.unit) + " " + r.subject +
         " " + hex(reinterpret_cast<const std::uint8_t*>(r.payload.data()), r.payload.size()) + " " + hex(r.chain) +
         "\n";
}

std::string print(const UnitInfo& u) {
  return to_string(u.unit) + " " + std::to_string(u.run) + " " + u.name + " " + u.work + " " + std::to_string(u.first) +
         " " + std::to_string(u.intent) + " " + hex(u.intent_chain) + " " + std::to_string(u.outcome) + " " +
         std::to_string(static_cast<int>(u.state)) + " " + std::to_string(u.committed_at.value) + "\n";
}

}  // namespace

std::string signature(const Reader& reader) {
  std::ostringstream out;
  std::vector<Subject> subjects;
  for (const Record& record : all_records(reader)) {
    out << print(record);
    if (!record.subject.empty()) subjects.push_back(record.subject);
    decode(record);
  }
  out << reader.head_seq() << " " << hex(reader.head_chain()) << " " << reader.last_epoch() << " "
      << to_string(reader.opened().journal) << " " << reader.receipts().count << " " << reader.receipts().digest
      << "\n";
  for (const UnitInfo& u : reader.units(std::nullopt)) out << print(u);
  for (const UnitInfo& u : reader.units(UnitState::in_doubt)) out << "in doubt " << print(u);
  for (const RunInfo& r : reader.runs())
    out << r.run << r.started.verb << r.at.value << r.state << (r.exit_code ? std::to_string(*r.exit_code) : "-")
        << r.ended_at.value << "\n";
  for (const auto& [name, value] : reader.counters("links")) out << name << "=" << value << "\n";
  std::vector<std::string> ranges;
  for (const KeyRange& range : reader.closed_ranges("links"))
    ranges.push_back(range.lo.value_or("first") + ".." + range.hi);
  std::sort(ranges.begin(), ranges.end());
  for (const std::string& range : ranges) out << range << "\n";
  for (const std::string& key : reader.open_subjects("links")) out << "open " << key << "\n";
  for (const auto& [no, shape] : reader.tables())
    out << no << shape.schema << shape.name << shape.columns.size() << "\n";
  for (const auto& m : reader.migrations()) out << m.name << m.applied << to_string(m.unit) << m.intent << "\n";
  for (const auto& t : reader.touched("links", 0, 1000)) out << "touched " << t.subject << " " << t.seq << "\n";
  for (const SubjectState& s : reader.subject_states("links", subjects))
    out << to_string(s.status) << s.last << hex(s.source) << "\n";
  for (const Subject& who : subjects)
    for (const auto& record : reader.history("links", who)) out << record.record.seq << " " << print(record.unit);
  out << reader.phase_done("links", "first_pass");
  return out.str();
}

}  // namespace tidemark::journal::test
