#include "database.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace tidemark::tests {
namespace {

const char* const kKinds[] = {"connection", "lock", "data", "privilege", "other"};

std::string server() {
  const char* url = std::getenv("TIDEMARK_TEST_URL");
  if (!url) throw std::runtime_error("TIDEMARK_TEST_URL is not set: run this through tests/postgres/with_server");
  return url;
}

std::string url_of(const std::string& database, const std::string& user) {
  std::string url = server();
  const auto path = url.find('/', url.find("://") + 3), query = url.find('?');
  const std::string parameters = query == std::string::npos ? "" : url.substr(query + 1) + "&";
  url = url.substr(0, std::min(path, query)) + "/" + database;
  return url + "?" + parameters + (user.empty() ? "" : "user=" + user);
}

/// One for all databases of the tests: connecting costs more than they do.
Session& administrator() {
  static const auto target = postgres::make_target({server(), {}});
  static auto session = target->connect("test", false);
  try {
    session->query("SELECT 1");
  } catch (const TargetError&) {  // a test ended it
    session = target->connect("test", false);
  }
  return *session;
}

std::string unique(const std::string& stem) {
  static int count = 0;
  return stem + std::to_string(getpid()) + "_" + std::to_string(++count);
}

}  // namespace

Database::Database(const std::string& options) : name_(unique("tidemark_test_")) {
  administrator().query("CREATE DATABASE " + name_ + " TEMPLATE template0 " + options);
  aside_ = connect("aside");
}

Database::~Database() {
  aside_.reset();
  try {
    auto& session = administrator();
    session.query("DROP DATABASE " + name_ + " WITH (FORCE)");
    for (const auto& role : roles_) session.query("DROP ROLE " + role);
  } catch (const std::exception& error) {
    WARN("cleaning up: " << error.what());
  }
}

std::string Database::url(const std::string& user) const { return url_of(name_, user); }
std::unique_ptr<Target> Database::target(const std::string& user, const std::string& search_path) {
  return postgres::make_target({url(user), search_path});
}
std::unique_ptr<Session> Database::connect(const std::string& purpose, bool read_only, const std::string& user) {
  return target(user)->connect(purpose, read_only);
}

std::string Database::role(const std::string& options) {
  roles_.push_back(unique("tidemark_role_"));
  sql("CREATE ROLE " + roles_.back() + " LOGIN " + options);
  return roles_.back();
}

std::string Database::sql(const std::string& text) { return one(*aside_, text); }

void Database::await(const std::string& question) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (sql(question) != "t") {
    if (std::chrono::steady_clock::now() > end) FAIL("waited in vain for: " << question);
  }
}

void Database::await_lock_wait(int pid) {
  await("SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = " + std::to_string(pid));
}

std::string one(Session& session, const std::string& sql, const Row& parameters) {
  const auto rows = session.query(sql, parameters);
  return rows.empty() || rows[0].empty() ? "" : rows[0][0].value_or("");
}

TargetError error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const TargetError& error) {
    return error;
  }
  FAIL("nothing was refused");
  throw std::logic_error("unreachable");
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const TargetError& error) {
    return std::string(kKinds[static_cast<int>(error.kind)]) + (error.sqlstate.empty() ? "" : " ") + error.sqlstate;
  }
  return "nothing";
}

Lease take(Session& session) {
  Lease lease = session.lock_lease(5000);
  lease.epoch += 1;
  lease.token = journal::random_uuid();
  if (!lease.journal) lease.journal = journal::random_uuid();
  lease.host = "host";
  lease.user = "user";
  lease.path = "/journal";
  lease.pid = 42;
  lease.run = 7;
  lease.held = true;
  // No REQUIRE: this also runs in the background, and Catch's assertions belong to one thread.
  if (session.grant_lease(lease) != CommitAnswer::committed) throw std::runtime_error("the lease was not granted");
  return lease;
}

Digest chain_of(std::uint8_t first, std::uint8_t rest) {
  Digest chain;
  chain.fill(rest);
  chain[0] = first;
  return chain;
}

void make_valine(Database& database, const std::string& id_type) {
  database.sql("CREATE TABLE users (id " + id_type + " PRIMARY KEY)");
  database.sql("CREATE TABLE profiles (id " + id_type + " PRIMARY KEY, \"userId\" " + id_type +
               " NOT NULL UNIQUE REFERENCES users(id), \"socialLinks\" jsonb)");
  database.sql("CREATE TABLE links (id " + id_type + " PRIMARY KEY, \"userId\" " + id_type + " NOT NULL REFERENCES users(id), \"profileId\" " +
               id_type + " NOT NULL REFERENCES profiles(id), label varchar(40) NOT NULL)");
  database.sql("CREATE INDEX ON links (\"userId\")");
}

SourceShape profiles_of(const std::string& id_type) {
  SourceShape source;
  source.schema = "public";
  source.table = "profiles";
  source.key = "id";
  source.key_type = id_type;
  source.value = "socialLinks";
  source.value_type = "jsonb";
  source.columns = {"userId"};
  source.parent = SourceShape::Parent{"public", "users", "id", id_type, 0};
  return source;
}

TableShape links_of(const std::string& id_type) {
  TableShape shape;
  shape.schema = "public";
  shape.name = "links";
  shape.columns = {{"id", id_type}, {"userId", id_type}, {"profileId", id_type}, {"label", "character varying(40)"}};
  shape.key = {0};
  return shape;
}

}  // namespace tidemark::tests
