#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "journal/codec.h"
#include "tests/fuzz/targets.h"
#include "tests/journal/samples.h"
#include "tests/journal/support.h"

namespace tidemark::tests::fuzz {

namespace fs = std::filesystem;

namespace {

using Inputs = std::vector<std::string>;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("no " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Of all files below whose name ends so, in the order of their names.
Inputs files(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().string().ends_with(ending)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  Inputs out;
  for (const auto& path : paths) out.push_back(content_of(path));
  return out;
}

void collect_urls(const nlohmann::json& json, Inputs& urls) {
  if (json.is_string()) urls.push_back(json.get<std::string>());
  if (json.is_structured())
    for (const auto& child : json) collect_urls(child, urls);
}

Inputs cases(const std::string& root, bool urls) {
  Inputs out;
  for (const auto& one : nlohmann::json::parse(content_of(root + "/tests/golden/social_links_cases.json"))) {
    if (urls) {
      collect_urls(one, out);
    } else if (one["socialLinks"].is_string()) {
      for (const char flags : {'\0', '\1'}) out.push_back(flags + one["socialLinks"].get<std::string>());
    }
  }
  return out;
}

Inputs payloads() {
  Inputs out;
  for (const auto& event : journal::test::samples())
    out.push_back(std::string{static_cast<char>(journal::kind_of(event)), static_cast<char>(journal::version_of(event))} + journal::encode(event, journal::test::kSampleSubject));
  return out;
}

Inputs journals() {
  const journal::test::TempDir dir;
  return {content_of(journal::test::journal_of(dir, journal::test::kEverything)), content_of(journal::test::journal_of(dir, "note x", "b.journal"))};
}

const Inputs kLogs = {
    "\x05" R"(1.2.3.4 - - [22/Nov/2026:02:13:00 +0000] "GET /profiles/1/links HTTP/1.1" 200 512 "-" "curl/8")" "\n",
    "\x50" R"(Nov 22 02:13:00 web nginx[7]: 10.0.0.1 - u [22/Nov/2026:02:13:00 +0000] "POST /a HTTP/1.1" 503 0 "-" "-")" "\nError: rate limit\n",
    "\x03" R"({"level":"error","statusCode":500,"msg":"prisma P2002"})" "\n" R"({"res":{"statusCode":429}})" "\n",
    "\x01" R"({"response":{"status":"404"}})" "\n\x1b[31mwarn\xff\xfe\n",
};

/// What runners really wrote, with the reader that is meant; those that print numbers alone too.
Inputs results_of_runners(const std::string& root) {
  Inputs out{std::string("\x03") + "Tests: 3 passed, 1 failed, 2 skipped\n"};
  for (const auto& [ending, which] : {std::pair{".xml", '\0'}, {".tap", '\1'}, {".json", '\2'}}) {
    for (const auto& text : files(root + "/tests/golden/test_results", ending)) out.push_back(which + text);
  }
  return out;
}

}  // namespace

std::vector<std::string> seeds(std::string_view target, const std::string& root) {
  if (target == "conversion") return cases(root, false);
  if (target == "url") return cases(root, true);
  if (target == "codec") return payloads();
  if (target == "journal_file") return journals();
  if (target == "sql") return files(root + "/migrations", ".sql");
  if (target == "configuration") return files(root + "/migrations", ".toml");
  if (target == "log_lines") return kLogs;
  if (target == "test_results") return results_of_runners(root);
  throw std::logic_error("no seeds for " + std::string(target));
}

}  // namespace tidemark::tests::fuzz
