#include "engine/runbook/new_database.h"

#include "engine/postgres/adapter.h"
#include "engine/postgres/conninfo.h"
#include "engine/postgres/quote.h"

namespace tidemark::engine::runbook {

constexpr const char* kScratchPrefix = "tidemark_proof_";

void create_like(Session& source, Session& admin, const std::string& name, const std::string& owner) {
  const auto version = source.identity().version_number;
  // The locale's provider and its own locale moved between the versions.
  const std::string provider = version >= 150000 ? "d.datlocprovider" : "'c'", locale = version >= 170000 ? "d.datlocale" : version >= 150000 ? "d.daticulocale" : "NULL";
  const auto facts = source.query("SELECT pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, " + provider + "::text, " + locale +
                                  "::text FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()").at(0);
  std::string form = "CREATE DATABASE %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L";
  if (!owner.empty()) form += " OWNER %5$I";
  if (facts.at(3) == "i") form += " LOCALE_PROVIDER icu ICU_LOCALE %6$L";
  if (facts.at(3) == "b") form += " LOCALE_PROVIDER builtin BUILTIN_LOCALE %6$L";
  const auto sql = admin.query("SELECT pg_catalog.format($1, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text)", {form, name, facts.at(0), facts.at(1), facts.at(2), owner, facts.at(4)});
  admin.query(sql.at(0).at(0).value());
}

ScratchDatabase::ScratchDatabase(Environment& environment, Session& source, const std::string& conninfo) : environment_(environment), server_(postgres::make_target({conninfo, {}})) {
  const auto doing = "making a scratch database to prove the backup";
  try {
    admin_ = server_->connect("backup", false);
    drop_leftovers();
    name_ = kScratchPrefix + std::to_string(environment.clock.utc().value / 1'000'000) + "_" + std::to_string(environment.who.pid);
    create_like(source, *admin_, name_);
  } catch (const TargetError& error) {
    const bool privilege = error.kind == TargetError::Kind::privilege;
    throw Failure(ExitCode::failed, doing, server_->name(), error.what(), "The backup is complete; it isn't proven.",
                  privilege ? "ALTER ROLE … CREATEDB, or tidemark backup --scratch-url URL (a server where this may be done), or --prove list" : "");
  }
  conninfo_ = postgres::with_database(conninfo, name_);
}

ScratchDatabase::~ScratchDatabase() {
  try {
    admin_->query("DROP DATABASE IF EXISTS " + postgres::quoted(name_) + " WITH (FORCE)");
  } catch (const std::exception& error) {
    environment_.observer.say(Observer::Level::warning, "the scratch database " + name_ + " could not be dropped: " + error.what());
  }
}

void ScratchDatabase::drop_leftovers() {
  const auto found = admin_->query(
      "SELECT d.datname, pg_catalog.quote_ident(d.datname) FROM pg_catalog.pg_database d WHERE d.datname ~ '^tidemark_proof_[0-9]{10}_[0-9]+$'"
      " AND pg_catalog.to_timestamp(pg_catalog.substr(d.datname, 16, 10)::bigint) < pg_catalog.now() - interval '1 hour'"
      " AND pg_catalog.pg_has_role(d.datdba, 'USAGE') AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)");
  for (const auto& row : found) {
    admin_->query("DROP DATABASE IF EXISTS " + row.at(1).value());
    environment_.observer.say(Observer::Level::info, "dropped " + row.at(0).value() + ", the scratch database of a backup that was killed");
  }
}

}  // namespace tidemark::engine::runbook
