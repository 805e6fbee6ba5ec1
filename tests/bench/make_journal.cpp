/// Makes a journal of N converted profiles, as a conversion with two workers leaves it, with the real writer and without a target:
/// for what is measured on large journals.
///   tidemark_make_journal FILE [PROFILES [CHUNK [SYSTEM DATABASE]]]     (default 1,000,000 profiles in chunks of 1,000)
/// With SYSTEM and DATABASE it names that target as its home, and its run was stopped before the last profile: `convert` has more to do.
/// Of ten profiles eight have 1 to 5 links, one is skipped and one has a rejected entry beside its links. The same arguments give the same rows.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "journal/chain.h"
#include "journal/journal.h"

namespace {

using namespace tidemark::journal;

/// UUIDs of version 7 whose times ascend with `n`, so that keys are in order.
std::string uuid7(std::uint64_t n, std::uint8_t what) {
  Uuid id;
  const std::uint64_t ms = 1'763'000'000'000 + n;
  for (int i = 0; i < 6; ++i) id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  std::uint64_t noise = (n + 1) * 0x9e3779b97f4a7c15ULL ^ what * 0xbf58476d1ce4e5b9ULL;
  for (std::size_t i = 6; i < 16; ++i) {
    noise = noise * 6364136223846793005ULL + 1442695040888963407ULL;
    id.bytes[i] = static_cast<std::uint8_t>(noise >> 56);
  }
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (id.bytes[6] & 0x0f));
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
  return to_string(id);
}

TableShape links() {
  return {1,
          "public",
          "profile_links",
          {{"id", "uuid"}, {"userId", "uuid"}, {"profileId", "uuid"}, {"label", "character varying(40)"}, {"url", "character varying(2048)"},
           {"type", "\"LinkType\""}, {"createdAt", "timestamp(3) without time zone"}, {"updatedAt", "timestamp(3) without time zone"}, {"position", "integer"}},
          {0}};
}

Event profile(std::uint64_t n, const std::string& subject, const std::string& now, std::uint64_t& links_made, std::uint64_t& rejected) {
  SourceDigest source{};
  const Digest digest = sha256(subject);
  std::copy(digest.begin(), digest.begin() + 16, source.begin());
  if (n % 10 == 9) return SubjectSkipped{0, source, "empty", {}};
  SubjectConverted event;
  event.source = source;
  const std::string user = uuid7(n, 1);
  static const char* const kinds[] = {"website", "imdb", "showreel", "other", "other"};
  static const char* const labels[] = {"Website", "IMDb", "Showreel", "Instagram", "YouTube"};
  static const char* const sites[] = {"https://www.person-", "https://imdb.com/name/nm", "https://vimeo.com/", "https://instagram.com/u", "https://youtube.com/@c"};
  const std::uint64_t count = 1 + n % 5;
  for (std::uint64_t k = 0; k < count; ++k) {
    const std::string url = std::string(sites[k]) + std::to_string(n * 7919 % 100'000'007) + (k == 0 ? ".example" : "");
    event.changes.list.push_back({1, Op::insert, {}, {uuid7(n * 8 + k, 2), user, subject, labels[k], url, kinds[k], now, now, std::to_string(k)}});
  }
  links_made += count;
  if (n % 10 == 8) {
    event.rejected.push_back({"blog", "bad_url"});
    ++rejected;
  }
  return event;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: %s FILE [PROFILES [CHUNK [SYSTEM DATABASE]]]\n", argv[0]), 2;
  const std::uint64_t profiles = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  const std::uint64_t per_chunk = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1'000;
  const bool more_to_do = argc > 5;
  if (profiles == 0 || per_chunk == 0) return std::fprintf(stderr, "PROFILES and CHUNK are numbers above 0\n"), 2;
  try {
    UtcMicros now{1'795'313'640'000'000};  // 2026-11-22 02:14:00, and 5 ms an append
    JournalOpened opened;
    opened.journal.bytes.fill(0x11);
    opened.tidemark.bytes.fill(0x22);
    opened.system = more_to_do ? argv[4] : "7300000000000000001";
    opened.database = more_to_do ? argv[5] : "valine";
    opened.program = "make_journal";
    auto writer = Writer::create({argv[1], "make_journal", [&] { return now.value += 5'000, now; }}, opened);
    writer->start_run({"convert", "", "host", "bench", 1, "make_journal", {}, sha256("mapping"), "bench", ""});
    writer->append(LeaseTaken{1, opened.journal, ""});
    writer->append(TableDescribed{links()});
    std::optional<std::string> above;
    std::uint32_t number = 0;
    UnitId before;
    for (std::uint64_t first = 0; first < profiles; first += per_chunk) {
      const std::uint64_t end = std::min(profiles, first + per_chunk);
      const UnitId unit(1, ++number);
      const std::string at = to_pg_millis(now);
      std::vector<Draft> drafts;
      ChunkIntended intent;
      std::uint64_t made = 0, rejected = 0, skipped = 0;
      for (std::uint64_t n = first; n < end; ++n) {
        const std::string subject = uuid7(n, 0);
        const Event event = profile(n, subject, at, made, rejected);
        skipped += std::holds_alternative<SubjectSkipped>(event) ? 1 : 0;
        drafts.push_back(draft(event, unit, subject));
      }
      const std::string hi = uuid7(end - 1, 0);
      intent.conversion = "social_links";
      intent.events = drafts.size();
      intent.subjects = end - first;
      intent.rows = made;
      intent.closes = KeyRange{above, hi};
      intent.tally = {{"converted", static_cast<std::int64_t>(end - first - skipped)}, {"links", static_cast<std::int64_t>(made)},
                      {"rejected.bad_url", static_cast<std::int64_t>(rejected)}, {"skipped", static_cast<std::int64_t>(skipped)}};
      above = hi;
      drafts.push_back(draft(intent, unit));
      const auto ticket = writer->append(drafts);
      if (before) writer->append(ChunkCommitted{now}, before);  // the other worker's: outcomes come after the next intent
      before = unit;
      if (number % 8 == 0) writer->wait(ticket.seq);
    }
    writer->append(ChunkCommitted{now}, before);
    if (!more_to_do) writer->append(PhaseEnded{"social_links", "first_pass", profiles});
    writer->append(more_to_do ? RunEnded{75, "stopped"} : RunEnded{0, "done"});
    writer->append(LeaseReleased{1});
    writer->flush();
    writer->checkpoint();
    std::printf("%s: %llu events; the first, middle and last profile: %s %s %s\n", argv[1], static_cast<unsigned long long>(writer->head().seq),
                uuid7(0, 0).c_str(), uuid7(profiles / 2, 0).c_str(), uuid7(profiles - 1, 0).c_str());
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "make_journal: %s\n", error.what()), 1;
  }
  return 0;
}
