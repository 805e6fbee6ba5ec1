#include "engine/postgres/adapter.h"

#include "engine/postgres/conninfo.h"
#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {
namespace {

class PostgresTarget final : public Target {
 public:
  explicit PostgresTarget(ConnectOptions options)
      : options_(std::move(options)), name_(complete(options_.conninfo, "tidemark", true, false).name) {}

  std::unique_ptr<Session> connect(const std::string& purpose, bool read_only) override {
    for (const bool startup_options : {true, false}) {
      const auto conninfo = complete(options_.conninfo, "tidemark/" + purpose, read_only, startup_options);
      try {
        return std::make_unique<PostgresSession>(conninfo.text, options_.search_path);
      } catch (const TargetError& error) {
        // A pooler that knows no start-up options: go without. Every transaction of ours says READ ONLY or READ WRITE itself.
        if (!startup_options || std::string(error.what()).find("startup parameter") == std::string::npos) throw;
      }
    }
    throw std::logic_error("unreachable");
  }

  std::string name() const override { return name_; }

 private:
  ConnectOptions options_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Target> make_target(ConnectOptions options) { return std::make_unique<PostgresTarget>(std::move(options)); }

}  // namespace tidemark::engine::postgres
