#include "engine/postgres/binary.h"

#include <charconv>
#include <chrono>
#include <cstring>
#include <limits>

#include "engine/postgres/quote.h"

namespace tidemark::engine::postgres {
namespace {

constexpr std::uint32_t kUuidOid = 2950;

template <class Integer>
void append_number(std::string& out, Integer value) {
  for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8) out += static_cast<char>(static_cast<std::uint64_t>(value) >> shift & 0xFF);
}

bool append_uuid(std::string& out, std::string_view text) {
  const auto uuid = journal::parse_uuid(text);
  if (uuid) out.append(reinterpret_cast<const char*>(uuid->bytes.data()), uuid->bytes.size());
  return uuid.has_value();
}

template <class Integer>
bool append_integer(std::string& out, std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  append_number(out, value);
  return error == std::errc{} && end == text.data() + text.size();
}

/// The digits at `at`, all of them; -1: something else stands there.
std::int64_t digits(std::string_view text, std::size_t at, std::size_t count) {
  std::int64_t value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// 2025-11-05 03:08:00[.123456] as microseconds since 2000-01-01; none: another text (a year BC or above 9999, infinity).
std::optional<std::int64_t> microseconds(std::string_view text) {
  constexpr std::size_t kSeconds = 19, kPlaces = 6;
  if (text.size() < kSeconds || text.size() == kSeconds + 1 || text.size() > kSeconds + 1 + kPlaces) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':' || text[16] != ':' || (text.size() > kSeconds && text[kSeconds] != '.')) return std::nullopt;
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  const std::size_t places = text.size() > kSeconds ? text.size() - kSeconds - 1 : 0;
  auto fraction = digits(text, kSeconds + (places > 0 ? 1 : 0), places);
  if (year < 1 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || fraction < 0) return std::nullopt;
  for (std::size_t i = places; i < kPlaces; ++i) fraction *= 10;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(static_cast<unsigned>(month)), std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  constexpr std::chrono::sys_days kEpoch{std::chrono::year_month_day{std::chrono::year(2000), std::chrono::month(1), std::chrono::day(1)}};
  const std::int64_t days = (std::chrono::sys_days(date) - kEpoch).count();
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1'000'000 + fraction;
}

bool append_value(std::string& out, BinaryForm form, std::string_view text) {
  switch (form) {
    case BinaryForm::bytes: out += text; return true;
    case BinaryForm::uuid: return append_uuid(out, text);
    case BinaryForm::int2: return append_integer<std::int16_t>(out, text);
    case BinaryForm::int4: return append_integer<std::int32_t>(out, text);
    case BinaryForm::int8: return append_integer<std::int64_t>(out, text);
    case BinaryForm::boolean:
      out += text == "true" ? '\1' : '\0';
      return text == "true" || text == "false";
    case BinaryForm::timestamp: {
      const auto value = microseconds(text);
      append_number(out, value.value_or(0));
      return value.has_value();
    }
    case BinaryForm::jsonb:
      out += '\1';  // of the format's versions
      out += text;
      return true;
  }
  return false;
}

}  // namespace

std::optional<BinaryForm> binary_form(std::uint32_t type_oid, char typtype) {
  if (typtype == 'e') return BinaryForm::bytes;  // its label
  switch (type_oid) {
    case 25:    // text
    case 1043:  // character varying
    case 1042:  // character
    case 114:   // json
      return BinaryForm::bytes;
    case kUuidOid: return BinaryForm::uuid;
    case 21: return BinaryForm::int2;
    case 23: return BinaryForm::int4;
    case 20: return BinaryForm::int8;
    case 16: return BinaryForm::boolean;
    case 1114: return BinaryForm::timestamp;  // without time zone
    case 3802: return BinaryForm::jsonb;
    default: return std::nullopt;
  }
}

bool append_binary_row(std::string& out, const std::vector<BinaryForm>& forms, const Row& row) {
  append_number(out, static_cast<std::int16_t>(row.size()));
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::size_t at = out.size();
    append_number(out, std::int32_t{-1});  // NULL
    if (!row[i]) continue;
    if (!append_value(out, forms[i], *row[i])) return false;
    const auto length = out.size() - at - sizeof(std::int32_t);
    if (length > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) return false;
    for (std::size_t byte = 0; byte < sizeof(std::int32_t); ++byte) out[at + byte] = static_cast<char>(length >> (24 - 8 * byte) & 0xFF);
  }
  return true;
}

namespace {

/// A value of `Integer`, or of time in it.
template <class Integer>
std::optional<std::int64_t> number_in(std::string_view bytes) {
  if (bytes.size() != sizeof(Integer)) return std::nullopt;
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<Integer>(value);
}

template <class Integer>
bool holds_number(std::string_view bytes, const journal::Cell& recorded) {
  const auto* own = std::get_if<std::int64_t>(&recorded);
  return own && number_in<Integer>(bytes) == *own;
}

void append_array_head(std::string& out, std::size_t size) {
  out.reserve(20 + 20 * size);
  append_number(out, std::int32_t{1});  // dimensions
  append_number(out, std::int32_t{0});  // no NULL among them
  append_number(out, kUuidOid);
  append_number(out, static_cast<std::int32_t>(size));
  append_number(out, std::int32_t{1});  // the first index
}

}  // namespace

bool in_form(const journal::Cell& recorded, BinaryForm form) {
  if (std::holds_alternative<journal::Null>(recorded)) return true;
  switch (form) {
    case BinaryForm::uuid: return std::holds_alternative<Uuid>(recorded);
    case BinaryForm::int2:
    case BinaryForm::int4:
    case BinaryForm::int8: return std::holds_alternative<std::int64_t>(recorded);
    case BinaryForm::timestamp: {
      const auto* own = std::get_if<journal::Time>(&recorded);
      return own && !own->utc;
    }
    case BinaryForm::bytes:
    case BinaryForm::boolean:
    case BinaryForm::jsonb: return true;
  }
  return false;
}

bool holds(std::string_view bytes, BinaryForm form, const journal::Cell& recorded) {
  constexpr std::int64_t kEpoch = 946'684'800'000'000;  // 2000-01-01, in microseconds since 1970
  switch (form) {
    case BinaryForm::bytes: return spells(recorded, bytes);
    case BinaryForm::uuid: {
      const auto* own = std::get_if<Uuid>(&recorded);
      return own && bytes.size() == own->bytes.size() && std::memcmp(bytes.data(), own->bytes.data(), bytes.size()) == 0;
    }
    case BinaryForm::int2: return holds_number<std::int16_t>(bytes, recorded);
    case BinaryForm::int4: return holds_number<std::int32_t>(bytes, recorded);
    case BinaryForm::int8: return holds_number<std::int64_t>(bytes, recorded);
    case BinaryForm::boolean: return spells(recorded, bytes == std::string_view("\1", 1) ? "true" : "false");
    case BinaryForm::timestamp: {
      const auto* own = std::get_if<journal::Time>(&recorded);
      return own && !own->utc && number_in<std::int64_t>(bytes) == own->us - kEpoch;
    }
    case BinaryForm::jsonb: return bytes.starts_with('\1') && spells(recorded, bytes.substr(1));
  }
  return false;
}

KeyArray uuid_array(std::string_view ids) {
  constexpr std::size_t kSize = 16;
  KeyArray array{{}, true};
  append_array_head(array.parameter, ids.size() / kSize);
  for (; ids.size() >= kSize; ids.remove_prefix(kSize)) {
    append_number(array.parameter, static_cast<std::int32_t>(kSize));
    array.parameter += ids.substr(0, kSize);
  }
  return array;
}

KeyArray key_array(const std::string& type, std::size_t size, const std::function<const std::string*(std::size_t)>& key) {
  std::string out;
  if (type == "uuid" && size > 0) {
    append_array_head(out, size);
    std::size_t i = 0;
    for (; i < size; ++i) {
      const auto* element = key(i);
      append_number(out, std::int32_t{16});
      if (!element || !append_uuid(out, *element)) break;
    }
    if (i == size) return {std::move(out), true};
  }
  out = "{";
  for (std::size_t i = 0; i < size; ++i) {
    const auto* element = key(i);
    append_element(out, element ? Value(*element) : Value());
  }
  return {out + "}", false};
}

KeyArray key_array(const std::string& type, const Keys& keys) {
  return key_array(type, keys.size(), [&](std::size_t i) { return &keys[i]; });
}

}  // namespace tidemark::engine::postgres
