#pragma once
/// Names and values as PostgreSQL reads them. All pure.

#include <string>
#include <string_view>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::postgres {

std::string quoted_name(std::string_view name);
std::string qualified(std::string_view schema, std::string_view name);
/// An array literal of texts: {"a","b\"c"}. What its elements are, says the place it stands in.
std::string array_literal(const Keys& elements);
/// One element more in an array literal that is begun with `{`; NULL is NULL.
void append_element(std::string& array, const Value& element);
/// format_type()'s name without its modifier, for casts: a cast to varchar(3) would cut a longer value and to character pad it.
std::string bare_type(std::string_view type);
/// `t."a"::text, t."b"::text`
std::string columns_as_text(const std::vector<std::string>& columns);
/// `t."a", t."b"`, for rows that come in the binary form of their types
std::string columns_in_binary(const std::vector<std::string>& columns);
std::vector<std::string> column_names(const TableShape& table);
/// One line of COPY's text format.
void append_copy_line(std::string& out, const Row& row);
/// Bytes of `bytea` in hex output (\x…) without the prefix; empty for NULL.
std::optional<Digest> digest_from_bytea(const Value& value);

}  // namespace tidemark::engine::postgres
