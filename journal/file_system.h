#pragma once
/// Where a journal may lie.

#include <string>

namespace tidemark::journal {

/// @param type   statfs's f_type
/// @param name   the mount's type as /proc/self/mountinfo names it, e.g. "fuse.sshfs"; may be empty
bool is_network_file_system(long type, const std::string& name);
/// @throws JournalError io if `path` (or, where it doesn't exist, the nearest directory above) lies on another machine:
/// locks and shared memory, on which SQLite's write-ahead log rests, aren't kept there
void refuse_network_file_system(const std::string& path);

/// A file of the journal's: it stands beside the file itself, not beside a symbolic link to it, so that who comes by either name finds the same.
/// @param suffix  ".lock", "-wal", "-shm"
std::string beside(const std::string& journal_path, const std::string& suffix);

bool exists(const std::string& path);
/// Nothing there is fine. @throws JournalError io
void remove_file(const std::string& path);

/// Makes what is missing of the directories above `path`, mode 0700 whatever the umask. @throws JournalError io
void make_directories_above(const std::string& path);
/// Makes an empty file that did not exist, mode 0600 whatever the umask. @throws JournalError io
void make_private_file(const std::string& path);
/// Renames without replacing, and syncs the directory. @throws JournalError io
void rename_into_place(const std::string& from, const std::string& to);
/// Renames, replacing what is there in one step, and syncs the directory. @throws JournalError io
void replace_file(const std::string& from, const std::string& to);

std::string directory_of(const std::string& path);
/// "No such file or directory" and the like, for errno.
std::string system_answer(int error);

}  // namespace tidemark::journal
