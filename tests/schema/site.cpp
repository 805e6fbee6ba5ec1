#include "tests/schema/site.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "engine/runbook/schema_copy.h"

namespace tidemark::tests {
namespace {

std::string text_of_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  if (text.str().empty()) throw std::runtime_error("no " + path);
  return text.str();
}

}  // namespace

const Names kShipped = {"20251105004900_add_user_theme_preference", "20251105005100_add_profile_title",
                        "20251105030800_add_profile_links_table", "20251105210000_add_profile_links_ordering"};

std::string shipped() { return std::string(TIDEMARK_SOURCE_DIR) + "/migrations"; }

SchemaLimits quick() {
  SchemaLimits limits;
  limits.pins.lock_timeout_ms = 100;
  limits.lock_tries = 3;
  limits.lock_pause_ms = 10;
  limits.alone_wait_ms = 300;
  limits.watch_ms = 20;
  limits.prisma_wait_ms = 300;
  limits.prisma_poll_ms = 10;
  limits.accept_drift = true;  // the tests make what they need by hand
  return limits;
}

Scratch scratch_of(Environment& environment, Database& database, const std::string& user) {
  Scratch scratch{database.url(user), {}, {}};
  const char* bin = std::getenv("TIDEMARK_TEST_BIN");
  const runbook::SchemaCopy copy{database.url(user), bin ? bin : ""};
  scratch.copy_schema = [&environment, copy](const std::string& into) { runbook::copy_schema(environment, copy, into); };
  return scratch;
}

Site::Site(const std::string& id_type) {
  if (id_type.empty()) return;
  auto schema = text_of_file(std::string(TIDEMARK_SOURCE_DIR) + "/scripts/sandbox.d/schema.sql");
  for (std::size_t at; (at = schema.find(":id_type")) != std::string::npos;) schema.replace(at, 8, id_type);
  database.sql(schema);
}

void Site::run(const std::function<void(Environment&, WritingRun&)>& work, const std::string& fault_text) {
  const auto target = database.target();
  const auto executor = make_thread_executor();
  auto clock = Clock::system();
  auto faults = Faults::parse(fault_text);
  Uuid7 ids(clock);
  Environment environment{*target, *executor, clock, faults, ears_, stop, ids, {}, {"host", "user", "test", static_cast<std::uint64_t>(getpid())}};
  StartRequest request;
  request.journal_path = journal();
  request.started.verb = "deploy";
  const auto writing = WritingRun::begin(environment, request);
  work(environment, *writing);
  writing->finish(ExitCode::done, "done");
}

DeployReport Site::deploy(const std::string& migrations, const std::string& faults, const SchemaLimits& limits) {
  DeployReport report;
  run([&](auto& environment, auto& writing) { report = schema::deploy(environment, writing, read_migrations(migrations), limits); }, faults);
  return report;
}

RevertReport Site::revert(const std::string& migrations, const std::string& to, const std::string& faults, const SchemaLimits& limits) {
  RevertReport report;
  run([&](auto& environment, auto& writing) { report = revert_to(environment, writing, read_migrations(migrations), to, limits); }, faults);
  return report;
}

SchemaStatus Site::status(const std::string& migrations, bool with_journal) {
  const auto session = database.connect("status", true);
  const auto known = with_journal ? reader() : nullptr;
  return schema::status(*session, read_migrations(migrations), known.get());
}

std::string Site::said() {
  const std::lock_guard lock(ears_.mutex);
  return ears_.said;
}

void Site::await_said(const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (said().find(text) == std::string::npos) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("nobody said: " + text);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

std::string Site::told() const {
  std::string out;
  reader()->for_each({}, [&](const journal::Record& record) {
    const auto event = journal::decode(record);
    const std::string name = std::visit(
        [](const auto& e) -> std::string {
          if constexpr (std::is_same_v<std::decay_t<decltype(e)>, journal::MigrationIntended>) return " " + e.name + (e.revert ? " revert" : "");
          else if constexpr (requires { e.committed_at; e.name; }) return " " + e.name;
          else if constexpr (std::is_same_v<std::decay_t<decltype(e)>, journal::MigrationRefused>) return " " + e.name + " " + e.sqlstate;
          return "";
        },
        event);
    const std::string kind(journal::kind_name(record.kind));
    if (kind.starts_with("migration_") || kind.starts_with("unit_")) out += (out.empty() ? "" : ", ") + kind + name;
    return true;
  });
  return out;
}

std::string Site::catalog() {
  const char* bin = std::getenv("TIDEMARK_TEST_BIN");
  const std::string command = (bin ? std::string(bin) + "/" : "") + "pg_dump -s -N tidemark '" + database.url() + "'";
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) throw std::runtime_error("popen");
  std::string out;
  std::array<char, 4096> line;
  while (fgets(line.data(), line.size(), pipe.get())) {
    const std::string_view text(line.data());
    if (!text.starts_with("\\restrict ") && !text.starts_with("\\unrestrict ")) out += text;  // a random key
  }
  if (out.find("PostgreSQL database dump complete") == std::string::npos) throw std::runtime_error("pg_dump: " + out);
  return out;
}

Names Site::history() {
  Names rows;
  for (const auto& row : database.connect("look")->query(
           "SELECT migration_name || ' ' || applied_steps_count || CASE WHEN rolled_back_at IS NOT NULL THEN ' rolled_back' "
           "WHEN finished_at IS NOT NULL THEN ' applied' ELSE ' failed' END FROM _prisma_migrations ORDER BY started_at, id")) {
    rows.push_back(row[0].value_or(""));
  }
  return rows;
}

bool every_point() { return std::getenv("TIDEMARK_EVERY_POINT") != nullptr; }

bool ends_early(const std::function<void()>& call) {
  try {
    call();
  } catch (const Failure&) {
    throw;
  } catch (const std::exception&) {
    return true;
  }
  return false;
}

}  // namespace tidemark::tests
