/// FORMAT.md's table of kinds is enough to read a payload: each sample is read by the page alone, to its last byte.

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "journal/bytes.h"
#include "journal/codec.h"
#include "journal/row_coding.h"
#include "samples.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

namespace {

struct Line {
  std::string kind, payload;
  std::uint32_t version = 0;
};

/// | code | `kind` | version | payload |
std::map<int, Line> kinds_of_page() {
  std::ifstream page(TIDEMARK_FORMAT_PAGE);
  REQUIRE(page);
  std::map<int, Line> kinds;
  for (std::string text; std::getline(page, text);) {
    std::istringstream in(text);
    std::string code, kind, version, payload;
    if (!text.starts_with("| ") || !std::isdigit(static_cast<unsigned char>(text[2]))) continue;
    std::getline(in, code, '|');
    std::getline(in, code, '|');
    std::getline(in, kind, '|');
    std::getline(in, version, '|');
    std::getline(in, payload, '|');
    if (kind.size() < 4 || kind[1] != '`' || payload.empty()) continue;  // another table
    kinds[std::stoi(code)] = {kind.substr(2, kind.size() - 4), payload, static_cast<std::uint32_t>(std::stoul(version))};
  }
  return kinds;
}

void read(ByteReader& in, const std::string& type) {
  if (type == "text") in.text();
  else if (type == "number" || type == "unit (number)") in.number();
  else if (type == "time" || type == "signed") in.signed_number();
  else if (type == "bool") REQUIRE(in.byte() < 2);
  else if (type == "digest") in.raw(32);
  else if (type == "uuid" || type == "16 bytes") in.raw(16);
  else if (type == "1 convert 2 rollback 3 redo") REQUIRE(in.number() <= 3);
  else if (type == "row changes") read_changes(in, kSampleSubject);
  else if (type == "row") read(in, "list of optional text");
  else if (type == "rejection" || type == "column") (in.text(), in.text());
  else if (type == "range") (read(in, "optional text"), in.text());
  else if (type == "criterion") (in.text(), in.text(), in.text());
  else if (type == "shape") (in.number(), in.text(), in.text(), read(in, "list of column"), read(in, "list of number"));
  else if (type.starts_with("optional ")) {
    if (in.byte() == 1) read(in, type.substr(9));
  } else if (type.starts_with("list of ")) {
    for (auto left = in.count(); left > 0; --left) read(in, type.substr(8));
  } else if (type.starts_with("map text → ")) {
    for (auto left = in.count(); left > 0; --left) (in.text(), read(in, type.substr(std::string("map text → ").size())));
  } else {
    FAIL("the page has no such type: " << type);
  }
}

/// "`a` `b` text, `c` list of text; since version 2: `d` number"
void read_payload(ByteReader& in, std::string page) {
  const std::string since = "since version 2: ";
  if (const auto at = page.find(since); at != std::string::npos) page.erase(at, since.size());
  std::size_t fields = 0;
  for (std::size_t at = 0; at < page.size();) {
    if (page[at] == '`') {
      at = page.find('`', at + 1) + 1;
      ++fields;
    } else if (page[at] == ' ') {
      ++at;
    } else {
      const auto end = std::min(page.find_first_of(",;", at), page.size());
      auto type = page.substr(at, end - at);
      while (type.ends_with(' ')) type.pop_back();
      for (; fields > 0; --fields) read(in, type);
      at = end + 1;
    }
  }
}

}  // namespace

TEST_CASE("the page of the format lists every kind with its newest version, and reads each payload to its end") {
  const auto page = kinds_of_page();
  CHECK(page.size() == std::variant_size_v<Event>);
  for (const Event& event : samples()) {
    CAPTURE(kind_name(kind_of(event)));
    REQUIRE(page.contains(kind_of(event)));
    const auto& line = page.at(kind_of(event));
    CHECK(line.kind == kind_name(kind_of(event)));
    CHECK(line.version == version_of(event));
    const auto payload = encode(event, kSampleSubject);
    ByteReader in(payload);
    CHECK_NOTHROW(read_payload(in, line.payload));
    CHECK(in.left() == 0);
  }
}
