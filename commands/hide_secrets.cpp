#include "commands/hide_secrets.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstring>

#include "commands/redact.h"

namespace tidemark::commands {

void hide_secrets(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::size_t size = std::strlen(argv[i]);
    const std::size_t equals = argv[i][0] == '-' ? std::string_view(argv[i], size).find('=') : std::string_view::npos;
    // "--database-url=postgresql://…": the value is the argument.
    const std::size_t from = equals == std::string_view::npos ? 0 : equals + 1;
    for (const Span& span : password_spans({argv[i] + from, size - from}, true)) {
      std::fill_n(argv[i] + from + span.from, span.size, '*');
    }
  }
}

void no_core_dumps() {
  const rlimit none{0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
  (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // a core_pattern that pipes ignores the limit
}

}  // namespace tidemark::commands
