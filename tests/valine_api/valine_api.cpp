// usage: DATABASE_URL=… valine_api [--port N] [--misbehave NAME] [--limit N] [--window-ms N] [--access-log FILE]     valine_api --misbehaviours
// Prints "http://127.0.0.1:PORT" when it listens. Two users may log in, smoke@tidemark.example and other@tidemark.example, with the
// passwords in VALINE_SMOKE_PASSWORD and VALINE_OTHER_PASSWORD; they are made when they aren't there, without a profile.
#include <httplib.h>
#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/valine_api/database.h"
#include "tests/valine_api/misbehaviours.h"

using nlohmann::json;
using httplib::Request;
using httplib::Response;
using Steady = std::chrono::steady_clock;

namespace {

struct Settings {
  int port = 0;
  std::string misbehave;
  std::size_t limit = 20;  ///< failed logins of one address in a window
  std::chrono::milliseconds window{60000};
  std::string access_log;  ///< nginx's combined format; empty: none
};

constexpr const char* kLinkColumns = "id::text, label, url, type::text, position";

std::size_t characters(const std::string& utf8) {
  std::size_t n = 0;
  for (const unsigned char c : utf8) n += (c & 0xc0) != 0x80;
  return n;
}

class Api {
 public:
  Api(Settings settings, const std::string& url) : settings_(std::move(settings)), database_(url) {}

  bool make_users() {
    const std::pair<const char*, const char*> users[] = {{"00000000-0000-4000-8000-00000000a001", "smoke"}, {"00000000-0000-4000-8000-00000000a002", "other"}};
    for (const auto& [id, name] : users) {
      const auto made = database_.query("INSERT INTO users (id, username, email, password, \"displayName\", \"updatedAt\") VALUES ($1, $2, $3, 'not a hash', $2, now()) "
                                        "ON CONFLICT DO NOTHING",
                                        {id, std::string("tidemark_") + name, std::string(name) + "@tidemark.example"});
      if (!made.sqlstate.empty()) return false;
      const char* password = std::getenv(name == std::string("smoke") ? "VALINE_SMOKE_PASSWORD" : "VALINE_OTHER_PASSWORD");
      if (password && *password) passwords_[std::string(name) + "@tidemark.example"] = {password, id};
    }
    return true;
  }

  void routes(httplib::Server& server) {
    server.Get("/health", [this](const Request&, Response& res) {
      if (wrong("html_page")) return res.set_content("<!doctype html><title>Valine</title>", "text/html");
      const bool up = database_.query("SELECT 1").sqlstate.empty();
      answer(res, up ? 200 : 503, {{"status", up ? "ok" : "error"}, {"database", up ? "connected" : "unreachable"}});
    });
    server.Post("/auth/login", [this](const Request& req, Response& res) { login(req, res); });
    server.Get("/auth/me", [this](const Request& req, Response& res) {
      if (const auto user = signed_in(req, res)) {
        const auto found = database_.query("SELECT id::text, email, username FROM users WHERE id::text = $1", {*user});
        if (found.rows.empty()) return refuse(res, 404, "no such user");
        answer(res, 200, {{"user", {{"id", *found.rows[0][0]}, {"email", *found.rows[0][1]}, {"username", *found.rows[0][2]}}}});
      }
    });
    profiles(server);
    links(server);
    server.Get("/api/me/preferences", [this](const Request& req, Response& res) {
      if (const auto user = signed_in(req, res)) {
        const auto found = database_.query("SELECT theme FROM users WHERE id::text = $1", {*user});
        if (found.rows.empty()) return refuse(res, 500, "the database doesn't answer");
        answer(res, 200, {{"theme", found.rows[0][0] ? json(*found.rows[0][0]) : json()}});
      }
    });
    server.Put("/api/me/preferences", [this](const Request& req, Response& res) {
      const auto user = signed_in(req, res);
      if (!user) return;
      const auto theme = text_of(body_of(req), "theme");
      if (theme != "light" && theme != "dark") return refuse(res, 400, "theme must be light or dark");
      if (!wrong("theme_forgotten")) database_.query("UPDATE users SET theme = $2 WHERE id::text = $1", {*user, theme});
      answer(res, 200, {{"theme", *theme}});
    });
    server.Get("/dashboard/stats", [this](const Request& req, Response& res) {
      const auto user = signed_in(req, res);
      if (!user) return;
      if (wrong("slow")) wait_for_the_end(std::chrono::minutes(1));
      const auto found = database_.query("SELECT (SELECT count(*) FROM profiles WHERE \"userId\"::text = $1), (SELECT count(*) FROM profile_links WHERE \"userId\"::text = $1)", {*user});
      if (found.rows.empty()) return refuse(res, 500, "the database doesn't answer");
      answer(res, 200, {{"profiles", std::stol(*found.rows[0][0])}, {"links", std::stol(*found.rows[0][1])}});
    });
  }

  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    end_.notify_all();
  }

 private:
  bool wrong(const char* name) const { return settings_.misbehave == name; }
  static void answer(Response& res, int status, const json& body) {
    res.status = status;
    res.set_content(body.dump(), "application/json");
  }
  static void refuse(Response& res, int status, const std::string& why) { answer(res, status, {{"error", why}}); }
  static json body_of(const Request& req) { return json::parse(req.body, nullptr, false); }
  static std::optional<std::string> text_of(const json& body, const char* key) {
    if (!body.is_object() || !body.contains(key) || !body[key].is_string()) return std::nullopt;
    return body[key].get<std::string>();
  }
  void wait_for_the_end(std::chrono::seconds most) {
    std::unique_lock lock(mutex_);
    end_.wait_for(lock, most, [&] { return ended_; });
  }

  std::optional<std::string> user_of(const Request& req) {
    const auto header = req.get_header_value("Authorization");
    const std::lock_guard lock(mutex_);
    const auto found = header.rfind("Bearer ", 0) == 0 ? tokens_.find(header.substr(7)) : tokens_.end();
    return found == tokens_.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<std::string> signed_in(const Request& req, Response& res) {
    const auto user = user_of(req);
    if (!user) refuse(res, 401, "not signed in");
    return user;
  }

  void login(const Request& req, Response& res) {
    auto& failed = failed_of(req.remote_addr);
    const auto now = Steady::now();
    {
      const std::lock_guard lock(mutex_);
      while (!failed.empty() && now - failed.front() >= settings_.window) failed.pop_front();
      if (failed.size() >= settings_.limit && !wrong("no_429")) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(settings_.window - (now - failed.front()));
        res.set_header("Retry-After", std::to_string(left.count()));
        return refuse(res, 429, "too many attempts");
      }
    }
    const auto body = body_of(req);
    const auto email = text_of(body, "email"), password = text_of(body, "password");
    const bool empty = !email || !password || email->empty() || password->empty();
    const auto known = passwords_.find(email.value_or(""));
    if ((empty && !wrong("empty_login")) || (!empty && (known == passwords_.end() || known->second.first != *password))) {
      const std::lock_guard lock(mutex_);
      failed.push_back(now);
      return empty ? refuse(res, 400, "email and password are required") : refuse(res, 401, "wrong email or password");
    }
    const std::string user = known == passwords_.end() ? "nobody" : known->second.second;
    std::random_device random;
    std::string token = "t";
    for (int i = 0; i < 4; ++i) token += std::to_string(random());
    {
      const std::lock_guard lock(mutex_);
      tokens_[token] = user;
    }
    answer(res, 200, {{"token", token}, {"user", {{"id", user}, {"email", email.value_or("")}}}});
  }
  std::deque<Steady::time_point>& failed_of(const std::string& address) {
    const std::lock_guard lock(mutex_);
    return failed_[address];
  }

  json profile_of(const std::string& user) {
    const auto found = database_.query("SELECT id::text, \"userId\"::text, \"vanityUrl\", headline, title, bio FROM profiles WHERE \"userId\"::text = $1", {user});
    if (found.rows.empty()) return nullptr;
    json profile;
    const char* names[] = {"id", "userId", "vanityUrl", "headline", "title", "bio"};
    for (std::size_t i = 0; i < 6; ++i) profile[names[i]] = found.rows[0][i] ? json(*found.rows[0][i]) : json();
    return profile;
  }

  void profiles(httplib::Server& server) {
    server.Get(R"(/profiles/([^/]+))", [this](const Request& req, Response& res) {
      if (wrong("error_in_200")) return answer(res, 200, {{"error", "PrismaClientKnownRequestError: column profiles.title does not exist"}});
      const auto profile = profile_of(req.matches[1]);
      if (profile.is_null()) return refuse(res, 404, "no such profile");
      answer(res, 200, {{"profile", profile}});
    });
    server.Post("/profiles", [this](const Request& req, Response& res) {
      const auto user = signed_in(req, res);
      if (!user) return;
      const auto body = body_of(req);
      const auto vanity = text_of(body, "vanityUrl");
      if (!vanity || vanity->empty()) return refuse(res, 400, "vanityUrl is required");
      const auto made = database_.query("INSERT INTO profiles (id, \"userId\", \"vanityUrl\", headline, title, \"updatedAt\") VALUES (gen_random_uuid(), $1, $2, $3, $4, now())",
                                        {*user, *vanity, text_of(body, "headline"), text_of(body, "title")});
      if (made.sqlstate == "23505") return refuse(res, 409, "there is one already");
      if (!made.sqlstate.empty()) return refuse(res, 500, "the database refused it");
      answer(res, 201, {{"profile", profile_of(*user)}});
    });
    server.Patch(R"(/profiles/([^/]+))", [this](const Request& req, Response& res) {
      if (!own(req, res)) return;
      const auto body = body_of(req);
      const auto changed = database_.query("UPDATE profiles SET headline = coalesce($2, headline), title = coalesce($3, title), \"updatedAt\" = now() WHERE \"userId\"::text = $1",
                                           {req.matches[1].str(), text_of(body, "headline"), text_of(body, "title")});
      if (changed.changed == 0) return refuse(res, 404, "no such profile");
      answer(res, 200, {{"profile", profile_of(req.matches[1])}});
    });
    server.Delete(R"(/profiles/([^/]+))", [this](const Request& req, Response& res) {
      if (!own(req, res)) return;
      if (database_.query("DELETE FROM profiles WHERE \"userId\"::text = $1", {req.matches[1].str()}).changed == 0) return refuse(res, 404, "no such profile");
      res.status = 204;
    });
  }
  /// The profile's user is who asks.
  bool own(const Request& req, Response& res) {
    const auto user = signed_in(req, res);
    if (user && *user != req.matches[1]) refuse(res, 403, "not yours");
    return user && *user == req.matches[1];
  }

  json link_of(const std::vector<valine::Value>& row) const {
    json link{{"id", *row[0]}, {"label", *row[1]}, {"url", *row[2]}, {"type", *row[3]}, {"position", std::stol(*row[4])}};
    if (wrong("missing_field")) link.erase("url");
    return link;
  }
  /// Empty: fine.
  static std::string bad_link(const std::optional<std::string>& label, const std::optional<std::string>& url, const std::optional<std::string>& type) {
    if (label && (label->empty() || characters(*label) > 40)) return "label must have 1 to 40 characters";
    if (url && (url->size() > 2048 || (url->rfind("https://", 0) != 0 && url->rfind("http://", 0) != 0))) return "url must be a URL of at most 2048 characters";
    if (type && *type != "website" && *type != "imdb" && *type != "showreel" && *type != "other") return "type must be website, imdb, showreel or other";
    return "";
  }

  void links(httplib::Server& server) {
    server.Get(R"(/profiles/([^/]+)/links)", [this](const Request& req, Response& res) {
      const auto found = database_.query(std::string("SELECT ") + kLinkColumns + " FROM profile_links WHERE \"userId\"::text = $1 ORDER BY position, \"createdAt\", id", {req.matches[1].str()});
      if (!found.sqlstate.empty()) return refuse(res, 500, "the database refused it");
      json list = json::array();
      for (const auto& row : found.rows) list.push_back(link_of(row));
      answer(res, 200, {{"links", list}});
    });
    server.Post(R"(/profiles/([^/]+)/links)", [this](const Request& req, Response& res) {
      if (!wrong("anonymous_write") && !own(req, res)) return;
      const auto body = body_of(req);
      const auto label = text_of(body, "label"), url = text_of(body, "url"), type = text_of(body, "type");
      if (!label || !url || !type) return refuse(res, 400, "label, url and type are required");
      if (const auto why = bad_link(label, url, type); !why.empty()) return refuse(res, 400, why);
      const auto made = database_.query(
          std::string("INSERT INTO profile_links (id, \"userId\", \"profileId\", label, url, type, position, \"updatedAt\") SELECT gen_random_uuid(), p.\"userId\", p.id, $2, $3, "
                      "$4::text::\"ProfileLinkType\", (SELECT count(*) FROM profile_links WHERE \"userId\" = p.\"userId\"), now() FROM profiles p WHERE p.\"userId\"::text = $1") +
              (wrong("too_many_links") ? "" : " AND (SELECT count(*) FROM profile_links WHERE \"userId\" = p.\"userId\") < 20") + " RETURNING " + kLinkColumns,
          {req.matches[1].str(), label, url, type});
      if (!made.sqlstate.empty()) return refuse(res, 500, "the database refused it");
      if (made.rows.empty()) return refuse(res, 400, "a profile has at most 20 links, and there must be a profile");
      answer(res, wrong("wrong_status") ? 200 : 201, {{"link", link_of(made.rows[0])}});
    });
    server.Patch(R"(/profiles/([^/]+)/links/([^/]+))", [this](const Request& req, Response& res) {
      if (wrong("foreign_link_writable") ? !signed_in(req, res) : !own(req, res)) return;
      const auto body = body_of(req);
      const auto label = text_of(body, "label"), url = text_of(body, "url");
      if (const auto why = bad_link(label, url, std::nullopt); !why.empty()) return refuse(res, 400, why);
      const std::string keep = wrong("lost_write") ? "label = label" : "label = coalesce($3, label), url = coalesce($4, url)";
      const auto changed = database_.query("UPDATE profile_links SET " + keep + ", \"updatedAt\" = now() WHERE \"userId\"::text = $1 AND id::text = $2 AND ($3::text IS NULL OR true) AND " +
                                               "($4::text IS NULL OR true) RETURNING " + kLinkColumns,
                                           {req.matches[1].str(), req.matches[2].str(), label, url});
      if (changed.rows.empty()) return refuse(res, 404, "no such link");
      auto link = link_of(changed.rows[0]);
      if (label) link["label"] = *label;
      answer(res, 200, {{"link", link}});
    });
    server.Delete(R"(/profiles/([^/]+)/links/([^/]+))", [this](const Request& req, Response& res) {
      if (!own(req, res)) return;
      const auto gone = database_.query("DELETE FROM profile_links WHERE \"userId\"::text = $1 AND id::text = $2", {req.matches[1].str(), req.matches[2].str()});
      if (gone.changed == 0) return refuse(res, 404, "no such link");
      res.status = 204;
    });
  }

  Settings settings_;
  valine::Database database_;
  std::map<std::string, std::pair<std::string, std::string>> passwords_;  ///< email: password, id
  std::mutex mutex_;
  std::condition_variable end_;
  bool ended_ = false;
  std::map<std::string, std::string> tokens_;
  std::map<std::string, std::deque<Steady::time_point>> failed_;
};

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--misbehaviours") {
      for (const auto& [each, meaning] : valine::misbehaviours()) std::printf("%s\t%s\n", each.c_str(), meaning.c_str());
      return 0;
    }
    if (++i == argc) return std::fprintf(stderr, "valine_api: %s wants a value\n", name.c_str()), 2;
    if (name == "--port") settings.port = std::stoi(argv[i]);
    else if (name == "--misbehave") settings.misbehave = argv[i];
    else if (name == "--limit") settings.limit = std::stoul(argv[i]);
    else if (name == "--window-ms") settings.window = std::chrono::milliseconds(std::stol(argv[i]));
    else if (name == "--access-log") settings.access_log = argv[i];
    else return std::fprintf(stderr, "valine_api: what is %s?\n", name.c_str()), 2;
  }
  bool known = settings.misbehave.empty();
  for (const auto& [name, meaning] : valine::misbehaviours()) known = known || name == settings.misbehave;
  const char* url = std::getenv("DATABASE_URL");
  if (!known || !url) return std::fprintf(stderr, "valine_api: %s\n", known ? "DATABASE_URL isn't set" : "no such misbehaviour"), 2;

  Api api(settings, url);
  if (!api.make_users()) return std::fprintf(stderr, "valine_api: the database doesn't take the test users\n"), 1;
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(4); };
  api.routes(server);
  std::mutex log_mutex;
  std::ofstream log;
  if (!settings.access_log.empty()) {
    log.open(settings.access_log, std::ios::app);
    if (!log) return std::fprintf(stderr, "valine_api: %s can't be written\n", settings.access_log.c_str()), 1;
    server.set_logger([&](const Request& req, const Response& res) {
      char at[64];
      const std::time_t now = std::time(nullptr);
      std::tm parts{};
      std::strftime(at, sizeof at, "%d/%b/%Y:%H:%M:%S +0000", gmtime_r(&now, &parts));
      const std::lock_guard lock(log_mutex);
      log << req.remote_addr << " - - [" << at << "] \"" << req.method << ' ' << req.path << " HTTP/1.1\" " << res.status << ' ' << res.body.size() << " \"-\" \"tidemark\"" << std::endl;
    });
  }
  if (settings.port == 0) settings.port = server.bind_to_any_port("127.0.0.1");
  else if (!server.bind_to_port("127.0.0.1", settings.port)) settings.port = -1;
  if (settings.port < 0) return std::fprintf(stderr, "valine_api: no port could be bound\n"), 1;

  // Signals are taken by one thread, so that the server's own can be ended in order.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread watch([&] {
    int got = 0;
    sigwait(&signals, &got);
    api.end();
    server.stop();
  });
  std::printf("http://127.0.0.1:%d\n", settings.port);
  std::fflush(stdout);
  server.listen_after_bind();
  watch.join();
  return 0;
}
