/// The golden texts are what a person sees. To change one on purpose: run with TIDEMARK_WRITE_GOLDEN=1 and read the difference.

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

#include "commands/connection_url.h"
#include "commands/explain.h"
#include "commands/print_error.h"

using namespace tidemark;
using namespace tidemark::commands;
using engine::ExitCode;
using engine::Failure;
using engine::TargetError;
using journal::JournalError;
using Target = TargetError::Kind;
using Journal = JournalError::Kind;

namespace {

const Situation kConnecting{"convert", "db.example:5432/valine", "/state/valine.journal", false};
const Situation kRunning{"convert", "db.example:5432/valine", "/state/valine.journal", true};
const Situation kDeploying{"deploy", "db.example:5432/valine", "/state/valine.journal", true};
const Situation kNobody{"", "", "", false};
Situation at(const std::string& display) { return {"convert", display, "valine.journal", false}; }
const std::string kServer = "connection to server at \"db.example\" (10.0.0.5), port 5432 failed: ";

Failure target(Target kind, const char* state, const std::string& text, const Situation& situation = kConnecting, const char* context = "") {
  return explain(TargetError(kind, state, text, context), situation);
}
Failure journal_error(Journal kind, const std::string& text, const Situation& situation = kConnecting) { return explain(JournalError(kind, text), situation); }
template <class Thrown>
Failure thrown(const Thrown& error) { return explain(std::make_exception_ptr(error), kRunning); }

Failure from_url(const std::string& url) {
  try {
    choose_connection(url, "", [](const char*) { return std::nullopt; });
  } catch (const Failure& failure) {
    return failure;
  }
  throw std::logic_error("accepted");
}

struct Case {
  std::string name;
  ExitCode code;
  Failure failure;
};

std::vector<Case> cases() {
  return {
      {"url_missing", ExitCode::usage, from_url("")},
      {"url_wrong_scheme", ExitCode::usage, from_url("mysql://u:hunter2@db/v")},
      {"url_raw_slash", ExitCode::usage, from_url("postgresql://u:hunt/er2@db/v")},
      {"url_unknown_parameter", ExitCode::usage, target(Target::connection, "", "invalid connection option \"made_up\"\n")},
      {"unreachable", ExitCode::failed, target(Target::connection, "", kServer + "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n")},
      {"unknown_host", ExitCode::failed, target(Target::connection, "", "could not translate host name \"db.example\" to address: Name or service not known\n")},
      {"authentication", ExitCode::failed, target(Target::connection, "", kServer + "FATAL:  password authentication failed for user \"valine\"\n")},
      {"no_database", ExitCode::failed, target(Target::connection, "", kServer + "FATAL:  database \"valine\" does not exist\n")},
      {"too_many_clients", ExitCode::failed, target(Target::connection, "", kServer + "FATAL:  sorry, too many clients already\n")},
      {"starting_up", ExitCode::failed, target(Target::connection, "", kServer + "FATAL:  the database system is starting up\n")},
      {"standby", ExitCode::failed, target(Target::connection, "", kServer + "session is read-only\n")},
      {"certificate", ExitCode::failed, target(Target::connection, "", kServer + "SSL error: certificate verify failed\n")},
      {"connection_lost", ExitCode::paused, target(Target::connection, "", "server closed the connection unexpectedly", kRunning)},
      {"missing_table", ExitCode::failed, target(Target::other, "42P01", "relation \"public.profile_links\" does not exist")},
      {"missing_privilege", ExitCode::failed, target(Target::privilege, "42501", "permission denied for table profiles", kRunning)},
      {"lock", ExitCode::paused, target(Target::lock, "55P03", "canceling statement due to lock timeout", kRunning, "CONTEXT:  while locking tuple (0,1) in relation \"lease\"")},
      {"server_disk_full", ExitCode::failed, target(Target::other, "53100", "could not extend file \"base/1/2\": No space left on device", kRunning)},
      {"escapes_in_answer", ExitCode::failed, target(Target::other, "P0001", "a trigger says \x1b[2J\xc2\x9b" "1m password=hunter2", kRunning)},
      {"journal_missing", ExitCode::failed, journal_error(Journal::missing, "no such file")},
      {"journal_locked", ExitCode::leased, journal_error(Journal::locked, "held by eva@ops1 pid 4711, run 12")},
      {"journal_foreign", ExitCode::journal, journal_error(Journal::foreign, "not a Tidemark journal")},
      {"journal_damaged", ExitCode::journal, journal_error(Journal::damaged, "event 812: chain value differs", kRunning)},
      {"journal_torn", ExitCode::journal, journal_error(Journal::torn, "the file ends at page 12 of 20")},
      {"journal_newer", ExitCode::journal, journal_error(Journal::newer, "format 2; this program knows 1")},
      {"journal_unreadable", ExitCode::failed, journal_error(Journal::io, "unable to open database file: Permission denied")},
      {"journal_disk_full", ExitCode::failed, journal_error(Journal::io, "database or disk is full", kRunning)},
      {"closed_database", ExitCode::failed, target(Target::connection, "", kServer + "FATAL:  database \"valine\" is not currently accepting connections\n")},
      {"no_database_of_a_service", ExitCode::failed, target(Target::connection, "", "FATAL:  database \"valine\" does not exist \n", at("service main"))},
      {"several_hosts", ExitCode::failed, target(Target::connection, "", kServer + "Connection refused\n", at("a:5432,b:5432/valine"))},
      {"no_postgresql", ExitCode::failed, target(Target::connection, "", "the connection was cut", at("db.example/valine"))},
      {"missing_for_a_script", ExitCode::failed, target(Target::other, "42P01", "relation \"people\" does not exist", kDeploying)},
      {"missing_privilege_in_function", ExitCode::failed, target(Target::other, "42501", "must be owner of table profiles", kDeploying)},
      {"read_only", ExitCode::failed, target(Target::other, "25006", "cannot execute INSERT in a read-only transaction", kRunning)},
      {"nothing_known", ExitCode::failed, target(Target::other, "22012", "division by zero", kNobody)},
      {"journal_nowhere", ExitCode::failed, journal_error(Journal::io, "unable to open database file: Permission denied", kNobody)},
      {"journal_here", ExitCode::failed, journal_error(Journal::io, "checkpointing journal: No space left on device", at("db.example:5432/valine"))},
      {"out_of_memory", ExitCode::failed, thrown(std::bad_alloc())},
      {"operating_system", ExitCode::failed, thrown(std::system_error(std::make_error_code(std::errc::too_many_files_open), "opening /x"))},
      {"own_mistake", ExitCode::failed, thrown(std::logic_error("a cursor moved back"))},
      {"failure_passes", ExitCode::leased,
       thrown(Failure(ExitCode::leased, "taking the lease", "database valine", "eva@ops1, pid 4711, holds it; last sign of life 2 s ago", "Nothing was written.", "tidemark status"))},
  };
}

std::string read(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("every error has its golden text and its exit code") {
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    CHECK(c.failure.code == c.code);
    Redactor redactor;
    redactor.add("hunter2");
    const Failure& f = c.failure;
    const Failure clean(f.code, redactor(f.doing), redactor(f.object), redactor(f.answer), redactor(f.safe), redactor(f.next));
    const std::string text = error_text(clean);
    CHECK_THAT(text, !Catch::Contains("hunt") && !Catch::Contains("\x1b") && !Catch::Contains("\xc2\x9b"));
    const std::string file = std::string(TIDEMARK_GOLDEN_ERRORS) + "/" + c.name + ".txt";
    if (std::getenv("TIDEMARK_WRITE_GOLDEN") != nullptr) std::ofstream(file, std::ios::binary) << text;
    CHECK(text == read(file));
    for (const std::string& part : {f.doing, f.object, f.answer, f.safe, f.next}) CHECK_FALSE(part.empty());
  }
}

TEST_CASE("the same as JSON") {
  const Failure failure(ExitCode::leased, "taking the lease", "database \"v\"", "held\n\x1b", "Nothing was written.", "");
  CHECK(error_json(failure) ==
        R"({"error":{"code":6,"doing":"taking the lease","object":"database \"v\"","answer":"held\n\u001b","safe":"Nothing was written.","next":""}})" "\n");
}

TEST_CASE("a part that is empty is left out; an answer of blanks is no line") {
  CHECK(error_text(Failure(ExitCode::failed, "looking", "", "", "", "")) == "tidemark: error while looking\n");
  CHECK(error_text(Failure(ExitCode::failed, "looking", "it", " \n", "", "")) == "tidemark: error while looking: it\n  answer: \n");
  CHECK(error_text(Failure(ExitCode::failed, "looking", "it", "no \n \tnot now \n\n", "", "wait"), true) ==
        "tidemark: \x1b[31merror\x1b[0m while looking: it\n  answer: no \n          not now\n  next:   \x1b[1mwait\x1b[0m\n");
}
