#include "journal/value_coding.h"

#include <algorithm>
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

void write(ByteWriter& out, const Uuid& id, const std::optional<Uuid>& above) {
  std::size_t same = 0;
  if (above)
    while (same < 15 && id.bytes[same] == above->bytes[same]) ++same;
  tag(out, same ? kUuidPrefix : kUuid, same);
  out.raw(id.bytes.data() + same, id.bytes.size() - same);
}

void write(ByteWriter& out, std::int64_t n) {
  if (n >= 0 && n < 64) return tag(out, kSmall, static_cast<std::size_t>(n));
  tag(out, kInteger);
  out.signed_number(n);
}

void write(ByteWriter& out, const Time& at) {
  std::size_t unit = 0;
  while (at.us % kTimeUnits[unit] != 0) ++unit;
  tag(out, at.utc ? kSecondsUtc : kSeconds, unit);
  out.signed_number(at.us / kTimeUnits[unit]);
}

void write(ByteWriter& out, const Text& text) {
  for (std::size_t i = 0; text.prefix.empty() && i < kWebPrefixes.size(); ++i) {
    if (text.rest.starts_with(kWebPrefixes[i])) return write(out, Text{kWebPrefixes[i], text.rest.substr(kWebPrefixes[i].size())});
  }
  if (!text.prefix.empty()) {
    tag(out, kWeb, static_cast<std::size_t>(std::find(kWebPrefixes.begin(), kWebPrefixes.end(), text.prefix) - kWebPrefixes.begin()));
    return out.text(text.rest);
  }
  if (text.rest.size() < 0x80) {
    tag(out, kShortText, text.rest.size());
    return out.raw(text.rest.data(), text.rest.size());
  }
  tag(out, kText);
  out.text(text.rest);
}

std::optional<Time> parse_time(std::string_view text) {
  const bool utc = text.ends_with("+00");
  if (utc) text.remove_suffix(3);
  const auto us = parse_timestamp(text);
  return us ? std::optional(Time{*us, utc}) : std::nullopt;
}

std::optional<Uuid> id_in(const Value& value) { return value ? parse_uuid(*value) : std::nullopt; }
std::optional<Uuid> id_in(const Cell& cell) {
  if (const auto* id = std::get_if<Uuid>(&cell)) return *id;
  const auto* text = std::get_if<Text>(&cell);
  return text && text->prefix.empty() ? parse_uuid(text->rest) : std::nullopt;
}
template <class V>
std::optional<Uuid> id_above(const V* above) {
  return above ? id_in(*above) : std::nullopt;
}

/// Special forms only where the shape allows them, so that ordinary text costs one look.
void write(ByteWriter& out, const Value& value, const Value* above) {
  if (!value) return tag(out, kNull);
  const std::string& text = *value;
  if (text.size() == 36 && text[8] == '-') {
    if (const auto id = parse_uuid(text)) return write(out, *id, id_above(above));
  }
  const char first = text.empty() ? '\0' : text.front();
  if ((first >= '0' && first <= '9') || first == '-') {
    if (const auto n = parse_integer(text)) return write(out, *n);
    if (const auto at = text.size() >= 19 && text[4] == '-' ? parse_time(text) : std::nullopt) return write(out, *at);
  }
  write(out, Text{{}, text});
}
void write(ByteWriter& out, const Cell& cell, const Cell* above) {
  if (std::holds_alternative<Null>(cell)) return tag(out, kNull);
  if (const auto* id = std::get_if<Uuid>(&cell)) return write(out, *id, id_above(above));
  if (const auto* n = std::get_if<std::int64_t>(&cell)) return write(out, *n);
  if (const auto* at = std::get_if<Time>(&cell)) return write(out, *at);
  write(out, std::get<Text>(cell));
}

bool is_null(const Value& value) { return !value; }
bool is_null(const Cell& cell) { return std::holds_alternative<Null>(cell); }

bool is_subject(const Value& value, const RowContext<Row>& context) { return !value->empty() && *value == context.subject; }
bool is_subject(const Cell& cell, const RowContext<CellRow>& context) {
  if (context.subject_id) return id_in(cell) == context.subject_id;
  return !context.subject.empty() && spells(cell, context.subject);
}

std::size_t size_of(const Value& value) { return value ? value->size() : 0; }
std::size_t size_of(const Cell& cell) {
  if (is_null(cell)) return 0;
  if (const auto* text = std::get_if<Text>(&cell)) return text->prefix.size() + text->rest.size();
  return std::holds_alternative<Uuid>(cell) ? 36 : value_of(cell)->size();
}

void add(Row& row, const Text& text) {
  std::string& out = row.emplace_back(std::in_place, text.prefix).value();
  out.append(text.rest);
}
template <class Alternative>
void add(Row& row, const Alternative& value) {
  row.push_back(text_of(value));
}
template <class Alternative>
void add(CellRow& row, const Alternative& value) {
  row.emplace_back(value);
}
void add_subject(Row& row, const RowContext<Row>& context) { row.emplace_back(std::in_place, context.subject); }
void add_subject(CellRow& row, const RowContext<CellRow>& context) {
  if (context.subject_id)
    row.emplace_back(*context.subject_id);
  else
    row.emplace_back(Text{{}, context.subject});
}

Uuid read_uuid(ByteReader& in, std::size_t same, const std::optional<Uuid>& above) {
  Uuid id;
  if (same > 0) {
    if (!above) ByteReader::damaged("a UUID that continues one that is not there");
    id = *above;
  }
  const std::string_view rest = in.raw(id.bytes.size() - same);
  std::memcpy(id.bytes.data() + same, rest.data(), rest.size());
  return id;
}

Time read_time(ByteReader& in, std::size_t unit, bool utc) {
  const std::int64_t n = in.signed_number(), scale = kTimeUnits[unit];
  if (n < kFirstTimestamp / scale || n > kLastTimestamp / scale) ByteReader::damaged("a time out of range");
  return {n * scale, utc};
}

template <class V, class R>
const V& reference(const V* value, RowContext<R>& context) {
  if (!value) ByteReader::damaged("a value that repeats one that is not there");
  if (!context.spend(size_of(*value))) ByteReader::damaged("values repeated beyond all measure");
  return *value;
}

}  // namespace

template <class R>
std::size_t write_values(ByteWriter& out, const R& row, std::size_t column, RowContext<R>& context) {
  const R& above_row = *context.above;
  const auto* above = column < above_row.size() ? &above_row[column] : nullptr;
  std::size_t run = 0;
  while (run < kLongestRun && column + run < row.size() && column + run < above_row.size() &&
         row[column + run] == above_row[column + run] && context.spend(size_of(row[column + run])))
    ++run;
  if (run > 0) {
    if (run == 1)
      tag(out, kAbove);
    else
      tag(out, kAboveRun, run - 2);
    return run;
  }
  const auto& value = row[column];
  if (is_null(value))
    tag(out, kNull);
  else if (column > 0 && value == row[column - 1] && context.spend(size_of(value)))
    tag(out, kLeft);
  else if (is_subject(value, context) && context.spend(size_of(value)))
    tag(out, kSubject);
  else
    write(out, value, above);
  return 1;
}

template <class R>
void read_values(ByteReader& in, R& row, std::size_t width, RowContext<R>& context) {
  const std::uint8_t t = in.byte(), low = t & 0x0f;
  const std::size_t column = row.size();
  const auto above = [&](std::size_t i) { return i < context.above->size() ? &(*context.above)[i] : nullptr; };
  if (t >= kShortText) return add(row, Text{{}, in.raw(t & 0x7f)});
  if (t >= kSmall) return add(row, std::int64_t{t & 0x3f});
  if (t >= kWeb) {
    if (low >= kWebPrefixes.size()) ByteReader::damaged("an unknown value tag");
    return add(row, Text{kWebPrefixes[low], in.text()});
  }
  if (t >= kAboveRun) {
    if (low + 2u > width - column) ByteReader::damaged("more values than columns");
    for (std::size_t i = 0; i < low + 2u; ++i) row.push_back(reference(above(column + i), context));
    return;
  }
  if (t >= kUuidPrefix) return add(row, read_uuid(in, low, id_above(above(column))));
  if (t >= kSeconds && (low & 3) != 3) return add(row, read_time(in, low & 3, t >= kSecondsUtc));
  switch (t) {
    case kNull:
      row.emplace_back();
      return;
    case kText:
      return add(row, Text{{}, in.text()});
    case kUuid:
      return add(row, read_uuid(in, 0, std::nullopt));
    case kAbove:
      row.push_back(reference(above(column), context));
      return;
    case kLeft: {
      auto left = reference(column > 0 ? &row[column - 1] : nullptr, context);
      row.push_back(std::move(left));
      return;
    }
    case kSubject:
      if (!context.spend(context.subject.size())) ByteReader::damaged("values repeated beyond all measure");
      return add_subject(row, context);
    case kInteger:
      return add(row, in.signed_number());
    default:
      ByteReader::damaged("an unknown value tag");
  }
}

template std::size_t write_values(ByteWriter&, const Row&, std::size_t, RowContext<Row>&);
template std::size_t write_values(ByteWriter&, const CellRow&, std::size_t, RowContext<CellRow>&);
template void read_values(ByteReader&, Row&, std::size_t, RowContext<Row>&);
template void read_values(ByteReader&, CellRow&, std::size_t, RowContext<CellRow>&);

}  // namespace tidemark::journal
