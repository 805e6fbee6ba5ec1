#include "engine/runbook/postgres_tool.h"

#include <deque>

namespace tidemark::engine::runbook {

std::string PostgresTool::run(const std::string& program, const std::vector<std::string>& arguments, const ChildDatabase* database, const std::string& doing, const std::string& object, const std::string& safe) const {
  ChildCommand command{.argv = {path(program)}, .environment = {{"PGCONNECT_TIMEOUT", "10"}}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  if (database) database->password_for(command);
  std::string out;
  std::deque<std::string> last;
  const auto end = run_child(command, environment_.executor, environment_.stop, environment_.clock, [&](ChildStream stream, std::string_view line) {
    if (stream == ChildStream::out) {
      if (out.size() + line.size() < 1 << 20) out.append(line).append("\n");
      return;
    }
    environment_.observer.say(Observer::Level::debug, std::string(line));
    last.emplace_back(line);
    if (last.size() > 5) last.pop_front();
  });
  if (end.ok()) return out;
  if (end.how == ChildEnd::How::stopped) throw Failure(ExitCode::paused, doing, object, end.what, safe);
  std::string answer;
  for (const auto& line : last) answer += (answer.empty() ? "" : "; ") + line;
  if (answer.empty() || end.how != ChildEnd::How::exited) answer += (answer.empty() ? "" : "; ") + end.what;
  throw Failure(ExitCode::failed, doing, object, answer, safe, end.how == ChildEnd::How::not_started ? "apt-get install postgresql-client, or name the folder of PostgreSQL's programs in [backup] programs" : "");
}

std::string PostgresTool::version(const std::string& program) const {
  auto text = run(program, {"--version"}, nullptr, "asking for its version", program, "Nothing was changed.");
  return text.substr(0, text.find('\n'));
}

}  // namespace tidemark::engine::runbook
