#pragma once
/// The Failure that a call ends with.

#include <catch2/catch.hpp>
#include <functional>
#include <stdexcept>

#include "engine/errors.h"

namespace tidemark::tests {

inline engine::Failure failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const engine::Failure& failure) {
    return failure;
  }
  FAIL("nothing failed");
  throw std::logic_error("unreachable");
}

}  // namespace tidemark::tests
