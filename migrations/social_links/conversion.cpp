#include "migrations/social_links/conversion.h"

#include <charconv>

namespace tidemark::migrations::social_links {
namespace {

/// Positions in Tables::target_columns.
enum Column : std::size_t { kId, kUserId, kProfileId, kLabel, kUrl, kType, kPosition, kCreatedAt, kUpdatedAt };

std::int64_t number(const engine::Value& text) {
  std::int64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

}  // namespace

SocialLinks::SocialLinks(Mapping mapping, std::uint64_t max_source_bytes) : mapping_(std::move(mapping)) {
  tables_.source = "profiles";
  tables_.key = "id";
  tables_.value = "socialLinks";
  tables_.source_columns = {"userId"};
  tables_.max_value_bytes = max_source_bytes;
  tables_.parent = "users";
  tables_.parent_key = "id";
  tables_.parent_column = 0;
  tables_.target = "profile_links";
  tables_.target_columns = {"id", "userId", "profileId", "label", "url", "type", "position", "createdAt", "updatedAt"};
  tables_.id_column = "id";
  tables_.category = "type";
  tables_.match = {{"userId", 0}, {"profileId", -1}};
}

engine::conversion::Decision SocialLinks::decide(const engine::conversion::Subject& subject, const engine::Rows& existing, const engine::Rows& gone,
                                                 const engine::conversion::Stamp& stamp) const {
  std::vector<Existing> there;
  there.reserve(existing.size());
  for (const auto& row : existing) there.push_back({row[kUrl].value_or(""), number(row[kPosition]), row[kProfileId] == subject.key});
  std::set<std::string> before;
  for (const auto& row : gone) before.insert(social_links::identity(row[kUrl].value_or("")));

  auto result = convert(mapping_, subject.value, subject.text_column, there, before);
  engine::conversion::Decision decision;
  decision.outcome = result.outcome == Outcome::converted ? engine::conversion::Decision::Outcome::converted
                                                          : engine::conversion::Decision::Outcome::skipped;
  decision.reason = std::move(result.reason);
  decision.over_api_limit = result.over_api_limit;
  for (auto& rejected : result.rejected) decision.rejected.push_back({std::move(rejected.key), std::move(rejected.reason)});
  decision.rows.reserve(result.links.size());
  for (auto& link : result.links) {
    auto& row = decision.rows.emplace_back(tables_.target_columns.size());
    row[kId] = stamp.new_id();
    row[kUserId] = subject.columns.front();
    row[kProfileId] = subject.key;
    row[kLabel] = std::move(link.label);
    row[kUrl] = std::move(link.url);
    row[kType] = std::move(link.type);
    row[kPosition] = std::to_string(link.position);
    row[kCreatedAt] = row[kUpdatedAt] = stamp.now;
  }
  return decision;
}

std::string SocialLinks::identity(const engine::Row& row) const {
  return row[kUserId].value_or("") + '\n' + social_links::identity(row[kUrl].value_or(""));
}

std::string SocialLinks::describe(const engine::Row& row) const {
  return row[kLabel].value_or("") + " (" + row[kType].value_or("") + "): " + row[kUrl].value_or("");
}

engine::Row SocialLinks::planned(const engine::Row& row) const { return {row[kLabel], row[kUrl], row[kType], row[kPosition]}; }

}  // namespace tidemark::migrations::social_links
