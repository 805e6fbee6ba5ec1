// A declared conversion: a folder with conversion.toml and rows.sql.
#include "commands/configuration/declaration.h"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "engine/errors.h"

using namespace tidemark;
using namespace tidemark::commands;

namespace {

struct Folder {
  Folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((path / file).parent_path());
    std::ofstream(path / file, std::ios::binary) << text;
  }
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("tidemark-declaration-" + std::to_string(getpid()));
};

const std::string kSource = "[source]\ntable = \"profiles\"\nkey = \"id\"\nreads = \"location\"\n";
const std::string kTable = "[[table]]\nname = \"profiles\"\nkey = [\"id\"]\n";

engine::Failure refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const engine::Failure& failure) {
    return failure;
  }
  throw std::logic_error("accepted");
}

}  // namespace

TEST_CASE("a declaration is read whole") {
  const Folder folder;
  folder.write("7_place/conversion.toml", kSource + "subject = \"person\"\n[chunk]\nmin = 10\nmax = 10\n" + kTable +
                                              "[[table]]\nname = \"places\"\nkey = [\"a\", \"b\"]\n[[check]]\nname = \"c\"\nsql = \"SELECT 1\"\n");
  folder.write("7_place/rows.sql", "SELECT 1");
  const auto declaration = read_declaration(folder.path / "7_place");
  CHECK(declaration.name == "7_place");
  CHECK(declaration.subject == "person");
  REQUIRE(declaration.tables.size() == 2);
  CHECK(declaration.tables[1].key == std::vector<std::string>{"a", "b"});
  CHECK(declaration.chunk_max == 10);
  CHECK(declaration.rows_sql == "SELECT 1");
  folder.write("7_place/conversion.toml", kSource + "[chunk]\nmax = 10\n" + kTable);
  CHECK(read_declaration(folder.path / "7_place").chunk_min == 0);
  folder.write("7_place/conversion.toml", kSource + "[chunk]\nmin = 10\n" + kTable);
  CHECK(read_declaration(folder.path / "7_place").chunk_max == 0);
}

TEST_CASE("what is wrong in a declaration is refused with its file") {
  const Folder folder;
  const auto [text, says] = GENERATE(table<std::string, const char*>({
      {"", "it can't be read, or is empty"},
      {std::string("a = \"\0\"", 7), "NUL byte"},
      {kTable, "it has no [source]: table, key, reads"},
      {kSource, "it has no [[table]]"},
      {kSource + "[chunk]\nmin = 11\nmax = 10\n" + kTable, "chunk.max is 10, less than min, 11"},
      {kSource + "[[table]]\nname = \"profiles\"\n", "must name the columns of the table's key"},
      {kSource + "[[table]]\nname = \"profiles\"\nkey = [\"a\", \"b\"]\n", "name first a table whose key is one column"},
      {kSource + kTable + kTable, "there are two of that name"},
      {kSource + "[parent]\ntable = \"users\"\n" + kTable, "needs key"},
      {"table = 3\n" + kSource, "must be a list of tables: [[table]]"},
      {kSource + kTable, "rows.sql"},  // which is missing
  }));
  CAPTURE(text);
  folder.write("place/conversion.toml", text);
  const auto failure = refusal([&] { (void)read_declaration(folder.path / "place"); });
  CHECK(failure.code == engine::ExitCode::usage);
  CHECK_THAT(failure.what(), Catch::Contains(says) && Catch::Contains((folder.path / "place").string()));
}

TEST_CASE("a conversion is named by its folder or by what stands behind the stamp") {
  const Folder folder;
  for (const char* name : {"20260101_place", "20260102_place", "2026_links", "x1_odd", "9lives", "42"}) folder.write(std::string(name) + "/conversion.toml", kSource);
  folder.write("note.txt", "no folder");
  folder.write("nothing/rows.sql", "no conversion");
  const auto find = [&](const std::string& name) { return std::filesystem::path(find_declaration(folder.path, name, "links")).filename().string(); };
  CHECK(find("20260102_place") == "20260102_place");
  CHECK(find("x1_odd") == "x1_odd");
  CHECK(find("9lives") == "9lives");
  CHECK(find("42") == "42");
  const auto twice = refusal([&] { find("place"); });
  CHECK_THAT(twice.answer, Catch::Contains("several folders have this name: links, 20260101_place, 20260102_place"));
  CHECK(twice.next == "name the folder in full, or rename one");
  CHECK_THAT(refusal([&] { find("links"); }).answer, Catch::Contains("this is the name of the built-in conversion"));
  for (const char* name : {"odd", "lives", "note.txt", "nothing"}) {
    const auto failure = refusal([&] { find(name); });
    CHECK_THAT(failure.answer, Catch::Contains("there is no conversion of this name; there is links, "));
    CHECK_THAT(failure.next, Catch::Contains("--conversions DIR"));
  }
  CHECK_THAT(refusal([&] { (void)find_declaration(folder.path / "none", "place", "links"); }).answer, Catch::Contains("there is links"));
  CHECK(stamped_declarations(folder.path).size() == 3);
}
