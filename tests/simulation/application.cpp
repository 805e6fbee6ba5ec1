/// What people do with their rows meanwhile: never waiting, so only with rows that nobody holds.

#include "tests/simulation/world.h"

namespace tidemark::tests {
namespace {

std::string nth_key(const TableRows& rows, std::uint64_t n) { return std::next(rows.begin(), static_cast<std::ptrdiff_t>(n))->first; }

}  // namespace

std::string World::words() {
  static const char* const kWords[] = {"ash", "birch", "cedar", "elm", "fir", "?odd", "oak", "pine"};
  std::string text;
  for (std::uint64_t i = schedule_.below(5); i > 0; --i) text += std::string(kWords[schedule_.below(std::size(kWords))]) + " ";
  if (schedule_.chance(0.04)) text += "!bad ";
  return text;
}

void World::people(std::size_t n) {
  for (; n > 0; --n) {
    const std::string id = std::to_string(schedule_.below(1000)) + "-" + std::to_string(++people_), user = "u" + std::to_string(people_ / 2);
    auto* transaction = server_.begin(1, "psql", false);
    if (!server_.rows("users").contains(user)) transaction->changes[{"users", user}] = Row{user};
    transaction->changes[{"people", id}] = Row{id, user, words()};
    server_.commit(transaction);
  }
}

void World::add_person(const std::string& id, const std::string& words) {
  auto* transaction = server_.begin(1, "psql", false);
  transaction->changes[{"users", "u-" + id}] = Row{"u-" + id};
  transaction->changes[{"people", id}] = Row{id, "u-" + id, words};
  server_.commit(transaction);
}

void World::let_go() {
  for (const auto& hold : holds_) {
    if (hold.boot == server_.boot) server_.abort(hold.transaction);
  }
  holds_.clear();
}

void World::application() {
  server_.background();
  std::erase_if(holds_, [&](const Hold& hold) {
    if (hold.boot == server_.boot && hold.until > schedule_.points()) return false;
    if (hold.boot == server_.boot) server_.abort(hold.transaction);
    return true;
  });
  if (!application_ || !schedule_.chance(0.03) || schedule_.now_us < server_.down_until_us) return;
  const auto& all = server_.rows("people");
  if (all.empty()) return;
  const std::string person = nth_key(all, schedule_.below(all.size()));
  const auto& items = server_.rows("items");
  auto* transaction = server_.begin(2, "valine", false);
  const auto change = [&](const Place& place, const std::optional<Row>& row, const std::string& whose) {
    if (server_.locked(place, true, transaction)) return;
    transaction->changes[place] = row;
    server_.state.touched.insert(whose);
  };
  switch (schedule_.below(7)) {
    case 0: {  // an own item
      if (server_.locked({"people", person}, false, transaction)) break;
      const std::string id = "00000000-0000-4000-8000-" + std::to_string(100000000000 + ++items_);
      change({"items", id}, Row{id, person, words_in(words() + "own").empty() ? "own" : *words_in(words() + "own").begin(), "own"}, person);
      break;
    }
    case 1:
    case 2: {  // an item is edited or deleted
      if (items.empty()) break;
      const auto& [key, stored] = *std::next(items.begin(), static_cast<std::ptrdiff_t>(schedule_.below(items.size())));
      auto row = stored.row;
      row[3] = "edited " + std::to_string(++items_);
      change({"items", key}, schedule_.chance(0.5) ? std::optional(row) : std::nullopt, stored.row[1].value_or(""));
      break;
    }
    case 3: {  // another source
      auto row = all.at(person).row;
      row[2] = words();
      change({"people", person}, row, person);
      break;
    }
    case 4: {  // a person goes, with all items
      if (schedule_.chance(0.7) || server_.locked({"people", person}, true, transaction)) break;
      bool free = true;
      for (const auto& [key, stored] : items) free = free && (stored.row[1] != person || !server_.locked({"items", key}, true, transaction));
      if (!free) break;
      for (const auto& [key, stored] : items) {
        if (stored.row[1] == person) change({"items", key}, std::nullopt, person);
      }
      change({"people", person}, std::nullopt, person);
      break;
    }
    case 5: {
      server_.abort(transaction);
      people(1);
      return;
    }
    default: {  // holds a row for a while
      const Place place = schedule_.chance(0.5) || items.empty() ? Place("people", person) : Place("items", nth_key(items, schedule_.below(items.size())));
      if (server_.locked(place, true, transaction)) break;
      transaction->locks[place] = true;
      holds_.push_back({transaction, server_.boot, schedule_.points() + 5 + schedule_.below(60)});
      return;
    }
  }
  server_.commit(transaction);
}

}  // namespace tidemark::tests
