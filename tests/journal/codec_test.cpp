#include "journal/codec.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "journal/bytes.h"
#include "samples.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

namespace {

std::string hex_of(const std::string& bytes) {
  return hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string golden(const Event& event) {
  const std::string path = std::string(TIDEMARK_GOLDEN_DIR) + "/" + std::string(kind_name(kind_of(event))) + ".v" +
                           std::to_string(version_of(event)) + ".hex";
  std::ifstream file(path);
  INFO(path);
  REQUIRE(file);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

TEST_CASE("the payload of each kind is what it was when it was released") {
  for (const Event& event : samples()) {
    const std::string payload = encode(event, kSampleSubject);
    CAPTURE(kind_name(kind_of(event)));
    CHECK(hex_of(payload) == golden(event));
    CHECK(decode(kind_of(event), version_of(event), payload, kSampleSubject) == event);
  }
}

TEST_CASE("a migration's intent of version 1 is read, and knows nothing of snapshots") {
  std::ifstream file(std::string(TIDEMARK_GOLDEN_DIR) + "/migration_intended.v1.hex");
  std::string line, payload;
  REQUIRE(std::getline(file, line));
  for (std::size_t i = 0; i + 1 < line.size(); i += 2) payload += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
  for (const Event& event : samples()) {
    const auto* newest = std::get_if<MigrationIntended>(&event);
    if (!newest) continue;
    MigrationIntended old = *newest;
    old.before = old.after = {};
    old.source = old.proof = "";
    CHECK(decode(MigrationIntended::kCode, 1, payload, kSampleSubject) == Event(old));
  }
}

TEST_CASE("payloads of older versions still read") {
  const auto bytes = [](const std::string& name) {
    std::ifstream file(std::string(TIDEMARK_GOLDEN_DIR) + "/" + name);
    std::string line, out;
    REQUIRE(std::getline(file, line));
    for (std::size_t i = 0; i + 1 < line.size(); i += 2) out += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
    return out;
  };
  BackupRecorded backup;
  backup.path = "/backup/valine.dump";
  backup.bytes = 123456789;
  backup.proof = "restore";
  for (std::size_t i = 0; i < backup.sha256.size(); ++i) backup.sha256[i] = static_cast<std::uint8_t>(i);
  CHECK(decode(BackupRecorded::kCode, 1, bytes("backup_recorded.v1.hex"), kSampleSubject) == Event(backup));
  for (const Event& event : samples()) {
    const auto* newest = std::get_if<RunStarted>(&event);
    if (!newest) continue;
    RunStarted old = *newest;
    old.log_file = "";
    CHECK(decode(RunStarted::kCode, 1, bytes("run_started.v1.hex"), kSampleSubject) == Event(old));
  }
}

TEST_CASE("there is a sample of every kind, and names and codes belong together") {
  std::vector<std::uint16_t> codes;
  for (const Event& event : samples()) codes.push_back(kind_of(event));
  std::size_t kinds = 0;
  for_each_kind([&](std::uint16_t code, std::string_view name) {
    CHECK(std::count(codes.begin(), codes.end(), code) == 1);
    CHECK(kind_code(name) == code);
    CHECK(kind_name(code) == name);
    ++kinds;
  });
  CHECK(kinds == std::variant_size_v<Event>);
  CHECK(kind_name(9999).empty());
  CHECK(kind_code("nothing") == 0);
}

TEST_CASE("random events come back as they were") {
  Random random(GENERATE(5, 6));
  for (int i = 0; i < 500; ++i)
    for (const Event& event : random_events(random))
      REQUIRE(decode(kind_of(event), version_of(event), encode(event, kSampleSubject), kSampleSubject) == event);
}

TEST_CASE("a payload that is cut, longer, or flipped is damaged or another event, never a crash") {
  for (const Event& event : samples()) {
    const std::string payload = encode(event, kSampleSubject);
    const auto read = [&](const std::string& bytes) {
      return decode(kind_of(event), version_of(event), bytes, kSampleSubject);
    };
    for (std::size_t size = 0; size < payload.size(); ++size)
      CHECK_THROWS_AS(read(payload.substr(0, size)), JournalError);
    CHECK_THROWS_AS(read(payload + '\0'), JournalError);
    for (std::size_t bit = 0; bit < 8 * payload.size(); ++bit) {
      std::string flipped = payload;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
      try {
        const bool same = read(flipped) == event;
        CHECK_FALSE(same);  // an event has one spelling only
      } catch (const JournalError& e) {
        CHECK(e.kind == JournalError::Kind::damaged);
      }
    }
  }
}

TEST_CASE("garbage is never read as more than it is") {
  Random random(99);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = random_text(random);
    for_each_kind([&](std::uint16_t code, std::string_view) {
      try {
        decode(code, 1, bytes, "subject");
      } catch (const JournalError&) {
      }
    });
  }
  SUCCEED();
}

TEST_CASE("numbers have one spelling") {
  const auto [bytes, good] = GENERATE(table<std::string, bool>({
      {std::string("\x00", 1), true},
      {"\x7f", true},
      {"\x80\x01", true},
      {std::string("\x80\x00", 2), false},
      {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", true},
      {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", false},
      {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", false},
      {"\x80", false},
  }));
  ByteReader in(bytes);
  if (!good) {
    CHECK_THROWS_AS(in.number(), JournalError);
    return;
  }
  std::string back;
  ByteWriter(back).number(in.number());
  CHECK(back == bytes);
}

TEST_CASE("what a newer program wrote is refused by name") {
  const auto message = [](std::uint16_t kind, std::uint32_t version) {
    Record record;
    record.seq = 12;
    record.kind = kind;
    record.version = version;
    try {
      decode(record);
    } catch (const JournalError& e) {
      CHECK(e.kind == JournalError::Kind::newer);
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK(message(999, 1) == "event 12: events of kind 999 are not known to this program");
  CHECK(message(Note::kCode, 2) == "event 12: note version 2, this program reads up to 1");
}
