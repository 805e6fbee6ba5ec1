#pragma once
/// The parts of derive(), in files by subject. Internal to inverse*.cpp.

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/schema/inverse.h"

namespace tidemark::engine::schema {

using Attributes = nlohmann::json;

class Derivation {
 public:
  Derivation(const CatalogSnapshot& from, const CatalogSnapshot& to, const std::set<std::string>& replaced);
  Inverse run();

 private:
  struct Pair {
    std::string identity;
    const Attributes* before = nullptr;  ///< as it is: in `from`
    const Attributes* after = nullptr;   ///< as it shall be: in `to`
    bool gone() const { return before && !after; }
    bool made() const { return !before && after; }
    bool changed() const { return before && after && *before != *after; }
  };
  using Side = std::map<ObjectKey, Attributes>;

  static Side parsed(const CatalogSnapshot& snapshot);
  const Attributes* find(const Side& side, const std::string& kind, const std::string& identity) const;
  std::vector<Pair> pairs(const std::string& kind) const;
  void say(const std::string& statement) { sql_ += statement + ";\n"; }
  void refuse(const std::string& kind, const Pair& pair);

  // inverse.cpp
  void refuse_others();
  void find_touched();
  bool table_stays(const std::string& table) const;  ///< on both sides
  // inverse_programs.cpp: views, functions, triggers
  void drop_programs();
  void make_functions(bool early);
  void make_views();
  void make_triggers();
  bool needs_touched(const Attributes& object) const;
  // inverse_tables.cpp
  void drop_constraints_and_indexes();
  void drop_tables_and_columns();
  void make_tables();
  void change_columns();
  void change_column(const Pair& pair);
  void finish_columns();
  void make_constraints_and_indexes();
  std::string column_clause(const std::string& identity, const Attributes& column, bool not_null = true) const;
  bool made_anew(const Pair& pair) const;
  void column_settings(const std::string& identity, const Attributes* before, const Attributes& after);
  // inverse_types.cpp: enums, other types, sequences, schemas
  void drop_types_and_sequences();
  void make_types();
  void rebuild_enum(const Pair& pair);
  void make_sequences();
  void finish_sequences();
  std::string sequence_options(const Attributes& sequence) const;
  // inverse_privileges.cpp: comments, privileges, owners, settings of tables
  void make_remarks();
  void privileges(const std::string& kind, const std::string& what, const std::string& of, const std::string& column, const Pair& pair, const std::string& owner);
  std::string owner_of(const std::string& kind, const std::string& identity) const;

  Side from_, to_;
  const std::set<std::string>& replaced_;
  std::string sql_;
  std::vector<std::string> cannot_;
  std::set<std::string> retyped_tables_;   ///< with a column whose type changes: what reads it is made again
  std::set<std::string> rebuilt_types_;    ///< enums whose labels change
  std::set<ObjectKey> touched_;            ///< the same on both sides, but dropped and made again all the same
};

/// nullopt: the attribute isn't there.
std::optional<std::string> text(const Attributes& object, const char* name);
inline bool flag(const Attributes& object, const char* name) { return object.value(name, false); }
std::string literal(const std::string& text);

}  // namespace tidemark::engine::schema
