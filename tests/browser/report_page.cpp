// Looks at a report's page in Chromium: report_page FILE.html PAGE.js PROFILE_DIRECTORY CHARTS TEXT [SHOTS_DIRECTORY]
// CHARTS: the ids of the charts that must be there, comma-separated, in their order. TEXT: must stand in the page as text.
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/browser/chromium.h"

namespace {

int failures = 0, checks = 0;
void check(bool ok, const std::string& what) {
  ++checks;
  if (ok) return;
  ++failures;
  std::cerr << "FAILED: " << what << '\n';
}

struct View {
  const char* name;
  int width;
  const char* scheme;
  const char* media;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  const std::string file = argv[1], profile = argv[3], charts = argv[4], text = argv[5], shots = argc > 6 ? argv[6] : "";
  std::ifstream script(argv[2]);
  const std::string looks((std::istreambuf_iterator<char>(script)), {});
  const char* program = std::getenv("CHROMIUM");
  tidemark::tests::Chromium browser(program ? program : "chromium", profile);
  const auto url = "file://" + file;
  browser.open(url);
  for (const auto& [name, width, scheme, media] : {View{"phone light", 390, "light", "screen"}, {"phone dark", 390, "dark", "screen"}, {"desktop light", 1280, "light", "screen"},
                                                   {"desktop dark", 1280, "dark", "screen"}, {"print", 720, "dark", "print"}}) {
    browser.call("Emulation.setDeviceMetricsOverride", {{"width", width}, {"height", 900}, {"deviceScaleFactor", 1}, {"mobile", width < 600}});
    browser.call("Emulation.setEmulatedMedia", {{"media", media}, {"features", {{{"name", "prefers-color-scheme"}, {"value", scheme}}}}});
    const auto seen = browser.evaluate(looks);
    const std::string view = name;
    for (const auto& wrong : seen["wrong"]) check(false, view + ": " + wrong.get<std::string>());
    std::string there;
    for (const auto& id : seen["charts"]) there += (there.empty() ? "" : ",") + id.get<std::string>();
    check(there == charts, view + ": the charts are " + there + ", not " + charts);
    const bool dark = view.ends_with("dark");
    check(dark ? seen["ground"].get<double>() < 0.1 : seen["ground"].get<double>() > 0.8, view + ": the ground's lightness is " + seen["ground"].dump());
    check(seen["scripts"] == 0 && seen["links"] == 0 && seen["handlers"] == 0, view + ": a script, a link or a handler");
    check(seen["text"].get<std::string>().find(text) != std::string::npos, view + ": <" + text + "> isn't there as text");
    if (!shots.empty()) {
      auto name_of_file = view;
      for (auto& c : name_of_file) c = c == ' ' ? '-' : c;
      browser.screenshots(shots + "/" + name_of_file);
    }
  }
  for (const auto& error : browser.errors) check(false, "the browser says: " + error);
  check(!browser.requests.empty(), "the browser told of no request, not even the page's own");
  for (const auto& request : browser.requests) check(request == url || request.starts_with("data:"), "asked for " + request);
  if (failures > 0) return 1;
  std::cout << "ok, " << checks << " checks in five views\n";
}
