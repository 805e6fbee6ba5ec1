#include <algorithm>

#include "engine/postgres/by_key.h"
#include "engine/postgres/quote.h"
#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {
namespace {

using Cells = std::vector<const journal::CellRow*>;

/// Which of the given rows has such a first part of its key.
class ByFirst {
 public:
  /// @param keys  the first part of each row's key, as it will come back
  explicit ByFirst(const std::vector<std::string_view>& keys) {
    places_.reserve(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) places_.emplace_back(keys[i], i);
    if (!std::is_sorted(places_.begin(), places_.end())) std::sort(places_.begin(), places_.end());
  }
  /// Calls `is(position)` until it says yes.
  template <class Is>
  void find(std::string_view key, const Is& is) {
    auto place = places_.begin() + static_cast<std::ptrdiff_t>(next_);  // rows come in the index's order, nearly always
    if (place == places_.end() || place->first != key) {
      place = std::lower_bound(places_.begin(), places_.end(), key, [](const auto& a, std::string_view b) { return a.first < b; });
    }
    for (; place != places_.end() && place->first == key; ++place) {
      next_ = static_cast<std::size_t>(place - places_.begin()) + 1;
      if (is(place->second)) return;
    }
  }

 private:
  std::vector<std::pair<std::string_view, std::size_t>> places_;
  std::size_t next_ = 0;
};

bool same_as_text(const Wire::Fields& live, const journal::CellRow& given) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto column = static_cast<int>(i);
    if (live.null(column) != std::holds_alternative<journal::Null>(given[i])) return false;
    if (!live.null(column) && !spells(given[i], live.text(column))) return false;
  }
  return true;
}

bool same_in_binary(const Wire::Fields& live, const std::vector<BinaryForm>& forms, const journal::CellRow& given) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto column = static_cast<int>(i);
    if (live.null(column) != std::holds_alternative<journal::Null>(given[i])) return false;
    if (!live.null(column) && !holds(live.text(column), forms[i], given[i])) return false;
  }
  return true;
}

/// The keys of rows whose key is one UUID, one behind the other; empty: it isn't, or one of them is something else.
std::string uuid_keys(const TableShape& table, const Cells& rows) {
  std::string ids;
  if (table.key.size() != 1 || table.columns.at(table.key[0]).type != "uuid") return ids;
  ids.reserve(rows.size() * sizeof(Uuid::bytes));
  for (const auto* row : rows) {
    const auto* id = std::get_if<Uuid>(&row->at(table.key[0]));
    if (!id) return {};
    ids.append(reinterpret_cast<const char*>(id->bytes.data()), id->bytes.size());
  }
  return ids;
}

bool all_in_form(const Cells& rows, const std::vector<BinaryForm>& forms) {
  return std::all_of(rows.begin(), rows.end(), [&](const auto* row) {
    return std::equal(row->begin(), row->end(), forms.begin(), forms.end(), [](const auto& cell, BinaryForm form) { return in_form(cell, form); });
  });
}

bool blank_padded(const journal::Column& column) { return column.type.starts_with("character(") || column.type == "character"; }

}  // namespace

// What was removed comes back and is compared where libpq has put it: a copy of each value would cost more than all else. In binary, where all of it can
// be: then neither side makes a text of it.
std::vector<std::size_t> PostgresSession::remove_unchanged(const TableShape& table, const Cells& rows) {
  if (rows.empty()) return {};
  look_up_by_index();
  std::vector<bool> same(rows.size(), false);
  const auto remove = [&](const ByKey& sought, const std::string& columns, const std::vector<std::string_view>& keys, bool binary, const auto& equal) {
    ByFirst by_first(keys);
    const auto first = static_cast<int>(table.key.front());
    wire_.exec_each("DELETE" + from(table) + "WHERE " + sought.where + " RETURNING " + columns, sought.parameters, [&](const Wire::Fields& removed) {
      by_first.find(removed.text(first), [&](std::size_t at) {
        if (!equal(removed, *rows[at])) return false;
        return bool(same[at] = true);  // one row can't be two
      });
    }, sought.binary, binary);
  };

  const auto names = column_names(table);
  const auto ids = uuid_keys(table, rows);
  const auto forms = !ids.empty() && std::none_of(table.columns.begin(), table.columns.end(), blank_padded) ? binary_forms(table, names) : std::nullopt;
  if (forms && forms->at(table.key.front()) == BinaryForm::uuid && all_in_form(rows, *forms)) {
    std::vector<std::string_view> keys;
    keys.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) keys.push_back(std::string_view(ids).substr(i * sizeof(Uuid::bytes), sizeof(Uuid::bytes)));
    remove(by_uuid(table, ids), columns_in_binary(names), keys, true, [&](const auto& live, const auto& given) { return same_in_binary(live, *forms, given); });
  } else {
    Rows whole;  // the keys
    whole.reserve(rows.size());
    for (const auto* row : rows) {
      auto& key = whole.emplace_back();
      for (const auto at : table.key) key.push_back(value_of(row->at(at)));
    }
    std::vector<std::string_view> keys;
    keys.reserve(rows.size());
    for (const auto& key : whole) keys.push_back(key.front() ? std::string_view(*key.front()) : std::string_view());
    remove(by_key(table, whole), columns_as_text(names), keys, false, same_as_text);
  }
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < same.size(); ++i) {
    if (!same[i]) others.push_back(i);
  }
  return others;
}

}  // namespace tidemark::engine::postgres
