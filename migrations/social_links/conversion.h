#pragma once
/// profiles."socialLinks" → rows of profile_links, as the engine sees it. The rules are mapping.h's.

#include "engine/conversion/conversion.h"
#include "migrations/social_links/mapping.h"

namespace tidemark::migrations::social_links {

class SocialLinks final : public engine::conversion::Conversion {
 public:
  explicit SocialLinks(Mapping mapping, std::uint64_t max_source_bytes = 1 << 20);
  std::string name() const override { return "social_links"; }
  const engine::conversion::Tables& tables() const override { return tables_; }
  std::string mapping() const override { return mapping_.canonical(); }
  engine::conversion::Decision decide(const engine::conversion::Subject& subject, const engine::Rows& existing, const engine::Rows& gone,
                                      const engine::conversion::Stamp& stamp) const override;
  std::string identity(const engine::Row& row) const override;
  std::string describe(const engine::Row& row) const override;
  engine::Row planned(const engine::Row& row) const override;

 private:
  Mapping mapping_;
  engine::conversion::Tables tables_;
};

}  // namespace tidemark::migrations::social_links
