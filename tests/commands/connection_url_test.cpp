#include "commands/connection_url.h"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "engine/errors.h"

using namespace tidemark;
using namespace tidemark::commands;

namespace {

Environ environment(std::map<std::string, std::string> variables = {}) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

}  // namespace

TEST_CASE("a URL becomes libpq's keywords and a display without user and password") {
  struct Case {
    const char *url, *conninfo, *display;
  };
  const Case c = GENERATE(values<Case>({
      {"postgresql://", "", "(local socket):5432/(the user's own)"},
      {"postgres://db", "host='db'", "db:5432/(the user's own)"},
      {"postgresql:///valine", "dbname='valine'", "(local socket):5432/valine"},
      {"postgresql://u@db/v", "user='u' host='db' dbname='v'", "db:5432/v"},
      {"postgresql://u:p@db:6432/v", "user='u' password='p' host='db' port='6432' dbname='v'", "db:6432/v"},
      {"postgresql://u:@db/v", "user='u' host='db' dbname='v'", "db:5432/v"},
      {"postgresql://u:p%40s%2Fs%3A%25%27%5C@db/v", "user='u' password='p@s/s:%\\'\\\\' host='db' dbname='v'", "db:5432/v"},
      {"postgresql://u:p@ss@db/v", "user='u' password='p@ss' host='db' dbname='v'", "db:5432/v"},
      {"postgresql://u:a:b@db/v", "user='u' password='a:b' host='db' dbname='v'", "db:5432/v"},
      {"postgresql://a:5433,b/v", "host='a,b' port='5433,' dbname='v'", "a:5433,b:5432/v"},
      {"postgresql://a,b:2,c/v", "host='a,b,c' port=',2,' dbname='v'", "a:5432,b:2,c:5432/v"},
      {"postgresql://[::1]:5433/v", "host='::1' port='5433' dbname='v'", "[::1]:5433/v"},
      {"postgresql://[2001:db8::1],b/v", "host='2001:db8::1,b' dbname='v'", "[2001:db8::1]:5432,b:5432/v"},
      {"postgresql://%2Fvar%2Frun/v", "host='/var/run' dbname='v'", "/var/run:5432/v"},
      {"postgresql://localhost/v?host=/tmp", "dbname='v' host='/tmp'", "/tmp:5432/v"},
      {"postgresql://db/my%20db?application_name=a%26b", "host='db' dbname='my db' application_name='a&b'", "db:5432/my db"},
      {"postgresql://db/v?sslmode=require&connect_timeout=5&made_up=1", "host='db' dbname='v' sslmode='require' connect_timeout='5' made_up='1'", "db:5432/v"},
      {"postgresql://?service=main", "service='main'", "service main"},
      {" postgresql://db/v\n", "host='db' dbname='v'", "db:5432/v"},
      {"host=db dbname=v", "host='db' dbname='v'", "db:5432/v"},
      {"host = db  password = 'it\\'s' user=u", "host='db' password='it\\'s' user='u'", "db:5432/(the user's own)"},
      {"host=db dbname=v\\", "host='db' dbname='v'", "db:5432/v"},
      {"host='' dbname=v", "host='' dbname='v'", "(local socket):5432/v"},
      {"postgresql://[::1]/v", "host='::1' dbname='v'", "[::1]:5432/v"},
      {"postgresql://db:65535/v?&&a=b&", "host='db' port='65535' dbname='v' a='b'", "db:65535/v"},
      {"postgresql://db/%c3%A4%5a", "host='db' dbname='\u00e4Z'", "db:5432/\u00e4Z"},
      {"postgresql://db/v?service=main", "host='db' dbname='v' service='main'", "db:5432/v"},
      {"postgresql://?hostaddr=10.0.0.1", "hostaddr='10.0.0.1'", "10.0.0.1:5432/(the user's own)"},
      {"  \n", "", "(local socket):5432/(the user's own)"},
      {"\tdbname=v\r\n", "dbname='v'", "(local socket):5432/v"},
      {"postgresql://:p@db/v", "password='p' host='db' dbname='v'", "db:5432/v"},
      {"postgresql://u:p%10@db/v", "user='u' password='p\x10' host='db' dbname='v'", "db:5432/v"},
      {"host=db dbname=", "host='db' dbname=''", "db:5432/(the user's own)"},
      {"dbname='a b\\\\'  port=1", "dbname='a b\\\\' port='1'", "(local socket):1/a b\\"},
  }));
  CAPTURE(c.url);
  const Connection got = parse_connection(c.url, environment());
  CHECK(got.conninfo == c.conninfo);
  CHECK(got.display == c.display);
}

TEST_CASE("Prisma's parameters are mapped or ignored by name") {
  struct Case {
    const char *query, *rest, *search_path;
    std::vector<std::string> ignored;
  };
  const Case c = GENERATE(values<Case>({
      {"schema=app", "", "app", {}},
      {"connection_limit=5&pgbouncer=true&pool_timeout=2&socket_timeout=3&statement_cache_size=0", "", "",
       {"connection_limit", "pgbouncer", "pool_timeout", "socket_timeout", "statement_cache_size"}},
      {"sslaccept=strict&sslrootcert=/ca", " sslrootcert='/ca' sslmode='verify-full'", "", {}},
      {"sslaccept=accept_invalid_certs&sslmode=require", " sslmode='require'", "", {"sslaccept"}},
      {"sslaccept=strict&sslmode=disable", " sslmode='disable'", "", {}},
      {"sslcert=/server.pem", " sslrootcert='/server.pem'", "", {}},
      {"sslcert=/c.pem&sslkey=/c.key", " sslcert='/c.pem' sslkey='/c.key'", "", {}},
      {"sslidentity=/c.p12&sslpassword=x", "", "", {"sslidentity"}},
      {"ssl=true", " sslmode='require'", "", {}},
      {"ssl=true&sslmode=verify-ca", " sslmode='verify-ca'", "", {}},
      {"ssl=false", "", "", {}},
      {"sslcert=/c.pem&sslrootcert=/ca", " sslcert='/c.pem' sslrootcert='/ca'", "", {}},
      {"sslaccept=strict&sslrootcert=/ca&pgbouncer=true", " sslrootcert='/ca' sslmode='verify-full'", "", {"pgbouncer"}},
  }));
  CAPTURE(c.query);
  const Connection got = parse_connection(std::string("postgresql://db?") + c.query, environment());
  CHECK(got.conninfo == std::string("host='db'") + c.rest);
  CHECK(got.search_path == c.search_path);
  CHECK(got.ignored == c.ignored);
}

TEST_CASE("sslaccept=strict needs certificates: named, libpq's own, or the system's") {
  const char* url = "postgresql://db?sslaccept=strict";
  CHECK(parse_connection(url, environment({{"PGSSLROOTCERT", "/ca"}})).conninfo == "host='db' sslmode='verify-full'");
  CHECK_THAT(parse_connection(url, environment()).conninfo, Catch::StartsWith("host='db' sslmode='verify-full'"));
  CHECK(parse_connection(url, environment()).ignored.empty());
  const auto home = std::filesystem::temp_directory_path() / ("tidemark-home-" + std::to_string(getpid()));
  std::filesystem::create_directories(home / ".postgresql");
  const auto others = parse_connection(url, environment({{"HOME", home.string()}})).conninfo;  // no root.crt there
  CHECK(others == parse_connection(url, environment()).conninfo);
  std::ofstream(home / ".postgresql" / "root.crt") << "x";
  CHECK(parse_connection(url, environment({{"HOME", home.string()}})).conninfo == "host='db' sslmode='verify-full'");
  std::filesystem::remove_all(home);
}

TEST_CASE("what is malformed is refused without a part of the text") {
  const auto [text, says] = GENERATE(table<const char*, const char*>({
      {"mysql://u:hunter2@db/v", "mysql://, not postgresql://"},
      {"prisma+postgres://x", "not postgresql://"},
      {"\"postgresql://u:hunter2@db/v\"", "quotation mark"},
      {"localhost:5432/v", "neither a postgresql:// URL nor"},
      {"postgresql://u:hunter2%zz@db/v", "password is not followed by two hex digits"},
      {"postgresql://u:hunter2%00@db/v", "%00"},
      {"postgresql://u:hunt/er2@db/v", "percent-encode"},
      {"postgresql://u:hunt?er2@db/v", "percent-encoded"},
      {"postgresql://u:hunt#er2@db/v", "%23"},
      {"postgresql://db:99999/v", "1 to 65535"},
      {"postgresql://db:http/v", "1 to 65535"},
      {"postgresql://::1/v", "[ ]"},
      {"postgresql://[::1/v", "doesn't end with ]"},
      {"postgresql://[]/v", "empty"},
      {"postgresql://db/v?sslmode", "NAME=VALUE"},
      {"host=db password='hunter2", "doesn't end"},
      {"postgresql://u:hunter2%g0@db/v", "password is not followed by two hex digits"},
      {"postgresql://u:hunter2%0G@db/v", "password is not followed by two hex digits"},
      {"postgresql://u:hunter2%0@db/v", "password is not followed by two hex digits"},
      {"postgresql://u:hunter2%@db/v", "password is not followed by two hex digits"},
      {"postgresql://db/v%:1", "database's name is not followed"},
      {"postgresql://db/v?a%=1", "name of a parameter is not followed"},
      {"postgresql://db/v?a=1%", "value of a parameter is not followed"},
      {"postgresql://db:0/v", "1 to 65535"},
      {"postgresql://db:123456/v", "1 to 65535"},
      {"postgresql://[::1]x/v", "only :PORT"},
      {"postgresql://u:hunter2@db/v/er2@x", "percent-encode"},
      {"postgresql://db/v?=1", "NAME=VALUE"},
      {"mysql://u:hunter2@db/v", "the scheme is mysql://"},
      {"\"postgresql://u:hunter2@db/v\"", "a quotation mark"},
      {"'postgresql://u:hunter2@db/v'", "a quotation mark"},
      {"hunter2", "neither a postgresql:// URL nor"},
      {"= db", "neither a postgresql:// URL nor"},
      {"host", "neither a postgresql:// URL nor"},
      {"host db", "neither a postgresql:// URL nor"},
      {"u:hunter2@db://v", "neither a postgresql:// URL nor"},
  }));
  CAPTURE(text);
  try {
    parse_connection(text, environment());
    FAIL("accepted");
  } catch (const engine::Failure& failure) {
    CHECK(failure.code == engine::ExitCode::usage);
    CHECK_THAT(failure.answer, Catch::Contains(says));
    CHECK_THAT(failure.what(), !Catch::Contains("hunt") && !Catch::Contains("er2"));
  }
}

TEST_CASE("secrets are named for the redactor, plain and as written, unless they are names too") {
  CHECK(parse_connection("postgresql://u:p%40ss@db/v", environment()).secrets == std::vector<std::string>{"p@ss", "p%40ss"});
  CHECK(parse_connection("postgresql://valine:valine@db/x", environment()).secrets.empty());
  CHECK(parse_connection("postgresql://valine:valine@db/x", environment()).password);
  CHECK(parse_connection("postgresql://u:valine@db/valine", environment()).secrets.empty());
  CHECK(parse_connection("postgresql://u:valine@valine/x", environment()).secrets.empty());
  CHECK(parse_connection("postgresql://db/v?sslcert=/c&sslkey=/k&sslpassword=hunter2", environment()).secrets == std::vector<std::string>{"hunter2"});
  CHECK_FALSE(parse_connection("host=db password=''", environment()).password);
  CHECK(parse_connection("postgresql://db:5432/v?password=hunter2", environment()).secrets == std::vector<std::string>{"hunter2"});
  CHECK_FALSE(parse_connection("postgresql://u@db/v", environment()).password);
}

TEST_CASE("precedence: flag, DATABASE_URL, libpq's variables, the file; else a refusal") {
  using Variables = std::map<std::string, std::string>;
  const Variables all{{"DATABASE_URL", "postgresql://env/v"}, {"PGHOST", "pg"}, {"PGDATABASE", "d"}};
  CHECK(choose_connection("postgresql://flag/v", "postgresql://file/v", environment(all)).display == "flag:5432/v");
  CHECK(choose_connection("", "postgresql://file/v", environment(all)).source == "DATABASE_URL");
  const Connection libpq = choose_connection("", "postgresql://file/v", environment({{"PGHOST", "pg"}, {"PGDATABASE", "d"}, {"DATABASE_URL", " "}}));
  CHECK(libpq.conninfo.empty());
  CHECK(libpq.display == "pg:5432/d");
  CHECK(choose_connection("", "", environment({{"PGSERVICE", "main"}})).display == "service main");
  CHECK(choose_connection("", "postgresql://file/v", environment()).source == "tidemark.toml");
  CHECK(choose_connection("", "postgresql://file/v", environment({{"PGPASSWORD", "hunter2"}})).secrets == std::vector<std::string>{"hunter2"});
  CHECK(choose_connection("", "postgresql://file/v", environment({{"PGPASSWORD", ""}, {"PGHOST", ""}})).secrets.empty());
  CHECK(choose_connection("", "", environment({{"PGHOST", ""}, {"PGDATABASE", "d"}})).display == "(local socket):5432/d");
  CHECK_THROWS_AS(choose_connection("", "", environment()), engine::Failure);
}

TEST_CASE("writing asks for a primary unless the URL decides") {
  CHECK(for_writing(parse_connection("postgresql://db", environment())) == "host='db' target_session_attrs='read-write'");
  CHECK(for_writing(parse_connection("", environment())) == "target_session_attrs='read-write'");
  CHECK(for_writing(parse_connection("postgresql://db?target_session_attrs=any", environment())) == "host='db' target_session_attrs='any'");
  CHECK(for_writing(parse_connection("", environment({{"PGTARGETSESSIONATTRS", "any"}}))).empty());
}
