#include "commands/configuration/schema.h"

#include "commands/toml_section.h"

namespace tidemark::commands {

void read_schema(Section& section, SchemaSection& into) {
  section.text("scratch_url_env", into.scratch_url_env);
  section.number("prove_in_place_max_mib", into.prove_in_place_max_mib, 0, 1 << 20);
  section.number("prove_timeout_s", into.prove_timeout_s, 1, 86400);
  section.number("lock_timeout_ms", into.lock_timeout_ms, 1, 3600000);
  section.number("lock_tries", into.lock_tries, 1, 100000);
  section.number("prisma_wait_s", into.prisma_wait_s, 1, 86400);
  if (into.scratch_url_env.find_first_of(":/=") != std::string::npos) throw section.wrong("scratch_url_env", "it is the name of an environment variable, not a URL: a URL may hold a password");
}

}  // namespace tidemark::commands
