#pragma once
/// What is fuzzed: functions that take any bytes. Each refuses what it must, keeps its promises about the rest, and never crashes.
/// A promise that doesn't hold is a std::logic_error, which nothing here catches.

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::tests::fuzz {

void conversion(std::string_view bytes);     ///< first byte: flags; then a socialLinks text
void url(std::string_view bytes);            ///< a URL
void codec(std::string_view bytes);          ///< kind (one byte), version (one byte), payload
void journal_file(std::string_view bytes);   ///< a database file
void sql(std::string_view bytes);            ///< a migration's script
void configuration(std::string_view bytes);  ///< tidemark.toml
void log_lines(std::string_view bytes);      ///< first byte: how they come in pieces; then a log
void test_results(std::string_view bytes);   ///< first byte: JUnit XML, TAP, jest's JSON, or numbers by a pattern; then what a runner wrote

struct Target {
  const char* name;
  void (*entry)(std::string_view);
};
constexpr Target kTargets[] = {{"conversion", conversion}, {"url", url}, {"codec", codec}, {"journal_file", journal_file},
                               {"sql", sql}, {"configuration", configuration}, {"log_lines", log_lines},
                               {"test_results", test_results}};

/// Inputs from the real cases that stand in the repository. @param root  of the source tree
std::vector<std::string> seeds(std::string_view target, const std::string& root);

inline void promise(bool kept, const char* what) {
  if (!kept) throw std::logic_error(what);
}

}  // namespace tidemark::tests::fuzz
