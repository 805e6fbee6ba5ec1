#include "journal/codec.h"

#include <algorithm>
#include <array>

#include "journal/archive.h"
#include "journal/chain.h"
#include "journal/erased.h"

namespace tidemark::journal {

namespace {

struct Kind {
  std::uint16_t code;
  std::string_view name;
  std::uint32_t version;
  Event (*read)(InArchive&, std::uint32_t version);
};

/// cereal prints enums as the integers they are: what is no enumerator is found here.
template <class E>
void check(const E&) {}
void check(const ChunkIntended& e) {
  if (e.work != WorkKind::convert && e.work != WorkKind::rollback && e.work != WorkKind::redo)
    ByteReader::damaged("an unknown kind of work");
}

template <class E>
Event read(InArchive& archive, std::uint32_t version) {
  E event;
  event.fields(archive, version);
  check(event);
  return event;
}

template <class... E>
constexpr auto make_kinds(const std::variant<E...>*) {
  return std::array<Kind, sizeof...(E)>{Kind{E::kCode, E::kKind, E::kVersion, &read<E>}...};
}
constexpr auto kKinds = make_kinds(static_cast<const Event*>(nullptr));

constexpr bool all_different() {
  for (std::size_t i = 0; i < kKinds.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (kKinds[i].code == kKinds[j].code || kKinds[i].name == kKinds[j].name) return false;
  return true;
}
static_assert(all_different(), "two kinds of events share a code or a name");

const Kind* find(std::uint16_t code) {
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& k) { return k.code == code; });
  return kind == kKinds.end() ? nullptr : &*kind;
}

}  // namespace

std::string_view kind_name(std::uint16_t code) {
  const Kind* const kind = find(code);
  return kind ? kind->name : std::string_view();
}

std::uint16_t kind_code(std::string_view name) {
  for (const Kind& kind : kKinds)
    if (kind.name == name) return kind.code;
  return 0;
}

void for_each_kind(const std::function<void(std::uint16_t, std::string_view)>& each) {
  for (const Kind& kind : kKinds) each(kind.code, kind.name);
}

std::uint16_t kind_of(const Event& event) {
  return std::visit([]<class E>(const E&) { return E::kCode; }, event);
}

std::uint32_t version_of(const Event& event) {
  return std::visit([]<class E>(const E&) { return E::kVersion; }, event);
}

std::string encode(const Event& event, std::string_view subject) {
  std::string payload;
  payload.reserve(256);
  OutArchive archive(payload, subject);
  // fields() serves both directions and so isn't const; an output archive only reads.
  std::visit([&]<class E>(const E& e) { const_cast<E&>(e).fields(archive, E::kVersion); }, event);
  return payload;
}

Event decode(std::uint16_t code, std::uint32_t version, std::string_view payload, std::string_view subject) {
  const Kind* const kind = find(code);
  if (!kind)
    throw JournalError(JournalError::Kind::newer,
                       "events of kind " + std::to_string(code) + " are not known to this program");
  const std::string name(kind->name);
  if (version > kind->version)
    throw JournalError(JournalError::Kind::newer, name + " version " + std::to_string(version) +
                                                      ", this program reads up to " + std::to_string(kind->version));
  try {
    if (remains(code, version, payload)) return SubjectErased{};
    InArchive archive(payload, subject);
    Event event = kind->read(archive, version);
    if (archive.bytes.left() != 0) ByteReader::damaged(std::to_string(archive.bytes.left()) + " bytes too many");
    return event;
  } catch (const JournalError& e) {
    throw JournalError(e.kind, name + " " + e.what());
  }
}

Draft draft(const Event& event, UnitId unit, Subject subject) {
  Draft out{kind_of(event), version_of(event), unit, std::move(subject), {}, {}};
  out.payload = encode(event, out.subject);
  out.payload_sha256 = sha256(out.payload);
  return out;
}

Event decode(const Record& record) {
  try {
    return decode(record.kind, record.version, record.payload, record.subject);
  } catch (const JournalError& e) {
    throw JournalError(e.kind, "event " + std::to_string(record.seq) + ": " + e.what());
  }
}

}  // namespace tidemark::journal
