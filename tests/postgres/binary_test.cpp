// COPY in binary stores what COPY in text would, or leaves the reading to the server.
#include "database.h"
#include "engine/postgres/binary.h"
#include "tests/support/recorded_rows.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

constexpr std::size_t kMany = 60;  // above what is worth asking for the types

/// Values of one column each, in a table of a column of that type: what the server then prints.
struct Column {
  std::string type;
  std::vector<Value> values;
};

TableShape shape_of(const std::string& name) { return {0, "public", name, {{"no", "integer"}, {"v", ""}}, {0}}; }

Rows padded(const std::vector<Value>& values) {
  Rows rows;
  for (std::size_t i = 0; i < std::max(values.size(), kMany); ++i) rows.push_back({std::to_string(i), values[i % values.size()]});
  return rows;
}

std::string stored(Session& session, const std::string& table) { return one(session, "SELECT string_agg(coalesce(v::text, 'NULL'), '|' ORDER BY no) FROM public." + table); }

}  // namespace

TEST_CASE("in binary the same is stored as by the server's own reading") {
  const auto column = GENERATE(values<Column>({
      {"uuid", {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", std::nullopt}},
      {"smallint", {"0", "-32768", "32767", std::nullopt}},
      {"integer", {"0", "-1", "2147483647", "-2147483648", std::nullopt}},
      {"bigint", {"9223372036854775807", "-9223372036854775808", "256"}},
      {"boolean", {"true", "false", std::nullopt}},
      {"text", {"", "a\tb\\N\n", "ключ é 😀", "\\x00", std::nullopt}},
      {"varchar(5)", {"", "12345", "ключ ", "abc    "}},
      {"character(4)", {"", "a", "ab  "}},
      {"json", {R"({"b": 1,  "a":"\u00e9", "a": 2})", "null", "[1,2]"}},
      {"jsonb", {R"({"b": 1,  "a":"\u00e9", "a": 2})", "null", R"("x\\y")"}},
      {"mood", {"sad", "it's \"ok\"", std::nullopt}},
      {"timestamp(3)", {"2025-11-05 03:08:00", "2025-11-05 03:08:00.1", "2025-11-05 03:08:00.123", "2025-11-05 03:08:00.1235", "1999-12-31 23:59:59.999999", "0001-01-01 00:00:00",
                        "9999-12-31 23:59:59.9994", "2024-02-29 00:00:00", "1900-03-01 12:34:56.5", "2000-01-01 00:00:00", std::nullopt}},
      {"timestamp", {"2025-11-05 03:08:00.123456", "1582-10-15 00:00:00", "2038-01-19 03:14:07.000001"}},
  }));
  Database database;
  database.sql("CREATE TYPE mood AS ENUM ('sad', 'it''s \"ok\"')");
  database.sql("CREATE TABLE sent (no int PRIMARY KEY, v " + column.type + ")");
  database.sql("CREATE TABLE read (no int PRIMARY KEY, v " + column.type + ")");
  const auto session = database.connect();
  session->begin_unit(Pins{});
  const auto rows = padded(column.values);
  session->insert_rows(shape_of("sent"), {}, rows);
  for (const auto& row : rows) session->insert_rows(shape_of("read"), {}, Rows{row});  // too few to be worth asking: as text
  CAPTURE(column.type);
  CHECK(stored(*session, "sent") == stored(*session, "read"));
  CHECK(one(*session, "SELECT count(*) FROM public.sent") == std::to_string(rows.size()));
}

TEST_CASE("what isn't as the server prints it is read by the server") {
  const auto column = GENERATE(values<Column>({
      {"uuid", {"{0193A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B}", "0193a1b2c3d47e5f8a9b0c1d2e3f4a5b"}},
      {"integer", {" 7 ", "+7", "007"}},
      {"boolean", {"t", "yes", "0", "off"}},
      {"timestamp(3)", {"2025-11-05T03:08:00", "infinity", "-infinity", "0044-03-15 12:00:00 BC", "12025-01-01 00:00:00", "2025-11-05 24:00:00", "2025-11-05 03:08:60", "2025-11-05",
                        "2025-11-05 03:08:00.1234567"}},
      {"numeric", {"1.10", "NaN"}},
      {"timestamptz", {"2025-11-05 03:08:00+01"}},
      {"public.short_text", {"ab", std::nullopt}},
  }));
  Database database;
  database.sql("CREATE DOMAIN short_text AS text CHECK (length(VALUE) < 3)");
  database.sql("CREATE TABLE sent (no int PRIMARY KEY, v " + column.type + ")");
  const auto session = database.connect();
  session->begin_unit(Pins{});
  session->insert_rows(shape_of("sent"), {}, padded(column.values));
  for (std::size_t i = 0; i < column.values.size(); ++i) {
    CAPTURE(column.type, i);
    CHECK(one(*session, "SELECT v IS NOT DISTINCT FROM $1::" + column.type + " FROM public.sent WHERE no = " + std::to_string(i), {column.values[i]}) == "t");
  }
}

TEST_CASE("a value that the type refuses is refused with its line, and no other is invented") {
  const auto column = GENERATE(values<Column>({
      {"uuid", {"0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5g"}},
      {"integer", {"2147483648"}},
      {"smallint", {"40000"}},
      {"integer", {"12x"}},
      {"boolean", {"maybe"}},
      {"varchar(3)", {"four"}},
      {"timestamp(3)", {"2025-02-29 00:00:00"}},
      {"timestamp(3)", {"2025-13-01 00:00:00"}},
      {"jsonb", {"{"}},
      {"json", {"{\"a\":}"}},
      {"mood", {"glad"}},
      {"text", {std::string("a\0b", 3)}},
      {"text", {"\xC3\x28"}},
  }));
  Database database;
  database.sql("CREATE TYPE mood AS ENUM ('sad')");
  database.sql("CREATE TABLE sent (no int PRIMARY KEY, v " + column.type + ")");
  const auto session = database.connect();
  session->begin_unit(Pins{});
  Rows rows;
  for (std::size_t i = 0; i < kMany; ++i) rows.push_back({std::to_string(i), i == 41 ? column.values[0] : Value()});
  const auto error = error_of([&] { session->insert_rows(shape_of("sent"), {}, rows); });
  CAPTURE(column.type, *column.values[0], error.what());
  CHECK(error.kind == TargetError::Kind::data);
  CHECK(error.sqlstate.starts_with("22"));
  CHECK_THAT(error.context, Catch::Contains("COPY sent, line 42"));
}

TEST_CASE("the types are those of now, not those that were described") {
  const auto now = GENERATE(as<std::string>{}, "bigint", "text", "numeric", "real");
  Database database;
  database.sql("CREATE TABLE sent (no int PRIMARY KEY, v int)");
  const auto session = database.connect();
  auto shape = shape_of("sent");
  shape.columns[1].type = "integer";
  const auto rows = padded({"7", "1234567"});
  session->begin_unit(Pins{});
  session->insert_rows(shape, {}, rows);
  session->rollback();
  database.sql("ALTER TABLE sent ALTER v TYPE " + now);
  session->begin_unit(Pins{});
  session->insert_rows(shape, {}, rows);
  CHECK(one(*session, "SELECT string_agg(v::pg_catalog.int4::text, ' ' ORDER BY no) FROM public.sent WHERE no < 4") == "7 1234567 7 1234567");
}

TEST_CASE("the types are looked up under a lock: bytes of the old type would be a value of the new one") {
  const auto now = GENERATE(as<std::string>{}, "real", "bigint");
  Database database;
  database.sql("CREATE TABLE sent (no int PRIMARY KEY, v int)");
  const auto session = database.connect(), other = database.connect("9/9");
  other->begin_unit(Pins{});
  other->query("ALTER TABLE public.sent ALTER v TYPE " + now);
  session->begin_unit(Pins{});
  auto sent = in_background([&] { return refusal([&] { session->insert_rows(shape_of("sent"), {}, padded({"7"})); }); });
  database.await_lock_wait(session->backend_pid());
  REQUIRE(other->commit() == CommitAnswer::committed);
  CHECK(sent.get() == "nothing");
  CHECK(one(*session, "SELECT DISTINCT v FROM public.sent") == "7");
}

TEST_CASE("keys find their rows in binary and in text, and a key of another type is an error") {
  Database database;
  database.sql("CREATE TABLE things (id uuid PRIMARY KEY, v int)");
  database.sql("INSERT INTO things VALUES ('0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', 1), ('0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c', 2)");
  const TableShape things{0, "public", "things", {{"id", "uuid"}, {"v", "integer"}}, {0}};
  const auto session = database.connect();
  session->begin_unit(Pins{});
  const Row first{"0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"}, second{"0193A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5C"}, none{"0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5d"};
  CHECK(session->rows_at(things, {first, none}) == Rows{{first[0], "1"}});
  CHECK(session->rows_at(things, {first, second}).size() == 2);  // not as the server prints it: as text
  CHECK(session->lock_rows(things, {none}).empty());
  CHECK(session->remove_rows(things, {none, second}) == 1);
  auto text = things;
  text.columns[0].type = "text";
  CHECK(session->rows_at(text, {first}).size() == 1);
  database.sql("CREATE TABLE named (id text PRIMARY KEY, v int)");
  auto named = things;
  named.name = "named";
  CHECK(refusal([&] { session->rows_at(named, {first}); }) == "other 42804");
}

TEST_CASE("a recorded row is known again and removed, in whatever form it comes; one that was changed is told") {
  const auto column = GENERATE(values<Column>({
      {"uuid", {"ffffffff-ffff-ffff-ffff-ffffffffffff", "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", std::nullopt}},
      {"smallint", {"0", "-32768", "32767", std::nullopt}},
      {"integer", {"0", "-1", "2147483647", "-2147483648", std::nullopt}},
      {"bigint", {"9223372036854775807", "-9223372036854775808", "256"}},
      {"boolean", {"true", "false", std::nullopt}},
      {"text", {"", "a\tb\\N\n", "ключ é 😀", "12", "-0", "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "2025-11-05 03:08:00", "https://www.x.org/", std::nullopt}},
      {"varchar(5)", {"", "12345", "ключ ", "abc  "}},
      {"character(4)", {"", "a", "ab  "}},
      {"json", {R"({"b": 1,  "a":"\u00e9", "a": 2})", "null", "[1,2]"}},
      {"jsonb", {R"({"b": 1,  "a":"\u00e9", "a": 2})", "null", R"("x\\y")"}},
      {"mood", {"sad", "it's \"ok\"", std::nullopt}},
      {"timestamp(3)", {"2025-11-05 03:08:00", "2025-11-05 03:08:00.123", "1999-12-31 23:59:59.999", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999", "infinity", "0044-03-15 12:00:00 BC",
                        "12025-01-01 00:00:00", std::nullopt}},
      {"timestamptz", {"2025-11-05 03:08:00.123456+00", "infinity", std::nullopt}},
      {"numeric", {"1.10", "NaN", "12"}},
      {"double precision", {"0.1", "-Infinity", "1e+300"}},
      {"bytea", {"\\x00ff", ""}},
      {"text[]", {"{a,NULL,\"b c\"}", "{}"}},
      {"short_text", {"ab", std::nullopt}},
  }));
  Database database;
  database.sql("CREATE TYPE mood AS ENUM ('sad', 'it''s \"ok\"')");
  database.sql("CREATE DOMAIN short_text AS text CHECK (length(VALUE) < 3)");
  database.sql("CREATE TABLE sent (id uuid PRIMARY KEY, v " + column.type + ")");
  const auto session = database.connect();
  const auto shape = session->describe("public", "sent")->shape;
  session->begin_unit(Pins{});
  Rows keys;
  for (const auto& value : column.values) {
    keys.push_back({journal::to_string(journal::random_uuid())});
    session->insert_rows(shape, {}, Rows{{keys.back()[0], value}});
  }
  const RecordedRows recorded(session->rows_at(shape, keys));
  CAPTURE(column.type);
  session->query("SAVEPOINT whole");
  CHECK(session->remove_unchanged(shape, recorded.all()).empty());
  CHECK(one(*session, "SELECT count(*) FROM public.sent") == "0");
  const auto rows = recorded.all();
  for (std::size_t i = 0; i < rows.size(); ++i) {  // each as another value, and as NULL or as something
    const auto id = *journal::row_of(*rows[i])[0];
    for (const std::string& other : {std::string("(SELECT o.v FROM public.sent o WHERE o.id <> s.id AND o.v IS NOT NULL ORDER BY o.v::text = coalesce(s.v::text, ''), o.id LIMIT 1)"), std::string("NULL")}) {
      session->query("ROLLBACK TO SAVEPOINT whole");
      const auto changed = session->query("UPDATE public.sent s SET v = " + other + " WHERE id = $1 AND v::text IS DISTINCT FROM " + other + "::text RETURNING 1", {id});
      CAPTURE(i, other, changed.size());
      CHECK(session->remove_unchanged(shape, rows) == (changed.empty() ? std::vector<std::size_t>{} : std::vector<std::size_t>{i}));
    }
  }
}

TEST_CASE("a cell is held only by the bytes of its value") {
  using namespace engine::postgres;
  using journal::Cell;
  const auto bytes = [](std::initializer_list<int> values) {
    std::string out;
    for (const int value : values) out += static_cast<char>(value);
    return out;
  };
  CHECK(holds(bytes({0, 0, 0, 7}), BinaryForm::int4, Cell(std::int64_t{7})));
  CHECK_FALSE(holds(bytes({0, 7}), BinaryForm::int4, Cell(std::int64_t{7})));
  CHECK_FALSE(holds(bytes({0, 0, 0, 7}), BinaryForm::int4, Cell(journal::Text{{}, "7"})));
  CHECK_FALSE(holds("", BinaryForm::uuid, Cell(Uuid{})));
  CHECK_FALSE(holds(std::string(16, '\0'), BinaryForm::uuid, Cell(journal::Text{{}, "00000000-0000-0000-0000-000000000000"})));
  CHECK(holds(std::string(8, '\0'), BinaryForm::timestamp, Cell(journal::Time{946'684'800'000'000, false})));
  CHECK_FALSE(holds(std::string(8, '\0'), BinaryForm::timestamp, Cell(journal::Time{946'684'800'000'000, true})));
  CHECK_FALSE(holds(bytes({0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), BinaryForm::timestamp, Cell(journal::Text{{}, "infinity"})));
  CHECK_FALSE(holds("2{}", BinaryForm::jsonb, Cell(journal::Text{{}, "{}"})));
  CHECK_FALSE(in_form(Cell(journal::Text{{}, "infinity"}), BinaryForm::timestamp));
  CHECK_FALSE(in_form(Cell(journal::Time{0, true}), BinaryForm::timestamp));
  CHECK_FALSE(in_form(Cell(journal::Text{{}, "007"}), BinaryForm::int2));
  CHECK_FALSE(in_form(Cell(std::int64_t{7}), BinaryForm::uuid));
  CHECK(in_form(Cell(journal::Null{}), BinaryForm::uuid));
  CHECK(in_form(Cell(std::int64_t{7}), BinaryForm::bytes));
}
