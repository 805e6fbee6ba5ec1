#pragma once
/// The counters of Redis' INFO. The only user of hiredis.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/runbook/monitor/sample.h"

namespace tidemark::engine::runbook::monitor {

struct RedisPlace {
  std::string host = "127.0.0.1";
  int port = 6379;
  std::string user, password;
};
/// redis://[[user]:password@]host[:port][/db]. @throws std::invalid_argument saying what is wrong with it, without the password
RedisPlace parse_redis_url(std::string_view url);

/// Of INFO's answer: the counters that tell about limits and load.
std::map<std::string, double> redis_counters(std::string_view info);

class Redis {
 public:
  explicit Redis(RedisPlace place);
  ~Redis();
  /// A Redis that is away is a measure, not an error.
  RedisMeasures measure();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemark::engine::runbook::monitor
