#include "engine/postgres/scratch_database.h"

#include <cstdio>

#include "engine/postgres/adapter.h"
#include "engine/postgres/conninfo.h"
#include "engine/postgres/quote.h"

namespace tidemark::engine::postgres {

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

ScratchDatabase::ScratchDatabase(Environment& environment, Session& source, const ScratchRequest& request) : environment_(environment), server_(make_target({request.conninfo, {}})) {
  try {
    admin_ = server_->connect("scratch", false);
    drop_leftovers();
    const auto id = environment.ids.next();  // its end is random: hosts may share a pid
    char random[9];
    std::snprintf(random, sizeof random, "%02x%02x%02x%02x", id.bytes[12], id.bytes[13], id.bytes[14], id.bytes[15]);
    name_ = kScratchPrefix + std::to_string(environment.clock.utc().value / 1'000'000) + "_" + std::to_string(environment.who.pid) + "_" + random;
    create_like(source, *admin_, name_);
    try {
      // What the target's own settings make of a script's unqualified names.
      const auto path = source.query("SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'search_path'").at(0).at(0).value_or("");
      if (!path.empty()) admin_->query("ALTER DATABASE " + quoted_name(name_) + " SET search_path = " + path);
      conninfo_ = with_database(request.conninfo, name_);
      session_ = make_target({conninfo_, request.search_path})->connect("scratch", false);
    } catch (...) {
      drop();
      throw;
    }
  } catch (const TargetError& error) {
    throw Failure(ExitCode::failed, request.doing, server_->name(), error.what(), request.safe, error.kind == TargetError::Kind::privilege ? request.next : "");
  }
}

ScratchDatabase::~ScratchDatabase() { drop(); }

void ScratchDatabase::drop() noexcept {
  session_.reset();
  try {
    try {
      admin_->query("DROP DATABASE IF EXISTS " + quoted_name(name_) + " WITH (FORCE)");
    } catch (const TargetError& error) {  // its own connection may have been lost meanwhile
      if (error.kind != TargetError::Kind::connection) throw;
      server_->connect("scratch", false)->query("DROP DATABASE IF EXISTS " + quoted_name(name_) + " WITH (FORCE)");
    }
  } catch (const std::exception& error) {
    environment_.observer.say(Observer::Level::warning, "the scratch database " + name_ + " could not be dropped: " + error.what() + "; the next one that is made drops it");
  }
}

/// A minute is for whoever made one and isn't connected to it yet.
void ScratchDatabase::drop_leftovers() {
  const auto found = admin_->query(
      "SELECT d.datname, pg_catalog.quote_ident(d.datname) FROM pg_catalog.pg_database d WHERE d.datname ~ '^tidemark_proof_[0-9]{10}_[0-9]+(_[0-9a-f]+)?$'"
      " AND pg_catalog.to_timestamp(pg_catalog.substr(d.datname, 16, 10)::bigint) < pg_catalog.now() - interval '1 minute'"
      " AND pg_catalog.pg_has_role(d.datdba, 'USAGE') AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)");
  for (const auto& row : found) {
    try {
      admin_->query("DROP DATABASE IF EXISTS " + row.at(1).value());
      environment_.observer.say(Observer::Level::info, "dropped " + row.at(0).value() + ", the scratch database of a run that was killed");
    } catch (const TargetError& error) {
      if (error.kind == TargetError::Kind::connection) throw;  // else another run is dropping it, or is in it after all
    }
  }
}

}  // namespace tidemark::engine::postgres
