#include "commands/command_line/command_line.h"

#include "commands/nearest.h"

namespace tidemark::commands {

const CLI::App* CommandLine::deepest() const {
  const CLI::App* app = &app_;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().back();
  return app;
}

std::string CommandLine::path(const CLI::App* app) const {
  std::string names;
  for (; app != &app_; app = app->get_parent()) names = app->get_name() + (names.empty() ? "" : " ") + names;
  return names;
}

std::string CommandLine::explain_unknown(const std::string& word) const {
  std::vector<std::string> known, owners;
  const auto options_of = [](const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
  };
  const CLI::App* here = deepest();
  const std::string name = word.substr(0, word.find('='));
  if (name.starts_with('-')) {
    known = options_of(app_);
    if (here != &app_) {
      const auto mine = options_of(*here);
      known.insert(known.begin(), mine.begin(), mine.end());
    }
    for (const Verb& verb : verbs_) {
      const auto names = options_of(*verb.app);
      if (verb.app != here && std::find(names.begin(), names.end(), name) != names.end()) owners.push_back(path(verb.app));
    }
    if (std::find(known.begin(), known.end(), name) != known.end()) return name + " must stand after the verb";
    const std::string near = nearest(name, known);
    if (!near.empty() && owners.empty()) return "there is no option " + name + "; did you mean " + near + "?";
    std::string text = "there is no option " + name + (here == &app_ ? "" : " for " + here->get_name());
    for (std::size_t i = 0; i < owners.size(); ++i) text += (i == 0 ? "; it belongs to " : ", ") + owners[i];
    return owners.empty() || here != &app_ ? text : text + ", after the verb";
  }
  for (const CLI::App* sub : here->get_subcommands([](const CLI::App*) { return true; })) known.push_back(sub->get_name());
  if (known.empty()) return "what is \"" + word + "\"? " + here->get_name() + " doesn't take it (a text with spaces needs quotes)";
  const std::string near = nearest(word, known);
  std::string text = "there is no verb \"" + word + "\"";
  if (!near.empty()) return text + "; did you mean " + near + "?";
  for (std::size_t i = 0; i < known.size(); ++i) text += (i == 0 ? "; there are " : ", ") + known[i];
  return text;
}

}  // namespace tidemark::commands
