#pragma once
/// Migrations of every kind, and the schema that they are let loose on.

#include <string>
#include <vector>

namespace tidemark::tests {

struct ZooMigration {
  const char* name;
  const char* script;
  const char* down = nullptr;
};
/// Tables with 1,000 rows, dependants and odd names.
extern const char* const kZooSchema;
extern const std::vector<ZooMigration> kZoo;
/// As `prisma migrate dev` writes them, one on top of the other, from an empty database.
extern const std::vector<ZooMigration> kPrismaFolders;
/// Refused without a down.sql: the name of what stands in the way.
extern const std::vector<ZooMigration> kRefused;

}  // namespace tidemark::tests
