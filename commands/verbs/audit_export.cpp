#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>

#include "commands/verbs/door.h"
#include "commands/verbs/moments.h"
#include "commands/verbs/tell.h"
#include "engine/audit/export.h"
#include "engine/audit/story.h"

namespace tidemark::commands {
namespace {

using engine::audit::ExportedChange;
using engine::audit::ExportedEvent;

engine::Failure cannot(const std::string& file, const std::string& answer) {
  return {engine::ExitCode::failed, "exporting the journal", file, answer, "The journal was only read.", "name another file with --out"};
}

/// A new file, mode 0600, there under its name when it is complete; or standard output.
class Out {
 public:
  explicit Out(const std::string& path) : path_(path), part_(path + ".part") {
    if (path.empty()) return;
    if (std::filesystem::exists(path)) throw cannot(path, "it exists already, and none is overwritten");
    const int fd = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) throw cannot(path, std::strerror(errno));
    file_ = ::fdopen(fd, "w");
  }
  ~Out() {
    if (!file_) return;
    std::fclose(file_);
    ::unlink(part_.c_str());
  }
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;

  void write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_ ? file_ : stdout) != text.size()) throw cannot(file_ ? path_ : "standard output", std::strerror(errno));
  }
  void close() {
    if (!file_) return check_printed("exporting the journal");
    const bool written = std::fflush(file_) == 0 && ::fsync(::fileno(file_)) == 0;
    if (!written) throw cannot(path_, std::strerror(errno));
    // link() and not rename(): what came into being meanwhile is not overwritten.
    if (::link(part_.c_str(), path_.c_str()) != 0) throw cannot(path_, std::strerror(errno));
  }

 private:
  const std::string path_, part_;
  std::FILE* file_ = nullptr;
};

/// One column of a line, for either format. What there is none of: null, and an empty cell.
struct Field {
  const char* name;
  Json value;
  std::string cell;
};
Field number(const char* name, std::uint64_t n) { return {name, n, std::to_string(n)}; }
Field text(const char* name, std::string_view t) { return {name, t.empty() ? Json() : Json(t), std::string(t)}; }
Field row(const char* name, const journal::TableShape& table, const journal::Row& values) {
  if (values.empty()) return {name, Json(), ""};
  auto object = row_object(table, values);
  auto cell = object.text();
  return {name, std::move(object), std::move(cell)};
}
std::string key_text(const journal::Row& key) {
  if (key.size() == 1) return key.front().value_or("");
  Json list = Json::array();
  for (const auto& value : key) list.push(value ? Json(*value) : Json());
  return list.text();
}

constexpr const char* kCommon[] = {"seq", "at", "run", "kind", "unit", "unit_state", "committed_at", "subject"};
constexpr const char* kOfEvents[] = {"version", "summary", "rejected", "chain"};
constexpr const char* kOfRows[] = {"change", "table", "op", "key", "before", "after"};

std::vector<Field> common(const ExportedEvent& e) {
  const auto& r = e.record;
  const bool committed = e.unit && e.unit->state == journal::UnitState::committed;
  std::vector<Field> line;
  line.reserve(14);
  line.push_back(number(kCommon[0], r.seq));
  line.push_back(text(kCommon[1], to_string(r.at)));
  line.push_back(number(kCommon[2], r.run));
  line.push_back(text(kCommon[3], journal::kind_name(r.kind)));
  line.push_back(text(kCommon[4], r.unit ? to_string(r.unit) : ""));
  line.push_back(text(kCommon[5], e.unit_state()));
  line.push_back(text(kCommon[6], committed ? to_string(e.unit->committed_at) : ""));
  line.push_back(text(kCommon[7], r.subject));
  return line;
}

std::vector<Field> event_line(const ExportedEvent& e) {
  auto line = common(e);
  line.push_back(number(kOfEvents[0], e.record.version));
  line.push_back(text(kOfEvents[1], engine::audit::summary(e.event)));
  line.push_back(text(kOfEvents[2], engine::audit::rejections(e.event)));
  line.push_back(text(kOfEvents[3], journal::hex(e.record.chain)));
  return line;
}

std::vector<Field> row_line(const ExportedChange& c) {
  const char* const op = c.change.op == journal::Op::insert ? "insert" : c.change.op == journal::Op::update ? "update" : "remove";
  auto line = common(c.of);
  line.push_back(number(kOfRows[0], c.number));
  line.push_back(text(kOfRows[1], c.table.schema + "." + c.table.name));
  line.push_back(text(kOfRows[2], op));
  line.push_back(text(kOfRows[3], key_text(journal::key_of(c.change, c.table))));
  line.push_back(row(kOfRows[4], c.table, c.change.before));
  line.push_back(row(kOfRows[5], c.table, c.change.after));
  return line;
}

/// Of one kind of lines, in one format.
class Lines {
 public:
  Lines(Out& out, bool csv) : out_(out), csv_(csv) {}
  /// CSV without lines has its header all the same.
  void header(std::span<const char* const> of_what) {
    if (!csv_) return;
    std::vector<std::string> names(std::begin(kCommon), std::end(kCommon));
    names.insert(names.end(), of_what.begin(), of_what.end());
    out_.write(engine::audit::csv_record(names));
  }
  void add(std::vector<Field> line) {
    ++count;
    if (csv_) {
      std::vector<std::string> cells;
      for (auto& field : line) cells.push_back(std::move(field.cell));
      return out_.write(engine::audit::csv_record(cells));
    }
    Json object = Json::object();
    for (auto& field : line) object.set(field.name, std::move(field.value));
    out_.write(object.text() + "\n");
  }
  std::uint64_t count = 0;

 private:
  Out& out_;
  const bool csv_;
};

}  // namespace

int run(Door& door, const AuditExport& options) {
  const journal::Reader journal(door.journal_path_offline());
  Out out(options.out);
  Lines lines(out, options.format == "csv");
  if (options.what == "rows") {
    lines.header(kOfRows);
    engine::audit::export_changes(journal, [&](const ExportedChange& change) { lines.add(row_line(change)); });
  } else {
    lines.header(kOfEvents);
    engine::audit::export_events(journal, [&](const ExportedEvent& event) { lines.add(event_line(event)); });
  }
  out.close();
  if (!options.out.empty()) {
    if (door.globals.json) print(Json::object({{"what", options.what}, {"format", options.format}, {"lines", lines.count}, {"file", options.out}}));
    else line(grouped(static_cast<std::int64_t>(lines.count)) + (options.what == "rows" ? " row changes" : " events") + " in " + printable(options.out));
  }
  return 0;
}

}  // namespace tidemark::commands
