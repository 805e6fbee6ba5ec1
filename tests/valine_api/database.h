#pragma once
/// The sandbox's database, one statement at a time. Not for production: one connection under a mutex.

#include <libpq-fe.h>

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace valine {

using Value = std::optional<std::string>;
struct Rows {
  std::vector<std::vector<Value>> rows;
  std::size_t changed = 0;
  std::string sqlstate;  ///< empty: it worked
};

class Database {
 public:
  explicit Database(const std::string& url) : url_(url) {}
  ~Database() { PQfinish(connection_); }
  /// Connects anew when the connection is gone.
  Rows query(const std::string& sql, const std::vector<Value>& parameters = {});

 private:
  std::string url_;
  std::mutex mutex_;
  PGconn* connection_ = nullptr;
};

}  // namespace valine
