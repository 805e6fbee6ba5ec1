#include "commands/verbs/door.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "commands/configuration/declaration.h"
#include "commands/signals.h"
#include "commands/verbs/backups.h"
#include "commands/version.h"
#include "engine/conversion/declared.h"
#include "engine/conversion/pipeline.h"
#include "engine/identity.h"
#include "engine/postgres/adapter.h"
#include "journal/chain.h"
#include "migrations/social_links/conversion.h"

namespace tidemark::commands {
namespace {

std::string host_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

std::string user_name() {
  const auto* entry = getpwuid(geteuid());
  return entry ? entry->pw_name : std::to_string(geteuid());
}

std::string fault_text() {
  const char* text = std::getenv("TIDEMARK_FAULT");
  return text ? text : "";
}

/// Beside the working directory's own migrations, then beside the installed program.
std::string default_migrations() {
  namespace fs = std::filesystem;
  if (fs::is_directory("migrations")) return "migrations";
  std::error_code error;
  const auto program = fs::read_symlink("/proc/self/exe", error);
  return error ? "migrations" : (program.parent_path().parent_path() / "share/tidemark/migrations").string();
}

std::string migrations_directory(const Globals& globals, const Configuration& configuration) {
  return !globals.migrations.empty() ? globals.migrations : !configuration.migrations.empty() ? configuration.migrations : default_migrations();
}

/// A file name: what isn't plain is written as _.
std::string plain(const std::string& text) {
  std::string name;
  for (const char c : text) name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' ? c : '_';
  return name;
}

std::string state_directory() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state && *state) return std::string(state) + "/tidemark";
  if (const char* home = std::getenv("HOME"); home && *home) return std::string(home) + "/.local/state/tidemark";
  throw engine::Failure(engine::ExitCode::usage, "choosing the journal's place", "XDG_STATE_HOME and HOME", "neither is set", "Nothing was written.", "name the journal with --journal FILE");
}

migrations::social_links::SocialLinks make_conversion(const Configuration& configuration) {
  auto mapping = migrations::social_links::Mapping::standard();
  for (const auto& [key, known] : configuration.convert.known_keys) mapping.known_keys[key] = {known.type, known.label};
  return migrations::social_links::SocialLinks(std::move(mapping), configuration.convert.max_source_bytes);
}

}  // namespace

struct Door::Impl {
  Impl(const Globals& globals, const Configuration& configuration, const Redactor& redactor)
      : console(Console::options(globals), redactor), built_in(make_conversion(configuration)), chosen(!globals.conversion.empty() ? globals.conversion : configuration.conversion), ids(engine::Clock::system()) {}
  std::optional<Connection> connection;
  std::unique_ptr<engine::Target> reading, writing;
  Console console;
  migrations::social_links::SocialLinks built_in;
  std::unique_ptr<engine::conversion::Conversion> declared;
  std::string chosen;
  engine::StopFlag stop;
  engine::Uuid7 ids;
  std::optional<engine::Faults> faults;
  std::unique_ptr<engine::Executor> executor;
  std::unique_ptr<SignalGuard> signals;
  std::unique_ptr<engine::Environment> environment;
};

Door::Door(const Globals& given)
    : globals(given), configuration(read_configuration(given.config, [&](const Configuration& read) { return migrations_directory(given, read); })) {
  impl_ = std::make_unique<Impl>(globals, configuration, redactor);
}
Door::~Door() = default;

bool Door::names_database() {
  try {
    connection();
    return true;
  } catch (const engine::Failure& failure) {
    if (failure.object != kNoneNamed) throw;  // one is named, and wrong
    return false;
  }
}

const Connection& Door::connection() {
  if (!impl_->connection) {
    impl_->connection = choose_connection(globals.database_url, configuration.database_url, process_environment());
    for (const auto& secret : impl_->connection->secrets) redactor.add(secret);
    situation.database = impl_->connection->display;
    for (const auto& note : impl_->connection->notes) console().say(engine::Observer::Level::debug, note);
    for (const auto& name : impl_->connection->ignored) console().say(engine::Observer::Level::debug, "the URL's parameter " + name + " is for Prisma and ignored here");
  }
  return *impl_->connection;
}

engine::Target& Door::reading() {
  if (!impl_->reading) impl_->reading = engine::postgres::make_target({connection().conninfo, connection().search_path});
  return *impl_->reading;
}

engine::StopFlag& Door::stop() { return impl_->stop; }
Console& Door::console() { return impl_->console; }

std::string Door::conversions_folder() {
  if (!globals.conversions.empty()) return globals.conversions;
  if (!configuration.conversions.empty()) return configuration.conversions;
  return (std::filesystem::absolute(migrations_folder() + "/").lexically_normal().parent_path().parent_path() / "conversions").string();
}

void Door::choose(const std::string& conversion) {
  if (impl_->chosen != conversion) impl_->declared.reset();
  impl_->chosen = conversion;
}
const std::string& Door::chosen() const { return impl_->chosen; }

const engine::conversion::Conversion& Door::conversion() {
  auto& impl = *impl_;
  if (impl.chosen.empty() || impl.chosen == impl.built_in.name()) return impl.built_in;
  if (!impl.declared) {
    impl.declared = std::make_unique<engine::conversion::Declared>(read_declaration(find_declaration(conversions_folder(), impl.chosen, impl.built_in.name())));
  }
  return *impl.declared;
}

engine::Executor& Door::executor() {
  if (!impl_->executor) {
    impl_->executor = engine::make_thread_executor();
    impl_->signals = std::make_unique<SignalGuard>(impl_->stop);
  }
  return *impl_->executor;
}

engine::Faults& Door::faults() {
  auto& impl = *impl_;
  if (!impl.faults) {
    try {
      impl.faults.emplace(engine::Faults::parse(fault_text()));
    } catch (const std::invalid_argument& error) {
      throw engine::Failure(engine::ExitCode::usage, "reading the environment", "TIDEMARK_FAULT", error.what(), "Nothing was written.", "tidemark faults");
    }
  }
  return *impl.faults;
}

engine::Environment& Door::environment() {
  auto& impl = *impl_;
  if (!impl.environment) {
    faults();
    impl.writing = engine::postgres::make_target({for_writing(connection()), connection().search_path});
    executor();
    engine::Limits limits;
    limits.unit.lock_timeout_ms = configuration.limits.lock_timeout_ms;
    limits.unit.statement_timeout_ms = configuration.limits.statement_timeout_ms;
    limits.unit.idle_timeout_ms = configuration.limits.idle_timeout_ms;
    limits.lease_ttl_s = configuration.limits.lease_ttl_s;
    limits.connection_retry_ms = configuration.limits.connection_retry_s * 1000;
    impl.environment.reset(new engine::Environment{*impl.writing, *impl.executor, engine::Clock::system(), *impl.faults, impl.console, impl.stop, impl.ids, limits,
                                                   {host_name(), user_name(), "tidemark " + program_version() + " (" + program_commit() + ")", static_cast<std::uint64_t>(getpid())}});
  }
  return *impl.environment;
}

std::string Door::journal_path(const engine::Identity& target) {
  std::string path = !globals.journal.empty() ? globals.journal : configuration.journal;
  if (path.empty()) {
    if (target.system.empty()) {
      throw engine::Failure(engine::ExitCode::usage, "choosing the journal's place", connection().display, "this role may not read the server's system identifier (pg_control_system)",
                            "Nothing was written.", "name the journal with --journal FILE");
    }
    path = state_directory() + "/" + plain(target.system) + "-" + plain(target.database) + ".journal";
  }
  path = std::filesystem::absolute(path).lexically_normal().string();  // the lease names the file: the same one from every directory
  situation.journal = path;
  return path;
}

std::string Door::journal_copy(const std::string& path) const {
  if (configuration.journal_backup.empty()) return path + ".copy";
  return (std::filesystem::path(configuration.journal_backup) / std::filesystem::path(path).filename()).string() + ".copy";
}

std::string Door::journal_path_offline() {
  if (!globals.journal.empty() || !configuration.journal.empty()) return journal_path({});
  if (!names_database()) {
    throw engine::Failure(engine::ExitCode::usage, "choosing the journal", "no --journal and no database", "without either, nothing says whose journal is meant", "Nothing was written.",
                          "name the journal with --journal FILE");
  }
  return journal_path(reading().connect("journal", true)->identity());
}

std::unique_ptr<journal::Reader> Door::journal(const engine::Identity& target, bool behind_is_fine, bool new_home) {
  const auto path = journal_path(target);
  if (!std::filesystem::exists(path)) return nullptr;
  auto reader = std::make_unique<journal::Reader>(path);
  engine::check_identity(*reader, target, connection().display, behind_is_fine, new_home);
  return reader;
}

std::string Door::migrations_folder() { return migrations_directory(globals, configuration); }

std::vector<engine::schema::MigrationFolder> Door::migrations() {
  return engine::schema::read_migrations(migrations_directory(globals, configuration));
}

std::unique_ptr<engine::WritingRun> Door::begin(const std::string& verb, const std::string& arguments, bool converts, bool reconciles, bool new_home) {
  situation.verb = verb;
  auto& env = environment();
  const auto identity = reading().connect("start", true)->identity();
  engine::StartRequest request;
  request.journal_path = journal_path(identity);
  request.started.verb = verb;
  request.started.arguments = redactor(arguments);
  request.started.environment = configuration.environment;
  request.started.log_file = console().log_file();
  request.started.configuration = journal::sha256(canonical(configuration));
  if (converts) request.started.mapping = engine::conversion::mapping_digest(conversion());
  request.reconciles = reconciles;
  request.new_home = new_home;
  request.copy = journal_copy(request.journal_path);
  request.copy_always = !configuration.journal_backup.empty();
  request.take_lease = globals.take_lease;
  request.adopt_target = globals.adopt_target;
  auto run = engine::WritingRun::begin(env, request);
  situation.begun = true;
  bind_backups(*this, identity, *run);
  console().say(engine::Observer::Level::info, verb + ": run #" + std::to_string(run->run()) + " on " + connection().display + ", journal " + request.journal_path);
  return run;
}

void Door::during(engine::WritingRun& run, const std::function<void()>& work) {
  const auto record = [&](engine::ExitCode code) {
    console().end();
    try {
      run.finish(code, code == engine::ExitCode::paused ? "paused" : "failed");
    } catch (const std::exception& error) {  // the first error is the one to be told
      console().say(engine::Observer::Level::debug, std::string("the run's end could not be recorded: ") + error.what());
    }
  };
  try {
    work();
    console().end();
  } catch (const engine::Failure& failure) {
    record(failure.code);
    throw;
  } catch (...) {
    record(engine::ExitCode::failed);
    throw;
  }
}

}  // namespace tidemark::commands
