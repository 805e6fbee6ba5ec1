#include "commands/parse.h"

#include <algorithm>
#include <cstdio>

#include "commands/combinations.h"
#include "commands/command_line/command_line.h"
#include "commands/print_error.h"
#include "commands/redact.h"
#include "commands/terminal.h"
#include "commands/version.h"

namespace tidemark::commands {

Answered CommandLine::usage_error(const std::string& problem, const std::string& verb_path, bool json) const {
  const std::string command = "tidemark" + (verb_path.empty() ? "" : " " + verb_path);
  const engine::Failure failure(engine::ExitCode::usage, "reading the command line", command, redact(problem), "Nothing was done.", command + " --help");
  if (json) return {2, error_json(failure), ""};
  return {2, "", "tidemark: " + printable_lines(failure.answer) + "\nSee: " + failure.next + "\n"};
}

namespace {

/// `--profile A B` means `--profile A --profile B`; done here because CLI11 would also split an id like "[a,b]".
std::vector<std::string> spread(const std::vector<std::string>& args) {
  std::vector<std::string> out;
  std::string name;
  bool in_ids = false, first = false, plain = false;
  for (const std::string& arg : args) {
    plain = plain || (arg == "--" && !first);
    if (plain) {
      out.push_back(arg);
    } else if (arg == "--profile" || arg == "--user") {
      if (first) throw CLI::ValidationError(name + " names nobody: " + arg + " is no ID (" + name + "=" + arg + " means one)");
      name = arg;
      in_ids = first = true;
    } else if (in_ids && (first || !arg.starts_with('-'))) {
      out.push_back(name + "=" + arg);
      first = false;
    } else {
      in_ids = false;
      out.push_back(arg);
    }
  }
  if (first) out.push_back(name);
  return out;
}

}  // namespace

std::variant<Parsed, Answered> CommandLine::parse(std::vector<std::string> args) {
  const bool json = std::find(args.begin(), args.end(), "--json") != args.end();
  try {
    args = spread(args);
    std::reverse(args.begin(), args.end());  // CLI11 takes them from the back
    app_.parse(args);
  } catch (const CLI::CallForVersion&) {
    return Answered{0, version_line() + "\n", ""};
  } catch (const CLI::Success&) {
    return Answered{0, app_.help(), ""};
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();
    return usage_error(text.substr(0, text.find(':')) + (text.find("At Most") != std::string::npos ? " stands there twice" : " wants a value"), path(deepest()), json);
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what(), path(deepest()), json);
  }
  auto unknown = app_.remaining(true);
  std::erase(unknown, "--");
  if (!unknown.empty()) return usage_error(explain_unknown(unknown.front()), path(deepest()), json);
  if (verbose_ > 0 && quiet_) return usage_error("--verbose and --quiet contradict each other", path(deepest()), json);
  globals_.verbosity = quiet_ ? -1 : std::min(verbose_, 2);
  for (Verb& verb : verbs_) {
    if (!verb.app->parsed()) continue;
    if (const std::string problem = contradiction(verb.command); !problem.empty()) return usage_error(problem, path(deepest()), json);
    return Parsed{path(deepest()), globals_, verb.command};
  }
  const std::string here = path(deepest());
  std::string missing = here.empty() ? "what is to be done? Name a verb:" : here + " what? Name one of:";
  for (const CLI::App* app : deepest()->get_subcommands([](const CLI::App*) { return true; })) missing += " " + app->get_name();
  return usage_error(missing, path(deepest()), json);
}

std::variant<Parsed, Answered> parse(int argc, const char* const* argv) {
  std::vector<std::string> args;
  for (int i = 1; i < argc; ++i) args.emplace_back(argv[i]);
  return CommandLine().parse(std::move(args));
}

int print(const Answered& answer) {
  std::fputs(answer.out.c_str(), stdout);
  std::fputs(answer.err.c_str(), stderr);
  std::fflush(stdout);
  return answer.exit_code;
}

}  // namespace tidemark::commands
