#include "engine/rollback/redo.h"

#include "commands/verbs/undoing.h"

namespace tidemark::commands {

int run(Door& door, const Redo& options) {
  const auto& conversion = door.conversion();
  engine::rollback::RollbackOptions redo;
  redo.on_conflict = options.on_conflict == OnConflict::stop ? engine::rollback::OnConflict::stop : engine::rollback::OnConflict::skip;
  const Undoing undoing{
      .verb = "redo",
      .would = "bring back",
      .question = "Bring back",
      .doing = "bringing back",
      .done = "brought back",
      .no_journal = "there is no journal of this target: nothing here was rolled back by this program",
      .nothing = "nothing to do, nothing in this scope is rolled back",
      .untouched = "had nothing to bring back",
      .look =
          [&](Preview& preview, engine::Session& session, const journal::Reader& journal, const engine::rollback::RollbackOptions& asked) {
            const auto shapes = journal.tables();
            preview.result = engine::rollback::preview_redo(session, journal, conversion, asked, [&](const engine::rollback::BackPlan& plan) {
              if (plan.anything()) preview.add_profile(plan.subject, plan.rows.size());
              for (auto row : plan.rows) {
                if (!preview.wants_rows() || !row.kind.empty()) continue;
                if (row.row.effect.before && !row.row.effect.after) row.row.ours = *row.row.effect.before;
                preview.rows.push_back(row_text(conversion, shapes, row.row));
              }
            });
          },
      .act = [&](engine::WritingRun& run, const engine::rollback::RollbackOptions& asked) { return engine::rollback::redo(door.environment(), run, conversion, asked); },
  };
  return undo(door, options, options.dry_run, std::move(redo), undoing);
}

}  // namespace tidemark::commands
