#include "engine/run/snapshots.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "engine/env/crc32c.hpp"
#include "engine/state/bytes.hpp"

namespace tend::run {
namespace {

constexpr std::string_view kMagic = "tendsnap";
constexpr std::uint32_t kVersion = 4;
constexpr std::uint32_t kVersionOldest = 3;
constexpr std::size_t kHeadBytesMax = 256;

std::string name_of(std::uint16_t partition, std::uint64_t batch) {
  char text[48];
  std::snprintf(text, sizeof text, "p%04u-%020llu.snap", static_cast<unsigned>(partition),
                static_cast<unsigned long long>(batch));
  return text;
}

std::string path_of(const DataFolder& folder, const SnapshotHead& head) {
  return env::join_path(folder.snapshots(), name_of(head.partition, head.batch));
}

/// Partition and batch of a snapshot's name; false for another name.
bool read_name(const std::string& name, SnapshotHead& head) {
  if (name.size() != name_of(0, 0).size() || name[0] != 'p') return false;
  std::from_chars(name.data() + 1, name.data() + 5, head.partition);
  std::from_chars(name.data() + 6, name.data() + 26, head.batch);
  return name == name_of(head.partition, head.batch);
}

/// What stands before the state's bytes, which are left in `rest`. Shape: `file` is the file or its beginning. False
/// where it does not add up.
bool read_head(std::string_view file, SnapshotHead& head, std::string_view& rest) {
  if (file.size() < kMagic.size() + 8 || !file.starts_with(kMagic)) return false;
  rest = file.substr(kMagic.size() + 4);
  std::uint32_t version = 0;
  return state::take(rest, version) && version >= kVersionOldest && version <= kVersion &&
         state::take(rest, head.partition) && state::take(rest, head.batch) && state::take(rest, head.position) &&
         state::take(rest, head.others_read) && state::take(rest, head.epoch) && state::take_text(rest, head.program);
}

bool is_whole(std::string_view file) {
  std::uint32_t crc = 0;
  std::memcpy(&crc, file.data() + kMagic.size(), 4);
  return env::crc32c(file.substr(kMagic.size() + 4)) == crc;
}

/// The one that a partition has in a set; null where it begins with the log.
const SnapshotHead* chosen(const SnapshotHeads& heads, const SnapshotSet& set, std::size_t partition) {
  return set[partition] < heads[partition].size() ? &heads[partition][set[partition]] : nullptr;
}

Result<void> read_beginning(env::Files& files, const std::string& path, std::string& bytes) {
  auto file = files.open(path, env::OpenMode::read);
  if (!file) return tl::unexpected(file.error());
  bytes.resize(kHeadBytesMax);
  auto read = (*file)->read(0, bytes);
  if (!read) return tl::unexpected(read.error());
  bytes.resize(*read);
  return {};
}

}  // namespace

SnapshotSet newest_set(const SnapshotHeads& heads, SnapshotSet from) {
  // One that saw others read behind another's end cannot stay; what it is replaced by reaches less far, so this ends,
  // and nothing newer would have fitted.
  for (;;) {
    std::uint64_t oldest = UINT64_MAX;
    for (std::size_t p = 0; p < heads.size(); ++p) {
      const SnapshotHead* head = chosen(heads, from, p);
      oldest = std::min(oldest, head == nullptr ? 0 : head->batch);
    }
    bool fits = true;
    for (std::size_t p = 0; p < heads.size(); ++p) {
      const SnapshotHead* head = chosen(heads, from, p);
      if (head == nullptr || head->others_read <= oldest) continue;
      ++from[p];
      fits = false;
    }
    if (fits) return from;
  }
}

SnapshotSet newest_set(const SnapshotHeads& heads) { return newest_set(heads, SnapshotSet(heads.size(), 0)); }

SnapshotSet set_before(const SnapshotHeads& heads, const SnapshotSet& set) {
  SnapshotSet from = set;
  for (std::size_t p = 0; p < heads.size(); ++p) from[p] += from[p] < heads[p].size() ? 1 : 0;
  return newest_set(heads, std::move(from));
}

Result<void> write_snapshot(const DataFolder& folder, const SnapshotHead& head, std::string_view bytes) {
  std::string body;
  state::put(body, kVersion);
  state::put(body, head.partition);
  state::put(body, head.batch);
  state::put(body, head.position);
  state::put(body, head.others_read);
  state::put(body, head.epoch);
  state::put_text(body, head.program);
  body += bytes;
  std::string file(kMagic);
  state::put(file, env::crc32c(body));
  file += body;
  return env::write_whole_file(*folder.files, path_of(folder, head), file);
}

Result<Snapshots> list_snapshots(const DataFolder& folder) {
  auto names = folder.files->list(folder.snapshots());
  if (!names) return tl::unexpected(names.error());
  Snapshots snapshots{.heads = SnapshotHeads(folder.partitions), .damaged = {}};
  std::string bytes;
  for (const std::string& name : *names) {
    SnapshotHead by_name, head;
    if (!read_name(name, by_name) || by_name.partition >= folder.partitions) continue;
    if (auto read = read_beginning(*folder.files, env::join_path(folder.snapshots(), name), bytes); !read) {
      if (read.error().code == ErrorCode::not_found) continue;  // its writer has removed it meanwhile
      return tl::unexpected(read.error());
    }
    std::string_view rest;
    const bool fits = read_head(bytes, head, rest) && head.partition == by_name.partition &&
                      head.batch == by_name.batch && head.others_read <= head.batch;
    if (fits) {
      snapshots.heads[head.partition].push_back(std::move(head));
    } else {
      snapshots.damaged.push_back(by_name);
    }
  }
  for (auto& of : snapshots.heads)
    std::sort(of.begin(), of.end(), [](const SnapshotHead& a, const SnapshotHead& b) { return a.batch > b.batch; });
  return snapshots;
}

Result<std::optional<std::string>> read_snapshot(const DataFolder& folder, const SnapshotHead& head) {
  auto file = env::read_whole_file(*folder.files, path_of(folder, head));
  if (!file) return tl::unexpected(file.error());
  SnapshotHead found;
  std::string_view rest;
  if (!read_head(*file, found, rest) || !is_whole(*file)) return std::optional<std::string>();
  file->erase(0, file->size() - rest.size());
  return std::optional<std::string>(std::move(*file));
}

Result<Snapshots> read_newest_set(const DataFolder& folder, const TakeSnapshot& take) {
  auto snapshots = list_snapshots(folder);
  if (!snapshots) return snapshots;
  SnapshotHeads& heads = snapshots->heads;
  std::vector<std::optional<std::uint64_t>> taken(heads.size());  // batches
  for (bool all = false; !all;) {
    all = true;
    const SnapshotSet set = newest_set(heads);
    for (std::size_t p = 0; p < heads.size() && all; ++p) {
      const SnapshotHead* head = chosen(heads, set, p);
      const std::uint64_t batch = head == nullptr ? 0 : head->batch;
      if (taken[p] == batch) continue;
      std::optional<std::string> bytes;
      if (head != nullptr) {
        auto read = read_snapshot(folder, *head);
        const bool gone = !read && read.error().code == ErrorCode::not_found;  // its writer has removed it meanwhile
        if (!read && !gone) return tl::unexpected(read.error());
        if (read) bytes = std::move(*read);
        if (!bytes) {
          if (!gone) snapshots->damaged.push_back(*head);
          heads[p].erase(heads[p].begin() + static_cast<std::ptrdiff_t>(set[p]));
          all = false;
          continue;
        }
      }
      const auto partition = static_cast<std::uint16_t>(p);
      if (auto done = take(partition, head, bytes ? std::string_view(*bytes) : std::string_view()); !done)
        return tl::unexpected(done.error());
      taken[p] = batch;
    }
  }
  return snapshots;
}

Result<void> drop_snapshots(const DataFolder& folder, std::uint16_t partition, Snapshots& snapshots) {
  const SnapshotSet newest = newest_set(snapshots.heads), before = set_before(snapshots.heads, newest);
  auto& of = snapshots.heads[partition];
  for (std::size_t i = of.size(); i-- > newest[partition] + 1;) {
    if (i == before[partition]) continue;
    if (auto removed = folder.files->remove(path_of(folder, of[i])); !removed) return removed;
    of.erase(of.begin() + static_cast<std::ptrdiff_t>(i));
  }
  auto& damaged = snapshots.damaged;
  for (std::size_t i = damaged.size(); i-- > 0;) {
    if (damaged[i].partition != partition) continue;
    // One of the same name may have been written anew.
    const bool anew =
        std::any_of(of.begin(), of.end(), [&](const auto& head) { return head.batch == damaged[i].batch; });
    if (!anew) {
      if (auto removed = folder.files->remove(path_of(folder, damaged[i])); !removed) return removed;
    }
    damaged.erase(damaged.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return {};
}

Result<void> keep_newest_set(const DataFolder& folder, Snapshots& snapshots) {
  const SnapshotSet set = newest_set(snapshots.heads);
  std::vector<std::string> kept;
  for (std::size_t p = 0; p < snapshots.heads.size(); ++p) {
    auto& of = snapshots.heads[p];
    if (set[p] >= of.size()) continue;
    of = {SnapshotHead(of[set[p]])};
    kept.push_back(name_of(of.front().partition, of.front().batch));
  }
  snapshots.damaged.clear();
  auto names = folder.files->list(folder.snapshots());
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    if (std::find(kept.begin(), kept.end(), name) != kept.end()) continue;
    if (auto removed = folder.files->remove(env::join_path(folder.snapshots(), name)); !removed) return removed;
  }
  return folder.files->sync_folder(folder.snapshots());
}

}  // namespace tend::run
