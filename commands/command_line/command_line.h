#pragma once
/// The verbs and their options, one line each, and what is said of a word that none of them knows. Shared by parse.cpp and this
/// folder alone: CLI11 costs seconds to compile.

#include <CLI/CLI.hpp>

#include <deque>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "commands/options.h"
#include "commands/parse.h"

namespace tidemark::commands {

inline constexpr const char* kExitCodes =
    "Exit codes:\n"
    "   0  done, or nothing to do\n"
    "   1  failed, or not begun (unreachable, unknown profile)\n"
    "   2  wrong usage, or a question without a terminal and without --yes\n"
    "   3  a check did not hold\n"
    "   4  done, with conflicts or refused profiles left\n"
    "   5  the target is behind the journal (restored from a backup?)\n"
    "   6  another runner holds the lease\n"
    "   7  the journal is damaged, foreign, or newer than this program\n"
    "   8  inconclusive, or a decision is wanted\n"
    "  75  stopped cleanly: run the same again to resume";

/// The verbs and their options: one line each. Options of a verb that isn't built yet are not offered.
class CommandLine {
 public:
  CommandLine();

  std::variant<Parsed, Answered> parse(std::vector<std::string> args);

 private:
  struct Verb {
    CLI::App* app;
    Command command;
  };

  /// Declares a verb. The reference stays good: a deque doesn't move its elements.
  template <class Options>
  std::pair<CLI::App&, Options&> verb(CLI::App& parent, const std::string& name, const std::string& group, const std::string& does) {
    CLI::App* app = parent.add_subcommand(name, does)->group(group);
    app->require_subcommand(0, 0)->footer(std::string("The options of `tidemark --help` may stand here too.\n\n") + kExitCodes);
    verbs_.push_back({app, Options{}});
    return {*app, std::get<Options>(verbs_.back().command)};
  }
  CLI::App& family(const std::string& name, const std::string& group, const std::string& does) {
    CLI::App* app = app_.add_subcommand(name, does)->group(group)->require_subcommand(0, 1)->footer(kExitCodes);
    app->get_formatter()->label("SUBCOMMAND", "VERB");
    return *app;
  }

  template <class Value>
  static CLI::Option* value(CLI::App& app, const std::string& names, Value& into, const std::string& what, const std::string& does) {
    return app.add_option(names, into, does)->option_text(what);
  }
  static void flag(CLI::App& app, const std::string& names, bool& into, const std::string& does) { app.add_flag(names, into, does); }
  /// May be repeated; takes one id each, never splits it (spread() has made `--profile A B` into two).
  static void ids(CLI::App& app, const std::string& name, std::vector<std::string>& into, const std::string& does) {
    app.add_option(name, into, does)->option_text("ID ...")->allow_extra_args(false);
  }
  /// A scope that a script left empty must not widen what the other scopes name.
  static std::string not_empty(const std::string& text) { return text.empty() ? "an empty text says nothing" : ""; }
  static std::string number_of_run(std::string text) {
    text = text.starts_with('#') ? text.substr(1) : text;
    if (text.find_first_not_of('0') == std::string::npos) throw CLI::ValidationError("a run is numbered from 1");
    return text;
  }
  /// @param done  what was done to the profiles in the run or the time that is named
  void row_scope(CLI::App& app, RowScope& into, const std::string& done) {
    ids(app, "--profile", into.profiles, "the rows of these profiles; may be repeated");
    value(app, "--profiles-from", into.profiles_from, "FILE", "the same, one id a line; - reads standard input")->check(not_empty);
    ids(app, "--user", into.users, "of these users' profiles; may be repeated");
    value(app, "--where", into.where, "SQL", "for which this holds: a condition on the source table, there called t")->check(not_empty);
    value(app, "--run", into.run, "N", done + " in that run")->transform(number_of_run);
    value(app, "--since", into.since, "WHEN", done + " then or later: #EVENT, RFC 3339, or local HH:MM")->check(not_empty);
    value(app, "--until", into.until, "WHEN", done + " then or before")->check(not_empty);
  }
  static void plan_options(CLI::App& app, std::string& plan, std::string& expect) {
    value(app, "--plan", plan, "FILE", "only if the data are still as this file of `plan --out` says")->check(not_empty);
    value(app, "--expect-plan", expect, "HASH", "the same, by the plan's hash")->check(not_empty)->excludes("--plan");
  }
  void scratch_url(CLI::App& app, std::string& into) { value(app, "--scratch-url", into, "URL", "a server where scratch databases may be made (the target's)"); }
  void lease_options(CLI::App& app) {
    flag(app, "--take-lease", globals_.take_lease, "take over from another runner that is known to be gone");
    flag(app, "--adopt-target", globals_.adopt_target, "begin anew on a target that names another journal");
  }

  void global_options();
  void schema_and_data();
  void whole_runbook();
  void watching();
  void runbook();
  void undo_and_audit();
  void care();
  Answered usage_error(const std::string& problem, const std::string& verb_path, bool json) const;
  std::string explain_unknown(const std::string& word) const;
  const CLI::App* deepest() const;
  std::string path(const CLI::App* app) const;  ///< "audit log"

  CLI::App app_;
  Globals globals_;
  int verbose_ = 0;
  bool quiet_ = false;
  std::deque<Verb> verbs_;
};

}  // namespace tidemark::commands
