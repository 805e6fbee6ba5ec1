#include <chrono>
#include <cstdio>

#include "tests/schema/site.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

/// A history as Prisma makes it: tables with keys and indexes, columns, enums, defaults, foreign keys.
void write_history(const Directory& directory, int count) {
  for (int i = 0; i < count; ++i) {
    const auto n = std::to_string(i), table = "\"Table_" + std::to_string(i / 5) + "\"";
    std::string sql;
    switch (i % 5) {
      case 0:
        sql = "-- CreateTable\nCREATE TABLE " + table + " (\n    \"id\" TEXT NOT NULL,\n    \"name\" VARCHAR(80) NOT NULL,\n    \"createdAt\" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,\n    \"data\" JSONB,\n\n"
              "    CONSTRAINT \"Table_" + std::to_string(i / 5) + "_pkey\" PRIMARY KEY (\"id\")\n);\n";
        break;
      case 1: sql = "-- AlterTable\nALTER TABLE " + table + " ADD COLUMN \"email\" TEXT, ADD COLUMN \"age\" INTEGER NOT NULL DEFAULT 0;\n"; break;
      case 2: sql = "-- CreateIndex\nCREATE UNIQUE INDEX \"Table_" + n + "_email_key\" ON " + table + "(\"email\");\n"; break;
      case 3: sql = "-- CreateEnum\nCREATE TYPE \"Mood_" + n + "\" AS ENUM ('a', 'b');\nALTER TABLE " + table + " ADD COLUMN \"mood\" \"Mood_" + n + "\" NOT NULL DEFAULT 'a';\n"; break;
      default:
        sql = "-- AddForeignKey\nALTER TABLE " + table + " ADD COLUMN \"parentId\" TEXT;\nALTER TABLE " + table + " ADD CONSTRAINT \"fk_" + n + "\" FOREIGN KEY (\"parentId\") REFERENCES \"Table_" +
              std::to_string(i / 10) + "\"(\"id\") ON DELETE SET NULL ON UPDATE CASCADE;\n";
    }
    char name[40];
    std::snprintf(name, sizeof name, "m/2026%04d_step", i);
    const_cast<Directory&>(directory).migration(name, sql);
  }
}

}  // namespace

TEST_CASE("two hundred folders are applied to an empty database, and undone", "[.many]") {
  Site site("");
  write_history(site.directory, 200);
  const auto from = std::chrono::steady_clock::now();
  CHECK(site.deploy(site.directory.path() + "/m").applied.size() == 200);
  const auto applied = std::chrono::steady_clock::now();
  WARN("applied in " << std::chrono::duration<double>(applied - from).count() << " s");
  CHECK(site.revert(site.directory.path() + "/m", "start").reverted.size() == 200);
  WARN("undone in " << std::chrono::duration<double>(std::chrono::steady_clock::now() - applied).count() << " s");
}
