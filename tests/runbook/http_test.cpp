// TLS is verified, against the file's authority and for the host that was asked; proxies are used as the environment says.
#include "engine/runbook/http.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/runbook/certificates.h"
#include "tests/runbook/one_server.h"

using namespace tidemark::engine;
using namespace tidemark::engine::runbook;
using tidemark::tests::Certificates;
using tidemark::tests::OneServer;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tidemark-http-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

/// A server of cpp-httplib on a free port, which answers /health and ends with its object.
template <class Server>
class Running {
 public:
  template <class... A>
  explicit Running(A&&... a) : server_(std::forward<A>(a)...) {
    server_.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      {
        const std::lock_guard lock(mutex_);
        asked_ = request.path;
        authorization_ = request.get_header_value("Proxy-Authorization");
      }
      response.set_content("well", "text/plain");
      return httplib::Server::HandlerResponse::Handled;
    });
    port = server_.bind_to_any_port("127.0.0.1");
    REQUIRE(port > 0);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~Running() {
    server_.stop();
    thread_.join();
  }
  std::string asked() const { return held(asked_); }
  std::string authorization() const { return held(authorization_); }
  int port = 0;

 private:
  std::string held(const std::string& text) const {
    const std::lock_guard lock(mutex_);
    return text;
  }
  mutable std::mutex mutex_;
  std::string asked_, authorization_;
  Server server_;
  std::thread thread_;
};

/// A proxy for one CONNECT: passes bytes both ways until one side ends.
class Tunnel {
 public:
  Tunnel() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Tunnel() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  int port = 0;
  std::string head;  ///< read it after the request

 private:
  void serve() {
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    char c = 0;
    while (!head.ends_with("\r\n\r\n") && ::read(client, &c, 1) == 1) head += c;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto colon = head.find(':');
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(head.c_str() + colon + 1)));
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && ::write(client, "HTTP/1.1 200 OK\r\n\r\n", 19) == 19) pass(client, server);
    ::close(server);
    ::close(client);
  }
  static void pass(int one, int other) {
    pollfd ends[] = {{one, POLLIN, 0}, {other, POLLIN, 0}};
    char bytes[4096];
    while (::poll(ends, 2, -1) > 0) {
      for (int i = 0; i < 2; ++i) {
        if (!ends[i].revents) continue;
        const auto size = ::read(ends[i].fd, bytes, sizeof bytes);
        if (size <= 0 || ::write(ends[1 - i].fd, bytes, static_cast<std::size_t>(size)) != size) return;
      }
    }
  }
  int listener_;
  std::thread thread_;
};

HttpAnswer ask(const HttpEndpoint& endpoint) {
  const auto executor = make_thread_executor();
  const StopFlag stop;
  HttpRequest request;
  request.method = "GET";
  request.path = "/health";
  request.limit = std::chrono::seconds(20);
  return ask_http(endpoint, request, *executor, stop, Clock::system());
}
std::string on(const char* scheme, int port, const char* host = "127.0.0.1") { return std::string(scheme) + "://" + host + ":" + std::to_string(port); }

}  // namespace

TEST_CASE("a server's certificate is verified") {
  const Folder folder;
  Certificates made(folder.path);
  made.issue("good", "IP:127.0.0.1", -60, 3600);
  made.issue("other", "DNS:elsewhere.example", -60, 3600);
  made.issue("expired", "IP:127.0.0.1", -7200, -3600);
  const auto served = [&](const char* name, const std::string& ca_file) {
    const Running<httplib::SSLServer> server(made.certificate(name).c_str(), made.key(name).c_str());
    return ask({on("https", server.port), ca_file, ""});
  };
  const auto good = served("good", made.authority());
  CHECK(good.problem.empty());
  CHECK(good.status == 200);
  CHECK(good.body == "well");
  for (const auto& [name, ca_file] : {std::pair<const char*, std::string>{"good", ""}, {"other", made.authority()}, {"expired", made.authority()}}) {
    INFO(name << " " << ca_file);
    const auto answer = served(name, ca_file);
    CHECK(answer.status == 0);
    CHECK(answer.body.empty());
    CHECK(answer.problem == "the server's TLS certificate can't be verified");
  }
  CHECK(served("good", folder.path / "none.pem").status == 0);
}

TEST_CASE("a proxy is asked for the whole URL, with its own password") {
  const Running<httplib::Server> proxy;
  const auto answer = ask({"http://api.example.invalid:81", "", "http://ada:s%40crt@127.0.0.1:" + std::to_string(proxy.port)});
  CHECK(answer.problem.empty());
  CHECK(answer.status == 200);
  CHECK(proxy.asked() == "http://api.example.invalid:81/health");
  CHECK(proxy.authorization() == "Basic YWRhOnNAY3J0");
  CHECK(ask({"http://api.example.invalid", "", "https://127.0.0.1:1"}).problem == "a proxy that is spoken to by TLS isn't supported");
}

TEST_CASE("through a proxy TLS is verified all the same") {
  const Folder folder;
  Certificates made(folder.path);
  made.issue("good", "IP:127.0.0.1", -60, 3600);
  const Running<httplib::SSLServer> server(made.certificate("good").c_str(), made.key("good").c_str());
  for (const bool known : {true, false}) {
    HttpAnswer answer;
    std::string head;
    {
      Tunnel proxy;
      answer = ask({on("https", server.port), known ? made.authority() : "", on("http", proxy.port)});
      head = proxy.head;
    }
    CHECK(head.starts_with("CONNECT 127.0.0.1:" + std::to_string(server.port) + " HTTP/1.1\r\n"));
    CHECK(answer.status == (known ? 200 : 0));
    CHECK(answer.problem == (known ? "" : "the server's TLS certificate can't be verified"));
  }
}

TEST_CASE("which proxy the environment names") {
  using Variables = std::map<std::string, std::string>;
  const auto proxy = [](const std::string& url, const Variables& variables) {
    return proxy_for(url, [&](const char* name) { return variables.contains(name) ? std::optional(variables.at(name)) : std::nullopt; });
  };
  const Variables both = {{"HTTP_PROXY", "http://p:1"}, {"HTTPS_PROXY", "http://p:2"}};
  CHECK(proxy("http://api.example", {}).empty());
  CHECK(proxy("http://api.example", both) == "http://p:1");
  CHECK(proxy("https://api.example", both) == "http://p:2");
  CHECK(proxy("https://api.example", {{"HTTP_PROXY", "http://p:1"}}).empty());
  CHECK(proxy("https://api.example", {{"ALL_PROXY", "p:3"}}) == "http://p:3");
  CHECK(proxy("http://api.example", {{"HTTP_PROXY", "http://p:1"}, {"http_proxy", "http://p:4"}}) == "http://p:4");
  const auto spared = [&](const std::string& url, const std::string& none) { return proxy(url, {{"ALL_PROXY", "http://p:3"}, {"NO_PROXY", none}}).empty(); };
  CHECK(spared("http://api.example", "*"));
  CHECK(spared("http://api.example", "other, api.example"));
  CHECK(spared("http://API.example", "api.EXAMPLE"));
  CHECK(spared("http://api.example", ".example"));
  CHECK(spared("http://api.example", "*.example"));
  CHECK(spared("http://api.example", "example"));
  CHECK_FALSE(spared("http://api.example", "xample"));
  CHECK_FALSE(spared("http://api.example", "pi.example"));
  CHECK_FALSE(spared("http://api.example", ""));
  CHECK_FALSE(spared("http://api.example", "other.api.example"));
  CHECK_FALSE(spared("http://[::1]", "[::1"));
  CHECK(spared("http://api.example:81", "api.example:81"));
  CHECK_FALSE(spared("http://api.example", "api.example:81"));
  CHECK(spared("https://api.example", "api.example:443"));
  CHECK(spared("http://[::1]:81", "[::1]:81"));
  CHECK(spared("http://[::1]", "::1"));
}

TEST_CASE("a URL that can't be an API's says why") {
  const auto [url, reason] = GENERATE(table<std::string, std::string>({
      {"http://api.example", ""},
      {"HTTPS://api.example:8443/v1//", ""},
      {"http://[::1]:81/v1", ""},
      {"http://[::1]", ""},
      {"api.example", "it must begin with http:// or https://"},
      {"ftp://api.example", "it must begin with http:// or https://"},
      {"http://api example", "it holds a character that a URL can't hold"},
      {"http://api.ex\x7f", "it holds a character that a URL can't hold"},
      {"http://\xc3\xa4pi", "it holds a character that a URL can't hold"},
      {"http://api.example/?a=1", "it has a query or a fragment"},
      {"http://api.example#top", "it has a query or a fragment"},
      {"http://ada@api.example", "it holds a user or a password"},
      {"http://:secret@api.example", "it holds a user or a password"},
      {"http://[::1", "its address has no ]"},
      {"http://[::1]81", "after ] comes something that is no port"},
      {"http://", "it names no host"},
      {"http://:81", "it names no host"},
      {"http://api.example:0", "its port is no number from 1 to 65535"},
      {"http://api.example:65536", "its port is no number from 1 to 65535"},
      {"http://api.example:123456", "its port is no number from 1 to 65535"},
      {"http://api.example:8x", "its port is no number from 1 to 65535"},
  }));
  CAPTURE(url);
  CHECK(wrong_url(url) == reason);
}

TEST_CASE("what can't be sent is told, and nothing is sent") {
  const auto executor = make_thread_executor();
  const StopFlag stop;
  const auto [path, name, value, problem] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"/a b", "", "", "the path holds a character that a URL can't hold"},
      {"/a\nb", "", "", "the path holds a character that a URL can't hold"},
      {"/a\x7f", "", "", "the path holds a character that a URL can't hold"},
      {"/", "X-Name", "one\r\nX-Other: two", "the header X-Name holds a control character"},
      {"/", "X\n", "one", "the header X\n holds a control character"},
  }));
  HttpRequest request{"GET", path};
  if (!name.empty()) request.headers[name] = value;
  const auto answer = ask_http({"http://127.0.0.1:1", "", ""}, request, *executor, stop, Clock::system());
  CHECK(answer.status == 0);
  CHECK(answer.problem == problem);
}

TEST_CASE("an answer that isn't whole says what became of it") {
  const auto executor = make_thread_executor();
  StopFlag stop;
  HttpRequest request{"GET", ""};
  request.limit = std::chrono::seconds(20);
  const auto asked = [&](const std::string& url) { return ask_http({url, "", ""}, request, *executor, stop, Clock::system()); };
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n";

  SECTION("cut off") {
    const OneServer server([&](int client) { OneServer::heard(client, "\r\n\r\n"), OneServer::say(client, head + "the beginning"); });
    CHECK(asked(on("http", server.port)).problem == "the connection ended before the whole answer was there");
  }
  SECTION("never begun") {
    const OneServer server([](int client) { OneServer::heard(client, "\r\n\r\n"), OneServer::hold(client); });
    request.limit = std::chrono::milliseconds(100);
    CHECK(asked(on("http", server.port)).problem == "no whole answer in 100 ms");
  }
  SECTION("too long") {
    const OneServer server([&](int client) { OneServer::heard(client, "\r\n\r\n"), OneServer::say(client, head + std::string(2000000, 'x')); });
    const auto answer = asked(on("http", server.port));
    CHECK(answer.problem == "the answer is longer than 1048576 bytes");
    CHECK(answer.body.size() <= kMostAnswerBytes);
  }
  SECTION("stopped meanwhile, and asked all the same where that is wanted") {
    const OneServer server([&](int client) {
      OneServer::heard(client, "\r\n\r\n");
      if (stop.requested()) OneServer::say(client, "HTTP/1.1 204 No Content\r\n\r\n");
      stop.request(SIGTERM);
      OneServer::hold(client);
    });
    CHECK(asked(on("http", server.port)).problem == "a stop was asked for");
    request.despite_stop = true;
    CHECK(asked(on("http", server.port)).status == 204);
  }
  SECTION("no TLS there") {
    const OneServer server([](int client) { OneServer::say(client, "220 mail.example\r\n"); });
    CHECK(asked(on("https", server.port)).problem == "no TLS connection could be made");
  }
  SECTION("no host of that name") { CHECK(asked("http://[::1]:1").problem == "no connection to ::1 port 1"); }
  SECTION("its path is the whole URL's") {
    std::string line;
    {
      const OneServer server([&](int client) {
        line = OneServer::heard(client, "\r\n\r\n");
        OneServer::say(client, "HTTP/1.1 204 No Content\r\n\r\n");
      });
      CHECK(asked(on("http", server.port) + "//").status == 204);
    }
    CHECK(line.starts_with("GET / HTTP/1.1\r\n"));
  }
}
