#include "migrations/social_links/entries.h"

#include <algorithm>
#include <cstddef>

#include "migrations/social_links/json_reader.h"

namespace tidemark::migrations::social_links {
namespace {

/// The entries of one key of a top-level object: [first, first + count); an array may have any number of them.
struct Group {
  std::string_view key;
  std::size_t first = 0, count = 0;
  bool plain_string = false;
  bool repeated = false;
};

/// The rest of an object whose `{` was read; of a repeated key the last value counts.
Entry link_object(JsonReader& json, std::string_view key) {
  Entry entry{.key = key};
  bool has_url = false;
  while (json.next() == JsonToken::key) {
    const std::string_view name = json.text();
    std::string_view* const field = name == "url"     ? &entry.url
                                    : name == "label" ? &entry.label
                                    : name == "type"  ? &entry.type
                                                      : nullptr;
    const JsonToken value = json.next();
    const bool is_string = value == JsonToken::string;
    if (field) *field = is_string ? json.text() : std::string_view{};
    if (field == &entry.url) has_url = is_string;
    json.skip(value);
  }
  return has_url ? entry : Entry{.key = key, .supported = false};
}

/// One value that may not be an array.
Entry element(JsonReader& json, JsonToken value, std::string_view key) {
  switch (value) {
    case JsonToken::string: return {.key = key, .url = json.text()};
    case JsonToken::null: return {.key = key};
    case JsonToken::begin_object: return link_object(json, key);
    default: json.skip(value); return {.key = key, .supported = false};
  }
}

/// The elements of an array whose `[` was read, each an entry under the key.
void elements(JsonReader& json, std::string_view key, std::vector<Entry>& entries) {
  for (JsonToken token = json.next(); token != JsonToken::end_array && token != JsonToken::error; token = json.next())
    entries.push_back(element(json, token, key));
}

/// Gives the first place of a repeated key its last value and drops the other places.
/// Sorted, not hashed: user data can be made to collide.
bool settle_repeated(std::vector<Group>& groups) {
  std::vector<std::size_t> order(groups.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const int difference = groups[a].key.compare(groups[b].key);
    return difference != 0 ? difference < 0 : a < b;
  });
  bool any = false;
  for (std::size_t i = 0, end = 0; i < order.size(); i = end) {
    for (end = i + 1; end < order.size() && groups[order[end]].key == groups[order[i]].key; ++end) {
      any = groups[order[end]].repeated = true;
      Group value = groups[order[end]];
      value.repeated = false;
      groups[order[i]] = value;
    }
  }
  if (any) std::erase_if(groups, [](const Group& group) { return group.repeated; });
  return any;
}

/// A top-level object that is itself one link object and nothing else.
std::optional<Entry> single_link(const std::vector<Group>& groups, const std::vector<Entry>& entries) {
  Entry link;
  bool has_url = false;
  for (const Group& group : groups) {
    const std::string_view text = group.plain_string ? entries[group.first].url : std::string_view{};
    if (group.key == "url") {
      link.url = text;
      has_url = group.plain_string;
    } else if (group.key == "label")
      link.label = text;
    else if (group.key == "type")
      link.type = text;
    else
      return std::nullopt;
  }
  return has_url ? std::optional(link) : std::nullopt;
}

std::vector<Entry> object_entries(JsonReader& json) {
  std::vector<Entry> entries;
  std::vector<Group> groups;
  while (json.next() == JsonToken::key) {
    Group group{.key = json.text(), .first = entries.size()};
    const JsonToken value = json.next();
    if (value == JsonToken::begin_array)
      elements(json, group.key, entries);
    else
      entries.push_back(element(json, value, group.key));
    group.count = entries.size() - group.first;
    group.plain_string = value == JsonToken::string;
    groups.push_back(group);
  }
  const bool moved = settle_repeated(groups);
  if (const auto link = single_link(groups, entries)) return {*link};
  if (!moved) return entries;
  std::vector<Entry> settled;
  for (const Group& group : groups)
    for (std::size_t i = 0; i < group.count; ++i) settled.push_back(entries[group.first + i]);
  return settled;
}

}  // namespace

std::optional<SourceJson> read_source(std::string_view text) {
  JsonReader json(text);
  SourceJson source;
  switch (const JsonToken first = json.next()) {
    case JsonToken::string:
      source.shape = SourceJson::Shape::string;
      source.string = json.text();
      break;
    case JsonToken::begin_object:
      source.shape = SourceJson::Shape::entries;
      source.entries = object_entries(json);
      break;
    case JsonToken::begin_array:
      source.shape = SourceJson::Shape::entries;
      elements(json, "", source.entries);
      break;
    default: json.skip(first);
  }
  if (json.next() != JsonToken::end) return std::nullopt;
  source.storage = json.take_storage();
  return source;
}

}  // namespace tidemark::migrations::social_links
