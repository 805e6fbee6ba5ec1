#include "engine/recovery.h"

#include <filesystem>

#include "engine/identity.h"
#include "engine/receipts.h"
#include "journal/backup.h"

namespace tidemark::engine {
namespace {

/// The journal, and the schema tidemark in the target. A new target gets the schema first: what may fail for want of privileges leaves no
/// journal behind; after a crash in between the next start finds the schema and makes the journal for it.
std::unique_ptr<journal::Writer> open_journal(Environment& env, Session& session, const Identity& target, const StartRequest& request) {
  const auto install = [&](const Uuid& id) {
    if (target.tidemark) return *target.tidemark;
    env.faults.pass(Step::install_before);
    session.install(id);
    env.faults.pass(Step::install_done);
    return session.identity().tidemark.value_or(id);  // another runner may have been first
  };
  const journal::Writer::Options options{request.journal_path,
                                         env.who.user + "@" + env.who.host + ", pid " + std::to_string(env.who.pid) + ", " + request.started.verb,
                                         env.clock.utc};
  if (std::filesystem::exists(request.journal_path)) {
    auto journal = journal::Writer::open(options);
    const journal::Reader reader(request.journal_path);
    check_identity(reader, target, env.target.name(), request.reconciles, request.new_home);
    if (install(reader.opened().tidemark) != reader.opened().tidemark) check_identity(reader, session.identity(), env.target.name(), false, request.new_home);
    return journal;
  }
  if (target.tidemark) refuse_foreign_target(session.read_lease(), request, env.target.name());
  const Uuid id = install(journal::random_uuid());
  env.faults.pass(Step::journal_creating);
  return journal::Writer::create(options, journal::JournalOpened{journal::random_uuid(), id, target.system, target.database, env.who.program});
}

}  // namespace

WritingRun::WritingRun(Environment& environment, std::unique_ptr<journal::Writer> journal, std::string purpose)
    : environment_(environment), journal_(std::move(journal)), reader_(std::make_unique<journal::Reader>(journal_->path())),
      main_(environment, purpose), beating_(environment, purpose) {}

WritingRun::~WritingRun() {
  beat_.reset();
  environment_.executor.drain();  // posted flushes refer to the journal
}

std::unique_ptr<WritingRun> WritingRun::begin(Environment& env, const StartRequest& request) {
  Connection first(env, "start/0");
  const Identity target = first.session().identity();
  if (target.standby) {
    throw Failure(ExitCode::failed, "connecting for writing", env.target.name(), "the server is a standby", "Nothing was written.",
                  "point DATABASE_URL at the primary");
  }
  if (target.tidemark && target.tidemark->is_nil()) {
    throw Failure(ExitCode::failed, "opening the schema tidemark", env.target.name(), "the role " + target.user + " may not read it", "Nothing was written.",
                  "tidemark ddl --grants shows what a writing role needs");
  }
  auto journal = open_journal(env, first.session(), target, request);
  const journal::Reader reader(journal->path());
  const auto opened = reader.opened();

  // The run's number is the number of its first event, the next one: nobody else appends, the file lock is ours.
  LeaseRequest lease{opened.journal, journal->path(), journal->head().seq + 1, reader.last_epoch(), reader.head_seq(), reader.head_chain(),
                     request.take_lease, request.adopt_target};
  const auto chain_at = [&](Seq seq) -> std::optional<Digest> {
    const auto event = reader.event(seq);
    return event ? std::optional(event->chain) : std::nullopt;
  };
  Taken taken;
  while (true) {
    try {
      taken = take_lease(env, first.session(), lease, chain_at);
      break;
    } catch (const TargetError& error) {  // also when it died in COMMIT: our own row is read back and taken again
      if (error.kind != TargetError::Kind::connection) throw;
      first.reconnect(error.what());
    }
  }
  env.faults.pass(Step::lease_committed);
  first.drop();

  const std::string purpose = std::to_string(lease.run) + "/" + std::to_string(taken.lease.epoch);
  std::unique_ptr<WritingRun> run(new WritingRun(env, std::move(journal), purpose));
  run->copy_ = request.copy;
  run->copy_always_ = request.copy_always;
  run->right_ = std::make_unique<Right>(taken.lease, *run->journal_);
  auto started = request.started;
  started.host = env.who.host;
  started.user = env.who.user;
  started.pid = env.who.pid;
  started.program = env.who.program;
  run->run_ = run->journal_->start_run(started);
  env.faults.pass(Step::run_recorded);
  run->journal_->append(journal::LeaseTaken{taken.lease.epoch, taken.lease.token, taken.before.held ? describe_holder(taken.before) : ""});
  run->journal_->flush();
  env.faults.pass(Step::lease_recorded);
  try {
    run->settle();
    if (!request.reconciles) run->compare();
  } catch (const Failure& failure) {
    run->refuse(failure.code);
    throw;
  }
  run->start_beating();
  return run;
}

// The lease is given back with the head that it was taken with: a journal that the target contradicts must not become its witness.
void WritingRun::refuse(ExitCode code) {
  journal_->append(journal::RunEnded{static_cast<std::uint32_t>(code), "refused"});
  journal_->flush();
  const Lease& lease = right_->lease();
  main_.ask([&](Session& session) { return session.anchor_lease(lease, lease.head_seq, lease.head_chain.value_or(Digest{}), true); });
}

void WritingRun::settle() {
  for (const auto& unit : reader_->units(journal::UnitState::in_doubt)) {
    // No older unit is in flight since the lease is ours: a plain look is the truth.
    const auto receipt = main_.ask([&](Session& session) { return session.receipt(unit.unit); });
    environment_.faults.pass(Step::settle_before);
    if (receipt && receipt->committed && receipt->chain == unit.intent_chain) {
      journal_->append(journal::UnitSettled{receipt->at, "receipt"}, unit.unit);
    } else if (receipt && receipt->committed) {
      throw Failure(ExitCode::journal, "settling unit " + to_string(unit.unit), journal_->path(),
                    "the target's receipt witnesses another intent than this file holds", "Nothing was written.", "tidemark audit verify");
    } else {
      journal_->append(journal::UnitVoided{receipt ? "tombstone" : "no receipt"}, unit.unit);
    }
    journal_->flush();
    environment_.observer.say(Observer::Level::info, "unit " + to_string(unit.unit) + " (" + unit.work + " " + unit.name + ") of run #" +
                                                         std::to_string(unit.run) + " was in doubt: " +
                                                         (receipt && receipt->committed ? "it had committed" : "it had not committed"));
    environment_.faults.pass(Step::settle_recorded);
  }
}

void WritingRun::compare() {
  main_.ask([&](Session& session) { compare_receipts(*reader_, session, environment_.target.name()); });
}

void WritingRun::start_beating() {
  beat_ = environment_.executor.every(std::chrono::milliseconds(environment_.limits.beat_ms), [this] {
    try {
      if (beating_.session().beat(right_->lease().epoch)) environment_.stop.request_by_command();
    } catch (const std::exception&) {
      beating_.drop();  // a missed beat harms nobody: units carry the lease themselves
    }
  });
}

std::string WritingRun::purpose() const { return std::to_string(run_) + "/" + std::to_string(right_->lease().epoch); }

void WritingRun::anchor() {
  journal_->flush();
  const auto head = journal_->head();
  if (!main_.ask([&](Session& session) { return session.anchor_lease(right_->lease(), head.seq, head.chain, false); })) right_->throw_over("anchoring the journal's head");
}

void WritingRun::finish(ExitCode code, const std::string& state) {
  auto& faults = environment_.faults;
  faults.pass(Step::finish_before_release);
  beat_.reset();
  if (code == ExitCode::paused) journal_->append(journal::RunPaused{state});
  journal_->append(journal::RunEnded{static_cast<std::uint32_t>(code), state});
  journal_->append(journal::LeaseReleased{right_->lease().epoch});
  journal_->flush();
  faults.pass(Step::finish_released);
  const auto head = journal_->head();
  try {
    // Not ours any more, or not reachable: the next start takes it over all the same.
    (void)main_.ask([&](Session& session) { return session.anchor_lease(right_->lease(), head.seq, head.chain, true); });
  } catch (const std::runtime_error& error) {
    environment_.observer.say(Observer::Level::warning, std::string("the lease could not be given back: ") + error.what());
  }
  faults.pass(Step::finish_ended);
  reader_.reset();
  journal_->checkpoint();
  leave_copy();
}

// Beside the journal it stands against a slip of the hand, in a directory of another disk against the loss of this one. A large journal is copied
// when the run wrote a good part of it: the undo of one profile must not wait for the copy of a million.
void WritingRun::leave_copy() {
  constexpr std::uintmax_t kSmall = 16u << 20;
  constexpr Seq kPart = 4;
  if (copy_.empty()) return;
  try {
    const Seq head = journal_->head().seq;
    if (copy_always_ || std::filesystem::file_size(journal_->path()) <= kSmall || head - run_ >= head / kPart) journal::keep_copy(journal_->path(), copy_);
  } catch (const std::exception& error) {
    environment_.observer.say(Observer::Level::warning, std::string("the journal could not be copied: ") + error.what() + "; tidemark journal backup FILE does it elsewhere");
  }
}

}  // namespace tidemark::engine
