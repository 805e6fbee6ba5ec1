#include "engine/runbook/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "engine/runbook/line_splitter.h"

namespace tidemark::engine::runbook {
namespace {

using Milliseconds = std::chrono::milliseconds;

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { close(); }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  Fd read, write;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "making a pipe for a child command");
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  for (auto* end : {&pipe.read, &pipe.write}) {
    // We may have been started without standard streams; the child gets its own at these numbers.
    if (end->get() <= 2) *end = Fd(::fcntl(end->get(), F_DUPFD_CLOEXEC, 3));
  }
  return pipe;
}

bool never_inherited(std::string_view name) { return name == "DATABASE_URL" || name == "PGPASSWORD"; }

/// NAME=value, as execve takes it.
std::vector<std::string> environment_of(const ChildCommand& command) {
  std::vector<std::string> list;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view entry = *at;
    const auto name = entry.substr(0, entry.find('='));
    if (never_inherited(name) || command.environment.contains(std::string(name))) continue;
    const auto holds = [&](const std::string& secret) { return !secret.empty() && entry.substr(name.size()).find(secret) != std::string_view::npos; };
    if (std::ranges::none_of(command.secrets, holds)) list.emplace_back(entry);
  }
  for (const auto& [name, value] : command.environment) {
    if (value) list.push_back(name + "=" + *value);
  }
  return list;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

/// What execvpe would try, found before the fork in the PATH that the child will have.
std::vector<std::string> candidates(const std::string& program, const std::vector<std::string>& environment) {
  if (program.find('/') != std::string::npos) return {program};
  std::string_view path = "/usr/local/bin:/usr/bin:/bin";
  for (const auto& entry : environment) {
    if (entry.starts_with("PATH=")) path = std::string_view(entry).substr(5);
  }
  std::vector<std::string> list;
  while (true) {
    const auto colon = path.find(':');
    const auto folder = path.substr(0, colon);
    list.push_back((folder.empty() ? std::string(".") : std::string(folder)) + "/" + program);
    if (colon == std::string_view::npos) return list;
    path.remove_prefix(colon + 1);
  }
}

/// Between fork and exec, in a copy of a program with several threads: nothing here may allocate or lock.
[[noreturn]] void become(pid_t parent, int null, int out, int err, int report, const char* directory, const std::vector<char*>& programs, char* const* argv, char* const* environment) {
  int error = 0;
  ::setsid();  // a group of its own, and no terminal to ask for a password
  // An orphaned pg_restore would go on filling a database that the next start wants to drop.
  if (::prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || ::getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT, SIGCHLD, SIGUSR1, SIGUSR2}) ::signal(signal, SIG_DFL);
  if (*directory != '\0' && ::chdir(directory) != 0) {
    error = errno;
  } else if (::dup2(null, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0) {
    error = errno;
  } else {
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // what some library opened without O_CLOEXEC
    for (char* const* program = programs.data(); *program != nullptr; ++program) {
      ::execve(*program, argv, environment);
      if (errno != ENOENT && errno != ENOTDIR && (errno != EACCES || error == 0)) error = errno;
      if (error != 0 && error != EACCES) break;
    }
    if (error == 0) error = ENOENT;
  }
  const ssize_t ignored = ::write(report, &error, sizeof error);
  (void)ignored;
  _exit(127);
}

/// The child until it is reaped; leaving scope before that ends it and all of its process group.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    signal(SIGKILL);
    reap();
  }
  /// To the whole group: its number can't be given away before the child is reaped.
  void signal(int number) const { ::kill(-pid_, number); }
  bool over() const {
    siginfo_t state{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &state, WEXITED | WNOHANG | WNOWAIT) == 0 && state.si_pid == pid_;
  }
  int reap() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_;
};

struct Source {
  Fd fd;
  LineSplitter lines;

  bool open() const { return fd.open(); }
  /// What is there now, at most a few buffers so that limits are looked at now and then.
  void take_some() {
    std::array<char, 65536> buffer;
    for (int turn = 0; turn < 16 && open(); ++turn) {
      const ssize_t size = ::read(fd.get(), buffer.data(), buffer.size());
      if (size > 0) {
        lines.take({buffer.data(), static_cast<std::size_t>(size)});
      } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        fd.close();
      } else if (errno == EAGAIN) {
        return;
      }
    }
  }
};

bool readable(const std::array<Source*, 2>& sources, int wait_ms) {
  std::array<pollfd, 2> list{};
  for (std::size_t i = 0; i < 2; ++i) list[i] = {sources[i]->fd.get(), POLLIN, 0};  // a negative fd is passed over
  return ::poll(list.data(), list.size(), wait_ms) > 0;
}

std::string seconds(Milliseconds span) {
  std::string text = std::to_string(span.count() / 1000);
  if (const auto rest = span.count() % 1000; rest != 0) text += "." + std::to_string(rest + 1000).substr(1);
  return text + " s";
}

}  // namespace

ChildEnd run_child(const ChildCommand& command, Executor& executor, const StopFlag& stop, const Clock& clock, const std::function<void(ChildStream, std::string_view)>& line) {
  if (command.argv.empty() || command.argv[0].empty()) throw std::invalid_argument("a child command without a program");
  for (const auto& argument : command.argv) {
    if (argument.find('\0') != std::string::npos) throw std::invalid_argument("an argument of " + command.argv[0] + " contains a zero byte");
  }
  ChildEnd end;
  const auto stopping = [&] { return !command.despite_stop && stop.requested(); };
  if (stopping()) return {ChildEnd::How::stopped, 0, "not begun: " + stop.why(), {}};

  auto argv = command.argv, environment = environment_of(command), programs = candidates(command.argv[0], environment);
  const auto argv_pointers = pointers(argv), environment_pointers = pointers(environment), program_pointers = pointers(programs);
  Pipe out = make_pipe(), err = make_pipe(), report = make_pipe();
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const auto begun = clock.steady();
  const auto lasted = [&] { return std::chrono::duration_cast<Milliseconds>(clock.steady() - begun); };
  const pid_t parent = ::getpid(), pid = ::fork();
  if (pid < 0) return {ChildEnd::How::not_started, errno, command.argv[0] + ": " + std::strerror(errno), {}};
  if (pid == 0) {
    become(parent, null.get(), out.write.get(), err.write.get(), report.write.get(), command.directory.c_str(), program_pointers, argv_pointers.data(), environment_pointers.data());
  }
  Child child(pid);
  out.write.close();
  err.write.close();
  report.write.close();
  int error = 0;
  ssize_t told = 0;
  while ((told = ::read(report.read.get(), &error, sizeof error)) < 0 && errno == EINTR) {
  }
  if (told == sizeof error) {
    child.reap();
    const std::string where = command.directory.empty() ? "" : " (in " + command.directory + ")";
    return {ChildEnd::How::not_started, error, command.argv[0] + ": " + std::strerror(error) + where, lasted()};
  }

  for (const int fd : {out.read.get(), err.read.get()}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  Source from_out{std::move(out.read), {command.longest_line, [&](std::string_view text) { line(ChildStream::out, text); }}};
  Source from_err{std::move(err.read), {command.longest_line, [&](std::string_view text) { line(ChildStream::err, text); }}};
  const std::array<Source*, 2> sources{&from_out, &from_err};

  // An end by us is one of the whole group: the last SIGKILL goes out before the child is reaped, whether it is over or not.
  std::optional<ChildEnd::How> ended_by_us;
  std::chrono::steady_clock::time_point kill_at, over_since;
  bool killed = false, over = false;
  constexpr Milliseconds kAfterwards{300};  // for what still is in the pipes of helpers that end with it
  while (true) {
    for (auto* source : sources) source->take_some();
    const auto now = clock.steady();
    if (!over && child.over()) {
      over = true;
      over_since = now;
      continue;  // once more around: what it wrote last
    }
    const bool closed = !from_out.open() && !from_err.open();
    if (over && (closed || now - over_since >= kAfterwards)) break;
    if (!ended_by_us && !over) {
      if (stopping()) ended_by_us = ChildEnd::How::stopped;
      else if (command.limit.count() > 0 && now - begun >= command.limit) ended_by_us = ChildEnd::How::timed_out;
      if (ended_by_us) {
        child.signal(SIGTERM);
        kill_at = now + command.grace;
      }
    } else if (ended_by_us && !killed && now >= kill_at) {
      child.signal(SIGKILL);
      killed = true;
    }
    executor.pause(Milliseconds(20), [&] { return readable(sources, closed ? 0 : 10) || child.over() != over; });
  }
  if (ended_by_us) child.signal(SIGKILL);
  for (auto* source : sources) {
    source->take_some();
    source->lines.end();
  }
  end.lasted = lasted();
  const int status = child.reap();
  end.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  if (ended_by_us) {
    end.how = *ended_by_us;
    end.code = killed ? SIGKILL : SIGTERM;
    end.what = end.how == ChildEnd::How::stopped ? "ended because of " + stop.why() : "ended after its limit of " + seconds(command.limit);
  } else if (WIFSIGNALED(status)) {
    end.how = ChildEnd::How::signalled;
    end.what = "killed by signal " + std::to_string(end.code) + " (" + ::strsignal(end.code) + ")";
  } else {
    end.how = ChildEnd::How::exited;
    end.what = "exit code " + std::to_string(end.code);
  }
  return end;
}

ChildAnswer ask_child(const ChildCommand& command, Executor& executor, const StopFlag& stop, const Clock& clock, std::size_t most) {
  ChildAnswer answer;
  answer.end = run_child(command, executor, stop, clock, [&](ChildStream stream, std::string_view text) {
    auto& into = stream == ChildStream::out ? answer.out : answer.err;
    if (into.size() + text.size() + 1 > most) return;
    into.append(text);
    into += '\n';
  });
  return answer;
}

}  // namespace tidemark::engine::runbook
