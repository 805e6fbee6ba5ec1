#pragma once
/// Places between two durable effects where tests kill, throw, cut or delay. One list: `tidemark faults` prints it and the
/// crash tests walk it. A point that isn't in the list doesn't compile.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::engine {

enum class Step : std::uint8_t {
  // of the start
  journal_creating, install_before, install_done, lease_before, lease_committed, lease_recorded,
  settle_before, settle_recorded, run_recorded,
  // of a unit
  unit_begun, unit_received, unit_intended, unit_durable, unit_committed, unit_recorded,
  // of a unit that archives rows before it drops them, or brings them back
  unit_archived, unit_restored,
  // of a schema step outside of any transaction
  step_opened, step_ran, step_ended, step_cleared,
  // of the passes and the end
  pass_before_end, pass_ended, finish_before_release, finish_released, finish_ended,
  // of a backup
  backup_dumped, backup_named, backup_unproven,
  // of a restore
  restore_begun, restore_made, restore_filled, restore_loaded, restore_swapped, restore_recorded, restore_reconciled,
  // of reconcile
  reconcile_witnessed, reconcile_followed,
  // of a report
  report_file,
  count_
};

struct FaultPoint {
  std::string name;     ///< "convert.durable", "lease.committed"
  std::string meaning;  ///< what is durable before it and not yet after
};
/// All points, those of units once for each kind of work.
const std::vector<FaultPoint>& fault_points();

/// Parsed from TIDEMARK_FAULT=POINT[:N]:ACTION[,…]; empty in a build without faults.
class Faults {
 public:
  Faults() = default;
  /// @throws std::invalid_argument naming what is wrong
  static Faults parse(std::string_view text);
  /// Counts a pass of the point and does what was asked. `work` is convert, rollback, redo, deploy, revert, history for the steps of a unit, else empty.
  /// @param cut  cuts the connection in use; called for the action `drop`
  void pass(Step step, std::string_view work = {}, const std::function<void()>& cut = {});

 private:
  enum class Action { kill, raise, drop, sleep };
  struct Armed { std::uint64_t pass = 1; Action action = Action::kill; int sleep_ms = 0; };
  std::multimap<std::string, Armed, std::less<>> armed_;
  std::map<std::string, std::uint64_t, std::less<>> passes_;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
};

}  // namespace tidemark::engine
