#include "commands/signals.h"

#include <csignal>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string_view>

namespace tidemark::commands {
namespace {

// A handler gets no argument of ours: the one place where a global can't be avoided.
std::atomic<engine::StopFlag*> g_stop{nullptr};
std::atomic<int> g_interrupts{0};
std::atomic<bool> g_progress{false};
static_assert(std::atomic<engine::StopFlag*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

/// Async-signal-safe.
void say(std::string_view text) {
  const ssize_t ignored = write(STDERR_FILENO, text.data(), text.size());
  (void)ignored;
}

extern "C" void on_signal(int signal) {
  const int kept = errno;
  if (signal == SIGINT && g_interrupts.fetch_add(1) > 0) {
    say("\ntidemark: ended at once. This is safe: nothing is half done that the next start doesn't settle. Run the same command again to resume.\n");
    _exit(75);
  }
  if (engine::StopFlag* stop = g_stop.load(); stop != nullptr) stop->request(signal);
  if (signal == SIGINT) say("\ntidemark: stopping after what is in flight. Ctrl-C again ends at once, which is safe too.\n");
  errno = kept;
}

extern "C" void on_progress(int) { g_progress = true; }

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

SignalGuard::SignalGuard(engine::StopFlag& stop) {
  g_interrupts = 0;
  g_stop = &stop;
  handle(SIGINT, on_signal);
  handle(SIGTERM, on_signal);
  handle(SIGUSR1, on_progress);
  ignore_broken_pipes();
}

SignalGuard::~SignalGuard() {
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
  g_stop = nullptr;
}

bool progress_was_asked() { return g_progress.exchange(false); }

void ignore_broken_pipes() { handle(SIGPIPE, SIG_IGN); }

}  // namespace tidemark::commands
