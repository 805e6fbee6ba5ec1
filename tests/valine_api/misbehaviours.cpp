#include "tests/valine_api/misbehaviours.h"

namespace valine {

const std::vector<std::pair<std::string, std::string>>& misbehaviours() {
  static const std::vector<std::pair<std::string, std::string>> all{
      {"wrong_status", "a link that was made is answered with 200 instead of 201"},
      {"missing_field", "links are listed without their url"},
      {"error_in_200", "a profile is answered with 200 and an error in the body"},
      {"slow", "the dashboard answers after a minute"},
      {"no_429", "logins are never limited"},
      {"foreign_link_writable", "a user may change another user's link"},
      {"empty_login", "empty credentials are let in"},
      {"anonymous_write", "a link can be made without a token"},
      {"lost_write", "a change of a link is answered with 200 and not kept"},
      {"theme_forgotten", "a change of the theme is answered with 200 and not kept"},
      {"too_many_links", "more than 20 links are taken"},
      {"html_page", "/health answers with the web site's page"},
  };
  return all;
}

}  // namespace valine
