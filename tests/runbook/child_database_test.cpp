// What a child learns of the database: an address without password, and a private file with it.
#include "engine/runbook/child_database.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/errors.h"
#include "engine/postgres/conninfo.h"

using namespace tidemark::engine;
using namespace tidemark::engine::runbook;

TEST_CASE("An address is handed on without its secrets") {
  ::unsetenv("PGPASSWORD");
  const auto [given, url, password] = GENERATE(table<const char*, const char*, const char*>({
      {"postgresql://ada:s%3Ac%40r@db.example:5433/valine?sslmode=require", "postgresql://ada@db.example:5433/valine?sslmode=require", "s:c@r"},
      {"host=db user=ada password='it''s' dbname=valine", nullptr, nullptr},
      {"host=db user='a b' password='p w\\'q' dbname=valine", "postgresql://a%20b@db/valine", "p w'q"},
      {"postgresql://ada@[::1]/valine", "postgresql://ada@[::1]/valine", ""},
      {"host=/run/postgresql dbname=valine", "postgresql:///valine?host=%2Frun%2Fpostgresql", ""},
      {"postgresql://u:p@a:1,b:2/v", "postgresql://u@/v?host=a%2Cb&port=1%2C2", "p"},
      {"host=db password=x sslpassword=y passfile=/z dbname=v", "postgresql://db/v", "x"},
  }));
  CAPTURE(given);
  if (!url) {
    CHECK_THROWS_AS(postgres::shareable(given), TargetError);
    return;
  }
  const auto parts = postgres::shareable(given);
  CHECK(parts.url == url);
  CHECK(parts.password == password);
  CHECK(parts.conninfo.find("password") == std::string::npos);
  CHECK(postgres::shareable(parts.url).conninfo == parts.conninfo);
}

TEST_CASE("The password stands in a private file while the address lives, and nowhere else") {
  const std::string folder = std::filesystem::temp_directory_path() / ("tidemark-test-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  ::setenv("XDG_RUNTIME_DIR", folder.c_str(), 1);
  const auto leftover = folder + "/tidemark-pgpass-999999999-abcdef", strange = folder + "/tidemark-pgpass-x";
  for (const auto& path : {leftover, strange}) std::ofstream(path) << "*:*:*:*:old\n";
  std::string file;
  {
    const ChildDatabase database("postgresql://ada:can\\ary:1@db/valine");
    CHECK_FALSE(std::filesystem::exists(leftover));
    CHECK(std::filesystem::exists(strange));
    ChildCommand command{.argv = {"env"}};
    database.give(command);
    file = command.environment.at("PGPASSFILE").value();
    struct stat status{};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    std::string line;
    std::getline(std::ifstream(file) >> std::ws, line);
    CHECK(line == "*:*:*:*:can\\\\ary\\:1");
    ::setenv("SHADOW", "postgresql://ada:can\\ary:1@db/shadow", 1);
    const auto executor = make_thread_executor();
    const StopFlag stop;
    const auto out = ask_child(command, *executor, stop, Clock::system()).out;
    CHECK(out.find("DATABASE_URL=postgresql://ada@db/valine\n") != std::string::npos);
    CHECK(out.find("can\\ary") == std::string::npos);
    ::unsetenv("SHADOW");
  }
  CHECK_FALSE(std::filesystem::exists(file));
  ::unsetenv("XDG_RUNTIME_DIR");
  std::filesystem::remove_all(folder);
}
