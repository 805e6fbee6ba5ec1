#include "journal/row_coding.h"

#include <catch2/catch.hpp>

#include "samples.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

namespace {

std::string coded(const RowChanges& changes, std::string_view subject = kSampleSubject) {
  std::string bytes;
  ByteWriter out(bytes);
  write_changes(out, changes, subject);
  return bytes;
}

RowChanges decoded(const std::string& bytes, std::string_view subject = kSampleSubject) {
  ByteReader in(bytes);
  RowChanges changes = read_changes(in, subject);
  CHECK(in.left() == 0);
  return changes;
}

/// The same changes by way of cells, and written again from these.
void check_cells(const RowChanges& changes, std::string_view subject = kSampleSubject) {
  const std::string bytes = coded(changes, subject);
  ByteReader in(bytes);
  const CellChanges cells = read_changes<CellRow>(in, subject);
  REQUIRE(in.left() == 0);
  RowChanges texts;
  for (const auto& change : cells.list) texts.list.push_back({change.table, change.op, row_of(change.before), row_of(change.after)});
  REQUIRE(texts == changes);
  std::string again;
  ByteWriter out(again);
  write_changes(out, cells, subject);
  REQUIRE(again == bytes);
  for (std::size_t i = 0; i < cells.list.size(); ++i) {
    for (std::size_t column = 0; column < cells.list[i].after.size(); ++column) {
      const auto& text = changes.list[i].after[column];
      REQUIRE(spells(cells.list[i].after[column], text.value_or("")) == text.has_value());
      REQUIRE_FALSE(spells(cells.list[i].after[column], text.value_or("") + "x"));
    }
  }
}

}  // namespace

TEST_CASE("one value, its size and back") {
  const auto [value, size] = GENERATE(table<Value, std::size_t>({
      {std::nullopt, 1},
      {"", 1},
      {"other", 6},
      {std::string(127, 'x'), 128},
      {std::string(128, 'x'), 131},
      {"0193a1b2-c3d4-7e5f-8a9b-999999999999", 17},
      {"0193A1B2-C3D4-7E5F-8A9B-999999999999", 37},  // not canonical: kept as text
      {kSampleSubject, 1},
      {"0", 1},
      {"63", 1},
      {"64", 3},
      {"-1", 2},
      {"-0", 3},
      {"007", 4},
      {"9223372036854775807", 11},
      {"-9223372036854775808", 11},
      {"9223372036854775808", 20},
      {"2026-11-22 02:14:00.123", 7},
      {"2026-11-22 02:14:00", 6},
      {"2026-11-22 02:14:00+00", 6},
      {"2026-11-22 02:14:00.123456+00", 9},
      {"2026-11-22 02:14:00.1230", 25},
      {"2026-11-22 02:14:00+01", 23},
      {"https://instagram.com/ada", 19},
      {"https://www.imdb.com/", 11},
      {"https:/x", 9},
  }));
  CAPTURE(value);
  const RowChanges changes{{{1, Op::insert, {}, {value}}}};
  CHECK(coded(changes).size() == 4 + size);
  CHECK(decoded(coded(changes)) == changes);
  check_cells(changes);
}

TEST_CASE("values that repeat take a byte, and columns in a row of them one together") {
  const Row row = {"abcdefgh", "ijklmnop", "qrstuvwx", "yz"};
  const RowChanges once{{{1, Op::insert, {}, row}}}, twice{{{1, Op::insert, {}, row}, {1, Op::insert, {}, row}}};
  CHECK(coded(twice).size() == coded(once).size() + 2);
  CHECK(decoded(coded(twice)) == twice);
  const RowChanges beside{{{1, Op::insert, {}, {"abcdefgh", "abcdefgh"}}}};
  CHECK(coded(beside).size() == 4 + 9 + 1);
  CHECK(decoded(coded(beside)) == beside);
}

TEST_CASE("a UUID continues the one above") {
  const RowChanges two{{{1, Op::insert, {}, {"0193a1b2-c3d4-7e5f-8a9b-111111111111"}},
                        {1, Op::insert, {}, {"0193a1b2-c3d4-7e5f-0a9b-222222222222"}}}};
  CHECK(coded(two).size() == 4 + 17 + 1 + 9);
  CHECK(decoded(coded(two)) == two);
}

TEST_CASE("any row changes come back as they were") {
  Random random(GENERATE(1, 2, 3));
  for (int i = 0; i < 2000; ++i) {
    const RowChanges changes = random_changes(random);
    REQUIRE(decoded(coded(changes)) == changes);
    REQUIRE(decoded(coded(changes, ""), "") == changes);
    check_cells(changes);
    check_cells(changes, "");
    check_cells(changes, "no uuid");
  }
}

TEST_CASE("the profile of the target: three links at most 210 bytes") {
  RowChanges changes;
  for (int i = 0; i < 3; ++i)
    changes.list.push_back({1,
                            Op::insert,
                            {},
                            {"0193a1b2-c3d4-7e5" + std::to_string(i) + "-8a9b-11111111111" + std::to_string(i),
                             "0190ffff-c3d4-7e5f-8a9b-222222222222", kSampleSubject, "instagram",
                             "https://instagram.com/ada" + std::string(5, static_cast<char>('a' + i)), "other",
                             "2026-11-22 02:14:00.123", "2026-11-22 02:14:00.123", std::to_string(i)}});
  CHECK(draft(SubjectConverted{1, {}, changes, {}, false}, UnitId(1, 1), kSampleSubject).payload.size() <= 210);
}

TEST_CASE("repeated values can't blow up memory") {
  // A megabyte, then references to it: 64 MiB of them are taken, not more.
  RowChanges changes{{{1, Op::insert, {}, {std::string(1 << 20, 'x')}}}};
  for (int i = 0; i < 100; ++i) changes.list.push_back(changes.list.front());
  const std::string bytes = coded(changes);
  CHECK(bytes.size() > (30u << 20));  // beyond the budget they are spelt out
  CHECK(bytes.size() < (45u << 20));
  CHECK(decoded(bytes) == changes);
  check_cells(changes);

  std::string hostile = coded({{changes.list.front()}});
  hostile[0] = 101;
  for (int i = 0; i < 100; ++i) hostile += {0x01 | 0x04 | 0x10 | 0x20, 0x03};
  ByteReader in(hostile);
  CHECK_THROWS_AS(read_changes(in, ""), JournalError);
  ByteReader for_cells(hostile);
  CHECK_THROWS_AS(read_changes<CellRow>(for_cells, ""), JournalError);
}

TEST_CASE("a foreign spelling is the same rows as texts and as cells") {
  // A UUID as a text, and then one that continues it; a URL whose prefix is part of its text; the subject spelt out.
  const std::string id = "0193a1b2-c3d4-7e5f-8a9b-111111111111";
  std::string bytes;
  ByteWriter out(bytes);
  out.number(2);
  for (const std::uint8_t head : {0x11, 0x35}) {
    out.byte(head);
    if (head == 0x11) out.number(1), out.number(3);
    if (head == 0x35) out.byte(0x11), out.raw(std::string(15, '\xee').data(), 15);
    if (head == 0x11) out.byte(0x01), out.text(id);
    out.byte(0x01), out.text("https://x.org");
    out.byte(0x01), out.text(kSampleSubject);
  }
  const RowChanges rows = decoded(bytes);
  REQUIRE(rows.list.size() == 2);
  CHECK(rows.list[1].after == Row{"01eeeeee-eeee-eeee-eeee-eeeeeeeeeeee", "https://x.org", kSampleSubject});
  ByteReader in(bytes);
  const CellChanges cells = read_changes<CellRow>(in, kSampleSubject);
  std::string again;
  ByteWriter written(again);
  write_changes(written, cells, kSampleSubject);
  CHECK(decoded(again) == rows);
}

TEST_CASE("damaged row changes are refused") {
  const auto bytes = GENERATE(values<std::string>({
      std::string("\x01\x00", 2),              // no operation
      std::string("\x01\x51", 2),              // unknown flags
      std::string("\x01\x31\x01", 3),          // same width as nothing
      std::string("\x01\x11\x01\x01\x03", 5),  // above: nothing there
      std::string("\x01\x11\x01\x01\x04", 5),  // left: nothing there
      std::string("\x01\x11\x01\x01\x18", 5),  // UUID continued: nothing there
      std::string("\x01\x11\x01\x01\x20", 5),  // a run longer than the row
      std::string("\x01\x11\x01\x01\x07", 5),  // unknown tags
      std::string("\x01\x11\x01\x01\x0b", 5),
      std::string("\x01\x11\x01\x01\x34", 5),
      std::string("\x01\x11\x01\x01\x85", 5),  // text without its end
      std::string("\x01\x11\x01\xff\xff\xff\xff\x0f\x00", 9),
      std::string("\x05\x01", 2),
  }));
  ByteReader in(bytes);
  CHECK_THROWS_AS(read_changes(in, "subject"), JournalError);
  ByteReader for_cells(bytes);
  CHECK_THROWS_AS(read_changes<CellRow>(for_cells, "subject"), JournalError);
}
