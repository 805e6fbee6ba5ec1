/// One target (TIDEMARK_FUZZ_TARGET) as libFuzzer wants it.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    tidemark::tests::fuzz::TIDEMARK_FUZZ_TARGET({reinterpret_cast<const char*>(bytes), size});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::abort();
  }
  return 0;
}
