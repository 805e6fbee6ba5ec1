#include <catch2/catch.hpp>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "commands/hide_secrets.h"
#include "commands/redact.h"

using namespace tidemark::commands;

TEST_CASE("passwords are found in any text") {
  const auto [text, clean] = GENERATE(table<const char*, const char*>({
      {"", ""},
      {"no secret: a@b, https://x.org/@me, 10:30", "no secret: a@b, https://x.org/@me, 10:30"},
      {"postgresql://u:pw@db/v", "postgresql://u:***@db/v"},
      {"postgresql://u:p/w?x#y:z@db/v", "postgresql://u:***@db/v"},
      {"postgresql://u:p@w@db/v", "postgresql://u:***@db/v"},
      {"postgres://:pw@db", "postgres://:***@db"},
      {"POSTGRESQL://u:pw@db", "POSTGRESQL://u:***@db"},
      {"at postgresql://u:pw@db/v and \"postgresql://u:qw@db/w\".", "at postgresql://u:***@db/v and \"postgresql://u:***@db/w\"."},
      {"postgresql://u@db:5432/v", "postgresql://u@db:5432/v"},
      {"postgresql://u:@db/v", "postgresql://u:@db/v"},
      {"https://u:pw@x.org/a:b@c", "https://u:***@x.org/a:b@c"},
      {"https://x.org:80/@me", "https://x.org:80/@me"},
      {"prisma+postgres://u:pw@db", "prisma+postgres://u:***@db"},
      {"host=db password=pw user=u", "host=db password=*** user=u"},
      {"password = 'p w\\'x' user=u", "password = '***' user=u"},
      {"password='open", "password='***"},
      {"PGPASSWORD=pw psql", "PGPASSWORD=*** psql"},
      {"sslpassword=pw", "sslpassword=***"},
      {"passwd=pw", "passwd=***"},
      {"password=a&b", "password=***"},
      {"postgresql://db/v?password=pw&sslmode=require", "postgresql://db/v?password=***&sslmode=require"},
      {"ALTER ROLE x PASSWORD 'pw';", "ALTER ROLE x PASSWORD '***';"},
      {"password authentication failed for user \"u\"", "password authentication failed for user \"u\""},
      {"postgresql://USER:PASSWORD@HOST:5432/DATABASE", "postgresql://USER:PASSWORD@HOST:5432/DATABASE"},
      {"fe_sendauth: no password supplied", "fe_sendauth: no password supplied"},
      {"svn+ssh.x-y://u:pw@db", "svn+ssh.x-y://u:***@db"},
      {"me@x.org wrote http://a:1/b", "me@x.org wrote http://a:1/b"},
      {"postgresql://db/v?a=b@c:d@e", "postgresql://db/v?a=b@c:d@e"},
      {"password\t=\tpw\tuser=u", "password\t=\t***\tuser=u"},
      {"password=p\\ w user=u", "password=*** user=u"},
      {"password='p\\", "password='***"},
      {"x?a=1&password=pw#part", "x?a=1&password=***#part"},
      {"password =", "password ="},
  }));
  CHECK(redact(text) == clean);
  CHECK(redact(redact(text)) == clean);
}

TEST_CASE("known secrets are replaced wherever they stand, short ones as words only") {
  Redactor redactor;
  redactor.add("");
  redactor.add("ab");
  redactor.add("hunter");
  redactor.add("hunter2!");
  redactor.add("PASSWORD");
  CHECK(redactor("postgresql://u:PASSWORD@db") == "postgresql://u:***@db");
  redactor.add("\x01\xff'x\xc3\xa9");
  CHECK(redactor("xhunter2!x hunter") == "x***x ***");
  CHECK(redactor("ab cab abc ab.") == "*** cab abc ***.");
  CHECK(redactor("a \x01\xff'x\xc3\xa9 b") == "a *** b");
}

TEST_CASE("argv is overwritten in place") {
  std::string words[] = {"tidemark", "--database-url=postgresql://u:p w'\"/?@db/v", "--database-url", "postgresql://u:pw@db:1/v", "password='p w' host=x",
                         "note", "mail me:x@y", "see postgresql://u:pw@db/v today"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  hide_secrets(static_cast<int>(argv.size()), argv.data());
  CHECK(words[1] == "--database-url=postgresql://u:*******@db/v");
  CHECK(words[3] == "postgresql://u:**@db:1/v");
  CHECK(words[4] == "password='***' host=x");
  CHECK(words[6] == "mail me:x@y");
  CHECK(words[7] == "see postgresql://u:**@db/v today");
}

TEST_CASE("no core dumps") {
  // In a child: a test that runs after this one may want its core.
  const pid_t child = fork();
  if (child == 0) {
    no_core_dumps();
    rlimit limit{1, 1};
    getrlimit(RLIMIT_CORE, &limit);
    _exit(limit.rlim_cur == 0 && limit.rlim_max == 0 && prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
