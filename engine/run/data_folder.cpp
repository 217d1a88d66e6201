#include "engine/run/data_folder.hpp"

#include <sodium.h>

#include <charconv>

namespace tend::run {
namespace {

/// `tend-data`: one line that says what the folder is: `tend data 1 partitions 64 messages HEX`.
constexpr std::string_view kMark = "tend-data";
constexpr std::string_view kWords = "tend data ";
constexpr std::string_view kMessages = " messages ";

struct Mark {
  unsigned partitions = 0;
  SeenKey seen_key;
};

Result<Mark> read_mark(env::Files& files, const std::string& path) {
  const std::string name = env::join_path(path, kMark);
  const auto content = env::read_whole_file(files, name);
  if (!content) return tl::unexpected(content.error());
  std::string_view text = *content;
  const auto broken = [&] {
    return fail(ErrorCode::corrupt, "`" + name + "` cannot be read: it is not the mark of a tend data folder");
  };
  if (!text.starts_with(kWords)) return broken();
  text.remove_prefix(kWords.size());
  int version = 0;
  auto end = std::from_chars(text.data(), text.data() + text.size(), version);
  if (end.ec != std::errc()) return broken();
  if (version != kDataVersion) {
    return fail(ErrorCode::version, "the data folder `" + path + "` is of version " + std::to_string(version) +
                                        ", this tend reads version " + std::to_string(kDataVersion) +
                                        ": use the tend that made it, or another folder");
  }
  text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
  constexpr std::string_view kPartitions = " partitions ";
  if (!text.starts_with(kPartitions)) return broken();
  text.remove_prefix(kPartitions.size());
  unsigned partitions = 0;
  end = std::from_chars(text.data(), text.data() + text.size(), partitions);
  if (end.ec != std::errc() || partitions == 0 || partitions > 4096) return broken();
  text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
  Mark mark{partitions, {}};
  if (!text.starts_with(kMessages)) return mark;
  text.remove_prefix(kMessages.size());
  std::size_t length = 0;
  auto& key = mark.seen_key.emplace();
  const bool read = text.ends_with('\n') && sodium_hex2bin(key.data(), key.size(), text.data(), text.size() - 1,
                                                           nullptr, &length, nullptr) == 0;
  if (!read || length != key.size()) return broken();
  return mark;
}

}  // namespace

Result<DataFolder> open_data_folder(env::Files& files, const std::string& path, unsigned partitions) {
  if (auto made = files.make_folder(path); !made) return tl::unexpected(made.error());
  DataFolder folder{.path = path, .files = &files, .partitions = partitions, .lock = nullptr};
  auto there = files.exists(env::join_path(path, kMark));
  if (!there) return tl::unexpected(there.error());
  if (!*there) {
    auto names = files.list(path);
    if (!names) return tl::unexpected(names.error());
    for (const std::string& name : *names) {
      // A crash while the mark was first written leaves its beginning.
      if (name == "LOCK" || name == "lost+found" || name == std::string(kMark) + ".new") continue;
      return fail(ErrorCode::invalid,
                  "`" + path + "` holds `" + name + "` and is not a tend data folder: name an empty or a new folder");
    }
  }
  auto lock = files.lock_folder(path);
  if (!lock) return tl::unexpected(lock.error());
  folder.lock = std::move(*lock);
  if (*there) {
    auto kept = read_mark(files, path);
    if (!kept) return tl::unexpected(kept.error());
    folder.partitions = kept->partitions;
    folder.seen_key = kept->seen_key;
    // Whoever wrote the mark may have died before its name was on the disk.
    if (auto synced = files.sync_folder(path); !synced) return tl::unexpected(synced.error());
  } else {
    auto& key = folder.seen_key.emplace();
    randombytes_buf(key.data(), key.size());
    char hex[2 * sizeof key + 1];
    sodium_bin2hex(hex, sizeof hex, key.data(), key.size());
    const std::string mark = std::string(kWords) + std::to_string(kDataVersion) + " partitions " +
                             std::to_string(partitions) + std::string(kMessages) + hex + "\n";
    if (auto written = env::write_whole_file(files, env::join_path(path, kMark), mark); !written)
      return tl::unexpected(written.error());
  }
  for (const std::string& part : {folder.log(), folder.snapshots(), folder.programs()}) {
    if (auto made = files.make_folder(part); !made) return tl::unexpected(made.error());
  }
  return folder;
}

Result<DataFolder> open_data_folder_for_reading(env::Files& files, const std::string& path) {
  auto there = files.exists(env::join_path(path, kMark));
  if (!there) return tl::unexpected(there.error());
  if (!*there)
    return fail(ErrorCode::not_found,
                "`" + path + "` is not a tend data folder: run `tend replay` or `tend serve` with --data first");
  auto mark = read_mark(files, path);
  if (!mark) return tl::unexpected(mark.error());
  return DataFolder{
      .path = path, .files = &files, .partitions = mark->partitions, .lock = nullptr, .seen_key = mark->seen_key};
}

Result<std::string> read_serving(const DataFolder& folder) {
  auto there = folder.files->exists(folder.serving());
  if (!there) return tl::unexpected(there.error());
  if (!*there) return std::string();
  return env::read_whole_file(*folder.files, folder.serving());
}

Result<void> write_serving(const DataFolder& folder, const std::string& address) {
  if (!address.empty()) return env::write_whole_file(*folder.files, folder.serving(), address);
  auto there = folder.files->exists(folder.serving());
  if (!there) return tl::unexpected(there.error());
  return *there ? folder.files->remove(folder.serving()) : Result<void>{};
}

std::string program_hash(std::string_view program_bytes) {
  unsigned char hash[16];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(program_bytes.data()),
                     program_bytes.size(), nullptr, 0);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : hash) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Result<void> store_program(const DataFolder& folder, std::string_view program_bytes, std::string_view places_bytes) {
  const std::string base = env::join_path(folder.programs(), program_hash(program_bytes));
  if (auto written = env::write_whole_file(*folder.files, base + ".places", places_bytes); !written) return written;
  return env::write_whole_file(*folder.files, base + ".program", program_bytes);
}

Result<StoredProgram> load_program(const DataFolder& folder, const std::string& hash) {
  const std::string base = env::join_path(folder.programs(), hash);
  auto program = env::read_whole_file(*folder.files, base + ".program");
  if (!program) return tl::unexpected(program.error());
  if (program_hash(*program) != hash)
    return fail(ErrorCode::corrupt, "`" + base + ".program` is damaged: its content has another name");
  auto places = env::read_whole_file(*folder.files, base + ".places");
  if (!places) return tl::unexpected(places.error());
  return StoredProgram{std::move(*program), std::move(*places)};
}

}  // namespace tend::run
