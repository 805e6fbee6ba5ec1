#pragma once
/// The ways in which the API can be wrong on purpose; smoke must see each.

#include <string>
#include <utility>
#include <vector>

namespace valine {

const std::vector<std::pair<std::string, std::string>>& misbehaviours();  ///< name, meaning

}  // namespace valine
