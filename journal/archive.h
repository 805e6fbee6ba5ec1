#pragma once
/// Cereal archives for payloads: what an event's `fields` lists, in the alphabet of bytes.h. Included by codec.cpp
/// only.

#include <cereal/cereal.hpp>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "journal/bytes.h"
#include "journal/criterion.h"
#include "journal/ids.h"
#include "journal/row_coding.h"

namespace tidemark::journal {

/// Class elision: cereal asks for no serialize() where fields is the list.
class OutArchive : public cereal::OutputArchive<OutArchive, cereal::AllowEmptyClassElision> {
 public:
  OutArchive(std::string& out, std::string_view about) : OutputArchive(this), bytes(out), subject(about) {}
  ByteWriter bytes;
  const std::string_view subject;
};

class InArchive : public cereal::InputArchive<InArchive, cereal::AllowEmptyClassElision> {
 public:
  InArchive(std::string_view in, std::string_view about) : InputArchive(this), bytes(in), subject(about) {}
  ByteReader bytes;
  const std::string_view subject;
};

template <class T>
concept Number = std::is_integral_v<T> && !std::is_same_v<T, bool>;

template <Number T>
void save(OutArchive& a, const T& n) {
  if constexpr (std::is_signed_v<T>)
    a.bytes.signed_number(n);
  else
    a.bytes.number(n);
}
template <Number T>
void load(InArchive& a, T& n) {
  if constexpr (std::is_signed_v<T>) {
    const std::int64_t wide = a.bytes.signed_number();
    n = static_cast<T>(wide);
    if (n != wide) ByteReader::damaged("a number that is too large");
  } else {
    const std::uint64_t wide = a.bytes.number();
    n = static_cast<T>(wide);
    if (n != wide) ByteReader::damaged("a number that is too large");
  }
}

inline void save(OutArchive& a, const bool& b) { a.bytes.byte(b ? 1 : 0); }
inline void load(InArchive& a, bool& b) {
  const std::uint8_t byte = a.bytes.byte();
  if (byte > 1) ByteReader::damaged("neither yes nor no");
  b = byte != 0;
}

inline void save(OutArchive& a, const std::string& s) { a.bytes.text(s); }
inline void load(InArchive& a, std::string& s) { s = a.bytes.text(); }

template <std::size_t N>
void save(OutArchive& a, const std::array<std::uint8_t, N>& raw) {
  a.bytes.raw(raw.data(), N);
}
template <std::size_t N>
void load(InArchive& a, std::array<std::uint8_t, N>& raw) {
  const std::string_view bytes = a.bytes.raw(N);
  for (std::size_t i = 0; i < N; ++i) raw[i] = static_cast<std::uint8_t>(bytes[i]);
}

template <class T>
void save(OutArchive& a, const std::optional<T>& maybe) {
  a(maybe.has_value());
  if (maybe) a(*maybe);
}
template <class T>
void load(InArchive& a, std::optional<T>& maybe) {
  bool there = false;
  a(there);
  maybe.reset();
  if (there) a(maybe.emplace());
}

template <class T>
void save(OutArchive& a, const std::vector<T>& list) {
  a.bytes.number(list.size());
  for (const T& item : list) a(item);
}
/// Grows as bytes are read, not to a length that is only promised.
template <class T>
void load(InArchive& a, std::vector<T>& list) {
  list.clear();
  for (std::size_t left = a.bytes.count(); left > 0; --left) a(list.emplace_back());
}

template <class K, class V>
void save(OutArchive& a, const std::map<K, V>& map) {
  a.bytes.number(map.size());
  for (const auto& [key, value] : map) a(key, value);
}
template <class K, class V>
void load(InArchive& a, std::map<K, V>& map) {
  map.clear();
  for (std::size_t left = a.bytes.count(); left > 0; --left) {
    K key;
    V value;
    a(key, value);
    if (!map.empty() && !(map.rbegin()->first < key)) ByteReader::damaged("keys out of order");
    map.emplace_hint(map.end(), std::move(key), std::move(value));
  }
}

template <class R>
void save(OutArchive& a, const BasicRowChanges<R>& changes) { write_changes(a.bytes, changes, a.subject); }
template <class R>
void load(InArchive& a, BasicRowChanges<R>& changes) { changes = read_changes<R>(a.bytes, a.subject); }

// Plain parts: their members, in this order. A member more is a new version of the events that hold them.
template <class A>
void serialize(A& a, Uuid& id) {
  a(id.bytes);
}
template <class A>
void serialize(A& a, UtcMicros& at) {
  a(at.value);
}
template <class A>
void serialize(A& a, UnitId& unit) {
  a(unit.value);
}
template <class A>
void serialize(A& a, Rejection& r) {
  a(r.key, r.reason);
}
template <class A>
void serialize(A& a, Criterion& c) {
  a(c.name, c.verdict, c.evidence);
}
template <class A>
void serialize(A& a, KeyRange& r) {
  a(r.lo, r.hi);
}
template <class A>
void serialize(A& a, Column& c) {
  a(c.name, c.type);
}
template <class A>
void serialize(A& a, TableShape& t) {
  a(t.no, t.schema, t.name, t.columns, t.key);
}

}  // namespace tidemark::journal

CEREAL_SETUP_ARCHIVE_TRAITS(tidemark::journal::InArchive, tidemark::journal::OutArchive)
