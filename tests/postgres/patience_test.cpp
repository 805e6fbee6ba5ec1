#include "database.h"
#include "engine/postgres/patience.h"

using namespace tidemark;
using namespace tidemark::tests;
using postgres::Patience;

namespace {

struct With {
  explicit With(const Patience::Bounds& bounds) : before(Patience::set(bounds)) {}
  ~With() { Patience::set(before); }
  const Patience::Bounds before;
};

}  // namespace

TEST_CASE("rows without end lose their connection before they fill the memory") {
  Database database;
  const With bounds({std::size_t{64} << 20, std::chrono::hours(1)});
  const auto session = database.connect("7/1");
  const auto error = error_of([&] { session->query("SELECT pg_catalog.repeat('x', 100000) FROM pg_catalog.generate_series(1, 1000000)"); });  // 100 GB
  CHECK(error.kind == TargetError::Kind::connection);
  CHECK_THAT(error.what(), Catch::Contains("more than 64 MiB of memory"));
  CHECK(one(*database.connect("7/2"), "SELECT 1") == "1");  // the others are not concerned
}

TEST_CASE("a server that doesn't end a statement when it should loses its connection") {
  Database database;
  const With bounds({std::size_t{1} << 30, std::chrono::milliseconds(1)});
  const auto session = database.connect("7/1");
  session->begin_unit(Pins{5000, 100, 60000});
  session->query("SET LOCAL statement_timeout = 0");  // behind our back: as a frozen one, it doesn't
  const auto error = error_of([&] { session->query("SELECT pg_catalog.pg_sleep(600)"); });
  CHECK(error.kind == TargetError::Kind::connection);
  CHECK_THAT(error.what(), Catch::Contains("no answer for"));
}

TEST_CASE("without a limit of the server's there is none of ours, nor does one outlive its transaction") {
  Database database;
  const With bounds({std::size_t{1} << 30, std::chrono::milliseconds(1)});
  const auto session = database.connect("7/1");
  session->begin_unit(Pins{5000, 100, 60000});
  session->rollback();
  CHECK(one(*session, "SELECT 1 FROM pg_catalog.pg_sleep(1.2)") == "1");
  session->begin_reading();
  CHECK(one(*session, "SELECT 1 FROM pg_catalog.pg_sleep(1.2)") == "1");
}
