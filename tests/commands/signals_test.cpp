#include "commands/signals.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace tidemark;

TEST_CASE("the first signal asks, the second SIGINT ends at once with 75 and says that it is safe") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    engine::StopFlag stop;
    const commands::SignalGuard guard(stop);
    raise(SIGTERM);
    raise(SIGTERM);  // asks only
    raise(SIGPIPE);  // ignored
    raise(SIGINT);
    if (!stop.requested()) _exit(1);
    raise(SIGINT);
    _exit(2);
  }
  close(ends[1]);
  std::string said;
  char buffer[512];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) said.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 75);
  CHECK_THAT(said, Catch::Contains("stopping after") && Catch::Contains("This is safe") && Catch::Contains("resume"));
}
