#include "engine/run/snapshots.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "engine/env/crc32c.hpp"
#include "engine/state/bytes.hpp"

namespace tend::run {
namespace {

constexpr std::string_view kMagic = "tendsnap";
constexpr std::uint32_t kVersion = 2;

std::string prefix_of(std::uint16_t partition) {
  char text[16];
  std::snprintf(text, sizeof text, "p%04u-", static_cast<unsigned>(partition));
  return text;
}

std::string name_of(std::uint16_t partition, std::uint64_t position) {
  char text[48];
  std::snprintf(text, sizeof text, "p%04u-%020llu.snap", static_cast<unsigned>(partition),
                static_cast<unsigned long long>(position));
  return text;
}

/// The state's bytes of a whole snapshot; nullopt if anything does not add up.
std::optional<std::string_view> open(std::string_view file, SnapshotHead& head) {
  if (file.size() < kMagic.size() + 8 || !file.starts_with(kMagic)) return std::nullopt;
  std::uint32_t crc = 0;
  std::memcpy(&crc, file.data() + kMagic.size(), 4);
  std::string_view rest = file.substr(kMagic.size() + 4);
  if (env::crc32c(rest) != crc) return std::nullopt;
  std::uint32_t version = 0;
  if (!state::take(rest, version) || version != kVersion) return std::nullopt;
  if (!state::take(rest, head.partition) || !state::take(rest, head.position) || !state::take(rest, head.epoch))
    return std::nullopt;
  if (!state::take_text(rest, head.program)) return std::nullopt;
  return rest;
}

}  // namespace

Result<void> write_snapshot(const DataFolder& folder, const SnapshotHead& head, std::string_view bytes) {
  std::string body;
  state::put(body, kVersion);
  state::put(body, head.partition);
  state::put(body, head.position);
  state::put(body, head.epoch);
  state::put_text(body, head.program);
  body += bytes;
  std::string file(kMagic);
  state::put(file, env::crc32c(body));
  file += body;
  if (auto written = env::write_whole_file(
          *folder.files, env::join_path(folder.snapshots(), name_of(head.partition, head.position)), file);
      !written) {
    return written;
  }
  auto positions = list_snapshots(folder, head.partition);
  if (!positions) return tl::unexpected(positions.error());
  for (std::size_t i = 2; i < positions->size(); ++i) {
    if (auto removed =
            folder.files->remove(env::join_path(folder.snapshots(), name_of(head.partition, (*positions)[i])));
        !removed)
      return removed;
  }
  return {};
}

Result<std::vector<std::uint64_t>> list_snapshots(const DataFolder& folder, std::uint16_t partition) {
  auto names = folder.files->list(folder.snapshots());
  if (!names) return tl::unexpected(names.error());
  std::vector<std::uint64_t> positions;
  const std::string prefix = prefix_of(partition);
  for (const std::string& name : *names) {
    if (!name.starts_with(prefix) || !name.ends_with(".snap")) continue;
    std::uint64_t position = 0;
    const char* begin = name.data() + prefix.size();
    const char* end = name.data() + name.size() - 5;
    const auto read = std::from_chars(begin, end, position);
    if (read.ec == std::errc() && read.ptr == end) positions.push_back(position);
  }
  std::sort(positions.rbegin(), positions.rend());
  return positions;
}

Result<std::optional<Snapshot>> read_snapshot(const DataFolder& folder, std::uint16_t partition) {
  auto positions = list_snapshots(folder, partition);
  if (!positions) return tl::unexpected(positions.error());
  for (const std::uint64_t position : *positions) {
    auto file = env::read_whole_file(*folder.files, env::join_path(folder.snapshots(), name_of(partition, position)));
    if (!file) return tl::unexpected(file.error());
    Snapshot snapshot;
    const auto bytes = open(*file, snapshot.head);
    if (!bytes || snapshot.head.partition != partition || snapshot.head.position != position) continue;
    file->erase(0, file->size() - bytes->size());
    snapshot.bytes = std::move(*file);
    return std::optional<Snapshot>(std::move(snapshot));
  }
  return std::optional<Snapshot>();
}

}  // namespace tend::run
