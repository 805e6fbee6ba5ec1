#include "commands/conninfo.h"

#include <algorithm>
#include <stdexcept>

namespace tidemark::commands {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string decode(std::string_view text, const char* part) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) throw std::invalid_argument(std::string("a % in the ") + part + " is not followed by two hex digits; write a plain % as %25");
    if (high == 0 && low == 0) throw std::invalid_argument(std::string("the ") + part + " contains %00");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

/// One of "host", "host:port", "[v6]:port", "" …
void split_host(std::string_view entry, std::string& host, std::string& port) {
  std::size_t colon = entry.find(':');
  if (entry.starts_with('[')) {
    const std::size_t close = entry.find(']');
    if (close == std::string_view::npos) throw std::invalid_argument("an IPv6 address begins with [ and doesn't end with ]");
    if (close == 1) throw std::invalid_argument("the IPv6 address between [ and ] is empty");
    host = decode(entry.substr(1, close - 1), "host");
    if (close + 1 < entry.size() && entry[close + 1] != ':') throw std::invalid_argument("after the ] of an IPv6 address only :PORT may stand");
    colon = close + 1 < entry.size() ? close + 1 : std::string_view::npos;
  } else {
    host = decode(entry.substr(0, colon), "host");
  }
  port = colon == std::string_view::npos ? "" : decode(entry.substr(colon + 1), "port");
  if (!std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; }) || port.size() > 5 || (!port.empty() && (std::stoi(port) < 1 || std::stoi(port) > 65535))) {
    throw std::invalid_argument("the port is not a number from 1 to 65535 (a password with : / ? # [ ] or @ in it must be percent-encoded, an IPv6 address stands in [ ])");
  }
}

void parse_hosts(std::string_view hosts, Parameters& out) {
  std::string host_list, port_list;
  bool any_port = false;
  for (std::size_t from = 0; from <= hosts.size();) {
    const std::size_t comma = std::min(hosts.find(',', from), hosts.size());
    std::string host, port;
    split_host(hosts.substr(from, comma - from), host, port);
    any_port |= !port.empty();
    const std::string separator = from == 0 ? "" : ",";
    host_list += separator + host;
    port_list += separator + port;
    from = comma + 1;
  }
  if (!host_list.empty()) out.set("host", host_list);
  if (any_port) out.set("port", port_list);
}

}  // namespace

void Parameters::set(const std::string& name, std::string value) {
  erase(name);
  list_.emplace_back(name, std::move(value));
}
std::optional<std::string> Parameters::get(std::string_view name) const {
  for (const auto& [key, value] : list_) {
    if (key == name) return value;
  }
  return std::nullopt;
}
void Parameters::erase(std::string_view name) {
  std::erase_if(list_, [&](const auto& parameter) { return parameter.first == name; });
}
std::string Parameters::conninfo() const {
  std::string out;
  for (const auto& [key, value] : list_) {
    out += (out.empty() ? "" : " ") + key + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\') out += '\\';
      out += c;
    }
    out += '\'';
  }
  return out;
}

Parameters parse_url(std::string_view url) {
  Parameters out;
  url.remove_prefix(url.find("://") + 3);
  const std::size_t question = url.find('?');
  std::string_view before = url.substr(0, question);
  const std::size_t slash = before.find('/');
  std::string_view authority = before.substr(0, slash);
  const std::size_t at = authority.rfind('@');
  const std::string_view path = slash == std::string_view::npos ? "" : before.substr(slash + 1);
  // An @ after the first /: the password holds a raw /. Guessing would send a part of it to a wrong host.
  if (path.find('@') != std::string_view::npos) {
    throw std::invalid_argument("the user, the password or the database's name contains a raw / or @: percent-encode it (/ is %2F, @ is %40)");
  }
  if (authority.find('#') != std::string_view::npos) throw std::invalid_argument("there is a raw # before the host: percent-encode it (%23)");
  if (at != std::string_view::npos) {
    const std::string_view who = authority.substr(0, at);
    const std::size_t colon = who.find(':');
    if (const std::string user = decode(who.substr(0, colon), "user"); !user.empty()) out.set("user", user);
    if (colon != std::string_view::npos) {
      if (const std::string password = decode(who.substr(colon + 1), "password"); !password.empty()) out.set("password", password);
    }
    authority.remove_prefix(at + 1);
  }
  parse_hosts(authority, out);
  if (const std::string database = decode(path, "database's name"); !database.empty()) out.set("dbname", database);
  for (std::string_view query = question == std::string_view::npos ? "" : url.substr(question + 1); !query.empty();) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) throw std::invalid_argument("a parameter after the ? is not written NAME=VALUE");
    out.set(decode(pair.substr(0, equals), "name of a parameter"), decode(pair.substr(equals + 1), "value of a parameter"));
  }
  return out;
}

Parameters parse_keywords(std::string_view text) {
  Parameters out;
  std::size_t p = 0;
  const auto skip = [&] { while (p < text.size() && is_space(text[p])) ++p; };
  for (skip(); p < text.size(); skip()) {
    const std::size_t from = p;
    while (p < text.size() && text[p] != '=' && !is_space(text[p])) ++p;
    const std::string name(text.substr(from, p - from));
    skip();
    if (p >= text.size() || text[p] != '=' || name.empty()) throw std::invalid_argument("it is neither a postgresql:// URL nor made of KEYWORD=VALUE");
    ++p;
    skip();
    std::string value;
    const bool quoted = p < text.size() && text[p] == '\'';
    if (quoted) ++p;
    while (p < text.size() && (quoted ? text[p] != '\'' : !is_space(text[p]))) {
      if (text[p] == '\\' && ++p == text.size()) break;  // libpq drops one at the end
      value += text[p++];
    }
    if (quoted && p >= text.size()) throw std::invalid_argument("a value begins with ' and doesn't end with it");
    if (quoted) ++p;
    out.set(name, std::move(value));
  }
  return out;
}

}  // namespace tidemark::commands
