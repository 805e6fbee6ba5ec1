#pragma once
/// Gets a chunk of an undo or redo done whatever the target answers: again after a lost connection or a lock, in halves where it objects.

#include <functional>

#include "engine/connection.h"

namespace tidemark::engine::rollback {

/// @param attempt  one unit for these subjects; answers the keys that are left to do
/// @param refused  the target would not do a single subject, and said why
/// @return keys that are left to do because others hold their rows
Keys in_pieces(Environment& environment, Connection& connection, const Keys& subjects, const std::function<Keys(const Keys&)>& attempt,
               const std::function<void(const std::string& subject, const TargetError&)>& refused);

/// A whole selection: pages from `next`, then one by one what others held, until nothing is left, it was tried often enough or a stop is
/// asked for. @return keys still left
Keys through(Environment& environment, const std::function<Keys()>& next, const std::function<Keys(const Keys&)>& chunk);

}  // namespace tidemark::engine::rollback
