#include "tests/simulation/server.h"

#include <algorithm>

namespace tidemark::tests {

Server::Server(Schedule& s) : schedule(s) {
  for (const char* table : {"users", "people", "items"}) state.tables[table];
}

TableFacts Server::facts(const std::string& table) const {
  TableFacts facts;
  facts.shape.schema = "public";
  facts.shape.name = table;
  if (table == "users") facts.shape.columns = {{"id", "text"}};
  if (table == "people") facts.shape.columns = {{"id", "text"}, {"owner", "text"}, {"words", "text"}};
  if (table == "items") facts.shape.columns = {{"id", "uuid"}, {"person", "text"}, {"label", "text"}, {"note", "text"}};
  facts.shape.key = {0};
  facts.columns.resize(facts.shape.columns.size());
  return facts;
}

Transaction* Server::begin(int pid, const std::string& application, bool ours) {
  auto& transaction = transactions_.emplace_back();
  transaction.xid = state.next_xid++;
  transaction.pid = pid;
  transaction.application = application;
  transaction.ours = ours;
  return &transaction;
}

void Server::end(Transaction* transaction) {
  abandoned_.erase(transaction);
  transactions_.remove_if([&](const auto& t) { return &t == transaction; });
}

void Server::abort(Transaction* transaction) { end(transaction); }

void Server::commit(Transaction* transaction) {
  for (const auto& [place, row] : transaction->changes) {
    auto& table = rows(place.first);
    const auto old = table.find(place.second);
    const auto last = state.last_by_us.find(place);
    // The engine touches rows that it wrote itself, and no others (nothing is forced here).
    if (transaction->ours && old != table.end() && !old->second.ours) violations.push_back("the engine changed " + place.first + " " + place.second + ", which the application had written");
    if (transaction->ours && place.first != "items") violations.push_back("the engine wrote to " + place.first);
    if (transaction->ours && row && old == table.end() && last != state.last_by_us.end() && !last->second) violations.push_back("the engine brought back " + place.second + ", which the application had deleted");
    state.last_by_us[place] = transaction->ours;
    if (row) table[place.second] = {*row, transaction->xid, transaction->ours};
    else if (old != table.end()) table.erase(old);
  }
  for (const auto& [unit, receipt] : transaction->receipts) state.receipts[unit] = receipt;
  if (transaction->lease) state.lease = transaction->lease;
  end(transaction);
}

void Server::leave(Transaction* transaction, bool commits) {
  transaction->commits = commits;
  abandoned_.insert(transaction);
}

bool Server::locked(const Place& place, bool update, const Transaction* mine) const {
  return std::any_of(transactions_.begin(), transactions_.end(), [&](const auto& other) {
    if (&other == mine) return false;
    const auto lock = other.locks.find(place);
    if (lock != other.locks.end() && (update || lock->second)) return true;
    return other.changes.contains(place);
  });
}

bool Server::wait(const std::function<bool(const Transaction&)>& in_the_way) {
  while (true) {
    const auto found = std::find_if(transactions_.begin(), transactions_.end(), in_the_way);
    if (found == transactions_.end()) return true;
    if (!abandoned_.contains(&*found) || schedule.chance(0.5)) return false;
    ++probes[found->commits ? "waited for a backend that committed" : "waited for a backend that gave up"];
    if (found->commits) commit(&*found);
    else abort(&*found);
  }
}

bool Server::lease_is(const Lease& lease) const { return state.lease && state.lease->epoch == lease.epoch && state.lease->token == lease.token; }

void Server::end_abandoned() {
  auto* one = const_cast<Transaction*>(*std::min_element(abandoned_.begin(), abandoned_.end(), [](const auto* a, const auto* b) { return a->xid < b->xid; }));
  if (one->commits) {
    ++probes["a COMMIT came late"];
    commit(one);
  } else {
    abort(one);
  }
}

void Server::time_out() {
  while (!abandoned_.empty()) end_abandoned();
}

void Server::background() {
  if (!abandoned_.empty() && schedule.chance(0.05)) end_abandoned();
  if (schedule.chance(trouble.restart)) restart();
  if (schedule.chance(trouble.stolen)) steal();
}

void Server::restart() {
  ++probes["the server was restarted"];
  ++boot;
  transactions_.clear();
  abandoned_.clear();
  down_until_us = schedule.now_us + static_cast<std::int64_t>(schedule.below(2'000'000));
}

void Server::steal() {
  if (!state.lease || std::any_of(transactions_.begin(), transactions_.end(), [](const auto& t) { return t.lease_shared || t.lease_alone; })) return;
  ++probes["the lease was stolen"];
  state.lease->epoch += 1;
  state.lease->token = journal::random_uuid();
  state.lease->path = "/elsewhere";
  state.lease->held = false;
}

std::vector<std::pair<int, std::string>> Server::holders(const std::function<bool(const Transaction&)>& which) const {
  std::vector<std::pair<int, std::string>> found;
  for (const auto& transaction : transactions_) {
    if (which(transaction)) found.emplace_back(transaction.pid, transaction.application);
  }
  return found;
}

bool Server::terminate(int pid) {
  const auto found = std::find_if(transactions_.begin(), transactions_.end(), [&](const auto& t) { return t.pid == pid; });
  if (found == transactions_.end()) return false;
  ++probes["a backend was ended"];
  terminated.insert(pid);
  abort(&*found);
  return true;
}

void Server::restore(const State& then) {
  restart();
  down_until_us = 0;
  state = then;
}

}  // namespace tidemark::tests
