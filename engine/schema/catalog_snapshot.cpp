#include "engine/schema/catalog_snapshot.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "journal/chain.h"

namespace tidemark::engine::schema {
namespace {

using nlohmann::json;

std::string escaped(const std::string& identity) {
  std::string out;
  for (const char c : identity) {
    switch (c) {
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\\': out += "\\\\"; break;
      default: out += c;
    }
  }
  return out;
}

std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 't' ? '\t' : c == 'n' ? '\n' : c;
  }
  return out;
}

std::string line_of(const ObjectKey& key, const std::string& attributes) { return key.first + '\t' + escaped(key.second) + '\t' + attributes + '\n'; }

void restore(json& value) {
  if (value.is_string()) value = as_restored(value.get_ref<const std::string&>());
  if (!value.is_structured()) return;
  for (auto& [key, inner] : value.items()) {
    if (key != "comment") restore(inner);
  }
}

/// A function's text is the author's; everything else is PostgreSQL's own printing.
std::string canonical(const CatalogRow& row) {
  if (row.kind == "function" || row.kind == "procedure" || row.attributes.find("(ARRAY[") == std::string::npos) return row.attributes;
  auto attributes = json::parse(row.attributes);
  restore(attributes);
  return attributes.dump();
}

/// In one line and short: a function's body is long.
std::string said(const json* value) {
  constexpr std::size_t kLongest = 80;
  if (!value) return "none";
  auto text = value->is_string() ? value->get<std::string>() : value->dump();
  for (auto& c : text) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not inside a character
  return text.substr(0, end) + "...";
}

/// Behind the string or quoted name that begins at `at`; `at` itself if none does.
std::size_t behind_quoted(std::string_view in, std::size_t at) {
  const char quote = in[at];
  if (quote != '\'' && quote != '"') return at;
  for (std::size_t i = at + 1; i < in.size(); ++i) {
    if (in[i] != quote) continue;
    if (i + 1 == in.size() || in[i + 1] != quote) return i + 1;
    ++i;
  }
  return in.size();
}

/// Items of the list that begins at `at`, up to its closing bracket; `at` is behind that then.
std::vector<std::string> items(std::string_view in, std::size_t& at) {
  std::vector<std::string> list(1);
  for (int depth = 0; at < in.size();) {
    if (const auto end = behind_quoted(in, at); end != at) {
      list.back() += in.substr(at, end - at);
      at = end;
      continue;
    }
    const char c = in[at++];
    if (c == '(' || c == '[') ++depth;
    if ((c == ')' || c == ']') && --depth < 0) return list;
    if (c == ',' && depth == 0) {
      list.emplace_back();
      while (at < in.size() && in[at] == ' ') ++at;
    } else {
      list.back() += c;
    }
  }
  return {};
}

}  // namespace

std::string as_restored(std::string_view in) {
  constexpr std::string_view kOpen = "(ARRAY[", kCast = ")::";
  std::string out;
  for (std::size_t at = 0; at < in.size();) {
    if (const auto end = behind_quoted(in, at); end != at) {
      out += in.substr(at, end - at);
      at = end;
      continue;
    }
    if (in.substr(at).starts_with(kOpen)) {
      std::size_t after = at + kOpen.size();
      const auto list = items(in, after);
      const auto rest = in.substr(after);
      const auto type_end = rest.find("[]");
      if (!list.empty() && rest.starts_with(kCast) && type_end != std::string_view::npos) {
        const auto type = rest.substr(kCast.size(), type_end - kCast.size());
        if (type.find_first_of("(),;=<>'") == std::string_view::npos) {
          out += "ARRAY[";
          for (std::size_t i = 0; i < list.size(); ++i) out += (i ? ", (" : "(") + as_restored(list[i]) + ")::" + std::string(type);
          out += "]";
          at = after + type_end + 2;
          continue;
        }
      }
    }
    out += in[at++];
  }
  return out;
}

CatalogSnapshot CatalogSnapshot::take(Session& session) {
  CatalogSnapshot snapshot;
  for (const auto& row : session.catalog_rows()) snapshot.objects.insert_or_assign({row.kind, row.identity}, canonical(row));
  return snapshot;
}

CatalogSnapshot CatalogSnapshot::parse(std::string_view text) {
  CatalogSnapshot snapshot;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    const auto one = line.find('\t'), two = one == std::string_view::npos ? one : line.find('\t', one + 1);
    if (end == std::string_view::npos || two == std::string_view::npos) throw std::invalid_argument("no snapshot of a schema: " + std::string(line));
    snapshot.objects.insert_or_assign({std::string(line.substr(0, one)), plain(line.substr(one + 1, two - one - 1))}, std::string(line.substr(two + 1)));
    text.remove_prefix(end + 1);
  }
  return snapshot;
}

std::string CatalogSnapshot::text() const {
  std::string out;
  for (const auto& [key, attributes] : objects) out += line_of(key, attributes);
  return out;
}

Part part_of(const ObjectKey& key) {
  if (key.first == "order") return Part::order;
  return key.first == "owner" || key.first == "tablespace" || key.first == "version" ? Part::surroundings : Part::schema;
}

Fingerprint fingerprint(const CatalogSnapshot& snapshot) {
  std::map<Part, std::string> texts;
  for (const auto& [key, attributes] : snapshot.objects) texts[part_of(key)] += line_of(key, attributes);
  return {journal::sha256(texts[Part::schema]), journal::sha256(texts[Part::order]), journal::sha256(texts[Part::surroundings])};
}

Digest state_digest(const CatalogSnapshot& snapshot) { return journal::sha256(snapshot.text()); }

std::vector<Difference> differences(const CatalogSnapshot& before, const CatalogSnapshot& after) {
  std::vector<Difference> list;
  auto b = before.objects.begin();
  auto a = after.objects.begin();
  while (b != before.objects.end() || a != after.objects.end()) {
    if (a == after.objects.end() || (b != before.objects.end() && b->first < a->first)) {
      list.push_back({b->first, &b->second, nullptr});
      ++b;
    } else if (b == before.objects.end() || a->first < b->first) {
      list.push_back({a->first, nullptr, &a->second});
      ++a;
    } else {
      if (b->second != a->second) list.push_back({b->first, &b->second, &a->second});
      ++b;
      ++a;
    }
  }
  return list;
}

std::string name_of(const Difference& difference) {
  return std::string(!difference.before ? "+ " : !difference.after ? "- " : "~ ") + difference.key.first + " " + difference.key.second;
}

namespace {

/// "+guest -admin" of two lists; "" if they differ in order only. What the owner may do goes without saying, if there is more.
std::string list_changes(const json& was, const json& is) {
  std::string others, owners;
  const auto add = [&](const char* sign, const json& from, const json& in) {
    for (const auto& item : from) {
      if (std::find(in.begin(), in.end(), item) != in.end()) continue;
      auto text = item.is_string() ? item.get<std::string>() : item.dump();
      auto& to = text.starts_with("<owner> ") ? owners : others;
      to += (to.empty() ? "" : " ") + (sign + text);
    }
  };
  add("-", was, is);
  add("+", is, was);
  return others.empty() ? owners : others;
}

}  // namespace

std::string describe(const Difference& difference) {
  const auto name = name_of(difference);
  if (!difference.before || !difference.after) return name;
  const auto before = json::parse(*difference.before), after = json::parse(*difference.after);
  std::string changes;
  const auto add = [&](const std::string& attribute, const json* was, const json* is) {
    const json none = json::array();
    const bool lists = (!was || was->is_array()) && (!is || is->is_array());
    const json items = lists ? list_changes(was ? *was : none, is ? *is : none) : "";
    changes += (changes.empty() ? "" : ", ") + attribute + " " + (items != "" ? said(&items) : said(was) + " -> " + said(is));
  };
  for (const auto& [attribute, was] : before.items()) {
    const auto is = after.find(attribute);
    if (is == after.end()) add(attribute, &was, nullptr);
    else if (*is != was) add(attribute, &was, &*is);
  }
  for (const auto& [attribute, is] : after.items()) {
    if (!before.contains(attribute)) add(attribute, nullptr, &is);
  }
  return name + ": " + changes;
}

std::string without_privileges(const std::string& attributes) {
  auto object = json::parse(attributes);
  object.erase("acl");
  return object.dump();
}

}  // namespace tidemark::engine::schema
