#pragma once
/// The order of migrations.

#include <functional>
#include <string>

namespace tidemark::engine::schema {

using NameOrder = std::function<bool(const std::string&, const std::string&)>;

/// "Stands before", as Prisma sorts folders: ICU's root collation (localeCompare), not bytes. Names that it calls equal stand in
/// the order of their bytes. Used by one thread at a time.
NameOrder name_order();

}  // namespace tidemark::engine::schema
