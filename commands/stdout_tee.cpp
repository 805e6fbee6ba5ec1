#include "commands/stdout_tee.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace tidemark::commands {

StdoutTee::StdoutTee(std::function<void(const std::string&)> sink) : sink_(std::move(sink)) {
  std::fflush(stdout);
  int ends[2] = {-1, -1};
  original_ = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (original_ < 0 || pipe2(ends, O_CLOEXEC) != 0 || dup2(ends[1], STDOUT_FILENO) < 0) throw std::system_error(errno, std::generic_category(), "taking over standard output");
  close(ends[1]);
  reading_ = ends[0];
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  thread_ = std::thread([this] {
    std::string line;
    char buffer[4096];
    for (ssize_t n = 0; (n = read(reading_, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR);) {
      for (ssize_t i = 0; i < n; ++i) {
        if (buffer[i] != '\n') {
          line += buffer[i];
          continue;
        }
        sink_(line);
        line.clear();
      }
    }
    if (!line.empty()) sink_(line);
  });
}

StdoutTee::~StdoutTee() {
  std::fflush(stdout);
  dup2(original_, STDOUT_FILENO);  // the pipe's last writing end closes: the thread reads to its end
  thread_.join();
  close(reading_);
  close(original_);
}

}  // namespace tidemark::commands
