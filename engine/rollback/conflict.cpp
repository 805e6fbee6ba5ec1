#include "engine/rollback/conflict.h"

#include <array>
#include <utility>

namespace tidemark::engine::rollback {
namespace {

constexpr auto kSentences = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"edited", "somebody changed it after Tidemark wrote it"},
    {"re-created", "the row was deleted and made again under the same key: a time that only its making sets is another"},
    {"moved", "it was given to another profile or user"},
    {"deleted", "somebody deleted it; there is nothing left to undo"},
    {"profile_deleted", "its profile or user is gone, and it with them"},
    {"schema_changed", "a column of it was dropped or retyped, or a column that came later holds a value"},
    {"superseded", "another run of ours changed it since; --cascade undoes that one first"},
    {"cascades", "rows that refer to it would go with it, or lose their reference; only --on-conflict force takes them along, and redo brings them back"},
    {"altered", "a trigger of the table stored another row than was to come back"},
    {"locked", "another session holds it"},
    {"restricted", "another row refers to it, or a trigger forbids its removal"},
    {"exists", "another row stands under its key"},
    {"duplicate", "the same link of the same owner was made meanwhile"},
    {"refused", "the target would not take it back"},
});

}  // namespace

std::string_view explain(std::string_view kind) {
  for (const auto& [name, sentence] : kSentences) {
    if (name == kind) return sentence;
  }
  return {};
}

}  // namespace tidemark::engine::rollback
