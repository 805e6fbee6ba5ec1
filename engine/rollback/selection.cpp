#include "engine/rollback/selection.h"

namespace tidemark::engine::rollback {

Selection::Selection(const journal::Reader& journal, const std::string& conversion, const RollbackOptions& options)
    : journal_(journal), conversion_(conversion), options_(options), end_(journal.head_seq()) {}

Keys Selection::next() {
  Keys keys;
  if (!options_.all) {
    while (at_ < options_.subjects.size() && keys.size() < options_.chunk) keys.push_back(options_.subjects[at_++]);
    return keys;
  }
  for (const auto& touched : journal_.touched(conversion_, after_, options_.chunk)) {
    if (touched.seq > end_) break;
    after_ = touched.seq;
    keys.push_back(touched.subject);
  }
  return keys;
}

}  // namespace tidemark::engine::rollback
