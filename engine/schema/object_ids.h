#pragma once
/// Objects by the numbers that survive renaming: what tells a rename from a drop and a make, and a column from another of its name.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::schema {

struct KnownObject {
  std::string kind;      ///< as in CatalogSnapshot, and "label" of an enum
  std::string identity;  ///< as there
  std::string name;      ///< quoted, alone; a label's as a literal
  std::string parent;    ///< schema, table or enum it is in
  std::string type;      ///< of a column, and
  std::string type_no;   ///< its number: survives a renamed type
  bool computed = false; ///< a generated column: holds nothing of its own
};
using ObjectIds = std::map<std::string, KnownObject>;  ///< by "r<oid>", "a<table's oid>.<attnum>", …

/// One round trip, inside the caller's transaction.
ObjectIds object_ids(Session& session);

/// SQL that gives every object of `after` the name, and the schema, that it has in `before`; empty: nothing was renamed.
std::string renames_back(const ObjectIds& before, const ObjectIds& after);

/// What holds data and was there before: gone, of another type, or there under its name but as another object.
struct Vanished {
  std::vector<KnownObject> tables;   ///< gone
  std::vector<KnownObject> columns;  ///< gone, of tables that stay
  std::vector<KnownObject> retyped;  ///< columns
  std::vector<KnownObject> labels;   ///< of enums that stay by name
  bool empty() const { return tables.empty() && columns.empty() && retyped.empty() && labels.empty(); }
};
Vanished vanished(const ObjectIds& before, const ObjectIds& after);

/// Identities of columns, and of tables, that are in both under one name, and are not the same.
std::set<std::string> replaced_columns(const ObjectIds& before, const ObjectIds& after);
std::set<std::string> replaced_tables(const ObjectIds& before, const ObjectIds& after);

}  // namespace tidemark::engine::schema
