#include "engine/audit/export.h"

#include <catch2/catch.hpp>

#include "journal/codec.h"
#include "tests/journal/support.h"

using namespace tidemark;
using namespace tidemark::engine::audit;

TEST_CASE("a cell is quoted after RFC 4180, can't be a formula, and is one line") {
  const auto [text, cell] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"plain", "plain"},
      {"https://a.example/?x=1", "https://a.example/?x=1"},
      {"a,b", "\"a,b\""},
      {"say \"hi\"", "\"say \"\"hi\"\"\""},
      {"=1+1", "'=1+1"},
      {"+49", "'+49"},
      {"-1", "'-1"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"\t=1", "'\\t=1"},
      {"\rx", "'\\rx"},
      {"=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
      {"a=b", "a=b"},
      {"two\nlines", "two\\nlines"},
      {std::string("nul\0here", 8), "nul\\x00here"},
      {"\x1b[2J\x7f", "\\x1B[2J\\x7F"},
      {"c1 \xC2\x9B bidi \xE2\x80\xAE lines \xE2\x80\xA8", "c1 \\u{009B} bidi \\u{202E} lines \\u{2028}"},
      {"Zo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x98\x80", "Zo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x98\x80"},
      {"\xE2", "\xE2"},
      {"\xC2", "\xC2"},
      {"\xC2x \xC2\xA0", "\xC2x \xC2\xA0"},
      {"\xE2\x80\x8D \xE2\x80\x8E \xE2\x80\x8F", "\xE2\x80\x8D \\u{200E} \\u{200F}"},
      {"\xE2\x81\xA5 \xE2\x81\xA6 \xE2\x81\xA9 \xE2\x81\xAA", "\xE2\x81\xA5 \\u{2066} \\u{2069} \xE2\x81\xAA"},
      {"\xE2\x80\xA7 \xE2\x80\xA9 \xE2\x80\xAF", "\xE2\x80\xA7 \\u{2029} \xE2\x80\xAF"},
  }));
  CHECK(csv_cell(text) == cell);
}

TEST_CASE("an event without a unit, or of one that the journal doesn't know, has no state") {
  const journal::UnitInfo unknown;
  CHECK(ExportedEvent{{}, {}, nullptr}.unit_state().empty());
  CHECK(ExportedEvent{{}, {}, &unknown}.unit_state().empty());
}

TEST_CASE("a record ends with CR LF") { CHECK(csv_record({"a", "", "b,c"}) == "a,,\"b,c\"\r\n"); }

TEST_CASE("every event and every row change is exported, with the state of its unit") {
  const journal::test::TempDir dir;
  const journal::Reader reader(journal::test::journal_of(dir, R"(
    run convert; lease 1; table 1
    convert 1.1 links a b-; commit 1.1; convert 1.2 links c; void 1.2; rollback 1.3 links a; settle 1.3; convert 1.4 links d)"));
  std::vector<std::string> states;
  std::uint64_t events = 0;
  export_events(reader, [&](const ExportedEvent& e) {
    CHECK(e.record.seq == ++events);
    CHECK((e.unit == nullptr) == !e.record.unit);
    CHECK(journal::kind_of(e.event) == e.record.kind);
    if (!e.record.subject.empty()) states.push_back(e.unit_state());
  });
  CHECK(events == reader.head_seq());
  CHECK(states == std::vector<std::string>{"committed", "committed", "voided", "committed", "in_doubt"});
  std::string changes;
  export_changes(reader, [&](const ExportedChange& c) {
    changes += std::to_string(c.number) + (c.change.op == journal::Op::insert ? "+" : "-") + c.table.name + " " + c.of.unit_state() + "\n";
  });
  CHECK(changes ==
        "1+profile_links committed\n2+profile_links committed\n1+profile_links voided\n2+profile_links voided\n1-profile_links committed\n"
        "1+profile_links in_doubt\n2+profile_links in_doubt\n");
}
