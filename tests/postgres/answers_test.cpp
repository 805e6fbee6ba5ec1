#include "engine/postgres/answers.h"

#include <catch2/catch.hpp>

#include "database.h"
#include "engine/postgres/quote.h"

using namespace tidemark::engine;
using Kind = TargetError::Kind;

TEST_CASE("SQLSTATEs fall into five kinds") {
  const auto [state, kind] = GENERATE(table<const char*, Kind>({
      {"08006", Kind::connection}, {"57P01", Kind::connection}, {"57P03", Kind::connection}, {"25P03", Kind::connection},
      {"40001", Kind::lock}, {"40P01", Kind::lock}, {"55P03", Kind::lock}, {"57014", Kind::lock},
      {"22001", Kind::data}, {"22P02", Kind::data}, {"23505", Kind::data}, {"23503", Kind::data}, {"23514", Kind::data},
      {"44000", Kind::data}, {"54000", Kind::data}, {"P0001", Kind::data}, {"P0004", Kind::data}, {"TM001", Kind::data}, {"21000", Kind::data},
      {"42501", Kind::privilege}, {"53100", Kind::other}, {"53200", Kind::other}, {"25006", Kind::other}, {"25P02", Kind::other},
      {"42P01", Kind::other}, {"42601", Kind::other}, {"55006", Kind::other}, {"0A000", Kind::other}, {"2BP01", Kind::other},
      {"XX000", Kind::other}, {"58030", Kind::other}, {"", Kind::other},
  }));
  INFO(state);
  CHECK(postgres::classify(state) == kind);
}

TEST_CASE("libpq's text is parted into message and context") {
  const auto error = postgres::from_text(Kind::data, "23505", "ERROR:  duplicate: key  value\nDETAIL:  Key (id)=(1).\nCONTEXT:  COPY t, line 3\n");
  CHECK(std::string(error.what()) == "duplicate: key  value");
  CHECK(error.context == "DETAIL:  Key (id)=(1).\nCONTEXT:  COPY t, line 3");
  CHECK(std::string(postgres::from_text(Kind::other, "", "server closed the connection:  unexpectedly").what()) ==
        "server closed the connection:  unexpectedly");
  CHECK(std::string(postgres::from_text(Kind::other, "", "ОШИБКА:  нет").what()) == "нет");
}

TEST_CASE("a position in characters is on a line") {
  CHECK(postgres::line_of("ä\nb\nc", 1) == 1);
  CHECK(postgres::line_of("ä\nb\nc", 3) == 2);
  CHECK(postgres::line_of("ä\nb\nc", 5) == 3);
  CHECK(postgres::line_of("", 9) == 1);
}

TEST_CASE("types lose their modifiers, not their names") {
  CHECK(postgres::bare_type("character varying(40)") == "character varying");
  CHECK(postgres::bare_type("timestamp(3) without time zone") == "timestamp without time zone");
  CHECK(postgres::bare_type("character(3)") == "pg_catalog.bpchar");
  CHECK(postgres::bare_type("public.\"odd(3)\"") == "public.\"odd(3)\"");
  CHECK(postgres::bare_type("uuid") == "uuid");
}

TEST_CASE("an SQLSTATE arrives, whatever libpqxx makes of it") {
  tidemark::tests::Database database;
  const auto session = database.connect();
  for (const std::string state : {"0A000", "22000", "22001", "22P02", "23000", "23001", "23502", "23503", "23505", "23514", "24000", "26000", "34000",
                                  "40000", "40001", "40P01", "42501", "42601", "42703", "42883", "42P01", "42P18", "53000", "53100", "53200",
                                  "53400", "54000", "55P03", "57014", "P0000", "P0001", "P0002", "P0003", "XX000", "TM001"}) {
    const auto error = tidemark::tests::error_of([&] { session->query("DO $$ BEGIN RAISE EXCEPTION 'asked for' USING ERRCODE = '" + state + "'; END $$"); });
    CHECK(error.sqlstate == state);
    CHECK(error.kind == postgres::classify(state));
    CHECK(std::string(error.what()) == "asked for");
  }
  // The connection's own class, raised by a living session, is the lost connection's all the same: the caller connects anew.
  CHECK(tidemark::tests::error_of([&] { session->query("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '08006'; END $$"); }).kind == Kind::connection);
  CHECK(session->query("SELECT 1").size() == 1);
}
