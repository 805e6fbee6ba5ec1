#include "engine/schema/scratch.h"

namespace tidemark::engine::schema {

std::unique_ptr<postgres::ScratchDatabase> Scratch::empty(Environment& environment, Session& like) const {
  return std::make_unique<postgres::ScratchDatabase>(
      environment, like,
      postgres::ScratchRequest{conninfo, search_path, "making a scratch database", "Nothing was changed in the target.", "ALTER ROLE … CREATEDB, or name a server where databases may be made: --scratch-url URL"});
}

std::unique_ptr<postgres::ScratchDatabase> Scratch::copy(Environment& environment, Session& like) const {
  auto database = empty(environment, like);
  copy_schema(database->conninfo());
  return database;
}

}  // namespace tidemark::engine::schema
