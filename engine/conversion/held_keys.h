#pragma once
/// Foreign keys that a chunk's own locks prove: the subject's row FOR UPDATE, its parent's FOR SHARE. PostgreSQL looks the same rows up once for each
/// row that is written, and takes a weaker lock; that is half of what an INSERT costs it.

#include "engine/conversion/binding.h"

namespace tidemark::engine::conversion {

struct HeldKeys {
  struct Column { std::size_t at = 0; bool parent = false; };  ///< position in target.shape.columns; refers to the parent, else to the subject
  std::vector<ForeignKey> keys;  ///< as the target names them
  std::vector<Column> columns;
};

/// Every foreign key of the target table, if each refers to what a chunk locks and nothing else fires; nullopt: PostgreSQL has to look.
std::optional<HeldKeys> held_keys(Session& session, const Binding& binding);

/// Does each of these columns have the locked subject's key, or its parent's, or NULL? @param row in the table's order
bool proves(const HeldKeys& held, const Binding& binding, const SourceRow& locked, const Row& row);

/// For people: "profile_links.userId by users, profile_links.profileId by profiles".
std::string to_string(const HeldKeys& held, const Binding& binding);

}  // namespace tidemark::engine::conversion
