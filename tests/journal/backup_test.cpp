#include <catch2/catch.hpp>
#include <filesystem>

#include "journal/backup.h"
#include "journal/verify.h"
#include "support.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

TEST_CASE("a copy of a journal that is all in its file is that file") {
  const TempDir dir;
  const auto path = journal_of(dir, kEverything), copy = dir.path("copy"), kept = dir.path("kept");
  backup(path, copy);
  CHECK(bytes_of(copy) == bytes_of(path));
  for (int twice = 0; twice < 2; ++twice) keep_copy(path, kept);
  CHECK(bytes_of(kept) == bytes_of(path));
  CHECK((std::filesystem::status(kept).permissions() & std::filesystem::perms::all) == std::filesystem::perms(0600));
  CHECK(signature(Reader(kept)) == signature(Reader(path)));
  CHECK(verify(kept).ok);
}

TEST_CASE("what stands in the log alone is in the copy, too") {
  const TempDir dir;
  const auto path = dir.path(), copy = dir.path("copy");
  const auto writer = make_journal(path);
  play(*writer, "note a; note b");
  writer->flush();
  REQUIRE(std::filesystem::file_size(path + "-wal") > 0);
  backup(path, copy);
  CHECK(Reader(copy).head_seq() == writer->head().seq);
  CHECK(verify(copy).ok);
}
