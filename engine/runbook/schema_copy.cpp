#include "engine/runbook/schema_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "engine/runbook/postgres_tool.h"

namespace tidemark::engine::runbook {
namespace {

constexpr const char* kSafe = "Nothing was changed in the target.";

/// Mode 0600, gone with this.
class TemporaryFile {
 public:
  TemporaryFile() {
    const char* folder = std::getenv("TMPDIR");
    path_ = std::string(folder && *folder == '/' ? folder : "/tmp") + "/tidemark-schema-XXXXXX";
    const int fd = ::mkostemp(path_.data(), O_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "making the temporary file " + path_);
    ::close(fd);
  }
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

void copy_schema(Environment& environment, const SchemaCopy& copy, const std::string& into) {
  const PostgresTool tool(environment, copy.programs);
  const TemporaryFile dump;
  const ChildDatabase from(copy.from), to(into);
  tool.run("pg_dump", {"--format=custom", "--schema-only", "--no-password", "--no-owner", "--exclude-schema=tidemark", "--lock-wait-timeout=10000", "--file=" + dump.path(), "--dbname=" + from.conninfo()}, &from,
           "copying the schema", "the target", kSafe);
  std::vector<std::string> restore{"--exit-on-error", "--single-transaction", "--no-password", "--no-owner", "--no-publications", "--no-subscriptions", "--no-security-labels", "--no-tablespaces"};
  if (copy.elsewhere) restore.push_back("--no-privileges");
  restore.push_back("--dbname=" + to.conninfo());
  restore.push_back(dump.path());
  tool.run("pg_restore", restore, &to, "copying the schema", "the scratch database", kSafe);
}

}  // namespace tidemark::engine::runbook
