// Laws 2, 3, 4 and 6 over random lives: conversions that insert, update and delete, random scopes, edits behind the back, kills at random points,
// undo and redo in any order. Law 2 by doing the journal again on a copy of what was there before: no row without its event, no event without its
// row, at any moment. TIDEMARK_SEED takes a seed back, TIDEMARK_LIVES says how many lives.

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

#include "journal/chain.h"
#include "journal/journal.h"
#include "journal/verify.h"
#include "tests/rollback/drill.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

class Life {
 public:
  explicit Life(std::uint32_t seed) : random_(seed) {}

  void live(int steps) {
    people();
    for (const auto& id : people_) before_[id] = drill_.rows(id + "/");
    drill_.keep_base();
    convert();
    for (const auto& id : people_) after_[id] = drill_.rows(id + "/");
    remember();
    for (int i = 0; i < steps; ++i) {
      step();
      remember();
    }
    // In the end all goes, and all comes: whoever nobody edited is as before, and as after.
    undo(std::nullopt);
    remember();
    redo(std::nullopt);
    remember();
    for (int i = 0; i < 3; ++i) do_again(any(moments_));
    do_again(moments_.back());
    prefixes();
  }

 private:
  /// Who was never edited, as they are at an event.
  struct Moment {
    Seq event = 0;
    std::map<std::string, std::string> rows;
  };
  void remember() {
    Moment now{drill_.head(), {}};
    for (const auto& id : people_) {
      if (!edited_.contains(id)) now.rows[id] = drill_.rows(id + "/");
    }
    moments_.push_back(std::move(now));
  }
  void do_again(const Moment& moment) {
    INFO("the journal done again up to #" << moment.event);
    const auto scratch = drill_.again(moment.event);
    for (const auto& [id, rows] : moment.rows) {
      INFO(id << " as of then");
      CHECK(Drill::rows(*scratch, id + "/") == rows);
    }
  }

  /// Law 6 over this life's journal: its events, appended one by one, are the same chain, and a legal journal wherever they end.
  void prefixes() {
    std::vector<journal::Record> records;
    const journal::Reader whole(drill_.journal());
    whole.for_each({}, [&](const journal::Record& record) { return records.push_back(record), true; });
    std::size_t now = 0;
    const auto path = drill_.journal() + ".again";
    const auto writer = journal::Writer::create({path, "prefix", [&] { return records[now].at; }}, whole.opened());
    for (now = 1; now < records.size(); ++now) {
      const auto& record = records[now];
      if (record.kind == journal::RunStarted::kCode) {
        writer->start_run(std::get<journal::RunStarted>(journal::decode(record)));
      } else {
        const journal::Draft draft{record.kind, record.version, record.unit, record.subject, record.payload, journal::sha256(record.payload)};
        writer->append(std::vector{draft});
      }
      if (!chance(8) && now + 1 < records.size()) continue;
      writer->flush();
      const auto report = journal::verify(path, false);
      INFO("ends with event " << now + 1 << ": " << report.kind << " " << report.detail);
      CHECK(report.ok);
      CHECK(report.head == record.chain);
    }
  }

  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool chance(int percent) { return below(100) < percent; }
  template <class T>
  const T& any(const std::vector<T>& some) { return some[static_cast<std::size_t>(below(static_cast<int>(some.size())))]; }
  static std::string quoted(const std::string& text) { return "\"" + text + "\""; }

  std::string values() {
    static const std::vector<std::string> all = {
        R"("c": "ab")", R"("c": null)", R"("t": "Ünï 'q' \\ \"")", R"("n": "7.2500")", R"("n": null)", R"("n0": "1.00")", R"("n0": "1.0")", R"("f": "0.30000000000000004")",
        R"("ts": "2026-10-25 02:30:00.5")", R"("tz": "2026-03-29 01:30:00+01")", R"("ints": "{1,NULL}")", R"("texts": "{\"a,b\",\"\"}")", R"("jb": "{\"z\": 1, \"a\": null}")",
        R"("j": "{\"z\":1,  \"a\": 2}")", R"("by": "\\x00")", R"("e": "gut")", R"("dom": "8")", R"("mon": "-5.10")", R"("flag": "no")", R"("iv": "36:00:00")"};
    std::set<std::string> some;
    for (int n = 1 + below(4); n > 0; --n) some.insert(any(all));
    std::map<std::string, std::string> by_column;
    for (const auto& one : some) by_column.emplace(one.substr(0, one.find(':')), one);
    std::string text;
    for (const auto& [_, one] : by_column) text += (text.empty() ? "" : ", ") + one;
    return text;
  }

  /// Each person has rows of its own in both tables, some there before, and does something to them.
  void people() {
    for (int i = 0; i < 24; ++i) {
      const std::string id = "p" + std::to_string(100 + i), b = id + "/";
      people_.push_back(id);
      std::string ops;
      const auto add = [&](const std::string& op) { ops += (ops.empty() ? "" : ", ") + op; };
      for (int a = 0; a < 4; ++a) {
        if (chance(60)) drill_.database.sql("INSERT INTO wide (b, a, c, n, t, ts) VALUES ('" + b + "', " + std::to_string(a) + ", 'old', 1.5, 'from before', '2020-01-01 00:00:00.001')");
        if (chance(60)) drill_.database.sql("INSERT INTO pairs VALUES ('" + b + std::to_string(a) + "', 'old', '2020-01-01', " + std::to_string(a) + ")");
      }
      for (int n = 1 + below(6); n > 0; --n) {
        const std::string a = std::to_string(below(4)), other = std::to_string(4 + below(3));
        const auto op = any(std::vector<std::string>{"update", "update", "upsert", "upsert", "delete"});
        if (chance(60)) {
          add(R"({"op": ")" + op + R"(", "table": "wide", "key": {"b": )" + quoted(b) + R"(, "a": )" + quoted(a) + "}, \"values\": {" + (op == "delete" ? "" : values()) + "}}");
        } else {
          const auto v = R"("v": "v)" + std::to_string(below(3)) + "\"";
          add(R"({"op": ")" + op + R"(", "table": "pairs", "key": {"id": )" + quoted(b + a) + "}, \"values\": {" + (op == "delete" ? "" : v) + "}}");
        }
        // The key itself, to a place that is free once only.
        if (chance(15) && moved_.insert(b + other).second) {
          add(R"({"op": "update", "table": "pairs", "key": {"id": )" + quoted(b + a) + R"(}, "values": {"id": )" + quoted(b + other) + "}}");
        }
      }
      drill_.person(id, "[" + ops + "]");
    }
  }

  std::string fault(const std::string& work) {
    if (!chance(35)) return {};
    return work + "." + any(std::vector<std::string>{"begun", "received", "intended", "durable", "committed", "recorded"}) + ":" + std::to_string(1 + below(3)) + ":kill";
  }
  void convert() {
    if (const auto where = fault("convert"); !where.empty()) drill_.convert(where);
    drill_.convert();
  }

  std::optional<Keys> scope() {
    if (chance(20)) return std::nullopt;
    Keys some;
    for (const auto& id : people_) {
      if (chance(30)) some.push_back(id);
    }
    if (some.empty()) some.push_back(any(people_));
    std::shuffle(some.begin(), some.end(), random_);
    return some;
  }

  /// The law: who isn't in the scope has the fingerprint that it had.
  template <class Act>
  void act(const std::optional<Keys>& who, const Act& act) {
    std::map<std::string, std::string> others;
    for (const auto& id : people_) {
      if (who && std::find(who->begin(), who->end(), id) == who->end()) others[id] = drill_.rows(id + "/");
    }
    act();
    for (const auto& [id, rows] : others) {
      INFO(id << " is not in the scope");
      CHECK(drill_.rows(id + "/") == rows);
    }
  }
  template <class Each>
  void each_in(const std::optional<Keys>& who, const Each& each) {
    for (const auto& id : who ? *who : people_) {
      if (!edited_.contains(id)) each(id);
    }
  }

  void undo(const std::optional<Keys>& who) {
    act(who, [&] {
      if (const auto where = fault("rollback"); !where.empty()) drill_.rollback(who, where);
      drill_.rollback(who);
    });
    each_in(who, [&](const std::string& id) {
      INFO(id << " is rolled back");
      CHECK(drill_.rows(id + "/") == before_[id]);
    });
  }
  void redo(const std::optional<Keys>& who) {
    act(who, [&] {
      if (const auto where = fault("redo"); !where.empty()) drill_.redo(who, where);
      drill_.redo(who);
    });
    each_in(who, [&](const std::string& id) {
      INFO(id << " is back");
      CHECK(drill_.rows(id + "/") == after_[id]);
    });
  }

  /// Somebody changes rows behind our back. By force they are overwritten, and a redo brings back what was.
  void edit() {
    const auto id = any(people_);
    edited_.insert(id);
    switch (below(3)) {
      case 0: drill_.database.sql("UPDATE wide SET t = 'edited' || random() WHERE b = '" + id + "/' AND a < " + std::to_string(below(4))); break;
      case 1: drill_.database.sql("UPDATE pairs SET seen = seen + 1000 WHERE starts_with(id, '" + id + "/')"); break;
      case 2: drill_.database.sql("DELETE FROM pairs WHERE id = '" + id + "/" + std::to_string(below(4)) + "'"); break;
    }
    const auto now = drill_.rows(id + "/");
    if (chance(50)) {
      drill_.on_conflict = "force";
      act(Keys{id}, [&] { drill_.rollback(Keys{id}); });
      drill_.on_conflict = "skip";
      if (drill_.rows(id + "/") == now) return;  // it was rolled back before
      if (kinds(drill_.redo(Keys{id})).empty() && !reverted_before(id)) CHECK(drill_.rows(id + "/") == now);
    }
  }
  bool reverted_before(const std::string& id) const { return undone_.contains(id); }

  void step() {
    const auto who = scope();
    switch (below(5)) {
      case 0:
      case 1:
        undo(who);
        for (const auto& id : who ? *who : people_) undone_.insert(id);
        break;
      case 2:
      case 3: redo(who); break;
      case 4: edit(); break;
    }
  }

  std::mt19937 random_;
  Drill drill_{{"DateStyle = 'German'", "TimeZone = 'Asia/Kathmandu'"}};
  std::vector<std::string> people_;
  std::set<std::string> moved_, edited_, undone_;
  std::map<std::string, std::string> before_, after_;
  std::vector<Moment> moments_;
};

std::uint32_t number(const char* name, std::uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text ? static_cast<std::uint32_t>(std::stoul(text)) : otherwise;
}

}  // namespace

TEST_CASE("laws 2, 3, 4 and 6 over random lives") {
  const auto first = number("TIDEMARK_SEED", std::random_device{}());
  const auto lives = number("TIDEMARK_LIVES", 1);
  for (std::uint32_t i = 0; i < lives; ++i) {
    const auto seed = first + i;
    std::printf("TIDEMARK_SEED=%u\n", seed);
    std::fflush(stdout);
    INFO("TIDEMARK_SEED=" << seed);
    Life(seed).live(8);
  }
}
