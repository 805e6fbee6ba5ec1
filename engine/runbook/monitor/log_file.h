#pragma once
/// Follows one log file: through rotation by rename and by copytruncate, through its vanishing and coming back.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/runbook/line_splitter.h"
#include "engine/runbook/monitor/sample.h"

namespace tidemark::engine::runbook::monitor {

class LogFile {
 public:
  /// @param from  where an earlier monitoring had read up to; nullopt: what is there now is passed over
  LogFile(std::string path, const std::optional<LogPlace>& from, std::function<void(std::string_view)> line);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  /// Reads what came since; a file that was put in the path's place is read from its beginning. Never throws.
  void poll();
  LogPlace place() const;  ///< offset: up to where whole lines were handed on

 private:
  bool open();  ///< what stands at the path now
  void close();
  void read_to_end();
  bool rewritten() const;  ///< what stands before our place is not what we read: truncated, and grown again beyond it
  void remember(std::string_view read);

  std::string path_;
  std::function<void(std::string_view)> line_;
  LineSplitter lines_;
  int fd_ = -1;
  std::uint64_t device_ = 0, inode_ = 0, offset_ = 0, whole_ = 0;
  std::string tail_;  ///< the last bytes before offset_
  std::string state_ = "missing";
};

}  // namespace tidemark::engine::runbook::monitor
