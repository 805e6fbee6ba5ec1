#include "engine/conversion/declared.h"

#include <algorithm>
#include <tuple>

#include "engine/conversion/declared_sql.h"
#include "engine/postgres/quote.h"

namespace tidemark::engine::conversion {
namespace {

/// As rows.sql gave it; put into the order of its step, table and key, since that of its own may depend on the plan.
struct Asked {
  std::string subject, reject, entry;
  Write write;
  bool has_key = false;
  int step = 0;
  std::size_t table = 0;
  std::string op;
};

TargetError data(const std::string& what) { return TargetError(TargetError::Kind::data, "", "rows.sql: " + what); }

Write::Op op_of(const std::string& name) {
  if (name == "insert") return Write::Op::insert;
  if (name == "update") return Write::Op::update;
  if (name == "delete") return Write::Op::remove;
  if (name == "upsert") return Write::Op::upsert;
  throw data(name.empty() ? "a row has no op; it is insert, update, delete or upsert" : "the op \"" + name + "\" is none of insert, update, delete, upsert");
}

int step_of(const Value& text) {
  try {
    return text ? std::stoi(*text) : 0;
  } catch (const std::exception&) {
    throw data("step is \"" + *text + "\"; it must be a whole number");
  }
}

/// Two rows under one key: both can't be meant, unless they say the same or come in different steps. An id that the engine makes is never the same.
void refuse_same_key(const std::vector<Asked>& list, const std::vector<Declaration::Table>& tables) {
  std::map<std::tuple<std::string, int, std::size_t, std::string>, const Write*> seen;
  for (const auto& asked : list) {
    if (!asked.reject.empty()) continue;
    std::string key;
    const auto& named = asked.write.op == Write::Op::insert ? asked.write.values : asked.write.key;
    bool made = false;  // by the engine, and in a dry run not yet
    for (const auto& column : tables[asked.table].key) {
      made = made || named.at(column)->empty();
      key += (key.empty() ? "" : ", ") + column + "=" + named.at(column).value();
    }
    if (made) continue;
    const auto [first, is_new] = seen.try_emplace({asked.subject, asked.step, asked.table, key}, &asked.write);
    if (is_new || (asked.write.op != Write::Op::insert && asked.op == "upsert" && to_string(*first->second) == to_string(asked.write))) continue;
    throw data("it gives " + asked.write.table + " the key " + key + " twice for one subject; order them by `step` if both are meant");
  }
}

/// A new id for each row; the same one within a subject where it has a name.
class NewIds {
 public:
  NewIds(const std::string& mark, const Stamp& stamp) : mark_(mark), stamp_(stamp) {}
  void put(Value& value, const std::string& subject) {
    if (!value || !value->starts_with(mark_)) return;
    if (*value == mark_) value = stamp_.new_id();
    else value = named_.try_emplace({subject, *value}, "").first->second.empty() ? named_[{subject, *value}] = stamp_.new_id() : named_[{subject, *value}];
  }

 private:
  const std::string& mark_;
  const Stamp& stamp_;
  std::map<std::pair<std::string, std::string>, std::string> named_;
};

}  // namespace

Declared::Declared(Declaration declaration) : declaration_(std::move(declaration)) {
  tables_.source = declaration_.source;
  tables_.key = declaration_.key;
  tables_.value = declaration_.reads;
  tables_.max_value_bytes = declaration_.max_bytes;
  tables_.chunk_min = declaration_.chunk_min;
  tables_.chunk_max = declaration_.chunk_max;
  tables_.subject = declaration_.subject;
  tables_.row = "row";
  tables_.parent = declaration_.parent;
  tables_.parent_key = declaration_.parent_key;
  if (!declaration_.parent.empty()) tables_.source_columns = {declaration_.parent_column};
  tables_.target = declaration_.tables.front().name;
  tables_.id_column = declaration_.tables.front().key.front();
  tables_.target_columns = {tables_.id_column};
  for (std::size_t i = 1; i < declaration_.tables.size(); ++i) tables_.also.push_back(declaration_.tables[i].name);
  tables_.writes = true;
}

std::string Declared::mapping() const {
  std::string text = "declared 1";
  const auto put = [&](const std::string& part) { text += "\n" + std::to_string(part.size()) + ":" + part; };
  for (const auto* part : {&declaration_.name, &declaration_.source, &declaration_.key, &declaration_.reads, &declaration_.parent, &declaration_.parent_key, &declaration_.parent_column}) put(*part);
  put(std::to_string(declaration_.max_bytes));
  for (const auto& table : declaration_.tables) {
    put(table.name);
    for (const auto& column : table.key) put(column);
  }
  put(declaration_.rows_sql);
  return text;
}

Answers Declared::ask_all(Session& session, const SourceShape& source, const Keys& keys, const Stamp& stamp) const {
  const auto id = stamp.new_id();
  const std::string mark = (id.empty() ? "new id of " + declaration_.name : id) + "#";
  session.query("SELECT pg_catalog.set_config('search_path', pg_catalog.concat('pg_catalog, ', pg_catalog.quote_ident($1)), true)", {source.schema});
  const auto rows = session.query(rows_statement(declaration_.rows_sql, {"$1::" + postgres::bare_type(source.key_type) + "[]", stamp.now, mark}), {postgres::array_literal(keys)});
  session.query("SELECT pg_catalog.set_config('search_path', 'pg_catalog', true)");

  NewIds ids(mark, stamp);
  std::vector<Asked> list;
  Value number;
  for (const auto& row : rows) {
    if (list.empty() || row[0] != number) {
      number = row[0];
      auto& asked = list.emplace_back();
      asked.subject = row[1].value_or("");
      if (std::find(keys.begin(), keys.end(), asked.subject) == keys.end()) throw data("it answered for the subject " + (row[1] ? "\"" + *row[1] + "\"" : "NULL") + ", which was not asked about");
      asked.op = row[2].value_or("");
      asked.write.table = row[3].value_or(tables_.target);
      asked.reject = row[4].value_or("");
      asked.entry = row[5].value_or(asked.write.table);
      asked.step = step_of(row[6]);
    }
    if (!row[8]) continue;
    auto& asked = list.back();
    asked.has_key = asked.has_key || row[7] == "key";
    auto value = row[9];
    ids.put(value, asked.subject);
    (row[7] == "key" ? asked.write.key : asked.write.values)[*row[8]] = std::move(value);
  }
  for (auto& asked : list) {
    if (!asked.reject.empty()) continue;
    auto& write = asked.write;
    write.op = op_of(asked.op);
    const auto table = std::find_if(declaration_.tables.begin(), declaration_.tables.end(), [&](const auto& t) { return t.name == write.table; });
    if (table == declaration_.tables.end()) throw data("the table \"" + write.table + "\" is not among the [[table]]s of conversion.toml");
    asked.table = static_cast<std::size_t>(table - declaration_.tables.begin());
    for (const auto& column : table->key) {
      if (!asked.has_key) {
        const auto value = write.values.find(column);
        if (value != write.values.end()) write.key[column] = value->second;
        if (value != write.values.end() && write.op == Write::Op::update) write.values.erase(value);
      }
      const auto& named = write.op == Write::Op::insert ? write.values : write.key;
      if (const auto value = named.find(column); value == named.end() || !value->second) throw data(asked.op + " of " + write.table + ": the key's column \"" + column + "\" has no value");
    }
    if (write.op == Write::Op::insert) write.key.clear();
    if (write.op == Write::Op::remove) write.values.clear();
  }
  std::stable_sort(list.begin(), list.end(), [](const Asked& a, const Asked& b) {
    return std::tie(a.step, a.table, a.op, a.write.key, a.write.values, a.reject, a.entry) < std::tie(b.step, b.table, b.op, b.write.key, b.write.values, b.reject, b.entry);
  });
  refuse_same_key(list, declaration_.tables);
  Answers answers;
  for (auto& asked : list) {
    auto& answer = answers[asked.subject];
    if (!asked.reject.empty()) answer.rejected.push_back({asked.entry, asked.reject});
    else answer.writes.push_back(std::move(asked.write));
  }
  return answers;
}

/// A subject that rows.sql can't answer for is told from the others by halving.
void Declared::ask_apart(Session& session, const SourceShape& source, const Keys& keys, const Stamp& stamp, Answers& answers) const {
  session.query("SAVEPOINT tidemark_rows");
  try {
    answers.merge(ask_all(session, source, keys, stamp));
    session.query("RELEASE SAVEPOINT tidemark_rows");
    return;
  } catch (const TargetError& error) {
    const bool endless = error.sqlstate == "57014";
    // The others' rows are not kept locked while it is sought: the chunk ends, and comes again in halves.
    if (endless ? keys.size() > 1 : error.kind != TargetError::Kind::data) throw;
    session.query("ROLLBACK TO SAVEPOINT tidemark_rows");
    session.query("RELEASE SAVEPOINT tidemark_rows");
    if (keys.size() == 1) {
      answers[keys.front()] = {{}, {}, error.sqlstate, error.what()};
      return;
    }
  }
  const auto middle = keys.begin() + static_cast<std::ptrdiff_t>(keys.size() / 2);
  ask_apart(session, source, {keys.begin(), middle}, stamp, answers);
  ask_apart(session, source, {middle, keys.end()}, stamp, answers);
}

Answers Declared::ask(Session& session, const SourceShape& source, const Keys& keys, const Stamp& stamp) const {
  Answers answers;
  if (!keys.empty()) ask_apart(session, source, keys, stamp, answers);
  return answers;
}

Decision Declared::decide(const Subject& subject, const Rows&, const Rows&, const Stamp&) const {
  Decision decision;
  if (!subject.answer) {
    decision.reason = "no_rows";
    return decision;
  }
  decision.writes = subject.answer->writes;
  decision.rejected = subject.answer->rejected;
  if (decision.writes.empty()) decision.reason = "all_rejected";
  else decision.outcome = Decision::Outcome::converted;
  return decision;
}

std::string to_string(const Write& write) {
  constexpr const char* kOps[] = {"insert", "update", "delete", "upsert"};
  std::string text = kOps[static_cast<int>(write.op)] + (" " + write.table);
  const auto put = [&](const std::map<std::string, Value>& columns) {
    for (const auto& [name, value] : columns) text += " " + name + "=" + value.value_or("NULL");
  };
  put(write.key);
  if (!write.key.empty() && !write.values.empty()) text += ":";
  put(write.values);
  return text;
}

}  // namespace tidemark::engine::conversion
