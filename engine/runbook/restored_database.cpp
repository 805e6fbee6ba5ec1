#include "engine/runbook/restored_database.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "engine/postgres/adapter.h"
#include "engine/postgres/conninfo.h"
#include "engine/postgres/quote.h"
#include "engine/postgres/scratch_database.h"
#include "engine/runbook/postgres_tool.h"

namespace tidemark::engine::runbook {

using postgres::quoted_name;

namespace {

constexpr const char* kOldInPlace = "The old database is in place, as it was.";
constexpr std::size_t kLongestName = 63;  // NAMEDATALEN - 1
/// Their stored value is a list as SQL wants it; as one literal it would be a list of one.
constexpr auto kLists = std::to_array<std::string_view>({"search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries", "unix_socket_directories", "shared_preload_libraries"});

}  // namespace

std::string name_beside(const std::string& database, const std::string& what) {
  auto stem = database.substr(0, kLongestName - what.size() - 1);
  if (stem.size() < database.size()) {  // never half a character
    while (!stem.empty() && (static_cast<unsigned char>(database[stem.size()]) & 0xC0U) == 0x80U) stem.pop_back();
  }
  return stem + "_" + what;
}

RestoredDatabase::RestoredDatabase(Environment& environment, Target& reading, RestoreRequest request) : environment_(environment), reading_(reading), request_(std::move(request)) {
  for (const char* beside : {"postgres", "template1"}) {
    if (request_.database == beside) continue;
    server_ = postgres::make_target({postgres::with_database(request_.conninfo, beside), {}});
    try {
      admin_ = server_->connect("restore", false);
      return;
    } catch (const TargetError& error) {
      environment_.observer.say(Observer::Level::debug, std::string("restore: not by way of ") + beside + ": " + error.what());
    }
  }
  throw failed("connecting to the server beside the target", "neither the database postgres nor template1 can be connected to", "let this role connect to the database postgres");
}

Failure RestoredDatabase::failed(const std::string& doing, const std::string& answer, const std::string& next) const {
  return {ExitCode::failed, doing, address(), answer, kOldInPlace, next};
}

std::string RestoredDatabase::conninfo() const { return postgres::with_database(request_.conninfo, request_.fresh); }
std::string RestoredDatabase::address() const { return reading_.name(); }

bool RestoredDatabase::exists(const std::string& name) const {
  return !admin_->query("SELECT 1 FROM pg_catalog.pg_database d WHERE d.datname = $1::text", {name}).empty();
}

void RestoredDatabase::make() {
  drop();
  const auto target = reading_.connect("restore", true);
  const auto facts = admin_->query("SELECT pg_catalog.pg_get_userbyid(d.datdba), t.spcname FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = $1::text",
                                   {request_.database}).at(0);
  try {
    postgres::create_like(*target, *admin_, request_.fresh, facts.at(0).value());
    if (facts.at(1) != "pg_default") admin_->query("ALTER DATABASE " + quoted_name(request_.fresh) + " SET TABLESPACE " + quoted_name(facts.at(1).value()));
  } catch (const TargetError& error) {
    throw failed("making the new database " + request_.fresh, error.what(),
                 error.kind == TargetError::Kind::privilege ? "ALTER ROLE … CREATEDB, and membership in the owner's role " + facts.at(0).value() + "; or run it as a role that has them" : "");
  }
}

void RestoredDatabase::fill() {
  const ChildDatabase database(conninfo());
  environment_.observer.say(Observer::Level::info, "restore: pg_restore of " + request_.backup.path + " into " + request_.fresh);
  PostgresTool(environment_, request_.programs)
      .run("pg_restore", {"--exit-on-error", "--no-password", "--jobs=" + std::to_string(request_.jobs), "--dbname=" + database.conninfo(), request_.backup.path}, &database, "restoring into " + request_.fresh,
           request_.backup.path, kOldInPlace);
  postgres::make_target({conninfo(), {}})->connect("restore", false)->query("ANALYZE");
}

RowCounts RestoredDatabase::check() {
  const auto copy = postgres::make_target({conninfo(), {}})->connect("restore", true);
  copy->begin_reading();
  auto counts = count_rows(*copy);
  auto list = differences(request_.backup.rows, counts);
  if (shape_of(*copy) != request_.backup.shape) list.push_back("tables, columns, constraints or indexes are other ones");
  copy->rollback();
  if (list.empty()) return counts;
  std::string text;
  for (const auto& one : list) text += (text.empty() ? "" : "; ") + one;
  throw Failure(ExitCode::check, "comparing the restored database with the backup", request_.backup.path, text, kOldInPlace, "tidemark backup --list, and restore another one");
}

void RestoredDatabase::give_privileges() {
  const auto fresh = quoted_name(request_.fresh);
  const auto grants = admin_->query("SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END, a.privilege_type, a.is_grantable::text"
                                    " FROM pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) a WHERE d.datname = $1::text", {request_.database});
  if (admin_->query("SELECT 1 FROM pg_catalog.pg_database d WHERE d.datname = $1::text AND d.datacl IS NOT NULL", {request_.database}).empty()) return;
  const auto owner = admin_->query("SELECT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(d.datdba)) FROM pg_catalog.pg_database d WHERE d.datname = $1::text", {request_.database}).at(0).at(0).value();
  admin_->query("REVOKE ALL ON DATABASE " + fresh + " FROM PUBLIC, " + owner);
  for (const auto& grant : grants) {
    admin_->query("GRANT " + grant.at(1).value() + " ON DATABASE " + fresh + " TO " + grant.at(0).value() + (grant.at(2) == "true" ? " WITH GRANT OPTION" : ""));
  }
}

void RestoredDatabase::give_settings() {
  const auto settings = admin_->query(
      "SELECT CASE WHEN s.setrole = 0 THEN NULL ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(s.setrole)) END, pg_catalog.split_part(c, '=', 1),"
      " pg_catalog.substr(c, pg_catalog.strpos(c, '=') + 1), pg_catalog.quote_literal(pg_catalog.substr(c, pg_catalog.strpos(c, '=') + 1))"
      " FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase, pg_catalog.unnest(s.setconfig) c WHERE d.datname = $1::text", {request_.database});
  for (const auto& setting : settings) {
    const auto& name = setting.at(1).value();
    const auto whose = setting.at(0) ? "ALTER ROLE " + *setting.at(0) + " IN DATABASE " + quoted_name(request_.fresh) : "ALTER DATABASE " + quoted_name(request_.fresh);
    if (std::ranges::find(kLists, name) == kLists.end()) {
      admin_->query(whose + " SET " + name + " TO " + setting.at(3).value());
    } else {
      admin_->query("SELECT pg_catalog.set_config($1::text, $2::text, false)", {name, setting.at(2).value()});
      admin_->query(whose + " SET " + name + " FROM CURRENT");
      admin_->query("RESET " + name);
    }
  }
}

void RestoredDatabase::dress() {
  try {
    const auto facts = admin_->query("SELECT d.datconnlimit::text, pg_catalog.quote_literal(pg_catalog.shobj_description(d.oid, 'pg_database')) FROM pg_catalog.pg_database d WHERE d.datname = $1::text",
                                     {request_.database}).at(0);
    if (facts.at(0) != "-1") admin_->query("ALTER DATABASE " + quoted_name(request_.fresh) + " CONNECTION LIMIT " + facts.at(0).value());
    if (facts.at(1)) admin_->query("COMMENT ON DATABASE " + quoted_name(request_.fresh) + " IS " + *facts.at(1));
    give_settings();
    give_privileges();
  } catch (const TargetError& error) {
    throw failed("giving the restored database the target's settings and privileges", error.what(), error.kind == TargetError::Kind::privilege ? "run it as the database's owner or a superuser" : "");
  }
}

void RestoredDatabase::swap() {
  const auto ender = server_->connect("restore", false);
  std::atomic<int> ended{0};
  // The first rename's lock keeps new connections waiting; it fails if somebody is still connected after five seconds, so they are ended meanwhile.
  const auto ending = environment_.executor.every(std::chrono::milliseconds(50), [&] {
    try {
      for (const auto& row : ender->query("SELECT a.pid FROM pg_catalog.pg_stat_activity a WHERE a.datname IN ($1::text, $2::text)", {request_.database, request_.fresh})) {
        if (ender->terminate(std::stoi(row.at(0).value()))) ++ended;
      }
    } catch (const std::exception&) {  // who may not be ended is named below
    }
  });
  std::string answer;
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (environment_.stop.requested()) throw Failure(ExitCode::paused, "putting the restored database in place", address(), environment_.stop.why(), kOldInPlace);
    try {
      admin_->query("BEGIN");
      admin_->query("ALTER DATABASE " + quoted_name(request_.database) + " RENAME TO " + quoted_name(request_.old));
      admin_->query("ALTER DATABASE " + quoted_name(request_.fresh) + " RENAME TO " + quoted_name(request_.database));
      admin_->query("COMMIT");
      environment_.observer.say(Observer::Level::info, "restore: " + request_.database + " is the restored database; the one of before is " + request_.old + "; " + std::to_string(ended) + " connections were ended");
      return;
    } catch (const TargetError& error) {
      answer = error.what();
      if (error.kind == TargetError::Kind::connection) {  // in COMMIT, perhaps: the names tell
        admin_ = server_->connect("restore", false);
        if (swapped()) return;
        continue;
      }
      admin_->rollback();
      if (error.sqlstate != "55006") break;  // object_in_use
    }
  }
  std::string who;
  for (const auto& row : admin_->query("SELECT a.pid, coalesce(a.usename, a.backend_type), a.application_name FROM pg_catalog.pg_stat_activity a WHERE a.datname IN ($1::text, $2::text)", {request_.database, request_.fresh})) {
    who += "; connected: pid " + row.at(0).value() + " of " + row.at(1).value_or("") + " (" + row.at(2).value_or("") + ")";
  }
  throw failed("putting the restored database in place", answer + who, "end these connections as a superuser, then tidemark restore again");
}

void RestoredDatabase::drop() { admin_->query("DROP DATABASE IF EXISTS " + quoted_name(request_.fresh) + " WITH (FORCE)"); }

}  // namespace tidemark::engine::runbook
