#pragma once
/// A server on a free port of this machine that treats one connection after the other as the test says.

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <thread>

namespace tidemark::tests {

class OneServer {
 public:
  /// @param treat  answers the client, whose socket is closed afterwards
  explicit OneServer(std::function<void(int client)> treat) : treat_(std::move(treat)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 4) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      for (int client; (client = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(client)) treat_(client);
    });
  }
  ~OneServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  OneServer(const OneServer&) = delete;
  OneServer& operator=(const OneServer&) = delete;
  int port = 0;

  /// What the client sends up to `end`, or to its own end.
  static std::string heard(int client, const std::string& end) {
    std::string text;
    char c = 0;
    while (!text.ends_with(end) && ::read(client, &c, 1) == 1) text += c;
    return text;
  }
  static void say(int client, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
      const auto size = ::send(client, text.data() + at, text.size() - at, MSG_NOSIGNAL);
      if (size <= 0) return;
      at += static_cast<std::size_t>(size);
    }
  }
  /// Until the client has gone.
  static void hold(int client) {
    char bytes[4096];
    while (::read(client, bytes, sizeof bytes) > 0) {
    }
  }

 private:
  std::function<void(int)> treat_;
  int listener_;
  std::thread thread_;
};

}  // namespace tidemark::tests
