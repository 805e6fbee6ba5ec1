#include "engine/runbook/http.h"

#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <stdexcept>

namespace tidemark::engine::runbook {
namespace {

struct Url {
  std::string scheme, user, password, host, prefix;  ///< an IPv6 host without brackets
  int port = 0;
  bool v6 = false;
  std::string origin() const { return scheme + "://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port); }
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// @throws std::invalid_argument with what is wrong
Url parse(const std::string& text) {
  Url url;
  const auto scheme = text.find("://");
  if (scheme == std::string::npos) throw std::invalid_argument("it must begin with http:// or https://");
  url.scheme = lower(text.substr(0, scheme));
  if (url.scheme != "http" && url.scheme != "https") throw std::invalid_argument("it must begin with http:// or https://");
  for (const unsigned char c : text) {
    if (c <= ' ' || c >= 0x7f) throw std::invalid_argument("it holds a character that a URL can't hold");
  }
  auto rest = text.substr(scheme + 3);
  const auto slash = rest.find_first_of("/?#");
  if (slash != std::string::npos) {
    if (rest.find_first_of("?#") != std::string::npos) throw std::invalid_argument("it has a query or a fragment");
    url.prefix = rest.substr(slash);
    rest.resize(slash);
  }
  while (!url.prefix.empty() && url.prefix.back() == '/') url.prefix.pop_back();
  if (const auto at = rest.rfind('@'); at != std::string::npos) {
    const auto user = rest.substr(0, at);
    const auto colon = user.find(':');
    url.user = user.substr(0, colon);
    if (colon != std::string::npos) url.password = user.substr(colon + 1);
    rest.erase(0, at + 1);
  }
  std::string port;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string::npos) throw std::invalid_argument("its address has no ]");
    url.v6 = true;
    url.host = rest.substr(1, end - 1);
    rest.erase(0, end + 1);
    if (!rest.empty() && rest.front() != ':') throw std::invalid_argument("after ] comes something that is no port");
    if (!rest.empty()) port = rest.substr(1);
  } else {
    const auto colon = rest.find(':');
    url.host = rest.substr(0, colon);
    if (colon != std::string::npos) port = rest.substr(colon + 1);
  }
  if (url.host.empty()) throw std::invalid_argument("it names no host");
  url.port = url.scheme == "https" ? 443 : 80;
  if (!port.empty()) {
    if (port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos || std::stoi(port) < 1 || std::stoi(port) > 65535) {
      throw std::invalid_argument("its port is no number from 1 to 65535");
    }
    url.port = std::stoi(port);
  }
  return url;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

std::string why(httplib::Error error, const Url& url) {
  switch (error) {
    case httplib::Error::Connection: return "no connection to " + url.host + " port " + std::to_string(url.port);
    case httplib::Error::ConnectionTimeout: return "no connection to " + url.host + " port " + std::to_string(url.port) + " in time";
    case httplib::Error::Read: return "the connection ended before the whole answer was there";
    case httplib::Error::Write: return "the connection ended before the whole request was sent";
    case httplib::Error::SSLConnection: return "no TLS connection could be made";
    case httplib::Error::SSLLoadingCerts: return "the CA file can't be loaded";
    case httplib::Error::SSLServerVerification: return "the server's TLS certificate can't be verified";
    default: return "the request failed: " + httplib::to_string(error);
  }
}

}  // namespace

std::string wrong_url(const std::string& text) {
  try {
    const Url url = parse(text);
    if (!url.user.empty() || !url.password.empty()) return "it holds a user or a password";
    return {};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

std::string proxy_for(const std::string& text, const std::function<std::optional<std::string>(const char*)>& variable) {
  const auto either = [&](const char* small, const char* large) {
    auto value = variable(small);
    if (!value) value = variable(large);
    return value.value_or("");
  };
  const Url url = parse(text);
  const std::string host = lower(url.host);
  std::string none = either("no_proxy", "NO_PROXY");
  for (std::size_t from = 0; from < none.size();) {
    const auto end = std::min(none.find_first_of(", ", from), none.size());
    std::string name = lower(none.substr(from, end - from));
    from = end + 1;
    if (name == "*") return {};
    // HOST:PORT is for that port alone; an IPv6 address has more colons.
    if (const auto colon = name.rfind(':'); colon != std::string::npos && (name.find(':') == colon || name[colon - 1] == ']')) {
      if (name.substr(colon + 1) != std::to_string(url.port)) continue;
      name.resize(colon);
    }
    if (name.size() > 2 && name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
    if (name.starts_with('*')) name.erase(0, 1);
    if (name.starts_with('.')) name.erase(0, 1);
    if (name.empty()) continue;
    if (host == name || (host.size() > name.size() && host.ends_with(name) && host[host.size() - name.size() - 1] == '.')) return {};
  }
  std::string proxy = url.scheme == "https" ? either("https_proxy", "HTTPS_PROXY") : either("http_proxy", "HTTP_PROXY");
  if (proxy.empty()) proxy = either("all_proxy", "ALL_PROXY");
  if (!proxy.empty() && proxy.find("://") == std::string::npos) proxy = "http://" + proxy;
  return proxy;
}

HttpAnswer ask_http(const HttpEndpoint& endpoint, const HttpRequest& request, Executor& executor, const StopFlag& stop, const Clock& clock) {
  HttpAnswer answer;
  const auto begun = clock.steady();
  const auto lasted = [&] { return std::chrono::duration_cast<std::chrono::milliseconds>(clock.steady() - begun); };
  try {
    const Url url = parse(endpoint.url);
    httplib::Client client(url.origin());
    client.set_connection_timeout(request.limit);
    client.set_read_timeout(request.limit);
    client.set_write_timeout(request.limit);
    client.set_follow_location(false);
    if (url.scheme == "https") {
      client.enable_server_certificate_verification(true);
      if (!endpoint.ca_file.empty()) client.set_ca_cert_path(endpoint.ca_file);
    }
    if (!endpoint.proxy.empty()) {
      const Url proxy = parse(endpoint.proxy);
      if (proxy.scheme != "http") throw std::invalid_argument("a proxy that is spoken to by TLS isn't supported");
      client.set_proxy(proxy.host, proxy.port);
      if (!proxy.user.empty()) {
        client.set_proxy_basic_auth(httplib::detail::decode_url(proxy.user, false), httplib::detail::decode_url(proxy.password, false));
      }
    }
    httplib::Request out;
    out.method = request.method;
    out.path = url.prefix + request.path;
    if (out.path.empty()) out.path = "/";
    if (has_control(out.path) || out.path.find(' ') != std::string::npos) throw std::invalid_argument("the path holds a character that a URL can't hold");
    for (const auto& [name, value] : request.headers) {
      if (has_control(name) || has_control(value)) throw std::invalid_argument("the header " + name + " holds a control character");
      out.set_header(name, value);
    }
    out.body = request.body;
    bool too_long = false;
    out.content_receiver = [&](const char* bytes, std::size_t size, std::uint64_t, std::uint64_t) {
      if (answer.body.size() + size > kMostAnswerBytes) {
        too_long = true;
        return false;
      }
      answer.body.append(bytes, size);
      return true;
    };
    // httplib limits each read and write, not the whole: a server that sends a byte a second would hold us for ever.
    std::atomic<bool> over{false}, stopped{false};
    httplib::Result result(nullptr, httplib::Error::Unknown);
    {
      const auto watch = executor.every(std::chrono::milliseconds(10), [&] {
        if (!request.despite_stop && stop.requested()) stopped = true;
        if (clock.steady() - begun >= request.limit) over = true;
        if (stopped || over) client.stop();
      });
      result = client.send(out);
    }
    answer.lasted = lasted();
    if (result) {
      answer.status = result->status;
      for (const auto& [name, value] : result->headers) answer.headers[lower(name)] = value;
    }
    if (stopped) answer.problem = "a stop was asked for";
    else if (over || answer.lasted >= request.limit) answer.problem = "no whole answer in " + std::to_string(request.limit.count()) + " ms";
    else if (too_long) answer.problem = "the answer is longer than " + std::to_string(kMostAnswerBytes) + " bytes";
    else if (!result) answer.problem = why(result.error(), url);
  } catch (const std::invalid_argument& error) {
    answer.problem = error.what();
  }
  answer.lasted = lasted();
  return answer;
}

}  // namespace tidemark::engine::runbook
