/// Runs every target over its seeds and over what fuzzing found (corpus/<target>/), without clang.
/// usage: tidemark_fuzz_replay                 all; the first promise that doesn't hold ends it
///        tidemark_fuzz_replay TARGET FILE...  these inputs alone
///        tidemark_fuzz_replay --seeds TARGET DIR   writes the seeds, for scripts/fuzz

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/targets.h"

namespace fs = std::filesystem;
using namespace tidemark::tests::fuzz;

namespace {

const std::string kRoot = TIDEMARK_ROOT;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("no " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

const Target& target_of(const std::string& name) {
  for (const Target& target : kTargets)
    if (name == target.name) return target;
  throw std::runtime_error("no target " + name);
}

/// Each input, and each cut and with some bytes changed, always the same ones: so that the seeds alone reach the refusals, too.
void around(const Target& target, const std::string& input) {
  target.entry(input);
  const std::size_t step = std::max<std::size_t>(1, input.size() / 16);
  std::string changed = input;
  for (std::size_t at = 0; at < input.size(); at += step) {
    target.entry(std::string_view(input).substr(0, at));
    changed[at] = static_cast<char>(input[at] ^ 1 << at % 8);
    target.entry(changed);
    changed[at] = input[at];
  }
}

void all() {
  std::size_t inputs = 0;
  for (const Target& target : kTargets) {
    const auto real = seeds(target.name, kRoot);
    if (real.empty()) throw std::runtime_error(std::string("no seeds for ") + target.name);
    for (const auto& input : real) around(target, input);
    inputs += real.size();
    const fs::path found = fs::path(kRoot) / "tests/fuzz/corpus" / target.name;
    if (!fs::exists(found)) continue;
    for (const auto& entry : fs::directory_iterator(found)) {
      std::fprintf(stderr, "%s\r", entry.path().filename().c_str());
      target.entry(content_of(entry.path()));
      ++inputs;
    }
  }
  std::printf("%zu inputs\n", inputs);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 4 && !std::strcmp(argv[1], "--seeds")) {
      int number = 0;
      for (const auto& seed : seeds(argv[2], kRoot)) std::ofstream(fs::path(argv[3]) / ("seed" + std::to_string(number++)), std::ios::binary) << seed;
    } else if (argc > 2) {
      for (int i = 2; i < argc; ++i) target_of(argv[1]).entry(content_of(argv[i]));
    } else {
      all();
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "\n%s\n", error.what());
    return 1;
  }
}
