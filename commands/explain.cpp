#include "commands/explain.h"

#include <cerrno>
#include <initializer_list>
#include <new>
#include <string_view>
#include <system_error>

namespace tidemark::commands {
namespace {

using engine::ExitCode;
using engine::Failure;
using engine::TargetError;
using journal::JournalError;

constexpr const char* kUrl = "export DATABASE_URL='postgresql://USER:PASSWORD@HOST:5432/DATABASE'";

bool has(std::string_view text, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) {
    if (text.find(part) != std::string_view::npos) return true;
  }
  return false;
}
bool is_state(const TargetError& error, std::initializer_list<std::string_view> states) {
  for (const std::string_view state : states) {
    if (error.sqlstate == state) return true;
  }
  return false;
}

std::string same_again(const Situation& s) { return "tidemark " + (s.verb.empty() ? "status" : s.verb); }
std::string running(const Situation& s) { return s.verb.empty() ? "working" : "running " + s.verb; }
std::string database(const Situation& s) { return s.database.empty() ? "the database" : "database " + s.database; }
std::string safe(const Situation& s) {
  return s.begun ? "What was committed is recorded; the next start settles what is in doubt." : "Nothing was written.";
}

/// "-h HOST -p PORT" out of "host:port/database"; empty for several hosts, sockets and services.
std::string host_options(const std::string& display) {
  const std::size_t slash = display.rfind('/'), colon = display.rfind(':', slash);
  if (slash == std::string::npos || colon == std::string::npos || has(display, {",", "(", " ", "["})) return {};
  return " -h " + display.substr(0, colon) + " -p " + display.substr(colon + 1, slash - colon - 1);
}

std::string answer_of(const TargetError& error) {
  std::string text = error.what();
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (!error.sqlstate.empty()) text += " (" + error.sqlstate + ")";
  if (!error.context.empty()) text += "\n" + error.context;
  return text;
}

/// What libpq and the server say before a session stands; there is no SQLSTATE then, only the text.
Failure refused_connection(const TargetError& error, const Situation& s) {
  const std::string_view text = error.what();
  const std::string doing = "connecting", answer = answer_of(error), nothing = "Nothing was written.";
  const std::string host = host_options(s.database);
  const auto failure = [&](ExitCode code, const std::string& hint, const std::string& next) {
    return Failure(code, doing, database(s), answer + "\n" + hint, nothing, next);
  };
  if (has(text, {"invalid connection option", "invalid URI", "invalid sslmode", "invalid port", "invalid integer value"})) {
    return failure(ExitCode::usage, "The URL says something that libpq doesn't know.", kUrl);
  }
  if (is_state(error, {"28P01", "28000"}) || has(text, {"authentication failed", "no password supplied", "no pg_hba.conf entry", "FATAL:  role"})) {
    return failure(ExitCode::failed, "The server is there and doesn't let this user in: user, password or pg_hba.conf is wrong.", kUrl);
  }
  if (is_state(error, {"3D000"}) || (has(text, {"database \""}) && has(text, {"does not exist"}))) {
    return failure(ExitCode::failed, "The server is there and has no database of this name.", host.empty() ? "psql -l" : "psql" + host + " -l");
  }
  if (has(text, {"is not currently accepting connections"})) {
    return failure(ExitCode::failed, "The server is there; somebody closed this database to new sessions, as a restore does while it takes its place.", same_again(s));
  }
  if (is_state(error, {"53300"}) || has(text, {"too many clients", "connection slots", "too many connections"})) {
    return failure(ExitCode::failed, "All connections of the server are in use: try again, or with fewer --workers.", same_again(s));
  }
  if (is_state(error, {"57P03"}) || has(text, {"starting up", "shutting down", "in recovery mode"})) {
    return failure(ExitCode::failed, "The server is starting or stopping: wait a moment.", same_again(s));
  }
  if (has(text, {"read-only", "standby"})) {
    return failure(ExitCode::failed, "This is a standby. Writing needs the primary.", kUrl);
  }
  if (has(text, {"certificate", "SSL"})) {
    return failure(ExitCode::failed, "Encryption could not be agreed on: see sslmode, sslrootcert and sslaccept in the URL.", kUrl);
  }
  if (has(text, {"the connection was cut"})) {
    return failure(ExitCode::failed, "No PostgreSQL answers like this: is that its address?", "psql" + host + " -c 'SELECT version()'");
  }
  return failure(ExitCode::failed, "Nobody answers there: is the server running, is the address right, does a firewall stand between?",
                 "pg_isready" + host);
}

}  // namespace

Failure explain(const TargetError& error, const Situation& s) {
  const std::string answer = answer_of(error);
  const auto failure = [&](ExitCode code, const std::string& hint, const std::string& next) {
    return Failure(code, running(s), database(s), answer + "\n" + hint, safe(s), next);
  };
  if (error.kind == TargetError::Kind::connection && !s.begun) return refused_connection(error, s);
  if (error.kind == TargetError::Kind::connection) return failure(ExitCode::paused, "The connection was lost.", same_again(s));
  if (error.kind == TargetError::Kind::privilege || is_state(error, {"42501"})) {
    return failure(ExitCode::failed, "This user may not do that. A DBA can grant what is missing.", "tidemark ddl --grants");
  }
  if (is_state(error, {"42P01", "42703", "3F000", "42704"})) {
    const bool deploying = s.verb == "deploy";
    return failure(ExitCode::failed,
                   deploying ? "A script needs something that isn't there: are earlier migrations applied, is this the right database and schema?"
                             : "A table or column is missing: the schema isn't deployed yet, or this is another database or schema.",
                   deploying ? "tidemark status" : "tidemark deploy");
  }
  if (is_state(error, {"53100"})) return failure(ExitCode::failed, "The database server's disk is full.", same_again(s));
  if (is_state(error, {"25006"})) return failure(ExitCode::failed, "This is a standby, or set to read-only. Writing needs the primary.", kUrl);
  if (error.kind == TargetError::Kind::lock) return failure(ExitCode::paused, "Another session holds what is needed; tidemark preflight names it (locks).", same_again(s));
  return Failure(ExitCode::failed, running(s), database(s), answer, safe(s), "tidemark status");
}

Failure explain(const JournalError& error, const Situation& s) {
  const std::string journal = s.journal.empty() ? "the journal" : "journal " + s.journal;
  const std::string answer = error.what();
  const auto failure = [&](ExitCode code, const std::string& hint, const std::string& safe_text, const std::string& next) {
    return Failure(code, s.begun ? "reading the journal" : "opening the journal", journal, answer + "\n" + hint, safe_text, next);
  };
  const std::string untouched = s.begun ? safe(s) : "Neither the journal nor the database was touched.";
  switch (error.kind) {
    case JournalError::Kind::missing:
      return failure(ExitCode::failed, "Nothing was recorded there yet, or --journal names another file than the runs did.", untouched, "tidemark status");
    case JournalError::Kind::locked:
      return failure(ExitCode::leased, "Another tidemark is at work with this journal.", "Nothing was written. The other one isn't disturbed.", "tidemark status");
    case JournalError::Kind::foreign:
      return failure(ExitCode::journal, "This file is not the record of this database.", untouched, same_again(s) + " --journal FILE");
    case JournalError::Kind::damaged:
      return failure(ExitCode::journal, "Go on only with a good copy: what this one says can't be trusted from there on.", untouched, "tidemark audit verify");
    case JournalError::Kind::torn:
      return failure(ExitCode::journal, "The file lost its end, as an incomplete copy does. Take the whole one, with its -wal file.", untouched, "tidemark audit verify");
    case JournalError::Kind::newer:
      return failure(ExitCode::journal, "Use the program that wrote it, or a newer one.", untouched, "tidemark --version");
    case JournalError::Kind::io:
      break;
  }
  const bool full = has(answer, {"No space left", "disk is full", "Disk quota", "disk full"});
  const std::string folder = s.journal.find('/') == std::string::npos ? "." : s.journal.substr(0, s.journal.rfind('/') + 1);
  const bool writing = s.begun || has(answer, {"appending to journal", "checkpointing journal"});  // the lease was taken already
  const std::string kept = writing ? "Nothing is committed in the database without its record; what was recorded stays." : untouched;
  Failure out = full ? failure(ExitCode::failed, "The disk under the journal is full. Free some space; the same command then goes on.", kept, "df -h " + folder)
                     : failure(ExitCode::failed, "The operating system doesn't let us.", kept, "ls -ld " + folder + (s.journal.empty() ? "" : " " + s.journal));
  out.doing = writing ? "writing the journal" : "opening the journal";
  return out;
}

Failure explain(const std::exception_ptr& error, const Situation& s) {
  try {
    std::rethrow_exception(error);
  } catch (const Failure& failure) {
    return failure;
  } catch (const TargetError& target) {
    return explain(target, s);
  } catch (const JournalError& journal) {
    return explain(journal, s);
  } catch (const std::bad_alloc&) {
    return {ExitCode::failed, running(s), "this process", "the memory is used up; fewer --workers or a smaller --chunk need less", safe(s), same_again(s)};
  } catch (const std::system_error& system) {
    return {ExitCode::failed, running(s), "the operating system", system.what(), safe(s), same_again(s)};
  } catch (const std::exception& other) {
    return {ExitCode::failed, running(s), "a mistake in tidemark itself", other.what(), safe(s), "tidemark status"};
  } catch (...) {
    return {ExitCode::failed, running(s), "a mistake in tidemark itself", "an unknown exception", safe(s), "tidemark status"};
  }
}

}  // namespace tidemark::commands
