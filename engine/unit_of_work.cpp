#include "engine/unit_of_work.h"

#include "engine/disk_room.h"

namespace tidemark::engine {

void Right::throw_over(const std::string& doing) const {
  throw Failure(ExitCode::leased, doing, "epoch " + std::to_string(lease_.epoch), "the lease was taken over by another runner",
                "This unit was rolled back; this runner writes nothing more.", "tidemark status");
}

void Unit::record(const std::vector<journal::Draft>& events) {
  if (ticket_) throw std::logic_error("records come before the intent");
  const auto ticket = journal_.append(events);
  // Durable piece by piece: the journal's queue is bounded by those who wait.
  journal_.wait(ticket.seq);
  pass(Step::unit_archived);
}

void Unit::pass(Step step) {
  environment_.faults.pass(step, work_, [&] { session.cut(); });
}

void Unit::intend(Intent intent) {
  if (ticket_) throw std::logic_error("a unit has one intent");
  ticket_ = journal_.append(std::move(intent.events));
  outcome_ = std::move(intent.outcome);
  environment_.executor.post([&journal = journal_] {
    try {
      journal.flush();
    } catch (const std::exception&) {  // wait() says it again, to the one whom it concerns; a posted task must not throw
    }
  });
}

UnitEnd UnitOfWork::run(const std::string& work, const Pins& pins, const std::function<void(Unit&)>& body) {
  auto& faults = environment_.faults;
  insist_on_room(right_.journal().path(), work);
  Session& session = connection_.session();
  const auto cut = [&] { session.cut(); };
  const UnitId id = right_.next_unit();
  const int backend = session.backend_pid();
  faults.pass(Step::unit_begun, work, cut);

  // 1 and 2: the pins, then receipt and guard. The lease is the first lock.
  session.begin_unit(pins);
  const UtcMicros at = write_receipt(session, id, work);
  faults.pass(Step::unit_received, work, cut);

  // 3 and 4: lock, look, decide, intend, write. 5: witness, durable, COMMIT.
  Unit unit(id, at, session, environment_, right_.journal(), work);
  CommitAnswer answer = CommitAnswer::in_doubt;
  try {
    body(unit);
    if (!unit.ticket_) {
      session.rollback();
      return UnitEnd::empty;
    }
    session.witness(id, unit.ticket_->seq, unit.ticket_->chain);
    faults.pass(Step::unit_intended, work, cut);
    right_.journal().wait(unit.ticket_->seq);
    faults.pass(Step::unit_durable, work, cut);
    answer = session.commit();
  } catch (const journal::JournalError&) {
    session.rollback();  // the journal takes nothing more: what it holds of this unit is settled at the next start
    throw;
  } catch (const std::exception& error) {
    session.rollback();  // COMMIT was not sent, or was answered by an error: this can't have committed
    if (unit.ticket_) void_unit(id, error.what());
    throw;
  }
  switch (answer) {
    case CommitAnswer::committed: break;
    case CommitAnswer::rolled_back: void_unit(id, "COMMIT was answered by ROLLBACK"); return UnitEnd::voided;
    case CommitAnswer::in_doubt: return resolve(id, backend, unit.outcome_);
  }
  // 6: the outcome. Not waited for: recovery can find it again by the receipt.
  faults.pass(Step::unit_committed, work, cut);
  right_.journal().append(unit.outcome_(at), id);
  faults.pass(Step::unit_recorded, work, cut);
  return UnitEnd::committed;
}

UtcMicros UnitOfWork::write_receipt(Session& session, UnitId id, const std::string& work) {
  try {
    UtcMicros at;
    switch (session.write_receipt(id, right_.lease(), work, at)) {
      case ReceiptAnswer::inserted: return at;
      case ReceiptAnswer::lease_over: right_.throw_over("beginning unit " + to_string(id));
      case ReceiptAnswer::settled_already: break;
    }
    throw Failure(ExitCode::journal, "beginning unit " + to_string(id), environment_.target.name(),
                  "the target has a receipt of this number already", "Nothing was written by this unit.", "tidemark audit verify");
  } catch (...) {
    session.rollback();
    throw;
  }
}

UnitEnd UnitOfWork::resolve(UnitId id, int backend, const std::function<journal::Event(UtcMicros)>& outcome) {
  const auto end = environment_.clock.steady() + std::chrono::milliseconds(environment_.limits.connection_retry_ms + environment_.limits.lease_wait_ms);
  while (true) {
    if (environment_.clock.steady() >= end) {
      throw Failure(ExitCode::paused, "settling unit " + to_string(id), environment_.target.name(), "backend " + std::to_string(backend) + " still holds its receipt, and could not be ended",
                    "The unit is in doubt: the next start settles it by its receipt.", "end that backend (pg_terminate_backend), then run the same command again");
    }
    Session& session = connection_.reconnect("in COMMIT of unit " + to_string(id));
    try {
      const auto receipt = session.resolve(id, right_.lease(), environment_.limits.lease_wait_ms);
      if (!receipt) right_.throw_over("settling unit " + to_string(id));
      if (receipt->committed) {
        right_.journal().append(outcome(receipt->at), id);
        return UnitEnd::committed;
      }
      void_unit(id, "the connection died in COMMIT; the target keeps a tombstone");
      return UnitEnd::voided;
    } catch (const TargetError& error) {
      if (error.kind == TargetError::Kind::lock) {  // the old backend is still at it, and nobody listens to it any more
        for (const auto& blocker : session.blockers({"tidemark.receipt"})) {
          if (blocker.pid == backend && blocker.application.starts_with("tidemark/")) session.terminate(backend);
        }
      } else if (error.kind != TargetError::Kind::connection) {
        throw;
      }
    }
  }
}

void UnitOfWork::void_unit(UnitId id, const std::string& why) { right_.journal().append(journal::UnitVoided{why}, id); }

}  // namespace tidemark::engine
