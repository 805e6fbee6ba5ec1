#pragma once
/// A database of a test's own on the server that with_server started, and the small language in which these tests speak.

#include <catch2/catch.hpp>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "engine/postgres/adapter.h"
#include "engine/target.h"

namespace tidemark::tests {

using namespace engine;

class Database {
 public:
  /// @param options  of CREATE DATABASE … TEMPLATE template0
  explicit Database(const std::string& options = "");
  ~Database();

  /// A session of the superuser, or of `user`.
  std::unique_ptr<Session> connect(const std::string& purpose = "7/1", bool read_only = false, const std::string& user = {});
  std::unique_ptr<Target> target(const std::string& user = {}, const std::string& search_path = {});
  std::string url(const std::string& user = {}) const;
  /// A login role of the test's own, gone with the database.
  std::string role(const std::string& options = "");
  /// As the superuser, on a session beside those of the test. @return the first row's first column; "" for NULL and for no row
  std::string sql(const std::string& text);
  /// Asks again and again, without sleeping, until the query's answer is "t". Fails the test after ten seconds.
  void await(const std::string& question);
  /// Until the backend waits for a lock.
  void await_lock_wait(int pid);
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::vector<std::string> roles_;
  std::unique_ptr<Session> aside_;
};

template <class Call>
auto in_background(Call call) {
  return std::async(std::launch::async, std::move(call));
}

/// The first row's first column; "" for NULL and for no row.
std::string one(Session& session, const std::string& sql, const Row& parameters = {});
/// The error's kind and SQLSTATE: "data 23505"; "nothing" if there was none.
std::string refusal(const std::function<void()>& call);
TargetError error_of(const std::function<void()>& call);

/// Takes the lease as a runner does. @return what is in it now
Lease take(Session& session);
Digest chain_of(std::uint8_t first, std::uint8_t rest = 0x5A);
/// Tables `profiles(id, "userId", "socialLinks")`, `users(id)` and `links(id, "userId", "profileId", label)` of the given id type.
void make_valine(Database& database, const std::string& id_type);
SourceShape profiles_of(const std::string& id_type);
TableShape links_of(const std::string& id_type);

}  // namespace tidemark::tests
