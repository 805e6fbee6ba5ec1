#include "engine/runbook/redis_ping.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace tidemark::engine::runbook {

std::string redis_ping(const std::string& url) {
  std::string place = url.substr(url.find("://") == std::string::npos ? 0 : url.find("://") + 3);
  place = place.substr(0, place.find_first_of("/?"));
  if (const auto at = place.rfind('@'); at != std::string::npos) place = place.substr(at + 1);
  std::string host = place, port = "6379";
  if (const auto colon = place.rfind(':'); colon != std::string::npos && place.find(']', colon) == std::string::npos) {
    host = place.substr(0, colon);
    port = place.substr(colon + 1);
  }
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &raw); error != 0) throw std::runtime_error(place + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(raw, &::freeaddrinfo);
  std::string answer = "no address";
  for (const auto* to = list.get(); to; to = to->ai_next) {
    const struct Fd {
      int fd;
      ~Fd() { ::close(fd); }
    } socket{::socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    const auto ready = [&](short what) {
      pollfd one{socket.fd, what, 0};
      return ::poll(&one, 1, 3000) == 1;
    };
    int error = ::connect(socket.fd, to->ai_addr, to->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
      socklen_t size = sizeof error;
      if (!ready(POLLOUT)) error = ETIMEDOUT;
      else ::getsockopt(socket.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error != 0) {
      answer = std::strerror(error);
      continue;
    }
    constexpr std::string_view kPing = "PING\r\n";
    char text[512];
    ssize_t size = -1;
    if (::send(socket.fd, kPing.data(), kPing.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(kPing.size()) && ready(POLLIN)) size = ::recv(socket.fd, text, sizeof text, 0);
    const std::string line(text, size > 0 ? static_cast<std::size_t>(size) : 0);
    if (line.starts_with('+') || line.starts_with('-')) return line.substr(1, line.find('\r') - 1);
    throw std::runtime_error(place + ": " + (size > 0 ? "what answers is not Redis" : "no answer to PING"));
  }
  throw std::runtime_error(place + ": " + answer);
}

}  // namespace tidemark::engine::runbook
