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

namespace {

/// @param read  of an archive and the version. @return nullopt: what remains of an erased event
template <class Read>
auto decoded(std::uint16_t code, std::uint32_t version, std::string_view payload, std::string_view subject, const Kind* kind, const Read& read)
    -> std::optional<std::invoke_result_t<Read, InArchive&, std::uint32_t>> {
  if (!kind)
    throw JournalError(JournalError::Kind::newer,
                       "events of kind " + std::to_string(code) + " are not known to this program");
  const std::string name(kind->name);
  if (version > kind->version)
    throw JournalError(JournalError::Kind::newer, name + " version " + std::to_string(version) +
                                                      ", this program reads up to " + std::to_string(kind->version));
  try {
    if (remains(code, version, payload)) return std::nullopt;
    InArchive archive(payload, subject);
    auto event = read(archive, version);
    if (archive.bytes.left() != 0) ByteReader::damaged(std::to_string(archive.bytes.left()) + " bytes too many");
    return event;
  } catch (const JournalError& e) {
    throw JournalError(e.kind, name + " " + e.what());
  }
}

template <class E>
std::string encoded(const E& event, std::string_view subject) {
  std::string payload;
  payload.reserve(256);
  OutArchive archive(payload, subject);
  // fields() serves both directions and so isn't const; an output archive only reads.
  const_cast<E&>(event).fields(archive, E::kVersion);
  return payload;
}

Draft sealed(std::uint16_t kind, std::uint32_t version, UnitId unit, Subject subject, std::string payload) {
  Draft out{kind, version, unit, std::move(subject), std::move(payload), {}};
  out.payload_sha256 = sha256(out.payload);
  return out;
}

template <class Read>
auto of_record(const Record& record, const Read& read) {
  try {
    return read();
  } catch (const JournalError& e) {
    throw JournalError(e.kind, "event " + std::to_string(record.seq) + ": " + e.what());
  }
}

}  // namespace

std::string encode(const Event& event, std::string_view subject) {
  return std::visit([&](const auto& e) { return encoded(e, subject); }, event);
}

Event decode(std::uint16_t code, std::uint32_t version, std::string_view payload, std::string_view subject) {
  const Kind* const kind = find(code);
  auto event = decoded(code, version, payload, subject, kind, [&](InArchive& archive, std::uint32_t of) { return kind->read(archive, of); });
  return event ? std::move(*event) : Event(SubjectErased{});
}

Event decode(const Record& record) {
  return of_record(record, [&] { return decode(record.kind, record.version, record.payload, record.subject); });
}

std::optional<ConvertedCells> converted_cells(const Record& record) {
  if (record.kind != ConvertedCells::kCode) return std::nullopt;
  return of_record(record, [&] {
    return decoded(record.kind, record.version, record.payload, record.subject, find(record.kind), [](InArchive& archive, std::uint32_t version) {
      ConvertedCells event;
      event.fields(archive, version);
      return event;
    });
  });
}

Draft draft(const Event& event, UnitId unit, Subject subject) {
  auto payload = encode(event, subject);
  return sealed(kind_of(event), version_of(event), unit, std::move(subject), std::move(payload));
}

Draft draft(const RevertedCells& event, UnitId unit, Subject subject) {
  auto payload = encoded(event, subject);
  return sealed(RevertedCells::kCode, RevertedCells::kVersion, unit, std::move(subject), std::move(payload));
}

}  // namespace tidemark::journal
