#include "database.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

/// journal::ReceiptSum's definition, written once more: the first 8 bytes, big-endian, without the top 4 bits.
std::uint64_t addend(const Digest& chain) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | chain[static_cast<std::size_t>(i)];
  return value & 0x0FFF'FFFF'FFFF'FFFF;
}

}  // namespace

TEST_CASE("receipts are summed on the server as the journal sums its outcomes") {
  Database database;
  const auto session = database.connect();
  session->install(journal::random_uuid());
  const auto ours = journal::random_uuid(), theirs = journal::random_uuid();
  CHECK(session->receipts(ours).count == 0);
  CHECK(session->receipts(ours).digest == 0);

  std::uint64_t sum = 0;
  const int count = GENERATE(1, 7, 40);  // 40 addends near 2^60 go over 2^63 several times
  for (int i = 1; i <= count; ++i) {
    const auto chain = chain_of(static_cast<std::uint8_t>(0xFF - i), static_cast<std::uint8_t>(0xF0 + i % 16));
    sum = (sum + addend(chain)) & 0x7FFF'FFFF'FFFF'FFFF;
    database.sql("INSERT INTO tidemark.receipt VALUES (" + std::to_string(i) + ", '" + to_string(ours) + "', 1, 'w', 'committed', " +
                 std::to_string(i) + ", '\\x" + journal::hex(chain) + "', now(), 1)");
  }
  database.sql("INSERT INTO tidemark.receipt VALUES (1001, '" + to_string(ours) + "', 1, 'w', 'void', NULL, NULL, now(), 1)");
  database.sql("INSERT INTO tidemark.receipt VALUES (1002, '" + to_string(theirs) + "', 1, 'w', 'committed', 1, '\\x" +
               journal::hex(chain_of(1)) + "', now(), 1)");
  const auto total = session->receipts(ours);
  CHECK(total.count == static_cast<std::uint64_t>(count));
  CHECK(total.digest == sum);
}

TEST_CASE("receipts are walked in order, tombstones among them, in as many pages as it takes") {
  Database database;
  const auto session = database.connect();
  session->install(journal::random_uuid());
  const auto ours = journal::random_uuid();
  database.sql("INSERT INTO tidemark.receipt SELECT (1::bigint << 32) + n, '" + to_string(ours) +
               "', 1, 'w', CASE WHEN n % 2 = 0 THEN 'void' ELSE 'committed' END, n, NULL, '2026-11-22 02:14:00.123456+00', 1 FROM generate_series(1, 2001) n");
  std::uint32_t last = 0;
  std::uint64_t committed = 0;
  session->for_each_receipt(ours, [&](const Receipt& receipt) {
    if (receipt.unit != UnitId(1, last + 1)) FAIL("after " << last << " comes " << to_string(receipt.unit));
    last = receipt.unit.number();
    committed += receipt.committed ? 1 : 0;
    if (receipt.at.value != 1795313640123456) FAIL(receipt.at.value);
  });
  CHECK(last == 2001);
  CHECK(committed == 1001);
  session->for_each_receipt(journal::random_uuid(), [](const Receipt&) { FAIL("not ours"); });
}
