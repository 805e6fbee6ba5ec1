#include "journal/chain.h"

#include <catch2/catch.hpp>
#include <set>

using namespace tidemark::journal;

TEST_CASE("SHA-256 is SHA-256") {
  CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a chain begins with its journal") {
  Uuid a, b;
  b.bytes[15] = 1;
  CHECK(genesis(a) != genesis(b));
  CHECK(genesis(a) == sha256(std::string("tidemark journal 1\n") + std::string(16, '\0')));
}

TEST_CASE("every column of the header is in the chain value, and so are payload and past") {
  Record base;
  base.seq = 300;
  base.run = 2;
  base.kind = 20;
  base.version = 1;
  base.at.value = 1795313640000000;
  base.unit = UnitId(1, 7);
  base.subject = "0193a1b2-c3d4-7e5f-8a9b-0123456789ab";
  std::set<Digest> values;
  const auto add = [&](const Record& r, const Digest& previous = {}, const Digest& payload = {}) {
    values.insert(chain_value(previous, r, payload));
  };
  add(base);
  Record r = base;
  add((r.seq = 301, r));
  r = base, add((r.run = 3, r));
  r = base, add((r.kind = 21, r));
  r = base, add((r.version = 2, r));
  r = base, add((r.at.value += 1, r));
  r = base, add((r.unit = UnitId(1, 8), r));
  r = base, add((r.subject.back() = 'c', r));
  r = base, add((r.subject = "", r));
  r = base, add((r.subject = "text", r));
  add(base, sha256("other past"));
  add(base, {}, sha256("other payload"));
  CHECK(values.size() == 12);
}

TEST_CASE("the canonical header, byte by byte") {
  Record r;
  r.seq = 300;
  r.run = 2;
  r.kind = 30;
  r.version = 1;
  r.at.value = -1;
  r.unit = UnitId(0, 5);
  r.subject = "ab";
  const std::string zeros(32, '\0');
  const std::string header(
      "\xac\x02\x02\x1e\x01\x01\x05\x02\x02"
      "ab",
      11);
  CHECK(chain_value({}, r, {}) == sha256(zeros + header + zeros));
}
