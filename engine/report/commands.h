#pragma once
/// What to type next: to undo, and in the weeks after. Only commands that exist.

#include "engine/report/facts.h"
#include "engine/report/model.h"
#include "engine/report/work.h"

namespace tidemark::engine::report {

std::vector<Command> rollback_commands(const journal::Reader& journal, const Facts& facts, const Work& work, const std::string& journal_path);
/// Due dates count from the data migration's last commit; without one they aren't known.
std::vector<Task> tasks_of(const conversion::Tables& tables, const Work& work, const journal::Reader& journal, const std::string& journal_path);

/// A calendar month later; the 31st becomes the last day.
journal::UtcMicros month_after(journal::UtcMicros at);

}  // namespace tidemark::engine::report
