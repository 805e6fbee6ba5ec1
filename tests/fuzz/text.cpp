#include <map>

#include "commands/configuration.h"
#include "engine/errors.h"
#include "engine/runbook/line_splitter.h"
#include "engine/runbook/monitor/log_line.h"
#include "engine/runbook/test_results.h"
#include "engine/schema/lexer.h"
#include "engine/schema/scan.h"
#include "engine/schema/step_statement.h"
#include "tests/fuzz/targets.h"

namespace tidemark::tests::fuzz {

void sql(std::string_view bytes) {
  engine::schema::Lexer lexer(bytes);
  std::size_t tokens = 0;
  int line = 1;
  for (auto token = lexer.next(); token.kind != engine::schema::Token::Kind::end; token = lexer.next()) {
    promise(++tokens <= bytes.size(), "each token takes something");
    promise(token.line >= line, "lines rise");
    line = token.line;
  }
  engine::schema::identifiers(bytes);
  const bool fit = engine::schema::unfit_for_unit(bytes).empty() && !bytes.starts_with("\xEF\xBB\xBF");  // refused for itself
  try {
    const auto way = engine::schema::way_of(bytes, "x/migration.sql");
    promise(way.alone.empty() ? engine::schema::unfit_for_unit(way.script).empty() : !fit, "what is unfit is refused, or runs alone");
    if (!way.alone.empty()) engine::schema::parse_step(bytes, way.alone, "x/migration.sql", true);
  } catch (const engine::Failure&) {
    promise(!fit, "what is fit isn't");
  }
}

void configuration(std::string_view bytes) {
  try {
    const auto read = commands::parse_configuration(bytes, "tidemark.toml");
    commands::canonical(read);
    promise(commands::parse_configuration(bytes, "tidemark.toml") == read, "the same again");
  } catch (const engine::Failure& failure) {
    promise(failure.code == engine::ExitCode::usage, "refused as wrong usage");
  }
}

void log_lines(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::size_t piece = static_cast<unsigned char>(bytes[0]) + std::size_t{1};
  bytes.remove_prefix(1);
  constexpr std::size_t kLongest = 100;
  const auto lines_of = [&](std::size_t size) {
    std::vector<std::string> lines;
    engine::runbook::LineSplitter splitter(kLongest, [&](std::string_view line) { lines.emplace_back(line); });
    for (std::size_t at = 0; at < bytes.size(); at += size) splitter.take(bytes.substr(at, size));
    splitter.end();
    return lines;
  };
  const auto lines = lines_of(piece);
  promise(lines == lines_of(bytes.size() + 1), "the same lines however they come");
  for (const auto& line : lines) {
    promise(line.size() <= kLongest && line.find('\n') == line.npos, "a line is one, and short");
    const auto said = engine::runbook::monitor::parse_log_line(line);
    if (said.status) promise(*said.status >= 100 && *said.status <= 599, "a status is one");
  }
  engine::runbook::monitor::parse_log_line(bytes);
}

void test_results(std::string_view bytes) {
  using namespace engine::runbook;
  if (bytes.empty()) return;
  const auto which = bytes[0] & 3;
  bytes.remove_prefix(1);
  const TestPatterns numbers{"([0-9]+) passed", "([0-9]+) failed", "([0-9]+) skipped"};
  const auto results = which == 0 ? read_junit(bytes) : which == 1 ? read_tap(bytes) : which == 2 ? read_jest(bytes) : read_by_pattern(bytes, numbers);
  const auto verdict = judge(results, {}, {}, 95);
  promise(verdict.passed <= results.passed + results.count(TestCase::Outcome::passed), "none passes that nobody wrote of");
  if (!verdict.met) return;
  promise(results.problem.empty(), "what isn't whole is never met");
  promise(verdict.passed > 0, "no tests are never met");
  promise(verdict.failed * 95 <= verdict.passed * 5, "more than 95 percent pass");
}

}  // namespace tidemark::tests::fuzz
