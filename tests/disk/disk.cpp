#include "tests/disk/disk.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/disk/file_layer.h"

namespace tidemark::tests {

namespace {

constexpr std::size_t kSector = 512;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool meets(Fault fault, Disk::Call call) {
  switch (fault) {
    case Fault::none: return false;
    case Fault::io_error: return true;
    case Fault::full_disk:
    case Fault::short_write: return call == Disk::Call::write;
    case Fault::failed_sync:
    case Fault::power_loss: return call == Disk::Call::sync;
  }
  return false;
}

}  // namespace

const char* name_of(Fault fault) {
  constexpr const char* kNames[] = {"nothing", "I/O error", "full disk", "short write", "failed sync", "power loss"};
  return kNames[static_cast<int>(fault)];
}

Disk::Disk() { put_in_place(this); }
Disk::~Disk() { put_in_place(nullptr); }

void Disk::arm(Fault fault, std::uint64_t nth, bool ever_after) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
  nth_ = nth;
  passed_ = 0;
  ever_after_ = ever_after;
  met_ = false;
}

bool Disk::met() const {
  const std::lock_guard lock(mutex_);
  return met_;
}

std::string Disk::which() const {
  constexpr const char* kNames[] = {"open", "remove", "access", "read", "write", "truncate", "sync", "size", "lock", "map"};
  const std::lock_guard lock(mutex_);
  return met_ ? kNames[static_cast<int>(which_)] : "none";
}

void Disk::kill() {
  const std::lock_guard lock(mutex_);
  dead_ = true;
}

void Disk::revive() {
  const std::lock_guard lock(mutex_);
  dead_ = false;
  fault_ = Fault::none;
}

Fault Disk::before(Call call) {
  const std::lock_guard lock(mutex_);
  if (dead_) return Fault::power_loss;
  if (!meets(fault_, call)) return Fault::none;
  ++passed_;
  if (ever_after_ ? passed_ < nth_ : passed_ != nth_) return Fault::none;
  if (!met_) which_ = call;
  met_ = true;
  if (fault_ == Fault::power_loss) dead_ = true;
  return fault_;
}

void Disk::opened(const std::string& path, bool was_there) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return;
  const std::lock_guard lock(mutex_);
  const auto [image, fresh] = images_.try_emplace({st.st_dev, st.st_ino});
  if (!fresh) return;
  image->second.known = was_there;
  image->second.durable = content_of(path);
}

void Disk::written(Node node, std::int64_t at, const void* bytes, std::size_t size) {
  const std::lock_guard lock(mutex_);
  images_[node].pending.push_back({false, at, std::string(static_cast<const char*>(bytes), size)});
}

void Disk::truncated(Node node, std::int64_t size) {
  const std::lock_guard lock(mutex_);
  images_[node].pending.push_back({true, size, {}});
}

void Disk::synced(Node node, bool really) {
  const std::lock_guard lock(mutex_);
  Image& image = images_[node];
  if (really) {
    for (const Change& change : image.pending) apply(image.durable, change);
    image.known = true;  // SQLite syncs the directory with a file that it made
  }
  image.pending.clear();
}

void Disk::removing(const std::string& path, bool directory_synced) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return;
  const std::lock_guard lock(mutex_);
  const auto image = images_.find({st.st_dev, st.st_ino});
  if (image == images_.end()) return;
  if (!directory_synced && image->second.known) removed_[path] = image->second.durable;
  images_.erase(image);
}

void Disk::apply(std::string& content, const Change& change) {
  const auto at = static_cast<std::size_t>(change.at);
  if (change.cut) return content.resize(at);
  if (content.size() < at + change.bytes.size()) content.resize(at + change.bytes.size());
  content.replace(at, change.bytes.size(), change.bytes);
}

void Disk::lose(Image& image, Left left, std::mt19937_64& random) {
  const auto coin = [&] { return random() % 2 == 0; };
  const std::size_t half = image.pending.size() / 2;
  for (std::size_t i = 0; i < image.pending.size(); ++i) {
    const Change& change = image.pending[i];
    const bool by_sector = (left == Left::sectors || left == Left::garbage) && !change.cut;
    if (by_sector) {
      for (std::size_t from = 0; from < change.bytes.size(); from += kSector) {
        Change part{false, change.at + static_cast<std::int64_t>(from), change.bytes.substr(from, kSector)};
        if (coin()) {
          apply(image.durable, part);
        } else if (left == Left::garbage && static_cast<std::size_t>(part.at) >= image.durable.size()) {
          std::generate(part.bytes.begin(), part.bytes.end(), [&] { return static_cast<char>(random()); });
          apply(image.durable, part);  // the file has grown, and holds what was on that place of the disk before
        }
      }
    } else if (left == Left::last_ones ? i >= half : left != Left::nothing && coin()) {
      apply(image.durable, change);
    }
  }
  image.pending.clear();
}

void Disk::lose_power(const std::string& directory, Left left, std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  if (!dead_) throw std::logic_error("the power goes only when nothing runs any more");
  std::mt19937_64 random(seed);
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    if (path.ends_with("-shm")) {
      std::filesystem::remove(path);
      continue;
    }
    struct stat st {};
    if (::stat(path.c_str(), &st) != 0) continue;
    const auto found = images_.find({st.st_dev, st.st_ino});
    if (found == images_.end()) continue;
    Image& image = found->second;
    lose(image, left, random);
    if (!image.known && (left == Left::nothing || random() % 2 == 0)) {
      std::filesystem::remove(path);
      images_.erase(found);
      continue;
    }
    image.known = true;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << image.durable;
  }
  for (const auto& [path, content] : removed_)
    if (!std::filesystem::exists(path) && random() % 2 == 0) std::ofstream(path, std::ios::binary) << content;
  removed_.clear();
}

}  // namespace tidemark::tests
