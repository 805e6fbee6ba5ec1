#include "engine/lease.h"

#include <cmath>

namespace tidemark::engine {
namespace {

/// Same journal, and by host and path the very file whose lock we hold: then its holder is dead. A copy of the file has another path.
bool our_own(const Lease& found, const Environment& env, const LeaseRequest& request) {
  return found.journal == request.journal && found.host == env.who.host && found.path == request.path;
}

void decide(const Lease& found, Environment& env, const LeaseRequest& request, const std::function<std::optional<Digest>(Seq)>& chain_at) {
  const std::string target = env.target.name();
  if (found.held && !our_own(found, env, request) && !request.take && found.beat_age_s < env.limits.lease_ttl_s) {
    throw Failure(ExitCode::leased, "taking the lease", target, "another runner holds it: " + describe_holder(found),
                  "Nothing was written.", "tidemark stop (asks it to end after its chunk), or wait; tidemark status shows it");
  }
  if (found.journal && found.journal != request.journal && !request.adopt) {
    throw Failure(ExitCode::journal, "taking the lease", target,
                  "it names another journal, " + to_string(*found.journal) + " at " + found.host + ":" + found.path +
                      " (last run #" + std::to_string(found.run) + " by " + found.user + ")",
                  "Nothing was written. With this journal, what the other one wrote could not be told from users' own rows.",
                  "use that journal with --journal FILE on that host; --adopt-target only to begin anew on purpose");
  }
  if (found.journal == request.journal && found.head_seq > 0) {
    const auto ours = chain_at(found.head_seq);
    if (!ours || (found.head_chain && *ours != *found.head_chain)) {
      throw Failure(ExitCode::journal, "comparing the journal with its witness", request.path,
                    "the target has seen event #" + std::to_string(found.head_seq) +
                        (ours ? ", but it is another one in this file" : ", but this file ends at #" + std::to_string(request.head_seq)),
                    "Nothing was written. The file is an older copy, was cut, or was rewritten.",
                    "put the right journal back, then tidemark audit verify");
    }
  }
}

/// The lock on the lease waits for an older unit in flight. A client that is stopped in COPY is ended by no time-out.
void end_blockers(Environment& env, Session& session, const LeaseRequest& request) {
  std::string others;
  const Lease now = session.read_lease();
  for (const auto& blocker : session.blockers({"tidemark.lease"})) {
    const bool runner = blocker.application.starts_with("tidemark/");
    const bool dead = our_own(now, env, request) || request.take || now.beat_age_s >= env.limits.lease_ttl_s;
    if (runner && dead && session.terminate(blocker.pid)) {
      env.observer.say(Observer::Level::warning, "ended backend " + std::to_string(blocker.pid) + " (" + blocker.application +
                                                     "), which held the lease of a runner that is gone");
    } else {
      others += (others.empty() ? "" : "; ") + ("pid " + std::to_string(blocker.pid)) + " " + blocker.application + " of " + blocker.user +
                ", " + blocker.state + " for " + std::to_string(std::lround(blocker.held_s)) + " s: " + blocker.query;
    }
  }
  if (others.empty()) return;
  const bool live = now.held && !our_own(now, env, request);
  throw Failure(live ? ExitCode::leased : ExitCode::paused, "taking the lease", env.target.name(), "its row is locked by " + others,
                "Nothing was written.", live ? "tidemark stop, or wait until that runner has ended" : "end that session, then run the same command again");
}

}  // namespace

std::string describe_holder(const Lease& lease) {
  return lease.user + "@" + lease.host + ", pid " + std::to_string(lease.pid) + ", run #" + std::to_string(lease.run) + ", journal " +
         lease.path + ", last sign of life " + std::to_string(std::lround(lease.beat_age_s)) + " s ago";
}

Taken take_lease(Environment& env, Session& session, const LeaseRequest& request,
                 const std::function<std::optional<Digest>(Seq)>& chain_at) {
  for (int attempt = 0;; ++attempt) {
    Lease found;
    try {
      found = session.lock_lease(attempt == 0 ? env.limits.lease_wait_ms : env.limits.lease_wait_ms / 4);
    } catch (const TargetError& error) {
      if (error.kind != TargetError::Kind::lock) throw;
      session.rollback();
      if (attempt < 4) end_blockers(env, session, request);
      else throw Failure(ExitCode::paused, "taking the lease", env.target.name(), error.what(), "Nothing was written.", "run the same command again");
      continue;
    }
    try {
      decide(found, env, request, chain_at);
    } catch (...) {
      session.rollback();
      throw;
    }
    env.faults.pass(Step::lease_before, {}, [&] { session.cut(); });
    Lease mine = found;
    mine.epoch = std::max(found.epoch, request.last_epoch) + 1;
    mine.token = journal::random_uuid();
    mine.journal = request.journal;
    mine.host = env.who.host;
    mine.user = env.who.user;
    mine.pid = env.who.pid;
    mine.path = request.path;
    mine.run = request.run;
    mine.head_seq = request.head_seq;
    mine.head_chain = request.head_chain;
    mine.held = true;
    switch (session.grant_lease(mine)) {
      case CommitAnswer::committed: return {mine, found};
      case CommitAnswer::rolled_back: continue;
      case CommitAnswer::in_doubt: break;
    }
    throw TargetError(TargetError::Kind::connection, "", "the connection died while the lease was being granted");
  }
}

}  // namespace tidemark::engine
