#include "engine/postgres/conninfo.h"

#include <libpq-fe.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "engine/errors.h"

namespace tidemark::engine::postgres {
namespace {

using Options = std::map<std::string, std::string>;

/// libpq quotes parts of the string in its complaints, and these may be parts of the password.
std::string without_quotations(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const auto first = text.find('"'), last = text.rfind('"');
  if (first != std::string::npos) text.replace(first, last - first + 1, "(not shown)");
  return text;
}

Options parse(const std::string& given) {
  char* raw_message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(given.c_str(), &raw_message), &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> message(raw_message, &PQfreemem);
  if (!parsed) {
    throw TargetError(TargetError::Kind::connection, "",
                      "the connection string is not one that libpq reads: " + without_quotations(message ? message.get() : "out of memory"));
  }
  Options options;
  for (const auto* option = parsed.get(); option->keyword; ++option) {
    if (option->val) options[option->keyword] = option->val;
  }
  return options;
}

/// What libpq will use: as given, else from its variable, service file or built in.
Options defaults() {
  Options options;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> known(PQconndefaults(), &PQconninfoFree);
  for (const auto* option = known.get(); option && option->keyword; ++option) {
    if (option->val) options[option->keyword] = option->val;
  }
  return options;
}

std::string keyword_form(const Options& options) {
  std::string text;
  for (const auto& [keyword, value] : options) {
    text += (text.empty() ? "" : " ") + keyword + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\') text += '\\';
      text += c;
    }
    text += "'";
  }
  return text;
}

std::string or_else(const Options& options, const Options& fallback, const std::string& keyword, const std::string& last) {
  for (const auto* from : {&options, &fallback}) {
    if (const auto found = from->find(keyword); found != from->end() && !found->second.empty()) return found->second;
  }
  return last;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts(1);
  for (const char c : list) {
    if (c == ',') parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
}

std::string percent_encoded(const std::string& text) {
  constexpr const char* kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || std::string("-._~").find(c) != std::string::npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

/// Hosts that are addresses or names stand before the path, as every driver reads them; sockets and lists go to the parameters.
std::string url_form(Options options) {
  const auto take = [&](const char* keyword) {
    const auto found = options.find(keyword);
    const std::string value = found == options.end() ? "" : found->second;
    if (found != options.end()) options.erase(found);
    return value;
  };
  std::string url = "postgresql://" + percent_encoded(take("user"));
  if (url.back() != '/') url += "@";
  const auto host = options.find("host");
  if (host != options.end() && host->second.find_first_of("/,@") == std::string::npos && !host->second.empty()) {
    const std::string name = take("host"), port = take("port");
    url += (name.find(':') == std::string::npos ? percent_encoded(name) : "[" + name + "]") + (port.empty() ? "" : ":" + port);
  }
  url += "/" + percent_encoded(take("dbname"));
  char separator = '?';
  for (const auto& [keyword, value] : options) {
    url += separator + keyword + "=" + percent_encoded(value);
    separator = '&';
  }
  return url;
}

}  // namespace

std::string with_database(const std::string& given, const std::string& database) {
  Options options = parse(given);
  options["dbname"] = database;
  return keyword_form(options);
}

Shareable shareable(const std::string& given) {
  Options options = parse(given);
  Shareable result;
  if (const auto written = options.find("password"); written != options.end() && !written->second.empty()) {
    result.password = written->second;
    options.erase("passfile");  // it would go before PGPASSFILE
  } else if (const char* variable = std::getenv("PGPASSWORD"); variable && *variable) {
    result.password = variable;
    options.erase("passfile");
  }
  for (const char* secret : {"password", "sslpassword"}) options.erase(secret);
  result.conninfo = keyword_form(options);
  result.url = url_form(options);
  return result;
}

Conninfo complete(const std::string& given, const std::string& application_name, bool read_only, bool startup_options) {
  Options options = parse(given);
  const Options built_in = defaults();
  const auto wish = [&](const std::string& keyword, const char* variable, const std::string& value) {
    if (!options.contains(keyword) && !(variable && std::getenv(variable))) options[keyword] = value;
  };
  wish("connect_timeout", "PGCONNECT_TIMEOUT", "10");
  wish("keepalives_idle", nullptr, "30");
  wish("keepalives_interval", nullptr, "10");
  wish("keepalives_count", nullptr, "3");
  wish("tcp_user_timeout", nullptr, "60000");
  if (!read_only) {
    wish("target_session_attrs", "PGTARGETSESSIONATTRS", "read-write");
  } else if (or_else(options, built_in, "target_session_attrs", "any") == "read-write") {
    options["target_session_attrs"] = "primary";  // our own read-only default below would make libpq refuse every server
  }
  options["application_name"] = application_name;
  options["client_encoding"] = "UTF8";
  if (startup_options) {
    // Also for writing: target_session_attrs=read-write refuses a role whose default is read-only, though units say READ WRITE.
    options["options"] = or_else(options, built_in, "options", "") + " -c default_transaction_read_only=" + (read_only ? "on" : "off");
  }
  Conninfo result;
  result.text = keyword_form(options);
  const auto hosts = split(or_else(options, built_in, "host", or_else(options, built_in, "hostaddr", "local socket")));
  const auto ports = split(or_else(options, built_in, "port", "5432"));
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const std::string& port = ports.size() == 1 ? ports[0] : i < ports.size() ? ports[i] : "";
    result.name += (i ? "," : "") + hosts[i] + ":" + (port.empty() ? "5432" : port);
  }
  result.name += "/" + or_else(options, built_in, "dbname", or_else(options, built_in, "user", "?"));
  return result;
}

}  // namespace tidemark::engine::postgres
