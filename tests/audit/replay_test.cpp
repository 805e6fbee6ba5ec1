#include "engine/audit/replay.h"

#include <catch2/catch.hpp>

#include <sstream>

#include "engine/errors.h"
#include "tests/journal/support.h"

using namespace tidemark;
using namespace tidemark::engine::audit;
using journal::UtcMicros;

namespace {

constexpr std::int64_t kMinute = 60'000'000;
/// A time of one night.
UtcMicros at(int hour, int minute) { return {journal::parse_utc("2026-11-22T00:00:00Z")->value + (hour * 60 + minute) * kMinute}; }
Moment by_event(journal::Seq seq) { return {seq, {}}; }
Moment by_time(int hour, int minute) { return {0, at(hour, minute)}; }

/// A journal that is written with a clock of its own, and read at any moment. Every subject's row has the subject as key and a text.
class Night {
 public:
  Night() : writer_(journal::Writer::create({dir_.path(), "tester", [this] { return now; }}, journal::test::opened())) {
    journal::TableShape shape{1, "public", "links", {{"id", "text"}, {"url", "text"}}, {0}};
    writer_->append(journal::TableDescribed{shape});
  }

  /// One unit of one subject: "a=x" sets its row, "a" converts it without rows, "-a=x" removes the row, "?a" refuses, "~a" skips.
  /// @return the intent
  journal::Seq unit(std::uint32_t number, const std::vector<std::string>& work, const std::string& conversion = "links") {
    const journal::UnitId id(1, number);
    journal::ChunkIntended intent;
    intent.conversion = conversion;
    std::vector<journal::Draft> drafts;
    for (const auto& word : work) {
      const bool remove = word[0] == '-', refuse = word[0] == '?', skip = word[0] == '~';
      const auto name = remove || refuse || skip ? word.substr(1) : word;
      const auto equals = name.find('=');
      const auto subject = name.substr(0, equals);
      journal::RowChanges changes;
      if (equals != name.npos) {
        const journal::Row row{subject, name.substr(equals + 1)};
        changes.list.push_back({1, remove ? journal::Op::remove : journal::Op::insert, remove ? row : journal::Row{}, remove ? journal::Row{} : row});
      }
      if (remove) intent.work = journal::WorkKind::rollback;
      const journal::Event event = remove   ? journal::Event(journal::SubjectReverted{0, changes, 0})
                                   : refuse ? journal::Event(journal::SubjectRefused{0, {}, "target", "23505", "no"})
                                   : skip   ? journal::Event(journal::SubjectSkipped{0, {}, "empty", {}})
                                            : journal::Event(journal::SubjectConverted{0, {}, changes, {}, false});
      drafts.push_back(journal::draft(event, id, subject));
    }
    intent.events = drafts.size();
    drafts.push_back(journal::draft(intent, id));
    return writer_->append(drafts).seq;
  }
  journal::Seq commit(std::uint32_t number, UtcMicros receipt) { return append(journal::ChunkCommitted{receipt}, number); }
  journal::Seq settle(std::uint32_t number, UtcMicros receipt) { return append(journal::UnitSettled{receipt, "receipt"}, number); }
  journal::Seq voided(std::uint32_t number) { return append(journal::UnitVoided{"no receipt"}, number); }
  journal::Seq reinstated(std::uint32_t number, UtcMicros receipt) { return append(journal::UnitReinstated{receipt, "its receipt is there"}, number); }
  journal::Seq append(const journal::Event& event, std::uint32_t number = 0) {
    return writer_->append(event, number == 0 ? journal::UnitId() : journal::UnitId(1, number)).seq;
  }

  /// "a converted x; b skipped": what was there, in the order of the names.
  std::string then(const Moment& moment) {
    Replay replay = open(moment);
    std::map<std::string, std::string> subjects;
    replay.for_each_subject([&](const SubjectThen& subject) {
      CHECK(subjects.emplace(subject.subject, text(subject)).second);  // each once
      return true;
    });
    std::string out;
    for (const auto& [name, what] : subjects) {
      CHECK(text(replay.subject(name)) == what);  // one alone is the same
      out += (out.empty() ? "" : "; ") + name + " " + what;
    }
    return out;
  }
  std::string in_flight(const Moment& moment) {
    std::string out;
    Replay replay = open(moment);
    for (const auto& unit : replay.in_flight()) out += (out.empty() ? "" : " ") + to_string(unit.unit);
    return out;
  }
  std::string schema(const Moment& moment) {
    std::string out;
    Replay replay = open(moment);
    for (const auto& m : replay.migrations()) out += (out.empty() ? "" : " ") + std::string(m.applied ? "+" : "-") + m.name;
    return out;
  }
  Replay open(const Moment& moment) {
    writer_->flush();
    reader_ = std::make_unique<journal::Reader>(dir_.path());
    return Replay(*reader_, "links", moment);
  }

  UtcMicros now = at(1, 0);

 private:
  static std::string text(const SubjectThen& subject) {
    std::string out = to_string(subject.state);
    for (const auto& [name, own] : subject.rows) out += " " + own.row.at(1).value_or("NULL");
    return out;
  }
  journal::test::TempDir dir_;
  std::unique_ptr<journal::Writer> writer_;
  std::unique_ptr<journal::Reader> reader_;
};

}  // namespace

TEST_CASE("by event: a unit is there from its outcome on, and in flight from its intent until then") {
  Night night;
  const auto intent = night.unit(1, {"a=x", "~b", "?c"});
  const auto outcome = night.commit(1, at(1, 0));
  const auto later = night.append(journal::Note{"later"});
  CHECK(night.then(by_event(intent - 1)) == "");
  CHECK(night.in_flight(by_event(intent - 1)) == "");  // its records stand, its intent doesn't
  CHECK(night.then(by_event(intent)) == "");
  CHECK(night.in_flight(by_event(intent)) == "1.1");
  for (const auto& moment : {by_event(outcome), by_event(later), Moment{}}) {
    CHECK(night.then(moment) == "a converted x; b skipped; c refused");
    CHECK(night.in_flight(moment) == "");
  }
}

TEST_CASE("a subject is the fold of its records: converted, edited, rolled back, converted again") {
  Night night;
  std::vector<journal::Seq> outcomes;
  std::uint32_t number = 0;
  for (const std::vector<std::string>& work : std::vector<std::vector<std::string>>{{"a=x", "b=y"}, {"-a=x"}, {"a=z"}, {"-a=z", "-b=y"}}) {
    night.unit(++number, work);
    outcomes.push_back(night.commit(number, at(1, static_cast<int>(number))));
  }
  CHECK(night.then(by_event(outcomes[0])) == "a converted x; b converted y");
  CHECK(night.then(by_event(outcomes[1])) == "a reverted; b converted y");
  CHECK(night.then(by_event(outcomes[2])) == "a converted z; b converted y");
  CHECK(night.then(by_event(outcomes[3])) == "a reverted; b reverted");
  CHECK(night.then(by_time(1, 2)) == night.then(by_event(outcomes[1])));
}

TEST_CASE("by time the receipt's time counts: a chunk committed at 02:13 and settled at 06:00 is there at 03:00") {
  Night night;
  night.now = at(2, 13);
  const auto intent = night.unit(1, {"a=x"});
  night.now = at(6, 0);
  const auto settled = night.settle(1, at(2, 13));
  CHECK(night.then(by_time(2, 12)) == "");
  CHECK(night.then(by_time(2, 13)) == "a converted x");
  CHECK(night.then(by_time(3, 0)) == "a converted x");
  CHECK(night.in_flight(by_time(3, 0)) == "");
  // By event it isn't: at that event the journal didn't know.
  CHECK(night.then(by_event(intent)) == "");
  CHECK(night.in_flight(by_event(intent)) == "1.1");
  CHECK(night.then(by_event(settled)) == "a converted x");
}

TEST_CASE("a server's clock ahead of ours doesn't hide what it committed, nor one behind") {
  Night night;
  night.now = at(2, 0);
  night.unit(1, {"a=x"});
  night.commit(1, at(2, 30));  // half an hour ahead
  night.unit(2, {"b=y"});
  night.commit(2, at(1, 30));  // half an hour behind: before its own records
  CHECK(night.then(by_time(1, 30)) == "b converted y");
  CHECK(night.then(by_time(2, 0)) == "b converted y");
  CHECK(night.in_flight(by_time(2, 0)) == "1.1");
  CHECK(night.then(by_time(2, 30)) == "a converted x; b converted y");
}

TEST_CASE("a unit in doubt to this day is in flight from its intent on; one voided, until then") {
  Night night;
  night.now = at(2, 0);
  night.unit(1, {"a=x"});
  night.unit(2, {"b=y"});
  night.now = at(3, 0);
  night.voided(2);
  CHECK(night.in_flight(by_time(1, 59)) == "");
  CHECK(night.in_flight(by_time(2, 0)) == "1.1 1.2");
  CHECK(night.in_flight(by_time(3, 0)) == "1.1");
  CHECK(night.in_flight({}) == "1.1");
  CHECK(night.then({}) == "");
}

TEST_CASE("what was taken back is there until then: the target was restored at 05:00, and had its rows at 03:00") {
  Night night;
  night.now = at(2, 0);
  night.unit(1, {"a=x"});
  const auto committed = night.commit(1, at(2, 0));
  night.unit(2, {"b=y"});
  const auto settled = night.settle(2, at(2, 1));
  night.unit(3, {"c=z"});
  night.commit(3, at(2, 2));
  night.now = at(5, 0);
  const auto first = night.voided(2);
  const auto last = night.voided(1);
  CHECK(night.then(by_event(committed)) == "a converted x");
  CHECK(night.then(by_event(settled)) == "a converted x; b converted y");
  CHECK(night.then(by_time(3, 0)) == "a converted x; b converted y; c converted z");
  CHECK(night.in_flight(by_time(3, 0)) == "");
  CHECK(night.then(by_event(first)) == "a converted x; c converted z");
  CHECK(night.then(by_event(last)) == "c converted z");
  CHECK(night.then({}) == "c converted z");
}

TEST_CASE("another conversion's records are not this one's") {
  Night night;
  night.unit(1, {"a=x"});
  night.commit(1, at(1, 0));
  night.unit(2, {"a=other", "b=other"}, "others");
  night.commit(2, at(1, 0));
  CHECK(night.then({}) == "a converted x");
}

TEST_CASE("the schema's history: the last state of each migration then") {
  Night night;
  const auto apply = [&](std::uint32_t number, const char* name, bool revert) {
    night.append(journal::MigrationIntended{name, revert, {}, "", "", ""}, number);
    return revert ? night.append(journal::MigrationReverted{name, at(1, static_cast<int>(number))}, number)
                  : night.append(journal::MigrationApplied{name, at(1, static_cast<int>(number))}, number);
  };
  const auto one = apply(1, "m1", false), two = apply(2, "m2", false), three = apply(3, "m2", true), four = apply(4, "m2", false);
  night.append(journal::MigrationIntended{"m3", false, {}, "", "", ""}, 5);
  CHECK(night.schema(by_event(one - 1)) == "");
  CHECK(night.schema(by_event(one)) == "+m1");
  CHECK(night.schema(by_event(two)) == "+m1 +m2");
  CHECK(night.schema(by_event(three)) == "+m1 -m2");
  CHECK(night.schema(by_event(four)) == "+m1 +m2");
  CHECK(night.schema(by_time(1, 3)) == "+m1 -m2");
  CHECK(night.schema({}) == "+m1 +m2");
  CHECK(night.in_flight({}) == "1.5");
}

TEST_CASE("a migration that was taken back when the target was restored, and counts again, applied or undone") {
  Night night;
  night.now = at(2, 0);
  night.append(journal::MigrationIntended{"m1", false, {}, "", "", ""}, 1);
  const auto applied = night.append(journal::MigrationApplied{"m1", at(2, 1)}, 1);
  night.append(journal::MigrationIntended{"m1", true, {}, "", "", ""}, 2);
  const auto reverted = night.append(journal::MigrationReverted{"m1", at(2, 2)}, 2);
  night.now = at(3, 0);
  const auto first = night.voided(2), second = night.voided(1);
  night.now = at(4, 0);
  const auto again = night.reinstated(1, at(2, 1));
  CHECK(night.schema(by_event(applied)) == "+m1");
  CHECK(night.schema(by_event(reverted)) == "-m1");
  CHECK(night.schema(by_event(first)) == "+m1");
  CHECK(night.schema(by_event(second)) == "");
  CHECK(night.schema(by_event(again)) == "+m1");
  CHECK(night.schema(by_time(2, 1)) == "+m1");  // by its receipt, though both were recorded at two
  CHECK(night.schema(by_time(2, 2)) == "-m1");
  CHECK(night.schema(by_time(3, 30)) == "");
  CHECK(night.schema({}) == "+m1");
}

TEST_CASE("an event that the journal doesn't have is refused by name") {
  Night night;
  CHECK_THROWS_AS(night.open(by_event(99)), engine::Failure);
  CHECK(night.then(by_event(2)) == "");
}

TEST_CASE("it ends when it is told to") {
  Night night;
  night.unit(1, {"a=x", "b=y", "c=z"});
  night.commit(1, at(1, 0));
  Replay replay = night.open({});
  int seen = 0;
  replay.for_each_subject([&](const SubjectThen&) { return ++seen < 2; });
  CHECK(seen == 2);
}

TEST_CASE("a unit that was given up and counts again is there before and after, and not in between") {
  Night night;
  night.now = at(2, 0);
  const auto intent = night.unit(1, {"a=x"});
  const auto outcome = night.commit(1, at(1, 30));
  night.now = at(3, 0);
  const auto voided = night.voided(1);
  night.now = at(4, 0);
  const auto again = night.reinstated(1, at(1, 30));
  CHECK(night.then(by_event(intent)) == "");
  CHECK(night.in_flight(by_event(intent)) == "1.1");
  CHECK(night.then(by_event(outcome)) == "a converted x");
  CHECK(night.then(by_event(voided)) == "");
  CHECK(night.then(by_event(again)) == "a converted x");
  CHECK(night.then(by_time(1, 45)) == "a converted x");  // recorded at two, committed at half past one
  CHECK(night.then(by_time(3, 30)) == "");
  CHECK(night.then(by_time(5, 0)) == "a converted x");
  for (const auto& moment : {by_event(outcome), by_event(voided), by_event(again), by_time(3, 30)}) CHECK(night.in_flight(moment) == "");
  night.now = at(6, 0);
  const auto once_more = night.voided(1);
  CHECK(night.then(by_event(again)) == "a converted x");
  CHECK(night.then(by_event(once_more)) == "");
  CHECK(night.then(by_time(3, 30)) == "");
  CHECK(night.then(by_time(5, 0)) == "a converted x");
}

TEST_CASE("a unit that counts again is in flight until its receipt, also when the server's clock is ahead of what was recorded") {
  Night night;
  night.now = at(2, 0);
  night.unit(1, {"a=x"});
  night.commit(1, at(2, 30));
  night.now = at(3, 0);
  night.voided(1);
  night.now = at(4, 0);
  night.reinstated(1, at(2, 30));
  CHECK(night.in_flight(by_time(2, 15)) == "1.1");
  CHECK(night.then(by_time(2, 15)) == "");
  CHECK(night.in_flight(by_time(2, 30)) == "");
  CHECK(night.then(by_time(2, 30)) == "a converted x");
}
