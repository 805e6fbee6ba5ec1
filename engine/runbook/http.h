#pragma once
/// One HTTP request with a limit in time and size. TLS is verified; redirects are answers, not followed.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/clock.h"
#include "engine/executor.h"

namespace tidemark::engine::runbook {

struct HttpEndpoint {
  std::string url;      ///< http(s)://HOST[:PORT][/PREFIX]
  std::string ca_file;  ///< PEM; empty: the system's
  std::string proxy;    ///< http://[USER:PASSWORD@]HOST:PORT; empty: none
};
struct HttpRequest {
  std::string method, path;
  std::map<std::string, std::string> headers{};
  std::string body{};
  std::chrono::milliseconds limit{5000};
  bool despite_stop = false;  ///< also when a stop was asked for: cleaning up
};
struct HttpAnswer {
  int status = 0;         ///< 0: none came
  std::string problem{};  ///< why none came, or not all of it; empty: answered
  std::map<std::string, std::string> headers{};  ///< names in lower case
  std::string body{};
  std::chrono::milliseconds lasted{0};
};

constexpr std::size_t kMostAnswerBytes = 1 << 20;

/// Why the URL can't be one of an API; empty: it can.
std::string wrong_url(const std::string& url);

/// HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY (or in lower case, which goes before) for this URL. Empty: directly.
/// @param variable  a value of the environment
std::string proxy_for(const std::string& url, const std::function<std::optional<std::string>(const char*)>& variable);

HttpAnswer ask_http(const HttpEndpoint& endpoint, const HttpRequest& request, Executor& executor, const StopFlag& stop, const Clock& clock);

}  // namespace tidemark::engine::runbook
