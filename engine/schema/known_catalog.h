#pragma once
/// The schema as it is now, read again only if somebody has changed it: what one migration leaves is what the next one finds.

#include <optional>
#include <string>

#include "engine/schema/catalog_snapshot.h"
#include "engine/schema/object_ids.h"

namespace tidemark::engine::schema {

struct Catalog {
  CatalogSnapshot snapshot;
  ObjectIds ids;
};

class KnownCatalog {
 public:
  /// Inside a transaction.
  const Catalog& now(Session& session);
  /// What was just read in this transaction, after the last change of it.
  void remember(Session& session, Catalog catalog);

 private:
  static std::string mark(Session& session);
  std::optional<Catalog> catalog_;
  std::string mark_;
};

}  // namespace tidemark::engine::schema
