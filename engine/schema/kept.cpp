#include "engine/schema/kept.h"

#include <variant>

namespace tidemark::engine::schema {

Kept::Kept(const journal::Reader& reader, journal::UnitId unit) : reader_(&reader) {
  if (!unit) return;
  journal::Filter filter;
  if (const auto known = reader.unit(unit)) {
    filter.from = known->first;
    filter.to = known->intent;
  }
  filter.kind = journal::RowsArchived::kCode;
  filter.unit = unit;
  reader.for_each(filter, [&](const journal::Record&) {
    filter_ = filter;
    return false;
  });
}

void Kept::for_each(const Each& each) const {
  for_each([](journal::Seq) { return true; }, each);
}

void Kept::for_each(const std::function<bool(journal::Seq)>& wanted, const Each& each) const {
  if (!filter_) return;
  reader_->for_each(*filter_, [&](const journal::Record& record) {
    if (wanted(record.seq)) each(record.seq, std::get<journal::RowsArchived>(journal::decode(record)));
    return true;
  });
}

}  // namespace tidemark::engine::schema
