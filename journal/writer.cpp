#include <sys/stat.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "journal/chain.h"
#include "journal/codec.h"
#include "journal/file_system.h"
#include "journal/journal.h"
#include "journal/lock_file.h"
#include "journal/store.h"

namespace tidemark::journal {

namespace {

/// Which file stands under a name; none where the file system isn't the system's (tests of failing disks).
using FileIdentity = std::optional<std::pair<dev_t, ino_t>>;
FileIdentity file_at(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return std::pair(found.st_dev, found.st_ino);
}

}  // namespace

/// Group commit by leader and followers, without a thread of its own: append() only queues; the first that waits takes
/// all that is queued and commits it in one transaction, whoever comes meanwhile waits for it, and one of them leads
/// next. What is queued stays small because every caller waits once a chunk, before its COMMIT.
///
///   durable_ <= what the leader took <= head_.seq; pending_ holds what lies above that.
///   failed_ is set once and for good: nothing above durable_ will ever be in the file.
struct Writer::Impl {
  Impl(Options opts, std::unique_ptr<LockFile> held)
      : options(std::move(opts)), lock_file(std::move(held)), store(options.path), last_at(store.head_at_opening().at) {
    head = {store.head_at_opening().seq, store.head_at_opening().chain};
    durable = head.seq;
    file = file_at(options.path);
  }

  Ticket append(std::vector<Draft> drafts, bool starts_run = false);
  Ticket append(Draft&& one, bool starts_run = false);
  void wait_until(std::unique_lock<std::mutex>& lock, Seq seq);
  void lead(std::unique_lock<std::mutex>& lock);
  [[noreturn]] void refuse() const;
  void check_in_place();

  const Options options;
  const std::unique_ptr<LockFile> lock_file;  // before the store: outlives it
  Store store;                                // used by the leader alone, without the mutex
  FileIdentity file, log;                     // likewise

  std::mutex mutex;
  std::condition_variable led;
  std::vector<Record> pending;
  Ticket head;
  Seq durable = 0;
  UtcMicros last_at;
  Run run = 0;
  bool leading = false;
  std::uint64_t commits = 0;
  std::exception_ptr failed;
};

namespace {

/// SQLite's own limit for a value is 1,000,000,000 bytes with all columns of the row.
constexpr std::size_t kLargestPayload = 900'000'000;

Record record_of(Draft&& draft) {
  Record record;
  record.kind = draft.kind;
  record.version = draft.version;
  record.unit = draft.unit;
  record.subject = std::move(draft.subject);
  record.payload = std::move(draft.payload);
  return record;
}

}  // namespace

Ticket Writer::Impl::append(Draft&& one, bool starts_run) {
  std::vector<Draft> drafts;
  drafts.push_back(std::move(one));
  return append(std::move(drafts), starts_run);
}

Ticket Writer::Impl::append(std::vector<Draft> drafts, bool starts_run) {
  std::vector<Record> records;
  records.reserve(drafts.size());
  for (Draft& draft : drafts) {
    if (draft.payload.size() > kLargestPayload)
      throw std::length_error("a payload of " + std::to_string(draft.payload.size()) + " bytes");
    records.push_back(record_of(std::move(draft)));
  }
  const std::lock_guard lock(mutex);
  if (failed) refuse();
  if (const std::size_t size = pending.size() + records.size(); size > pending.capacity()) pending.reserve(2 * size);
  // From here on nothing throws but the clock and the hash, before anything is changed by them.
  const UtcMicros at = std::max(options.clock(), last_at);
  const Run of_run = starts_run ? head.seq + 1 : run;
  Ticket last = head;
  for (std::size_t i = 0; i < records.size(); ++i) {
    Record& record = records[i];
    record.seq = ++last.seq;
    record.run = of_run;
    record.at = at;
    last.chain = record.chain = chain_value(last.chain, record, drafts[i].payload_sha256);
  }
  for (Record& record : records) pending.push_back(std::move(record));
  head = last;
  run = of_run;
  last_at = at;
  return head;
}

void Writer::Impl::refuse() const {
  try {
    std::rethrow_exception(failed);
  } catch (const JournalError& e) {
    throw JournalError(e.kind, e.what());  // a copy: several threads may hold it
  }
}

void Writer::Impl::wait_until(std::unique_lock<std::mutex>& lock, Seq seq) {
  if (seq > head.seq) throw std::logic_error("waiting for event " + std::to_string(seq) + ", which was not appended");
  while (durable < seq) {
    if (failed) refuse();
    if (leading)
      led.wait(lock);
    else
      lead(lock);
  }
}

/// What is written to a file that has no name any more is durable for nobody: seen, a journal removed in mid-run let the run go on to its end.
void Writer::Impl::check_in_place() {
  const std::string log_path = beside(options.path, "-wal");
  if (file && !log) log = file_at(log_path);  // made by the first commit, and kept until the end
  if (file_at(options.path) == file && (!log || file_at(log_path) == log)) return;
  throw JournalError(JournalError::Kind::io, "journal " + options.path + " (or its -wal) was removed, moved or replaced while it was written; put it back as it was");
}

void Writer::Impl::lead(std::unique_lock<std::mutex>& lock) {
  leading = true;
  std::vector<Record> batch;
  batch.swap(pending);
  lock.unlock();
  std::exception_ptr error;
  try {
    store.commit(batch);
    check_in_place();
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  leading = false;
  if (error) {
    failed = error;
  } else {
    durable = batch.back().seq;
    ++commits;
    batch.clear();
    if (pending.empty()) pending.swap(batch);  // its memory serves again
  }
  led.notify_all();
}

Writer::Writer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Writer::~Writer() {
  try {
    flush();
  } catch (...) {  // whoever needed it to be durable has waited for it, and knows
  }
}

Ticket Writer::append(std::vector<Draft> drafts) { return impl_->append(std::move(drafts)); }

Ticket Writer::append(const Event& event, UnitId unit, Subject subject) {
  return impl_->append(draft(event, unit, std::move(subject)));
}

Run Writer::start_run(const RunStarted& event) {
  return impl_->append(draft(event), true).seq;
}

void Writer::wait(Seq seq) {
  std::unique_lock lock(impl_->mutex);
  impl_->wait_until(lock, seq);
}

void Writer::flush() {
  std::unique_lock lock(impl_->mutex);
  impl_->wait_until(lock, impl_->head.seq);
}

void Writer::checkpoint() {
  std::unique_lock lock(impl_->mutex);
  impl_->wait_until(lock, impl_->head.seq);
  impl_->led.wait(lock, [&] { return !impl_->leading; });
  impl_->leading = true;
  lock.unlock();
  std::exception_ptr error;
  try {
    impl_->store.checkpoint();
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  impl_->leading = false;
  impl_->led.notify_all();
  if (error) std::rethrow_exception(error);
}

Run Writer::run() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->run;
}

Ticket Writer::head() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->head;
}

std::uint64_t Writer::commits() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->commits;
}

const std::string& Writer::path() const { return impl_->options.path; }

std::unique_ptr<Writer> Writer::open(Options options) {
  if (!exists(options.path)) throw JournalError(JournalError::Kind::missing, "no journal at " + options.path);
  refuse_network_file_system(options.path);
  auto lock = std::make_unique<LockFile>(options.path, options.holder);
  return std::unique_ptr<Writer>(new Writer(std::make_unique<Impl>(std::move(options), std::move(lock))));
}

std::unique_ptr<Writer> Writer::create(Options options, const JournalOpened& first) {
  make_directories_above(options.path);
  refuse_network_file_system(options.path);
  auto lock = std::make_unique<LockFile>(options.path, options.holder);
  if (exists(options.path))
    throw JournalError(JournalError::Kind::io,
                       "making journal " + options.path + ": there is a file already, and none is overwritten");
  // Made under another name and renamed when the first event is in: a crash leaves no half-made journal. What an
  // earlier crash left there is nobody's, since the lock is ours.
  const std::string unfinished = options.path + ".new";
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) remove_file(unfinished + suffix);
  make_private_file(unfinished);
  Draft opened = draft(first);
  const Digest payload = opened.payload_sha256;
  Record record = record_of(std::move(opened));
  record.seq = 1;
  record.at = options.clock();
  record.chain = chain_value(genesis(first.journal), record, payload);
  Store::make(unfinished, record);
  rename_into_place(unfinished, options.path);
  return std::unique_ptr<Writer>(new Writer(std::make_unique<Impl>(std::move(options), std::move(lock))));
}

}  // namespace tidemark::journal
