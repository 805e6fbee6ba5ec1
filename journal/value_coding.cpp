#include "journal/value_coding.h"

#include <array>
#include <charconv>
#include <cstring>

#include "journal/ids.h"
#include "journal/timestamp.h"

namespace tidemark::journal {

namespace {

enum Tag : std::uint8_t {
  kNull = 0x00,
  kText = 0x01,        ///< length, bytes
  kUuid = 0x02,        ///< 16 bytes
  kAbove = 0x03,       ///< equal to this column in the row before
  kLeft = 0x04,        ///< equal to the column before in this row
  kSubject = 0x05,     ///< equal to the event's subject
  kInteger = 0x06,     ///< zig-zag
  kSeconds = 0x08,     ///< timestamp: zig-zag seconds, +1 milliseconds, +2 microseconds
  kSecondsUtc = 0x0c,  ///< the same with "+00" behind it: timestamptz
  kUuidPrefix = 0x10,  ///< low bits: so many leading bytes (1 to 15) are those of the UUID above
  kAboveRun = 0x20,    ///< low bits + 2 columns, each equal to the one above
  kWeb = 0x30,         ///< low bits: one of kWebPrefixes; then the rest as length, bytes
  kSmall = 0x40,       ///< low six bits: an integer from 0 to 63
  kShortText = 0x80,   ///< low seven bits: length; then bytes
};
constexpr std::size_t kLongestRun = 17;
constexpr std::array<std::string_view, 4> kWebPrefixes = {"https://www.", "https://", "http://www.", "http://"};
constexpr std::array<std::int64_t, 3> kTimeUnits = {1'000'000, 1'000, 1};

void tag(ByteWriter& out, unsigned base, std::size_t low = 0) { out.byte(static_cast<std::uint8_t>(base | low)); }

/// Canonical: no sign but '-', no leading zeros, no "-0".
std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.empty() || text.size() > 20) return std::nullopt;
  const std::string_view digits = text.front() == '-' ? text.substr(1) : text;
  if (digits.empty() || (digits.front() == '0' && text.size() > 1)) return std::nullopt;
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

bool write_uuid(ByteWriter& out, const std::string& text, const Value* above) {
  const auto id = parse_uuid(text);
  if (!id) return false;
  const auto over = above && *above ? parse_uuid(**above) : std::nullopt;
  std::size_t same = 0;
  if (over)
    while (same < 15 && id->bytes[same] == over->bytes[same]) ++same;
  tag(out, same ? kUuidPrefix : kUuid, same);
  out.raw(id->bytes.data() + same, id->bytes.size() - same);
  return true;
}

bool write_integer(ByteWriter& out, const std::string& text) {
  const auto n = parse_integer(text);
  if (!n) return false;
  if (*n >= 0 && *n < 64) return tag(out, kSmall, static_cast<std::size_t>(*n)), true;
  tag(out, kInteger);
  out.signed_number(*n);
  return true;
}

bool write_time(ByteWriter& out, std::string_view text) {
  const bool utc = text.ends_with("+00");
  if (utc) text.remove_suffix(3);
  const auto us = parse_timestamp(text);
  if (!us) return false;
  std::size_t unit = 0;
  while (*us % kTimeUnits[unit] != 0) ++unit;
  tag(out, utc ? kSecondsUtc : kSeconds, unit);
  out.signed_number(*us / kTimeUnits[unit]);
  return true;
}

void write_text(ByteWriter& out, std::string_view text) {
  for (std::size_t i = 0; i < kWebPrefixes.size(); ++i) {
    if (!text.starts_with(kWebPrefixes[i])) continue;
    tag(out, kWeb, i);
    return out.text(text.substr(kWebPrefixes[i].size()));
  }
  if (text.size() < 0x80) {
    tag(out, kShortText, text.size());
    return out.raw(text.data(), text.size());
  }
  tag(out, kText);
  out.text(text);
}

/// Only where the shape allows it, so that ordinary text costs one look.
bool write_compactly(ByteWriter& out, const std::string& text, const Value* above) {
  const char first = text.empty() ? '\0' : text.front();
  if (text.size() == 36 && text[8] == '-' && write_uuid(out, text, above)) return true;
  if (!(first >= '0' && first <= '9') && first != '-') return false;
  return write_integer(out, text) || (text.size() >= 19 && text[4] == '-' && write_time(out, text));
}

std::string read_uuid(ByteReader& in, std::size_t same, const Value* above) {
  Uuid id;
  if (same > 0) {
    const auto over = above && *above ? parse_uuid(**above) : std::nullopt;
    if (!over) ByteReader::damaged("a UUID that continues one that is not there");
    id = *over;
  }
  const std::string_view rest = in.raw(id.bytes.size() - same);
  std::memcpy(id.bytes.data() + same, rest.data(), rest.size());
  return to_string(id);
}

std::string read_time(ByteReader& in, std::size_t unit, bool utc) {
  const std::int64_t n = in.signed_number(), scale = kTimeUnits[unit];
  if (n < kFirstTimestamp / scale || n > kLastTimestamp / scale) ByteReader::damaged("a time out of range");
  return print_timestamp(n * scale) + (utc ? "+00" : "");
}

const Value& reference(const Value* value, RowContext& context) {
  if (!value) ByteReader::damaged("a value that repeats one that is not there");
  if (!context.spend(*value)) ByteReader::damaged("values repeated beyond all measure");
  return *value;
}

}  // namespace

std::size_t write_values(ByteWriter& out, const Row& row, std::size_t column, RowContext& context) {
  const Row& above_row = *context.above;
  const Value* above = column < above_row.size() ? &above_row[column] : nullptr;
  std::size_t run = 0;
  while (run < kLongestRun && column + run < row.size() && column + run < above_row.size() &&
         row[column + run] == above_row[column + run] && context.spend(row[column + run]))
    ++run;
  if (run > 0) {
    if (run == 1)
      tag(out, kAbove);
    else
      tag(out, kAboveRun, run - 2);
    return run;
  }
  const Value& value = row[column];
  if (!value)
    tag(out, kNull);
  else if (column > 0 && value == row[column - 1] && context.spend(value))
    tag(out, kLeft);
  else if (!value->empty() && *value == context.subject && context.spend(value))
    tag(out, kSubject);
  else if (!write_compactly(out, *value, above))
    write_text(out, *value);
  return 1;
}

void read_values(ByteReader& in, Row& row, std::size_t width, RowContext& context) {
  const std::uint8_t t = in.byte(), low = t & 0x0f;
  const std::size_t column = row.size();
  const auto above = [&](std::size_t i) { return i < context.above->size() ? &(*context.above)[i] : nullptr; };
  const auto add = [&](std::string_view text) { row.emplace_back(std::in_place, text); };
  if (t >= kShortText) return add(in.raw(t & 0x7f));
  if (t >= kSmall) return add(std::to_string(t & 0x3f));
  if (t >= kWeb) {
    if (low >= kWebPrefixes.size()) ByteReader::damaged("an unknown value tag");
    add(kWebPrefixes[low]);
    row.back()->append(in.text());
    return;
  }
  if (t >= kAboveRun) {
    if (low + 2u > width - column) ByteReader::damaged("more values than columns");
    for (std::size_t i = 0; i < low + 2u; ++i) row.push_back(reference(above(column + i), context));
    return;
  }
  if (t >= kUuidPrefix) return add(read_uuid(in, low, above(column)));
  if (t >= kSeconds && (low & 3) != 3) return add(read_time(in, low & 3, t >= kSecondsUtc));
  switch (t) {
    case kNull:
      row.emplace_back();
      return;
    case kText:
      return add(in.text());
    case kUuid:
      return add(read_uuid(in, 0, nullptr));
    case kAbove:
      row.push_back(reference(above(column), context));
      return;
    case kLeft: {
      Value left = reference(column > 0 ? &row[column - 1] : nullptr, context);
      row.push_back(std::move(left));
      return;
    }
    case kSubject: {
      Value subject{std::in_place, context.subject};
      row.push_back(reference(&subject, context));
      return;
    }
    case kInteger:
      return add(std::to_string(in.signed_number()));
    default:
      ByteReader::damaged("an unknown value tag");
  }
}

}  // namespace tidemark::journal
