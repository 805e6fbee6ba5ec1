#include "commands/connection_url.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "commands/conninfo.h"
#include "engine/errors.h"

namespace tidemark::commands {
namespace {

/// Of Prisma, poolers and hosters; libpq would refuse them.
constexpr const char* kIgnored[] = {
    "connection_limit",       "pgbouncer",               "pool_timeout",                 "socket_timeout", "statement_cache_size",
    "single_use_connections", "max_connection_lifetime", "max_idle_connection_lifetime", "sslidentity",    "sslaccept",
    "uselibpqcompat",         "supa",                    "workaround"};

engine::Failure malformed(const std::string& why) {
  return {engine::ExitCode::usage, "reading the database URL", "the text given", why, "Nothing was sent anywhere.",
          "export DATABASE_URL='postgresql://USER:PASSWORD@HOST:5432/DATABASE'"};
}

std::string env_or(const Environ& environment, const char* name, const std::string& otherwise) {
  const auto value = environment(name);
  return value && !value->empty() ? *value : otherwise;
}

/// The system's certificates, where libpq would look for none (before version 16 it has no sslrootcert=system).
std::string system_roots(const Environ& environment) {
  if (environment("PGSSLROOTCERT")) return {};
  if (const auto home = environment("HOME"); home && access((*home + "/.postgresql/root.crt").c_str(), R_OK) == 0) return {};
  for (const char* file : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"}) {
    if (access(file, R_OK) == 0) return file;
  }
  return {};
}

void map_prisma(Parameters& p, Connection& out, const Environ& environment) {
  if (const auto schema = p.get("schema")) {
    out.search_path = *schema;
    p.erase("schema");
  }
  if (p.get("ssl") == "true") {
    if (!p.has("sslmode")) p.set("sslmode", "require");
    out.notes.push_back("ssl=true is taken as sslmode=require");
  }
  p.erase("ssl");
  const bool identity = p.has("sslidentity");
  if (const auto certificate = p.get("sslcert"); certificate && !p.has("sslkey") && !p.has("sslrootcert")) {
    // With Prisma this is the authority's certificate, with libpq the client's, which doesn't come without a key.
    p.set("sslrootcert", *certificate);
    p.erase("sslcert");
    out.notes.push_back("sslcert without sslkey is taken in Prisma's meaning, as sslrootcert");
  }
  if (identity) {
    p.erase("sslpassword");  // belongs to it
    out.notes.push_back("sslidentity (PKCS #12) can't be used here: give the same as sslcert and sslkey (openssl pkcs12 -in FILE)");
  }
  if (p.get("sslaccept") == "strict" && p.get("sslmode") != "disable") {
    p.set("sslmode", "verify-full");
    if (const std::string roots = p.has("sslrootcert") ? "" : system_roots(environment); !roots.empty()) {
      p.set("sslrootcert", roots);
      out.notes.push_back("sslaccept=strict checks the server's certificate against " + roots);
    }
  }
  const bool strict = p.get("sslaccept") == "strict";
  for (const char* name : kIgnored) {
    if (!p.has(name)) continue;
    p.erase(name);
    if (!(strict && std::string_view(name) == "sslaccept")) out.ignored.emplace_back(name);
  }
}

std::string display_of(const Parameters& p, const Environ& environment) {
  if (const auto service = p.get("service"); service && !p.has("host")) return "service " + *service;
  const std::string hosts = p.get("host").value_or(p.get("hostaddr").value_or(env_or(environment, "PGHOST", env_or(environment, "PGHOSTADDR", ""))));
  const std::string ports = p.get("port").value_or(env_or(environment, "PGPORT", "5432"));
  const std::string database = p.get("dbname").value_or(env_or(environment, "PGDATABASE", ""));
  std::string out;
  for (std::size_t from = 0, port_from = 0; from <= hosts.size();) {
    const std::size_t comma = std::min(hosts.find(',', from), hosts.size());
    std::string host = hosts.substr(from, comma - from);
    if (host.empty()) host = "(local socket)";
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    const std::size_t port_comma = std::min(ports.find(',', port_from), ports.size());
    std::string port = ports.substr(port_from, port_comma - port_from);
    if (port_comma < ports.size()) port_from = port_comma + 1;  // one port serves all hosts
    out += (out.empty() ? "" : ",") + host + ":" + (port.empty() ? "5432" : port);
    from = comma + 1;
  }
  return out + "/" + (database.empty() ? "(the user's own)" : database);
}

}  // namespace

Environ process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Connection parse_connection(std::string_view text, const Environ& environment) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (!text.empty() && (text.front() == '"' || text.front() == '\'')) throw malformed("it begins with a quotation mark, which belongs to a shell or an .env file, not to the URL");
  Parameters p;
  try {
    if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
      p = parse_url(text);
    } else if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos && text.substr(0, scheme).find_first_of(" =@:") == std::string_view::npos) {
      throw std::invalid_argument("the scheme is " + std::string(text.substr(0, scheme)) + "://, not postgresql://");
    } else {
      p = parse_keywords(text);
    }
  } catch (const std::invalid_argument& error) {
    throw malformed(error.what());
  }
  Connection out;
  map_prisma(p, out, environment);
  for (const char* name : {"password", "sslpassword"}) {
    const auto secret = p.get(name);
    if (!secret || secret->empty()) continue;
    out.password = true;
    // A password that is also a name would blot that name out everywhere; `user:password@` is still found by its place.
    if (secret != p.get("user") && secret != p.get("dbname") && secret != p.get("host")) out.secrets.push_back(*secret);
  }
  if (const std::size_t written = text.find("://"); out.password && written != std::string_view::npos && !out.secrets.empty()) {
    const std::size_t colon = text.find(':', written + 3), at = text.substr(0, text.find('/', written + 3)).rfind('@');
    if (colon < at && at != std::string_view::npos) out.secrets.emplace_back(text.substr(colon + 1, at - colon - 1));  // as it was written, percent-encoded
  }
  out.names_session_attrs = p.has("target_session_attrs") || p.has("service") || environment("PGTARGETSESSIONATTRS");
  out.display = display_of(p, environment);
  out.conninfo = p.conninfo();
  return out;
}

std::string for_writing(const Connection& connection) {
  if (connection.names_session_attrs) return connection.conninfo;
  return connection.conninfo + (connection.conninfo.empty() ? "" : " ") + "target_session_attrs='read-write'";
}

Connection choose_connection(const std::string& flag, const std::string& configured, const Environ& environment) {
  const auto named = [&](std::string_view text, const char* source) {
    Connection connection = parse_connection(text, environment);
    connection.source = source;
    if (const auto password = environment("PGPASSWORD"); password && !password->empty()) connection.secrets.push_back(*password);
    return connection;
  };
  if (!flag.empty()) return named(flag, "--database-url");
  if (const auto url = environment("DATABASE_URL"); url && url->find_first_not_of(" \t\r\n") != std::string::npos) return named(*url, "DATABASE_URL");
  for (const char* name : {"PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"}) {
    const auto value = environment(name);
    if (!value || value->empty()) continue;
    Connection connection = named("", "libpq's variables");
    if (std::string_view(name) == "PGSERVICE") connection.display = "service " + *value;
    connection.names_session_attrs |= environment("PGSERVICE").has_value();
    return connection;
  }
  if (!configured.empty()) return named(configured, "tidemark.toml");
  throw engine::Failure(engine::ExitCode::usage, "choosing the database", kNoneNamed,
                        "DATABASE_URL isn't set, nor --database-url, PGHOST or PGDATABASE, nor database_url in tidemark.toml",
                        "Nothing was done.", "export DATABASE_URL='postgresql://USER:PASSWORD@HOST:5432/DATABASE'");
}

}  // namespace tidemark::commands
