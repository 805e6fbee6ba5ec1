// Real children of /bin/sh: how they end, what comes back, and that nothing of theirs or ours is left.
#include "engine/runbook/process.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "engine/runbook/line_splitter.h"

using namespace tidemark::engine;
using namespace tidemark::engine::runbook;
using namespace std::chrono_literals;
using How = ChildEnd::How;

namespace {

struct Fixture {
  std::unique_ptr<Executor> executor = make_thread_executor();
  StopFlag stop;
  Clock clock = Clock::system();

  ChildAnswer ask(ChildCommand command) { return ask_child(command, *executor, stop, clock); }
  ChildAnswer sh(const std::string& script) { return ask({.argv = {"sh", "-c", script}}); }
};

/// Not what is dead and waits for whoever adopted it.
bool alive(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(stat, text);
  const auto name_end = text.rfind(')');
  return name_end != std::string::npos && text.substr(name_end + 2, 1) != "Z";
}

std::vector<std::string> split(std::size_t longest, const std::vector<std::string>& pieces) {
  std::vector<std::string> lines;
  LineSplitter splitter(longest, [&](std::string_view line) { lines.emplace_back(line); });
  for (const auto& piece : pieces) splitter.take(piece);
  splitter.end();
  return lines;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "A child's end and both its streams come back") {
  const auto answer = sh("echo one; echo two >&2; printf last; exit 3");
  CHECK(answer.end.how == How::exited);
  CHECK(answer.end.code == 3);
  CHECK(answer.end.what == "exit code 3");
  CHECK_FALSE(answer.end.ok());
  CHECK(answer.out == "one\nlast\n");
  CHECK(answer.err == "two\n");
  CHECK(sh("exit 0").end.ok());
  CHECK(sh("read -r a b c d e session rest </proc/$$/stat; [ $session = $$ ]").end.ok());
  const auto killed = sh("kill -SEGV $$");
  CHECK(killed.end.how == How::signalled);
  CHECK(killed.end.code == SIGSEGV);
}

TEST_CASE_METHOD(Fixture, "What can't be started says why") {
  CHECK(ask({.argv = {"/nowhere/tool"}}).end.what == "/nowhere/tool: No such file or directory");
  CHECK(ask({.argv = {"no-such-tool-here"}}).end.how == How::not_started);
  CHECK(ask({.argv = {"/etc/passwd"}}).end.code == EACCES);
  const auto nowhere = ask({.argv = {"sh"}, .directory = "/nowhere"}).end;
  CHECK(nowhere.how == How::not_started);
  CHECK(nowhere.what.find("/nowhere") != std::string::npos);
  CHECK_THROWS_AS(ask({}), std::invalid_argument);
  CHECK_THROWS_AS(ask({.argv = {""}}), std::invalid_argument);
  CHECK_THROWS_AS(ask({.argv = {"sh", std::string("a\0b", 3)}}), std::invalid_argument);
}

TEST_CASE_METHOD(Fixture, "PATH is searched as a shell does it: on past what isn't there or may not be run, but not past a program that is broken") {
  std::string name = (std::filesystem::temp_directory_path() / "tidemark-path-XXXXXX").string();
  const std::filesystem::path root = ::mkdtemp(name.data());
  const auto program = [&](const char* folder, const std::string& text, std::filesystem::perms mode) {
    std::filesystem::create_directory(root / folder);
    std::ofstream(root / folder / "tool") << text;
    std::filesystem::permissions(root / folder / "tool", mode);
  };
  using std::filesystem::perms;
  program("good", "#!/bin/sh\necho good\n", perms::owner_all);
  program("closed", "#!/bin/sh\n", perms::owner_read);
  program("closed2", "#!/bin/sh\n", perms::owner_read);
  program("broken", "\177ELF", perms::owner_all);
  const auto by = [&](const std::string& folders) {
    std::string path;
    for (std::size_t at = 0; at <= folders.size();) {
      const auto end = std::min(folders.find(':', at), folders.size());
      const auto folder = folders.substr(at, end - at);
      path += (at == 0 ? "" : ":") + (folder.empty() ? "" : (root / folder).string());
      at = end + 1;
    }
    return ask({.argv = {"tool"}, .directory = (root / "good").string(), .environment = {{"PATH", path}}});
  };
  CHECK(by("none:good").out == "good\n");
  CHECK(by("good/tool:good").out == "good\n");  // a file where a folder should be
  CHECK(by("closed:closed2:good").out == "good\n");
  CHECK(by("closed:").out == "good\n");  // an empty folder is the current one
  CHECK(by("closed:none").end.code == EACCES);
  CHECK(by("none:closed:closed2").end.what == "tool: Permission denied (in " + (root / "good").string() + ")");
  CHECK(by("broken:good").end.code == ENOEXEC);
  CHECK(by("closed:broken:good").end.code == ENOEXEC);
  CHECK(by("none").end.code == ENOENT);
  std::filesystem::remove_all(root);
}

TEST_CASE_METHOD(Fixture, "Of an answer that is longer than it may be, whole lines are kept") {
  const auto answer = ask_child({.argv = {"sh", "-c", "echo 1234; echo 567890; echo 78; echo error >&2"}}, *executor, stop, clock, 8);
  CHECK(answer.end.ok());
  CHECK(answer.out == "1234\n78\n");
  CHECK(answer.err == "error\n");
}

TEST_CASE_METHOD(Fixture, "Directory, environment and PATH are the child's own") {
  ::setenv("TIDEMARK_TEST_KEPT", "kept", 1);
  ::setenv("TIDEMARK_TEST_GONE", "gone", 1);
  ChildCommand command{.argv = {"sh", "-c", "pwd; echo $TIDEMARK_TEST_KEPT-$TIDEMARK_TEST_GONE-$TIDEMARK_TEST_NEW"}, .directory = "/usr", .environment = {{"TIDEMARK_TEST_GONE", std::nullopt}, {"TIDEMARK_TEST_NEW", "new"}}};
  CHECK(ask(command).out == "/usr\nkept--new\n");
  command.environment["PATH"] = "/nowhere";
  CHECK(ask(command).end.how == How::not_started);
}

TEST_CASE_METHOD(Fixture, "No secret is inherited") {
  ::setenv("DATABASE_URL", "postgresql://u:hunter2@h/d", 1);
  ::setenv("PGPASSWORD", "other", 1);
  ::setenv("SHADOW_URL", "postgresql://u:hunter2@h/shadow", 1);
  ::setenv("HARMLESS", "value", 1);
  const auto answer = ask({.argv = {"env"}, .directory = {}, .environment = {}, .secrets = {"hunter2", ""}});
  CHECK(answer.out.find("HARMLESS=value") != std::string::npos);
  for (const auto* secret : {"hunter2", "PGPASSWORD", "DATABASE_URL"}) CHECK(answer.out.find(secret) == std::string::npos);
  const auto given = ask({.argv = {"sh", "-c", "echo $DATABASE_URL"}, .directory = {}, .environment = {{"DATABASE_URL", "postgresql://u@h/d"}}, .secrets = {"hunter2"}});
  CHECK(given.out == "postgresql://u@h/d\n");
  for (const auto* name : {"DATABASE_URL", "PGPASSWORD", "SHADOW_URL"}) ::unsetenv(name);
}

TEST_CASE_METHOD(Fixture, "A child gets three open files, no terminal, and the usual signals") {
  const int leak = ::open("/etc/passwd", O_RDONLY);  // without O_CLOEXEC, as a library might
  ::signal(SIGPIPE, SIG_IGN);
  const auto answer = sh("ls /proc/self/fd; read line || echo empty; (exec </dev/tty) 2>/dev/null || echo no terminal; grep SigIgn /proc/self/status");
  ::signal(SIGPIPE, SIG_DFL);
  ::close(leak);
  // ls opens the directory itself as the fourth.
  CHECK(answer.out == "0\n1\n2\n3\nempty\nno terminal\nSigIgn:\t0000000000000000\n");
}

TEST_CASE_METHOD(Fixture, "At its limit the whole group is ended, also what ignores SIGTERM") {
  ChildCommand command{.argv = {"sh", "-c", "trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000"}, .limit = 300ms, .grace = 200ms};
  const auto answer = ask(command);
  CHECK(answer.end.how == How::timed_out);
  CHECK(answer.end.code == SIGKILL);
  CHECK(answer.end.what == "ended after its limit of 0.300 s");
  CHECK(answer.end.lasted >= 300ms);
  const pid_t grandchild = std::stoi(answer.out);
  executor->pause(20s, [&] { return !alive(grandchild); });
  CHECK_FALSE(alive(grandchild));

  // Also when only the first of the group heeds SIGTERM, and nobody holds our pipes any more.
  command.argv[2] = "(trap '' TERM; exec >&- 2>&-; while :; do sleep 0.05; done) & echo $!; wait";
  const pid_t deaf = std::stoi(ask(command).out);
  executor->pause(20s, [&] { return !alive(deaf); });
  CHECK_FALSE(alive(deaf));

  command.argv[2] = "trap 'echo ending; exit 0' TERM; echo ready; while :; do sleep 0.05; done";
  command.grace = 20s;
  const auto polite = ask(command);
  CHECK(polite.end.how == How::timed_out);
  CHECK(polite.end.code == SIGTERM);
  CHECK(polite.out.find("ending") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "A stop ends the child; what must run in spite of it does") {
  ChildCommand command{.argv = {"sh", "-c", "echo begun; sleep 1000"}};
  const auto end = run_child(command, *executor, stop, clock, [&](ChildStream, std::string_view) { stop.request(SIGTERM); });
  CHECK(end.how == How::stopped);
  CHECK(end.what == "ended because of SIGTERM");
  CHECK(ask(command).end.what == "not begun: SIGTERM");
  command.despite_stop = true;
  command.argv[2] = "echo started";
  CHECK(ask(command).out == "started\n");
}

TEST_CASE_METHOD(Fixture, "When the reader throws, the child is gone before the exception goes on") {
  pid_t pid = 0;
  const auto run = [&] {
    run_child({.argv = {"sh", "-c", "echo $$; sleep 1000"}}, *executor, stop, clock, [&](ChildStream, std::string_view line) {
      pid = std::stoi(std::string(line));
      throw std::runtime_error("no more room");
    });
  };
  CHECK_THROWS_WITH(run(), "no more room");
  CHECK_FALSE(alive(pid));
}

TEST_CASE_METHOD(Fixture, "What a child leaves behind goes on, and isn't waited for") {
  const auto answer = sh("sleep 1000 & echo $!");
  CHECK(answer.end.ok());
  const pid_t left = std::stoi(answer.out);
  CHECK(alive(left));
  ::kill(left, SIGKILL);
}

TEST_CASE_METHOD(Fixture, "A child that closes its output is waited for") {
  const auto answer = sh("exec >&- 2>&-; sleep 0.3; exit 4");
  CHECK(answer.end.code == 4);
  CHECK(sh("exec >&-; sleep 0.1; echo late >&2").err == "late\n");
}

TEST_CASE_METHOD(Fixture, "After its limit a child is over, though what left its group still holds its output") {
  const auto answer = ask({.argv = {"sh", "-c", "setsid sleep 1000 & echo $!; trap '' TERM; while :; do sleep 0.02; done"}, .limit = 200ms, .grace = 20ms});
  CHECK(answer.end.how == How::timed_out);
  CHECK(answer.end.code == SIGKILL);
  const pid_t left = std::stoi(answer.out);
  CHECK(alive(left));
  ::kill(left, SIGKILL);
}

TEST_CASE_METHOD(Fixture, "Much output passes in pieces, in order") {
  std::size_t bytes = 0, lines = 0, longest = 0;
  ChildCommand command{.argv = {"sh", "-c", "head -c 5000000 /dev/zero | tr '\\0' x; echo; seq 200000"}};
  std::string last;
  const auto end = run_child(command, *executor, stop, clock, [&](ChildStream, std::string_view line) {
    bytes += line.size();
    ++lines;
    longest = std::max(longest, line.size());
    last = line;
  });
  CHECK(end.ok());
  CHECK(longest == command.longest_line);
  CHECK(last == "200000");
  CHECK(bytes == 5000000 + 1088895);
  CHECK(lines == 200000 + (5000000 + command.longest_line - 1) / command.longest_line);
}

TEST_CASE("Bytes become lines of bounded length") {
  using Texts = std::vector<std::string>;
  CHECK(split(10, {"a\nb", "c\n\nd"}) == Texts{"a", "bc", "", "d"});
  CHECK(split(3, {"abcdefgh\ni"}) == Texts{"abc", "def", "gh", "i"});
  CHECK(split(3, {"abc", "\n", "\nx\n"}) == Texts{"abc", "", "x"});
  CHECK(split(3, {"abc\ndef\n"}) == Texts{"abc", "def"});
  CHECK(split(5, {""}).empty());
}
