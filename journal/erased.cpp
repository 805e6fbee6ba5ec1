#include "journal/erased.h"

#include <algorithm>

#include "journal/bytes.h"
#include "journal/chain.h"

namespace tidemark::journal {

std::optional<Remains> remains(std::uint16_t kind, std::uint32_t version, std::string_view payload) {
  if (version != 0) return std::nullopt;
  if (!may_be_erased(kind)) ByteReader::damaged("version 0, the first is 1");
  Remains out;
  ByteReader in(payload);
  const std::string_view digest = in.raw(out.payload_sha256.size());
  std::copy(digest.begin(), digest.end(), out.payload_sha256.begin());
  const std::uint64_t before = in.number();
  if (before == 0 || before > UINT32_MAX || in.left() != 0) ByteReader::damaged("version 0, but not what is left of an erased event");
  out.version = static_cast<std::uint32_t>(before);
  return out;
}

std::string encode(const Remains& remains) {
  std::string out;
  ByteWriter bytes(out);
  bytes.raw(remains.payload_sha256.data(), remains.payload_sha256.size());
  bytes.number(remains.version);
  return out;
}

Digest stored_chain_value(const Digest& previous, const Record& record) {
  const auto erased = remains(record.kind, record.version, record.payload);
  if (!erased) return chain_value(previous, record, sha256(record.payload));
  Record before;
  before.seq = record.seq;
  before.run = record.run;
  before.kind = record.kind;
  before.version = erased->version;
  before.at = record.at;
  before.unit = record.unit;
  before.subject = record.subject;
  return chain_value(previous, before, erased->payload_sha256);
}

}  // namespace tidemark::journal
