// What can be done with any Files.
#include "engine/env/files.hpp"

namespace tend::env {

std::string join_path(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty() && path.back() != '/') path += '/';
  path += name;
  return path;
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

Result<std::string> read_whole_file(Files& files, const std::string& path) {
  auto file = files.open(path, OpenMode::read);
  if (!file) return tl::unexpected(file.error());
  // Not every file knows its size (pipes, /proc), so it is read until nothing more comes.
  const auto size = (*file)->size();
  if (!size) return tl::unexpected(size.error());
  std::string content;
  std::size_t have = 0;
  std::size_t room = static_cast<std::size_t>(*size) + 1;
  while (true) {
    content.resize(have + room);
    const auto got = (*file)->read(have, std::span<char>(content.data() + have, room));
    if (!got) return tl::unexpected(got.error());
    have += *got;
    if (*got < room) break;
    room = 65536;
  }
  content.resize(have);
  return content;
}

Result<void> write_whole_file(Files& files, const std::string& path, std::string_view content) {
  const std::string temporary = path + ".new";
  auto written = [&]() -> Result<void> {
    auto file = files.open(temporary, OpenMode::create);
    if (!file) return tl::unexpected(file.error());
    if (auto done = (*file)->truncate(0); !done) return done;
    if (auto done = (*file)->write(0, content); !done) return done;
    return (*file)->sync();
  }();
  if (written) written = files.rename(temporary, path);
  if (!written) {
    (void)files.remove(temporary);  // as good as it goes: the first error is the one to tell
    return written;
  }
  return files.sync_folder(folder_of(path));
}

}  // namespace tend::env
