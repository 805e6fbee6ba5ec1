#include "engine/runbook/monitor/redis.h"

#include <hiredis/hiredis.h>

#include <array>
#include <charconv>
#include <stdexcept>

namespace tidemark::engine::runbook::monitor {
namespace {

constexpr std::array kCounters{"instantaneous_ops_per_sec", "total_commands_processed", "total_error_replies", "rejected_connections", "evicted_keys", "expired_keys",
                               "keyspace_hits", "keyspace_misses", "connected_clients", "blocked_clients", "used_memory"};
constexpr timeval kTimeout{2, 0};

struct FreeContext { void operator()(redisContext* context) const { redisFree(context); } };
struct FreeReply { void operator()(redisReply* reply) const { freeReplyObject(reply); } };
using Reply = std::unique_ptr<redisReply, FreeReply>;

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

RedisPlace parse_redis_url(std::string_view url) {
  constexpr std::string_view kScheme = "redis://";
  if (!url.starts_with(kScheme)) throw std::invalid_argument("it must begin with redis:// (TLS, rediss://, is not supported)");
  url.remove_prefix(kScheme.size());
  url = url.substr(0, url.find_first_of("/?"));
  RedisPlace place;
  if (const auto at = url.rfind('@'); at != std::string_view::npos) {
    const auto who = url.substr(0, at);
    const auto colon = who.find(':');
    place.user = decoded(who.substr(0, colon));
    if (colon != std::string_view::npos) place.password = decoded(who.substr(colon + 1));
    url.remove_prefix(at + 1);
  }
  if (const auto colon = url.rfind(':'); colon != std::string_view::npos && url.find(']', colon) == std::string_view::npos) {
    const auto digits = url.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), place.port);
    if (error != std::errc() || end != digits.data() + digits.size() || place.port < 1 || place.port > 65535) throw std::invalid_argument("its port is no number from 1 to 65535");
    url = url.substr(0, colon);
  }
  if (url.starts_with('[') && url.ends_with(']')) url = url.substr(1, url.size() - 2);
  if (!url.empty()) place.host = url;
  return place;
}

std::map<std::string, double> redis_counters(std::string_view info) {
  std::map<std::string, double> counters;
  while (!info.empty()) {
    const auto end = info.find('\n');
    auto line = info.substr(0, end);
    info.remove_prefix(end == std::string_view::npos ? info.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    for (const char* name : kCounters) {
      double value = 0;
      const auto digits = line.substr(colon + 1);
      if (line.substr(0, colon) == name && std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc()) counters[name] = value;
    }
  }
  return counters;
}

struct Redis::Impl {
  RedisPlace place;
  std::unique_ptr<redisContext, FreeContext> context;

  Reply ask(std::initializer_list<std::string> words) {
    std::array<const char*, 4> texts{};
    std::array<std::size_t, 4> sizes{};
    int count = 0;
    for (const auto& word : words) {
      texts[static_cast<std::size_t>(count)] = word.data();
      sizes[static_cast<std::size_t>(count++)] = word.size();
    }
    Reply reply(static_cast<redisReply*>(redisCommandArgv(context.get(), count, texts.data(), sizes.data())));
    if (!reply) throw std::runtime_error(context->errstr);
    if (reply->type == REDIS_REPLY_ERROR) throw std::runtime_error(std::string(reply->str, reply->len));
    return reply;
  }
  void connect() {
    context.reset(redisConnectWithTimeout(place.host.c_str(), place.port, kTimeout));
    if (!context) throw std::runtime_error("out of memory");
    if (context->err != 0) throw std::runtime_error(context->errstr);
    redisSetTimeout(context.get(), kTimeout);
    if (!place.user.empty()) ask({"AUTH", place.user, place.password});
    else if (!place.password.empty()) ask({"AUTH", place.password});
  }
};

Redis::Redis(RedisPlace place) : impl_(std::make_unique<Impl>()) { impl_->place = std::move(place); }
Redis::~Redis() = default;

RedisMeasures Redis::measure() {
  RedisMeasures measures;
  try {
    if (!impl_->context) impl_->connect();
    const auto reply = impl_->ask({"INFO"});
    if (reply->str == nullptr) throw std::runtime_error("INFO was answered by something else than text");
    measures.counters = redis_counters({reply->str, reply->len});
    measures.ok = true;
  } catch (const std::runtime_error& error) {
    measures.error = error.what();
    impl_->context.reset();
  }
  return measures;
}

}  // namespace tidemark::engine::runbook::monitor
