/// How fast the proofs of `audit verify` are, each by itself, in CPU time of this process (others may be at work on the machine).
///   tidemark_verify_parts JOURNAL

#include <cstdio>
#include <ctime>
#include <functional>

#include "journal/chain.h"
#include "journal/erased.h"
#include "journal/verify.h"

namespace {

using namespace tidemark::journal;

double cpu_s(const std::function<void()>& work) {
  const auto now = [] {
    timespec at{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
  };
  const double from = now();
  work();
  return now() - from;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::string path = arguments[1];
  Seq events = 0;
  const double chain = cpu_s([&] {
    const Reader reader(path);
    Digest previous = genesis(reader.opened().journal);
    reader.for_each({}, [&](const Record& record) {
      if (stored_chain_value(previous, record) != record.chain) return false;
      previous = record.chain;
      events = record.seq;
      return true;
    });
    if (events != reader.head_seq()) std::printf("the chain breaks behind event %llu\n", static_cast<unsigned long long>(events));
  });
  VerifyReport report;
  const double all = cpu_s([&] { report = verify(path, false); });
  const double with_integrity = cpu_s([&] { report = verify(path); });
  if (!report.ok) std::printf("NOT ok: %s\n", report.detail.c_str());
  const auto n = static_cast<double>(events);
  std::printf("%llu events, CPU time of user and system: chain %.2f s (%.0f events/s); codec, transitions, projections and their comparison %.2f s (%.0f events/s); integrity_check %.2f s; all %.2f s (%.0f events/s)\n",
              static_cast<unsigned long long>(events), chain, n / chain, all - chain, n / (all - chain), with_integrity - all, with_integrity, n / with_integrity);
  return report.ok ? 0 : 1;
}
