// The disk in memory.
#include "engine/env/files_simulated.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <set>

namespace tend::env {
namespace {

/// A write or, with `bytes` empty and `truncates`, a cut that the disk has not confirmed yet.
struct Pending {
  std::uint64_t offset;
  std::string bytes;
  bool truncates;
};

/// A file: what programs see, what the disk has, and what stands between them.
struct Node {
  std::string seen;
  std::string durable;
  std::vector<Pending> pending;
};

using NodePtr = std::shared_ptr<Node>;
using Names = std::map<std::string, NodePtr>;

/// A change of names that the disk has not confirmed yet. `from` empty: `to` is made or, with no node, removed.
struct PendingName {
  std::string folder;
  std::string from;
  std::string to;
  NodePtr node;
};

void put(std::string& content, std::uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
}

void carry_out(std::string& content, const Pending& change) {
  if (change.truncates) {
    content.resize(change.offset);
    return;
  }
  put(content, change.offset, change.bytes);
}

void carry_out(Names& names, const PendingName& change) {
  if (!change.from.empty()) names.erase(change.from);
  if (change.node) {
    names[change.to] = change.node;
  } else {
    names.erase(change.to);
  }
}

/// splitmix64: a small seeded source for tests.
struct Seeded {
  std::uint64_t state;
  std::uint64_t next() {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
};

/// Brings to the disk what a crash leaves of one change: all, nothing, its first part or its last part.
void apply_torn(std::string& content, const Pending& change, Seeded& random) {
  const std::uint64_t fate = random.below(4);
  if (fate == 0) return;
  if (fate == 1 || change.truncates || change.bytes.empty()) return carry_out(content, change);
  const std::uint64_t cut = random.below(change.bytes.size() + 1);
  const std::string_view bytes = change.bytes;
  if (fate == 2) return put(content, change.offset, bytes.substr(0, cut));
  put(content, change.offset + cut, bytes.substr(cut));
}

}  // namespace

struct SimulatedFiles::Disk {
  std::mutex mutex;
  Names names;
  Names durable_names;
  std::vector<PendingName> pending_names;
  std::set<std::string> folders;
  std::set<std::string> locks;
  std::uint64_t boots = 0;  // open files and locks of an earlier one are dead
  std::optional<std::uint64_t> capacity;
  std::array<std::uint64_t, 11> calls{};
  std::array<std::optional<std::uint64_t>, 11> fail_at{};

  std::optional<std::uint64_t> calls_left;

  /// Counts the call and fails it when its turn has come.
  Result<void> count(DiskCall call, const char* what, const std::string& path) {
    const auto which = static_cast<std::size_t>(call);
    const std::uint64_t number = calls[which]++;
    const bool dead = unplugged();
    if (calls_left && !dead) --*calls_left;
    if (!dead && fail_at[which] != number) return {};
    fail_at[which].reset();
    return fail(ErrorCode::io, std::string("cannot ") + what + " `" + path + "`: input/output error");
  }

  bool unplugged() const { return calls_left == 0; }

  std::uint64_t used() const {
    std::uint64_t sum = 0;
    for (const auto& [name, node] : names) sum += node->seen.size();
    return sum;
  }

  /// How much a file may grow.
  std::uint64_t room() const {
    if (!capacity) return UINT64_MAX;
    const std::uint64_t full = used();
    return full >= *capacity ? 0 : *capacity - full;
  }

  void change_names(PendingName change) {
    carry_out(names, change);
    pending_names.push_back(std::move(change));
  }
};

namespace {

tl::unexpected<Error> disk_full(const std::string& path) {
  return fail(ErrorCode::io, "the disk is full: cannot write `" + path + "`");
}

class SimulatedFile final : public File {
 public:
  SimulatedFile(std::shared_ptr<SimulatedFiles::Disk> disk, NodePtr node, std::string path, bool writable)
      : disk_(std::move(disk)),
        node_(std::move(node)),
        path_(std::move(path)),
        writable_(writable),
        boot_(disk_->boots) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<char> to) override {
    const std::lock_guard lock(disk_->mutex);
    if (auto ready = begin(DiskCall::read, "read", false); !ready) return tl::unexpected(ready.error());
    if (offset >= node_->seen.size()) return 0;
    const std::size_t part = std::min<std::size_t>(to.size(), node_->seen.size() - offset);
    std::copy_n(node_->seen.data() + offset, part, to.data());
    return part;
  }

  Result<void> write(std::uint64_t offset, std::string_view bytes) override {
    const std::lock_guard lock(disk_->mutex);
    if (auto ready = begin(DiskCall::write, "write", true); !ready) return ready;
    const std::uint64_t end = offset + bytes.size();
    const std::uint64_t growth = end > node_->seen.size() ? end - node_->seen.size() : 0;
    const std::uint64_t room = disk_->room();
    const std::uint64_t lacking = growth > room ? growth - room : 0;
    const std::string_view part = bytes.substr(0, bytes.size() - std::min<std::uint64_t>(lacking, bytes.size()));
    put(node_->seen, offset, part);
    node_->pending.push_back({offset, std::string(part), false});
    if (lacking > 0) return disk_full(path_);
    return {};
  }

  Result<void> sync() override {
    const std::lock_guard lock(disk_->mutex);
    if (auto ready = begin(DiskCall::sync, "sync", false); !ready) {
      if (!disk_->unplugged()) node_->pending.clear();  // lost to the disk, though it can still be read
      return ready;
    }
    for (const Pending& change : node_->pending) carry_out(node_->durable, change);
    node_->pending.clear();
    return {};
  }

  Result<std::uint64_t> size() override {
    const std::lock_guard lock(disk_->mutex);
    if (auto alive = check_alive(); !alive) return tl::unexpected(alive.error());
    return node_->seen.size();
  }

  Result<void> truncate(std::uint64_t size) override {
    const std::lock_guard lock(disk_->mutex);
    if (auto ready = begin(DiskCall::truncate, "write", true); !ready) return ready;
    if (size > node_->seen.size() && size - node_->seen.size() > disk_->room()) return disk_full(path_);
    node_->seen.resize(size);
    node_->pending.push_back({size, "", true});
    return {};
  }

  Result<void> preallocate(std::uint64_t size) override {
    const std::lock_guard lock(disk_->mutex);
    if (auto ready = begin(DiskCall::preallocate, "write", true); !ready) return ready;
    if (size > node_->seen.size() && size - node_->seen.size() > disk_->room()) return disk_full(path_);
    node_->seen.resize(size);
    for (const Pending& change : node_->pending) carry_out(node_->durable, change);
    node_->pending.clear();
    node_->durable.resize(size);
    return {};
  }

 private:
  Result<void> check_alive() {
    if (boot_ == disk_->boots) return {};
    return fail(ErrorCode::io, "cannot use `" + path_ + "`: it was opened before the crash");
  }

  Result<void> begin(DiskCall call, const char* what, bool writes) {
    if (auto alive = check_alive(); !alive) return alive;
    if (writes && !writable_) return fail(ErrorCode::io, "cannot write `" + path_ + "`: it is open for reading");
    return disk_->count(call, what, path_);
  }

  std::shared_ptr<SimulatedFiles::Disk> disk_;
  NodePtr node_;
  std::string path_;
  bool writable_;
  std::uint64_t boot_;
};

class SimulatedLock final : public FolderLock {
 public:
  SimulatedLock(std::shared_ptr<SimulatedFiles::Disk> disk, std::string folder)
      : disk_(std::move(disk)), folder_(std::move(folder)), boot_(disk_->boots) {}
  ~SimulatedLock() override {
    const std::lock_guard lock(disk_->mutex);
    if (boot_ == disk_->boots) disk_->locks.erase(folder_);
  }

 private:
  std::shared_ptr<SimulatedFiles::Disk> disk_;
  std::string folder_;
  std::uint64_t boot_;
};

}  // namespace

SimulatedFiles::SimulatedFiles() : disk_(std::make_shared<Disk>()) { disk_->folders = {".", "/"}; }
SimulatedFiles::~SimulatedFiles() = default;

Result<std::unique_ptr<File>> SimulatedFiles::open(const std::string& path, OpenMode mode) {
  const std::lock_guard lock(disk_->mutex);
  if (auto counted = disk_->count(DiskCall::open, "open", path); !counted) return tl::unexpected(counted.error());
  const auto found = disk_->names.find(path);
  NodePtr node = found == disk_->names.end() ? nullptr : found->second;
  if (!node) {
    if (mode != OpenMode::create || !disk_->folders.contains(folder_of(path))) {
      return fail(ErrorCode::not_found, "cannot open `" + path + "`: no such file or directory");
    }
    node = std::make_shared<Node>();
    disk_->change_names({folder_of(path), "", path, node});
  }
  return std::make_unique<SimulatedFile>(disk_, std::move(node), path, mode != OpenMode::read);
}

Result<bool> SimulatedFiles::exists(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  return disk_->names.contains(path) || disk_->folders.contains(path);
}

Result<void> SimulatedFiles::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(disk_->mutex);
  if (auto counted = disk_->count(DiskCall::rename, "rename", from); !counted) return counted;
  const auto found = disk_->names.find(from);
  if (found == disk_->names.end() || !disk_->folders.contains(folder_of(to))) {
    return fail(ErrorCode::not_found, "cannot rename `" + from + "`: no such file or directory");
  }
  const NodePtr node = found->second;
  disk_->change_names({folder_of(to), from, to, node});
  return {};
}

Result<void> SimulatedFiles::remove(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  if (auto counted = disk_->count(DiskCall::remove, "remove", path); !counted) return counted;
  if (!disk_->names.contains(path)) {
    return fail(ErrorCode::not_found, "cannot remove `" + path + "`: no such file or directory");
  }
  disk_->change_names({folder_of(path), "", path, nullptr});
  return {};
}

Result<std::vector<std::string>> SimulatedFiles::list(const std::string& folder) {
  const std::lock_guard lock(disk_->mutex);
  if (auto counted = disk_->count(DiskCall::list, "read the folder", folder); !counted) {
    return tl::unexpected(counted.error());
  }
  if (!disk_->folders.contains(folder)) {
    return fail(ErrorCode::not_found, "cannot read the folder `" + folder + "`: no such file or directory");
  }
  std::vector<std::string> names;
  const auto add = [&](const std::string& path) {
    if (path != folder && folder_of(path) == folder) names.push_back(path.substr(path.rfind('/') + 1));
  };
  for (const auto& [path, node] : disk_->names) add(path);
  for (const std::string& path : disk_->folders) {
    if (path.find('/') != std::string::npos && path != "/") add(path);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> SimulatedFiles::make_folder(const std::string& folder) {
  const std::lock_guard lock(disk_->mutex);
  if (auto counted = disk_->count(DiskCall::make_folder, "make the folder", folder); !counted) return counted;
  for (std::string path = folder; !disk_->folders.contains(path); path = folder_of(path)) disk_->folders.insert(path);
  return {};
}

Result<void> SimulatedFiles::sync_folder(const std::string& folder) {
  const std::lock_guard lock(disk_->mutex);
  if (auto counted = disk_->count(DiskCall::sync_folder, "sync the folder", folder); !counted) return counted;
  std::vector<PendingName> left;
  for (PendingName& change : disk_->pending_names) {
    if (change.folder == folder) {
      carry_out(disk_->durable_names, change);
    } else {
      left.push_back(std::move(change));
    }
  }
  disk_->pending_names = std::move(left);
  return {};
}

Result<std::unique_ptr<FolderLock>> SimulatedFiles::lock_folder(const std::string& folder) {
  const std::lock_guard lock(disk_->mutex);
  if (!disk_->folders.contains(folder)) {
    return fail(ErrorCode::not_found, "cannot write `" + join_path(folder, "LOCK") + "`: no such file or directory");
  }
  if (!disk_->locks.insert(folder).second) {
    return fail(ErrorCode::in_use, "the folder `" + folder + "` is in use by another process (process 1)");
  }
  return std::make_unique<SimulatedLock>(disk_, folder);
}

void SimulatedFiles::crash(std::uint64_t seed) {
  const std::lock_guard lock(disk_->mutex);
  Seeded random{seed};
  ++disk_->boots;
  disk_->locks.clear();
  disk_->calls_left.reset();
  const std::uint64_t kept = random.below(disk_->pending_names.size() + 1);
  for (std::uint64_t i = 0; i < kept; ++i) carry_out(disk_->durable_names, disk_->pending_names[i]);
  disk_->pending_names.clear();
  for (const auto& [path, node] : disk_->durable_names) {
    for (const Pending& change : node->pending) apply_torn(node->durable, change, random);
    node->pending.clear();
    node->seen = node->durable;
  }
  disk_->names = disk_->durable_names;
}

void SimulatedFiles::set_capacity(std::optional<std::uint64_t> bytes) {
  const std::lock_guard lock(disk_->mutex);
  disk_->capacity = bytes;
}

std::uint64_t SimulatedFiles::used_bytes() {
  const std::lock_guard lock(disk_->mutex);
  return disk_->used();
}

void SimulatedFiles::fail_next(DiskCall call, unsigned after) {
  const std::lock_guard lock(disk_->mutex);
  const auto which = static_cast<std::size_t>(call);
  disk_->fail_at[which] = disk_->calls[which] + after;
}

void SimulatedFiles::unplug_after(std::uint64_t calls) {
  const std::lock_guard lock(disk_->mutex);
  disk_->calls_left = calls;
}

bool SimulatedFiles::unplugged() {
  const std::lock_guard lock(disk_->mutex);
  return disk_->unplugged();
}

void SimulatedFiles::forget_faults() {
  const std::lock_guard lock(disk_->mutex);
  disk_->fail_at.fill(std::nullopt);
  if (!disk_->unplugged()) disk_->calls_left.reset();
}

std::uint64_t SimulatedFiles::calls(DiskCall call) {
  const std::lock_guard lock(disk_->mutex);
  return disk_->calls[static_cast<std::size_t>(call)];
}

std::string SimulatedFiles::content(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  const auto found = disk_->names.find(path);
  return found == disk_->names.end() ? "" : found->second->seen;
}

void SimulatedFiles::set_content(const std::string& path, std::string bytes) {
  const std::lock_guard lock(disk_->mutex);
  auto& node = disk_->names[path];
  if (!node) node = std::make_shared<Node>();
  disk_->durable_names[path] = node;
  node->pending.clear();
  node->seen = bytes;
  node->durable = std::move(bytes);
}

}  // namespace tend::env
