#pragma once
/// A database server in memory, as far as the engine asks one: rows, row locks, transactions, receipts, the lease; connections that break in
/// every moment, COMMITs whose answer is lost, backends that are still at it after their client is gone.

#include <list>
#include <map>
#include <set>
#include <string>

#include "engine/target.h"
#include "tests/simulation/schedule.h"

namespace tidemark::tests {

using namespace engine;

/// The order of keys is the server's own: by their reversed texts here, so that nobody else's order fits by chance.
struct ServerOrder {
  bool operator()(const std::string& a, const std::string& b) const { return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend()); }
};
using Place = std::pair<std::string, std::string>;  ///< table, key

struct Stored {
  Row row;
  std::uint64_t xmin = 0;
  bool ours = false;  ///< last written by the engine
};
using TableRows = std::map<std::string, Stored, ServerOrder>;

/// What a backup holds.
struct State {
  std::map<std::string, TableRows> tables;
  std::map<UnitId, Receipt> receipts;
  std::optional<Lease> lease;
  Uuid tidemark;
  std::int64_t beat_us = 0;
  std::uint64_t next_xid = 100;
  std::map<Place, bool> last_by_us;    ///< of each row that ever was
  std::set<std::string> touched;       ///< people that the application had to do with
};

struct Transaction {
  std::uint64_t xid = 0;
  int pid = 0;
  std::string application;
  bool ours = true;
  std::map<Place, std::optional<Row>> changes;
  std::map<Place, bool> locks;  ///< true: for update; false: shared
  bool lease_shared = false, lease_alone = false;
  std::optional<Lease> lease;
  std::map<UnitId, Receipt> receipts;
  bool commits = false;  ///< of one whose client is gone: how it will end
};

/// How often things go wrong; all zero: never.
struct Trouble {
  double cut = 0;       ///< a connection breaks, at each question
  double commit = 0;    ///< a COMMIT is lost, its answer is lost, it comes late, or it is answered by ROLLBACK
  double timeout = 0;   ///< a lock or statement takes too long
  double restart = 0;   ///< the server, at each point
  double stolen = 0;    ///< another runner takes the lease, at each point
};

class Server {
 public:
  explicit Server(Schedule& s);

  Schedule& schedule;
  Trouble trouble;
  State state;
  std::uint64_t boot = 1;
  std::int64_t down_until_us = 0;
  bool stop_asked = false;
  std::map<std::string, std::uint64_t> probes;  ///< how often what is rare was reached
  std::vector<std::string> violations;          ///< what no engine may do, seen where it did it

  TableFacts facts(const std::string& table) const;
  TableRows& rows(const std::string& table) { return state.tables[table]; }

  Transaction* begin(int pid, const std::string& application, bool ours = true);
  void commit(Transaction* transaction);
  void abort(Transaction* transaction);
  /// Its client is gone, it isn't yet.
  void leave(Transaction* transaction, bool commits);
  /// Does another transaction hold it in a way that excludes this one?
  bool locked(const Place& place, bool update, const Transaction* mine) const;
  /// Waits until no abandoned transaction is in the way. @return false: one still is, or somebody living
  bool wait(const std::function<bool(const Transaction&)>& in_the_way);
  bool lease_is(const Lease& lease) const;
  void restart();
  void steal();
  void background();  ///< abandoned transactions end, sooner or later
  void time_out();    ///< all of them: idle_in_transaction_session_timeout has passed
  std::vector<std::pair<int, std::string>> holders(const std::function<bool(const Transaction&)>& which) const;
  bool terminate(int pid);
  /// A restore: everything is as it was then, and another server process.
  void restore(const State& then);
  int next_pid = 1000;
  std::set<int> terminated;  ///< backends

 private:
  void end(Transaction* transaction);
  void end_abandoned();  ///< the oldest
  std::list<Transaction> transactions_;
  std::set<const Transaction*> abandoned_;
};

/// The same server by the engine's door.
std::unique_ptr<Target> target_of(Server& server);

}  // namespace tidemark::tests
