#pragma once
/// The whole runbook as one procedure: what `run` is made of.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/verbs/door.h"
#include "engine/runbook/gate.h"
#include "engine/runbook/procedure.h"
#include "journal/lock_file.h"

namespace tidemark::commands {

class Evening;

/// What a phase did, and what its gate is to judge.
struct Performed {
  std::vector<engine::runbook::Criterion> criteria;
  std::uint64_t seen = 0;                          ///< profiles looked at
  bool paused = false;                             ///< stopped cleanly in the middle: 75
  bool trigger = true;                             ///< its not being met is the phase's own fault
  std::string reopen;                              ///< a phase that has to be done again before this one
  int refused_code = 3;                            ///< of `run`, when the gate isn't met
  std::optional<bool> plan_as_expected;            ///< only where a reviewed plan was named
  std::optional<journal::PlanSealed> plan;         ///< to be sealed when the gate approves
  std::map<std::string, std::int64_t> to_accept;   ///< reasons of rejected entries that nobody accepted yet
  std::vector<std::string> accepted;               ///< reasons accepted by this call, by name
  bool to_decide = true;                           ///< false: a decision point at which there is nothing to decide
  std::string question;                            ///< of a decision point
  std::vector<journal::Event> events;              ///< recorded before the gate
  std::vector<std::string> next;                   ///< what else can be typed when the gate doesn't open
};

struct Phase {
  std::string name;   ///< on the command line and in the journal
  std::string part;   ///< of the runbook's timeline: the key in [run.minutes]
  std::string title;
  bool decision_point = false;
  bool trigger = false;  ///< its failing is a reason to roll back
  std::function<Performed(Evening&)> perform;
};
/// In order; only what is built.
const std::vector<Phase>& phases_of_the_runbook();

// Those that look at the application, in a file of their own.
Performed integration(Evening& evening);
Performed smoke(Evening& evening);
Performed monitoring(Evening& evening);

/// The way back from what a procedure did; empty where it did nothing.
struct WayBack {
  bool rows = false;               ///< it converted profiles
  std::optional<std::string> to;   ///< `rollback --to`
  std::vector<std::string> commands(journal::Seq procedure) const;
};

class Evening {
 public:
  Evening(Door& the_door, const Runbook& the_options);
  int go();

  // For the phases.
  Door& door;
  const Runbook& options;
  engine::runbook::Procedure procedure;
  std::string journal_path, log_path;
  std::unique_ptr<journal::Reader> reader() const { return std::make_unique<journal::Reader>(journal_path); }
  /// A file of this target beside the journal: "/…/valine" + suffix.
  std::string beside(const std::string& suffix) const;
  WayBack way_back();
  /// A line of the result: standard output, or with --json the log; and the log file.
  void say(const std::string& text);

 private:
  void begin();
  void apply_options();
  bool terminal() const;
  std::string where() const;  ///< "staging, valine@db:5432/valine"
  int perform(const Phase& phase);
  Performed whole(const Phase& phase);
  Performed work(const Phase& phase);
  bool steps(const std::string& when, const Phase& phase, Performed& done);
  void insist_on_backup(const Phase& phase);
  int gate(const Phase& phase, const Performed& done);
  bool asked(const Phase& phase, const Performed& done, journal::GateDecided& decided);
  int not_met(const Phase& phase, const Performed& done, const journal::GateDecided& decided);
  int roll_back(const std::string& cause);
  int end(int code);
  void copy_journal();
  void contacts();
  void next(const std::vector<std::string>& commands);
  void summary();
  Json json(int code) const;
  journal::GateDecided decision(const std::string& gate, const std::string& what, const std::string& how, const std::string& reason) const;

  /// Into the journal. Before the procedure has one (a preflight that fails writes nothing) they are held until open().
  void record(const std::vector<journal::Event>& events);
  void open();

  std::vector<journal::Event> held_;
  bool opened_ = false;
  std::unique_ptr<journal::LockFile> lock_;
  std::vector<std::string> order_, next_;
  std::string state_ = "paused";
};

}  // namespace tidemark::commands
