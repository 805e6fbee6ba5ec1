#pragma once
/// What the journal knows of one subject: its records folded.

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "journal/reader.h"

namespace tidemark::engine::conversion {

/// A row as the engine left it.
struct OwnRow {
  std::uint32_t table = 0;  ///< TableShape::no that `row` is spelt in
  journal::Row row;
};
/// By qualified table name and key: the shape of a table may have been described anew in between.
using OwnRows = std::map<std::pair<std::string, journal::Row>, OwnRow>;

/// What our changes of one row come to: how it was before the first of them, how the last one left it. Never neither.
struct Effect {
  std::optional<OwnRow> before;  ///< nullopt: it was not there
  std::optional<OwnRow> after;   ///< nullopt: we removed it
  std::uint64_t turn = 0;        ///< ascends with the order of the last changes; an undo goes through them backwards
};
/// Where a row is: qualified table name and key.
using Place = std::pair<std::string, journal::Row>;
using Shapes = std::map<std::uint32_t, journal::TableShape>;
Place place_of(const OwnRow& row, const Shapes& shapes);

/// The effects on a subject's rows that stand by the journal. A key that we moved keeps its row: an update is undone by an update.
class Effects {
 public:
  /// A change that a conversion or redo made, on top of what stands.
  void change(journal::RowChange change, const Shapes& shapes);
  /// A change that a rollback made: the effect that it took back stands no more, whatever the row became.
  void take_back(const journal::RowChange& change, const Shapes& shapes);
  OwnRows rows() const&;                ///< those that we left standing
  OwnRows rows() &&;                    ///< the same, taken out: nothing stands here any more
  std::vector<Effect> in_turn() const&; ///< by turn
  std::vector<Effect> in_turn() &&;     ///< the same, taken out: nothing stands here any more
  bool empty() const { return standing_.empty() && removed_.empty(); }

 private:
  std::vector<Effect> taken();
  std::map<Place, Effect> standing_, removed_;  ///< by where the row is, or was: one place can have one of each
  std::uint64_t turns_ = 0;
};

struct Life {
  journal::SubjectState state;
  Effects effects;
  OwnRows rows() const { return effects.rows(); }  ///< rows of ours that exist by the journal
  journal::Tally tally;        ///< what the last record adds to the counters; taken back when the next one commits
};

/// Folds the committed records of a subject, oldest first.
Life life_of(const journal::Reader& journal, const std::string& conversion, const std::string& subject);
/// The same for many: @param shapes  journal.tables()
Life life_of(const journal::Reader& journal, const std::string& conversion, const std::string& subject, const Shapes& shapes);

/// What a subject's event adds to the counters, without rows.
journal::Tally tally_of(const journal::Event& event);
/// What a change adds to rows created minus removed.
int created_by(journal::Op op);
void add(journal::Tally& to, const journal::Tally& what, int sign);
/// The same as with tally_of(event).
void add(journal::Tally& to, const journal::Event& event, int sign);

/// Does this unit's work take back what others did?
inline bool takes_back(std::string_view work) { return work == "rollback"; }

}  // namespace tidemark::engine::conversion
