/// The real Prisma CLI as the judge. Hidden: run by the nightly test schema.prisma.

#include <cstdio>

#include "tests/schema/site.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

/// Output and exit code of a shell command.
struct Answer {
  std::string text;
  int code = -1;
};
Answer shell(const std::string& command) {
  FILE* pipe = popen(("{ " + command + "\n} 2>&1").c_str(), "r");
  if (!pipe) throw std::runtime_error("popen");
  Answer answer;
  char buffer[4096];
  while (const auto size = fread(buffer, 1, sizeof buffer, pipe)) answer.text.append(buffer, size);
  answer.code = WEXITSTATUS(pclose(pipe));
  return answer;
}

}  // namespace

TEST_CASE("Prisma agrees", "[.prisma]") {
  const std::string setup = std::string(TIDEMARK_SOURCE_DIR) + "/../shared/prisma/setup";
  if (!std::filesystem::exists(setup)) {
    WARN("not tested: there is no " << setup);
    return;
  }
  Directory judge;
  const auto made = shell("'" + setup + "' '" + judge.path() + "'");
  INFO(made.text);
  REQUIRE(made.code == 0);

  Site site;
  site.database.sql("DELETE FROM _prisma_migrations");  // the init folders are not part of this project
  const auto app = judge.path() + "/app/prisma/migrations/";
  for (const auto& name : kShipped) std::filesystem::copy(shipped() + "/" + name, app + name);
  const auto prisma = [&](const std::string& arguments) {
    return shell(". '" + judge.path() + "/env'; cd '" + judge.path() + "/app'; DATABASE_URL='" + site.database.url() + "' npx prisma migrate " + arguments);
  };

  site.deploy(shipped());
  auto answer = prisma("status");
  INFO(answer.text);
  CHECK_THAT(answer.text, Catch::Contains("Database schema is up to date"));
  CHECK(answer.code == 0);
  CHECK_THAT(prisma("deploy").text, Catch::Contains("No pending migrations to apply"));

  site.revert(shipped(), kShipped[2]);
  answer = prisma("status");
  CAPTURE(answer.text);
  CHECK_THAT(answer.text, Catch::Contains("have not yet been applied") && Catch::Contains(kShipped[3]) && !Catch::Contains(kShipped[2]));
  CHECK(answer.code == 1);

  // Prisma applies it again; we see it as applied, and undo it by the folder's down.sql.
  CHECK(prisma("deploy").code == 0);
  CHECK(site.status(shipped()).applied == kShipped);
  CHECK(site.status(shipped()).changed.empty());
  CHECK(site.revert(shipped(), kShipped[2]).reverted == Names{kShipped[3]});

  // One that Prisma failed at stops us, and resolving it by Prisma lets us go on.
  std::filesystem::create_directories(app + "20260101000000_broken");
  std::ofstream(app + "20260101000000_broken/migration.sql") << "SELECT 1/0;";
  CHECK(prisma("deploy").code != 0);
  CHECK(failure_of([&] { site.deploy(shipped()); }).code == ExitCode::inconclusive);
  CHECK(prisma("resolve --rolled-back 20260101000000_broken").code == 0);
  CHECK(site.deploy(shipped()).applied.empty());
}
