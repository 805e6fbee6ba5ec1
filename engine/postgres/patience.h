#pragma once
/// Bounds on one answer of the server, in memory and in time: libpq has none. It reads rows without end into memory, and waits for ever for a server
/// that is there but frozen. What is out of bounds loses its connection, and what follows is what follows on any lost connection.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tidemark::engine::postgres {

class Patience {
 public:
  /// One statement under way, from here to the end of the scope.
  class Waiting {
   public:
    /// @param server_limit  the server's own statement_timeout; 0: it has none, then neither do we
    Waiting(int socket, std::chrono::milliseconds server_limit);
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    /// Why the connection was cut; empty: it was not.
    std::string why() const;

   private:
    friend class Patience;
    const int socket_;
    const std::chrono::milliseconds server_limit_;
    std::chrono::milliseconds seen_{0};         ///< as many periods as have passed while this process ran: a stopped one has not waited
    std::optional<std::size_t> memory_before_;  ///< of this process, when first looked at; bytes
    std::string why_;
  };

  struct Bounds {
    std::size_t growth = std::size_t{1} << 30;  ///< bytes, of this process during one statement
    std::chrono::milliseconds grace{60000};     ///< over the server's own limit: the way, a busy machine, a COMMIT that is replicated
  };
  /// For all connections of this process. @return what they were
  static Bounds set(const Bounds& bounds);

 private:
  Patience();
  ~Patience();
  static Patience& of_this_process();
  void look();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemark::engine::postgres
