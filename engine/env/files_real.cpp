// The disk of this machine, by POSIX calls.
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "engine/env/files.hpp"

namespace tend::env {
namespace {

/// The sentence for a call that failed with `errno`: "cannot write `a/b`: permission denied".
tl::unexpected<Error> refused(const char* what, const std::string& path, int error) {
  if (error == ENOSPC || error == EDQUOT) {
    return fail(ErrorCode::io, std::string("the disk is full: cannot ") + what + " `" + path + "`");
  }
  std::string reason = std::generic_category().message(error);
  if (!reason.empty()) reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  const ErrorCode code = error == ENOENT || error == ENOTDIR ? ErrorCode::not_found : ErrorCode::io;
  return fail(code, std::string("cannot ") + what + " `" + path + "`: " + reason);
}

/// A file descriptor that is closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

int open_retrying(const char* path, int flags) {
  int number = -1;
  do number = ::open(path, flags | O_CLOEXEC, 0644);
  while (number < 0 && errno == EINTR);
  return number;
}

class RealFile final : public File {
 public:
  RealFile(Descriptor descriptor, std::string path) : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<char> to) override {
    std::size_t have = 0;
    while (have < to.size()) {
      const ssize_t got =
          ::pread(descriptor_.number(), to.data() + have, to.size() - have, static_cast<off_t>(offset + have));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return refused("read", path_, errno);
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    return have;
  }

  Result<void> write(std::uint64_t offset, std::string_view bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t put =
          ::pwrite(descriptor_.number(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return refused("write", path_, errno);
      done += static_cast<std::size_t>(put);
    }
    return {};
  }

  Result<void> begin_sync(std::uint64_t offset, std::uint64_t bytes) override {
    const bool begun = ::sync_file_range(descriptor_.number(), static_cast<off64_t>(offset),
                                         static_cast<off64_t>(bytes), SYNC_FILE_RANGE_WRITE) == 0;
    // Not every file system can. What it says of the disk counts: the sync might not say it again.
    if (!begun && (errno == EIO || errno == ENOSPC)) return refused("sync", path_, errno);
    return {};
  }

  Result<void> sync() override {
    if (::fdatasync(descriptor_.number()) != 0) return refused("sync", path_, errno);
    return {};
  }

  void let_memory_go() override { (void)::posix_fadvise(descriptor_.number(), 0, 0, POSIX_FADV_DONTNEED); }

  Result<std::uint64_t> size() override {
    struct stat status {};
    if (::fstat(descriptor_.number(), &status) != 0) return refused("read", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

  Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(descriptor_.number(), static_cast<off_t>(size)) != 0) return refused("write", path_, errno);
    return {};
  }

  Result<void> preallocate(std::uint64_t size) override {
    const auto have = this->size();
    if (!have) return tl::unexpected(have.error());
    if (*have > size) return truncate(size);
    // Space in one piece first, where the file system can; then real zeros, for reserved but unwritten space costs a
    // metadata write on first use.
    const int error = ::posix_fallocate(descriptor_.number(), static_cast<off_t>(*have),
                                        static_cast<off_t>(std::max<std::uint64_t>(size - *have, 1)));
    if (error != 0 && error != EOPNOTSUPP && error != EINVAL) return refused("write", path_, error);
    // Piece by piece to the disk: whoever syncs something small meanwhile does not wait behind all of it.
    const std::string zeros(1 << 20, '\0');
    for (std::uint64_t at = *have; at < size; at += zeros.size()) {
      const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), size - at));
      if (auto done = write(at, std::string_view(zeros.data(), part)); !done) return done;
      if (::fdatasync(descriptor_.number()) != 0) return refused("sync", path_, errno);
    }
    if (::fsync(descriptor_.number()) != 0) return refused("sync", path_, errno);
    return {};
  }

 private:
  Descriptor descriptor_;
  std::string path_;
};

class RealFolderLock final : public FolderLock {
 public:
  explicit RealFolderLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;  // the kernel drops the lock with it, also when the process is killed
};

class RealFiles final : public Files {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    // A pipe that nobody writes to would be waited for; nothing else minds O_NONBLOCK.
    const int flags = mode == OpenMode::read    ? O_RDONLY | O_NONBLOCK
                      : mode == OpenMode::write ? O_RDWR
                                                : O_RDWR | O_CREAT;
    const int number = open_retrying(path.c_str(), flags);
    if (number < 0) return refused(mode == OpenMode::create ? "write" : "open", path, errno);
    Descriptor descriptor(number);
    struct stat status {};
    if (::fstat(number, &status) != 0) return refused("open", path, errno);
    if (S_ISDIR(status.st_mode)) return fail(ErrorCode::io, "cannot read `" + path + "`: it is a folder");
    if (S_ISFIFO(status.st_mode)) return fail(ErrorCode::io, "cannot read `" + path + "`: it is a pipe, not a file");
    return std::make_unique<RealFile>(std::move(descriptor), path);
  }

  Result<bool> exists(const std::string& path) override {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return refused("read", path, errno);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return refused("rename", from, errno);
    return {};
  }

  Result<void> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return refused("remove", path, errno);
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& folder) override {
    DIR* const stream = ::opendir(folder.c_str());
    if (stream == nullptr) return refused("read the folder", folder, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    const int error = errno;
    ::closedir(stream);
    if (error != 0) return refused("read the folder", folder, error);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<void> make_folder(const std::string& folder) override {
    if (::mkdir(folder.c_str(), 0755) == 0) return sync_folder(folder_of(folder));
    if (errno == ENOENT && folder_of(folder) != folder) {
      if (auto made = make_folder(folder_of(folder)); !made) return made;
      if (::mkdir(folder.c_str(), 0755) == 0) return sync_folder(folder_of(folder));
    }
    const int error = errno;
    struct stat status {};
    if (error == EEXIST && ::stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
    return refused("make the folder", folder, error);
  }

  Result<void> sync_folder(const std::string& folder) override {
    const Descriptor descriptor(open_retrying(folder.c_str(), O_RDONLY | O_DIRECTORY));
    if (descriptor.number() < 0) return refused("sync the folder", folder, errno);
    // EINVAL: a file system that cannot sync folders keeps its names in order by itself.
    if (::fsync(descriptor.number()) != 0 && errno != EINVAL) return refused("sync the folder", folder, errno);
    return {};
  }

  Result<std::unique_ptr<FolderLock>> lock_folder(const std::string& folder) override {
    const std::string path = join_path(folder, "LOCK");
    const int number = open_retrying(path.c_str(), O_RDWR | O_CREAT);
    if (number < 0) return refused("write", path, errno);
    Descriptor descriptor(number);
    if (::flock(number, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return refused("lock", path, errno);
      return fail(ErrorCode::in_use, "the folder `" + folder + "` is in use by another process" + holder(number));
    }
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(number, 0) != 0 || ::pwrite(number, text.data(), text.size(), 0) < 0) {
      return refused("write", path, errno);
    }
    return std::make_unique<RealFolderLock>(std::move(descriptor));
  }

 private:
  /// " (process 123)" from what the holder wrote into the lock file, or nothing.
  static std::string holder(int number) {
    char text[32];
    const ssize_t got = ::pread(number, text, sizeof text, 0);
    std::string digits;
    for (ssize_t i = 0; i < got && std::isdigit(static_cast<unsigned char>(text[i])) != 0; ++i) digits += text[i];
    return digits.empty() ? "" : " (process " + digits + ")";
  }
};

}  // namespace

Files& real_files() {
  static RealFiles files;
  return files;
}

}  // namespace tend::env
