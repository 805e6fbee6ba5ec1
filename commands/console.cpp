#include "commands/console.h"

#include <fcntl.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>

#include "commands/progress.h"
#include "commands/terminal.h"
#include "engine/errors.h"

namespace tidemark::commands {
namespace {

constexpr std::chrono::milliseconds kRedraw{200};
constexpr std::chrono::seconds kPlainLine{10};

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// Nothing reaches `write` that wasn't redacted. Console's mutex protects it.
class CleanSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  using Write = std::function<void(std::string_view)>;
  CleanSink(const Redactor& redactor, Write write, bool lines) : redactor_(redactor), write_(std::move(write)), lines_(lines) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t buffer;
    formatter_->format(message, buffer);
    const std::string clean = redactor_({buffer.data(), buffer.size()});
    write_((lines_ ? printable_lines(clean) : printable(clean)) + "\n");
  }
  void flush_() override {}

  const Redactor& redactor_;
  Write write_;
  bool lines_;
};

/// "warning: " before warnings, nothing before the rest.
class PlainFormatter : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string_view mark = message.level >= spdlog::level::warn ? "warning: " : message.level == spdlog::level::debug ? "debug: " : "";
    out.append(mark.data(), mark.data() + mark.size());
    out.append(message.payload.begin(), message.payload.end());
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<PlainFormatter>(); }
};

int open_log(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  struct stat about {};
  const bool ours = fd >= 0 && ::fstat(fd, &about) == 0 && (!S_ISREG(about.st_mode) || ::fchmod(fd, 0600) == 0);
  if (ours) return fd;
  const std::string answer = std::strerror(errno);
  if (fd >= 0) ::close(fd);
  throw engine::Failure(engine::ExitCode::failed, "opening the log file", path, answer, "Nothing was done.", "ls -ld " + path);
}

}  // namespace

struct Console::Impl {
  Impl(Options given, const Redactor& redactor) : options(std::move(given)), log("tidemark") {
    auto terminal = std::make_shared<CleanSink>(redactor, options.write, true);
    terminal->set_formatter(std::make_unique<PlainFormatter>());
    terminal->set_level(options.verbosity < 0 ? spdlog::level::warn : options.verbosity == 0 ? spdlog::level::info : spdlog::level::debug);
    log.sinks().push_back(std::move(terminal));
    if (!options.log_file.empty()) log_to(options.log_file, redactor);
    log.set_level(spdlog::level::debug);
  }
  void log_to(const std::string& path, const Redactor& redactor) {
    fd = open_log(path);
    log_path = std::filesystem::absolute(path).lexically_normal().string();
    file = std::make_shared<CleanSink>(redactor, [this](std::string_view text) { write_all(fd, text); }, false);
    file->set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %P %l %v", spdlog::pattern_time_type::utc, ""));
    file->set_level(spdlog::level::debug);
    log.sinks().push_back(file);
  }
  ~Impl() {
    clear();
    if (fd >= 0) ::close(fd);
  }

  void clear() {
    if (drawn) options.write("\r\x1b[K");
    drawn = false;
  }
  void draw(std::chrono::steady_clock::time_point now) {
    options.write("\r" + printable(format_progress(meter->view(now), options.width > 1 ? options.width - 1 : 0)) + "\x1b[K");
    drawn = true;
  }
  void message(spdlog::level::level_enum level, const std::string& text) {
    const bool again = drawn;
    clear();
    log.log(level, spdlog::string_view_t(text));
    if (again) draw(options.now());
  }

  Options options;
  spdlog::logger log;
  std::shared_ptr<CleanSink> file;
  std::string log_path;  ///< absolute
  int fd = -1;
  std::mutex mutex;
  std::optional<Meter> meter;
  std::string row_word = "links";  ///< what a tally counts as links
  bool drawn = false, counted = false;
  std::chrono::steady_clock::time_point last{};
};

Console::Options Console::options(const Globals& globals) {
  Options out;
  out.verbosity = globals.verbosity;
  out.log_file = globals.log_file;
  out.only_the_end = in_ci();
  out.line = is_terminal(STDERR_FILENO) && !out.only_the_end;
  out.width = static_cast<std::size_t>(terminal_width(STDERR_FILENO));
  out.write = [](std::string_view text) { write_all(STDERR_FILENO, text); };
  out.now = [] { return std::chrono::steady_clock::now(); };
  return out;
}

Console::Console(Options options, const Redactor& redactor) : redactor_(redactor), impl_(std::make_unique<Impl>(std::move(options), redactor)) {}
Console::~Console() = default;

void Console::say(Level level, const std::string& message) {
  const std::lock_guard lock(impl_->mutex);
  impl_->message(level == Level::warning ? spdlog::level::warn : level == Level::info ? spdlog::level::info : spdlog::level::debug, message);
}

void Console::record(const std::string& text) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->file) impl_->file->log(spdlog::details::log_msg(spdlog::string_view_t("tidemark"), spdlog::level::info, spdlog::string_view_t(text)));
}

void Console::log_to(const std::string& path) {
  const std::lock_guard lock(impl_->mutex);
  impl_->log_to(path, redactor_);
}

std::string Console::log_file() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->log_path;
}

void Console::begin(const std::string& name, std::uint64_t total, std::uint64_t done_before, const std::string& row_word) {
  const std::lock_guard lock(impl_->mutex);
  impl_->row_word = row_word;
  impl_->clear();
  impl_->last = impl_->options.now();
  impl_->meter.emplace(name, total, done_before, impl_->last);
  impl_->counted = false;
}

void Console::progress(const engine::Progress& chunk) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->meter) return;
  const auto of = [&](const char* key) {
    const auto found = chunk.tally.find(key);
    return found == chunk.tally.end() ? std::int64_t{0} : found->second;
  };
  const auto now = impl_->options.now();
  const std::int64_t links = of("links");
  if (links > 0) impl_->meter->row_word = impl_->row_word;
  impl_->meter->add(chunk.subjects, links > 0 ? links : static_cast<std::int64_t>(chunk.rows), of("refused"), now, chunk.seconds);
  impl_->counted = true;
  if (impl_->options.verbosity < 0 || impl_->options.only_the_end) return;
  if (now - impl_->last < (impl_->options.line ? std::chrono::steady_clock::duration(kRedraw) : kPlainLine)) return;
  impl_->last = now;
  if (impl_->options.line) {
    impl_->draw(now);
  } else {
    impl_->message(spdlog::level::info, format_progress(impl_->meter->view(now)));
  }
}

void Console::throttled(const std::string& cause, const std::string& action) {
  const std::lock_guard lock(impl_->mutex);
  const std::string text = cause.empty() ? action : action + ": " + cause;
  if (impl_->meter) impl_->meter->held_up(cause.empty() ? "" : text);
  impl_->message(spdlog::level::info, text);
}

void Console::reckon(bool total_estimated, std::function<double(double)> by_the_clock, std::function<double()> stops_in) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->meter) return;
  impl_->meter->estimated(total_estimated);
  impl_->meter->by_the_clock = std::move(by_the_clock);
  impl_->meter->stops_in = std::move(stops_in);
}

void Console::show_progress() {
  const std::lock_guard lock(impl_->mutex);
  const std::string text = impl_->meter ? format_progress(impl_->meter->view(impl_->options.now())) : "no progress to tell yet";
  const bool again = impl_->drawn;
  impl_->clear();
  impl_->options.write(printable(redactor_(text)) + "\n");
  if (again) impl_->draw(impl_->options.now());
}

std::optional<ProgressView> Console::view() {
  const std::lock_guard lock(impl_->mutex);
  return impl_->meter ? std::optional(impl_->meter->view(impl_->options.now())) : std::nullopt;
}

void Console::end() {
  const std::lock_guard lock(impl_->mutex);
  impl_->clear();
  if (impl_->meter && impl_->counted) impl_->message(spdlog::level::info, format_finish(impl_->meter->view(impl_->options.now())));
  impl_->meter.reset();
}

}  // namespace tidemark::commands
