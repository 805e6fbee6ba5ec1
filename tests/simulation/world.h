#pragma once
/// A program, its journal's disk, the server and an application, from one seed: life after life, with the laws looked at after each.

#include <memory>
#include <string>

#include "engine/recovery.h"
#include "tests/disk/disk.h"
#include "tests/simulation/server.h"
#include "tests/simulation/words.h"

namespace tidemark::tests {

class World {
 public:
  /// @param directory  empty; the journal's
  World(std::uint64_t seed, std::string directory);
  ~World();

  /// A command under whatever goes wrong, then again, in peace, to its end. @return what is wrong; empty: nothing
  std::string life();

  // One step at a time, in peace.
  /// @return the exit code
  int calmly(const std::string& verb, const std::optional<Keys>& scope = {}) { return make_peace(), run({verb, scope, false}); }
  void add_person(const std::string& id, const std::string& words);
  State backup() const { return server_.state; }
  void restore(const State& then) { server_.restore(then); }
  std::string laws(const std::string& verb) const { return laws(Command{verb, std::nullopt, false}); }
  std::string journal() const { return directory_ + "/journal"; }

  std::map<std::string, std::uint64_t>& probes() { return server_.probes; }
  const std::string& story() const { return story_; }  ///< the commands so far and how they ended
  std::uint64_t trace() const { return schedule_.trace(); }

 private:
  struct Command { std::string verb; std::optional<Keys> scope; bool retry_refused = false; };
  Command pick();
  /// @return the exit code; 137: killed
  int run(const Command& command);
  int attempt(const Command& command);
  int work(Environment& environment, WritingRun& run, const Command& command);
  void make_trouble();
  void make_peace();
  void die();
  std::string in_peace(const Command& command);
  std::string go_back();       ///< a restored target
  std::string older_journal();

  // The application.
  void people(std::size_t n);
  void application();
  void let_go();
  std::string words();

  std::string laws(const Command& command) const;
  std::string directory_;
  Schedule schedule_;
  Server server_;
  Disk disk_;
  Words words_;
  bool application_ = false, broken_disk_ = false;
  std::string said_;  ///< the last error's text
  std::string story_;
  struct Hold { Transaction* transaction; std::uint64_t boot, until; };
  std::vector<Hold> holds_;
  std::vector<State> backups_;
  bool copied_ = false;
  std::uint64_t lives_ = 0, people_ = 0, items_ = 0;
  std::map<std::string, std::uint64_t> length_;  ///< points of a command so far, by verb
};

}  // namespace tidemark::tests
