#include "tests/browser/chromium.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace tidemark::tests {
namespace {

constexpr int kWaitMs = 60'000;

std::string from_base64(const std::string& text) {
  std::string out;
  unsigned bits = 0, have = 0;
  for (const char c : text) {
    const auto at = std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(c);
    if (at == std::string_view::npos) continue;
    bits = bits << 6 | static_cast<unsigned>(at);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> have & 0xff);
  }
  return out;
}

}  // namespace

Chromium::Chromium(const std::string& program, const std::string& profile) {
  int to[2], from[2];
  if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const auto log = profile + "/chromium.log", data = "--user-data-dir=" + profile;
  pid_ = ::fork();
  if (pid_ == 0) {
    ::setpgid(0, 0);  // its many children end with it
    const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    // The ends may be 3 and 4 themselves: first out of the way. The copies that dup2 makes are inherited.
    const int in = ::fcntl(to[0], F_DUPFD_CLOEXEC, 10), out = ::fcntl(from[1], F_DUPFD_CLOEXEC, 10);
    if (fd < 0 || ::dup2(fd, 1) < 0 || ::dup2(fd, 2) < 0 || ::dup2(in, 3) < 0 || ::dup2(out, 4) < 0) ::_exit(126);
    ::execlp(program.c_str(), program.c_str(), "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--no-default-browser-check", "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
             data.c_str(), "about:blank", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(to[0]);
  ::close(from[1]);
  out_ = to[1];
  in_ = from[0];
  if (pid_ < 0) throw std::runtime_error("no process for " + program);
}

Chromium::~Chromium() {
  ::close(out_);
  ::close(in_);
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Chromium::Json Chromium::read_message() {
  for (;;) {
    if (const auto end = buffer_.find('\0'); end != std::string::npos) {
      auto message = Json::parse(buffer_.substr(0, end));
      buffer_.erase(0, end + 1);
      return message;
    }
    pollfd ready{in_, POLLIN, 0};
    if (::poll(&ready, 1, kWaitMs) <= 0) throw std::runtime_error("the browser is silent for a minute");
    char piece[65536];
    const auto n = ::read(in_, piece, sizeof piece);
    if (n <= 0) throw std::runtime_error("the browser has gone; its words are in chromium.log of its profile");
    buffer_.append(piece, static_cast<std::size_t>(n));
  }
}

void Chromium::take(const Json& event) {
  const auto method = event.value("method", "");
  const Json none = Json::object();
  const auto& p = event.contains("params") ? event["params"] : none;
  if (method == "Page.loadEventFired") loaded_ = true;
  if (method == "Network.requestWillBeSent") requests.push_back(p["request"]["url"]);
  if (method == "Runtime.exceptionThrown") errors.push_back(p["exceptionDetails"].dump());
  if (method == "Runtime.consoleAPICalled" && (p["type"] == "error" || p["type"] == "warning")) errors.push_back(p["args"].dump());
  if (method == "Log.entryAdded" && (p["entry"]["level"] == "error" || p["entry"]["level"] == "warning")) errors.push_back(p["entry"]["text"]);
}

Chromium::Json Chromium::send(const std::string& method, const Json& parameters, const std::string& session) {
  Json message{{"id", ++last_}, {"method", method}, {"params", parameters}};
  if (!session.empty()) message["sessionId"] = session;
  const auto text = message.dump() + '\0';
  for (std::size_t done = 0; done < text.size();) {
    const auto n = ::write(out_, text.data() + done, text.size() - done);
    if (n <= 0) throw std::runtime_error("the browser doesn't listen");
    done += static_cast<std::size_t>(n);
  }
  for (;;) {
    auto answer = read_message();
    if (!answer.contains("id")) {
      take(answer);
      continue;
    }
    if (answer["id"] != last_) continue;
    if (answer.contains("error")) throw std::runtime_error(method + ": " + answer["error"].dump());
    return answer["result"];
  }
}

Chromium::Json Chromium::call(const std::string& method, const Json& parameters) { return send(method, parameters, session_); }

void Chromium::open(const std::string& url) {
  const auto target = send("Target.createTarget", {{"url", "about:blank"}}, "");
  session_ = send("Target.attachToTarget", {{"targetId", target["targetId"]}, {"flatten", true}}, "")["sessionId"];
  for (const auto* domain : {"Page.enable", "Runtime.enable", "Network.enable", "Log.enable"}) call(domain);
  loaded_ = false;
  const auto answer = call("Page.navigate", {{"url", url}});
  if (answer.contains("errorText")) throw std::runtime_error(url + ": " + answer["errorText"].get<std::string>());
  while (!loaded_) take(read_message());
}

Chromium::Json Chromium::evaluate(const std::string& expression) {
  const auto answer = call("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
  if (answer.contains("exceptionDetails")) throw std::runtime_error(answer["exceptionDetails"].dump());
  return answer["result"].contains("value") ? answer["result"]["value"] : Json();
}

void Chromium::screenshots(const std::string& file) {
  const auto size = call("Page.getLayoutMetrics")["cssContentSize"];
  constexpr int kPiece = 1500;
  for (int y = 0, n = 1; y < size["height"].get<double>(); y += kPiece, ++n) {
    const auto height = std::min<double>(kPiece, size["height"].get<double>() - y);
    const auto answer = call("Page.captureScreenshot",
                             {{"format", "png"}, {"captureBeyondViewport", true}, {"clip", {{"x", 0}, {"y", y}, {"width", size["width"]}, {"height", height}, {"scale", 1}}}});
    std::ofstream(file + "-" + std::to_string(n) + ".png", std::ios::binary) << from_base64(answer["data"]);
  }
}

}  // namespace tidemark::tests
