#pragma once
/// One chunk of subjects, converted in one unit: lock, look, decide, intend, write. The unit of work commits it.

#include "engine/conversion/decide.h"
#include "engine/conversion/held_keys.h"
#include "engine/unit_of_work.h"

namespace tidemark::engine::conversion {

struct Work {
  Keys keys;
  std::optional<journal::KeyRange> closes;         ///< the range of keys that is done when this work is
  std::vector<journal::SourceDigest> sources = {};  ///< one a key, or none: those whose journal says that nothing is to do fall out
  bool whole = false;                              ///< the keys, in their order, were all there was from the first to the last
};

/// One per worker; not thread-safe.
class ChunkConverter {
 public:
  ChunkConverter(Environment& environment, Right& right, Connection& connection, const Conversion& conversion, const Binding& binding,
                 const journal::Reader* journal, ChunkOptions options, const HeldKeys* held = nullptr)
      : environment_(environment), uow_(environment, right, connection), conversion_(conversion), binding_(binding),
        journal_(journal), options_(options), held_(held) {}

  /// One attempt, one unit. @return keys whose rows others hold locked. @throws TargetError, Failure; TooMuchAtOnce
  Keys attempt(const Work& work, const Refusals& refusals, bool record_deferred);
  /// After attempt() threw `data`: whose row the target named ("COPY …, line 3"); empty: it named none.
  std::string culprit(const TargetError& error) const;

 private:
  Keys unit(const Work& work, const Refusals& refusals, bool record_deferred);
  std::vector<SourceRow> lock(Unit& unit, const Work& work, Keys& deferred) const;
  void step_back(Session& session, std::vector<Draw>& draws, std::vector<RowWrite>& writes, Keys& deferred) const;
  std::vector<const TableFacts*> written() const;
  void lay_out(std::vector<Draw>& draws);
  RowRefs write(Session& session, const std::vector<Draw>& draws, bool proven) const;
  bool proven(const std::vector<Draw>& draws) const;
  void insert(Session& session, const RowRefs& rows, bool proven) const;
  void read_back(Session& session, std::vector<Draw>& draws) const;

  Environment& environment_;
  UnitOfWork uow_;
  const Conversion& conversion_;
  const Binding& binding_;
  const journal::Reader* journal_;  ///< nullptr: it knows nothing of this conversion yet
  ChunkOptions options_;
  const HeldKeys* held_;  ///< nullptr: the target looks each foreign key up itself
  std::map<std::size_t, std::string> owners_;  ///< of the last attempt's rows, by the last of COPY's lines
};

}  // namespace tidemark::engine::conversion
