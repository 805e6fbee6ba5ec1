#pragma once
/// [schema] of tidemark.toml.

#include <cstdint>
#include <string>

namespace tidemark::commands {

class Section;

struct SchemaSection {
  std::string scratch_url_env;            ///< the environment variable with the URL of a server where scratch databases may be made; empty: the target's
  unsigned prove_in_place_max_mib = 64;   ///< of the tables that a migration concerns
  unsigned prove_timeout_s = 60;          ///< for each statement of a proof
  unsigned lock_timeout_ms = 3000;        ///< a migration waits so long for a lock, with all who come after it waiting behind it
  unsigned lock_tries = 10;               ///< and then tries again, a second or so later, so often
  unsigned prisma_wait_s = 30;            ///< for Prisma's own lock
  bool operator==(const SchemaSection&) const = default;
};
void read_schema(Section& section, SchemaSection& into);

}  // namespace tidemark::commands
