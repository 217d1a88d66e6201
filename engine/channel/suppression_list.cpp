// Written past env::Files: it appends, which that does not know. Source of the hash: BLAKE2b with a key, RFC 7693.
#include "engine/channel/suppression_list.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "dsl/text/must.hpp"
#include "engine/env/files.hpp"
#include "engine/env/zone.hpp"

namespace tend::channel {
namespace {

constexpr std::string_view kHead = "tend.suppressions/1 ";
constexpr std::string_view kWords[] = {"all", "marketing", "lifted"};
constexpr std::string_view kLifted = kWords[2];

template <typename Bytes>
std::string hex(const Bytes& bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

template <typename Bytes>
bool unhex(std::string_view text, Bytes& bytes) {
  std::size_t size = 0;
  return sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr) == 0 &&
         size == bytes.size() && text.size() == 2 * size;
}

/// Keeps other processes from writing as long as it lives.
class WriteLock {
 public:
  explicit WriteLock(int file) : file_(file) {
    while (::flock(file_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~WriteLock() { ::flock(file_, LOCK_UN); }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  int file_;
};

tl::unexpected<Error> failed(std::string_view doing, const std::string& path) {
  return fail(ErrorCode::io, "cannot " + std::string(doing) + " the list of suppressed addresses `" + path +
                                 "`: " + std::strerror(errno));
}

}  // namespace

std::string plain_address(std::string_view address) {
  const bool is_number = address.find('@') == std::string_view::npos;
  std::string out;
  for (const char c : address) {
    const bool is_filling = c == ' ' || c == '\t' || (is_number && (c == '-' || c == '(' || c == ')' || c == '.'));
    if (!is_filling) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  constexpr std::size_t kMobileDigits = 11;
  for (const std::string_view country : {"+86", "0086", "86"}) {
    if (is_number && out.size() == country.size() + kMobileDigits && out.starts_with(country))
      return out.substr(country.size());
  }
  return out;
}

SuppressionList::~SuppressionList() { close(); }

void SuppressionList::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
  read_ = 0;
  known_.clear();
}

Result<void> SuppressionList::damaged() const {
  return fail(ErrorCode::corrupt, "`" + path_ +
                                      "` is not a list of suppressed addresses: bring it back from a backup, or "
                                      "remove it, and who was forgotten may be written to again");
}

/// With a key of its own. Where another process makes one at the same moment, one of the two stays.
Result<void> SuppressionList::make() {
  Bytes key;
  randombytes_buf(key.data(), key.size());
  const std::string text = std::string(kHead) + hex(key) + "\n";
  const std::string own = path_ + "." + std::to_string(getpid());
  const int file = ::open(own.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed("make", path_);
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  const bool linked = written && (::link(own.c_str(), path_.c_str()) == 0 || errno == EEXIST);
  const int why = errno;
  ::unlink(own.c_str());
  errno = why;
  if (!linked) return failed("make", path_);
  return env::real_files().sync_folder(env::folder_of(path_));
}

/// What was appended since, here or by another process.
Result<void> SuppressionList::read_new() {
  CHECK_OR_DIE(sodium_init() >= 0, "libsodium starts");
  struct stat there {
  }, now{};
  const bool exists = ::stat(path_.c_str(), &there) == 0;
  if (!exists && errno != ENOENT) return failed("read", path_);
  if (file_ >= 0 && ::fstat(file_, &now) != 0) return failed("read", path_);
  if (file_ >= 0 && (!exists || now.st_ino != there.st_ino)) close();  // brought back from a backup, or removed
  if (!exists) return {};
  if (file_ < 0) file_ = ::open(path_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
  if (file_ < 0) return failed("read", path_);
  return read_rest();
}

/// Of the file that is open, whatever stands in its place by now.
Result<void> SuppressionList::read_rest() {
  struct stat now {};
  if (::fstat(file_, &now) != 0) return failed("read", path_);
  const auto size = static_cast<std::uint64_t>(now.st_size);
  if (size < read_) return damaged();
  std::string text(size - read_, '\0');
  for (std::size_t have = 0; have < text.size();) {
    const ssize_t got = ::pread(file_, text.data() + have, text.size() - have, static_cast<off_t>(read_ + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failed("read", path_);
    have += static_cast<std::size_t>(got);
  }
  for (std::size_t end, at = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string_view line = std::string_view(text).substr(at, end - at);
    if (read_ == 0) {
      if (!line.starts_with(kHead) || !unhex(line.substr(kHead.size()), key_)) return damaged();
    } else if (!line.empty()) {
      const std::size_t first = line.find(' '), second = line.find(' ', first + 1);
      Bytes hash;
      if (first == std::string_view::npos || second == std::string_view::npos) return damaged();
      const std::string_view word = line.substr(first + 1, second - first - 1);
      if (!unhex(line.substr(second + 1), hash)) return damaged();
      if (word == kLifted)
        known_.erase(hash);
      else if (word == kWords[0] || word == kWords[1])
        known_[hash] = word == kWords[0] ? Suppressed::all : Suppressed::marketing;
      else
        return damaged();
    }
    read_ += line.size() + 1;
  }
  return {};
}

/// A line that a crash tore goes first; it says nothing.
Result<void> SuppressionList::append(const std::string& lines) {
  const WriteLock lock(file_);
  if (auto done = read_rest(); !done) return done;
  struct stat now {
  }, there{};
  if (::fstat(file_, &now) != 0) return failed("write", path_);
  if (static_cast<std::uint64_t>(now.st_size) != read_) {
    if (::ftruncate(file_, static_cast<off_t>(read_)) != 0) return failed("write", path_);
  }
  if (::write(file_, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size()) || ::fdatasync(file_) != 0)
    return failed("write", path_);
  // Its hashes are for this file's key: where another has come in its place, they say nothing there.
  if (::stat(path_.c_str(), &there) != 0 || there.st_ino != now.st_ino)
    return fail(ErrorCode::io, "the list of suppressed addresses `" + path_ + "` was replaced just now: call again");
  return read_rest();
}

SuppressionList::Bytes SuppressionList::hash_of(std::string_view channel, std::string_view address) const {
  const std::string text = std::string(channel) + '\0' + plain_address(address);
  Bytes hash;
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     key_.data(), key_.size());
  return hash;
}

Result<std::optional<Suppressed>> SuppressionList::find(std::string_view channel, std::string_view address) {
  const std::lock_guard lock(mutex_);
  if (auto done = read_new(); !done) return tl::unexpected(done.error());
  if (known_.empty()) return std::nullopt;
  const auto found = known_.find(hash_of(channel, address));
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

Result<void> SuppressionList::add(std::span<const SuppressedAddress> addresses, env::Moment at) {
  if (addresses.empty()) return {};
  const std::lock_guard lock(mutex_);
  if (auto done = read_new(); !done) return done;
  if (file_ < 0) {
    if (auto made = make(); !made) return made;
    if (auto done = read_new(); !done) return done;
  }
  std::string lines;
  for (const SuppressedAddress& one : addresses) {
    const Bytes hash = hash_of(one.channel, one.address);
    const auto known = known_.find(hash);
    if (known != known_.end() && (known->second == Suppressed::all || one.what == Suppressed::marketing)) continue;
    const std::string_view word = kWords[static_cast<std::size_t>(one.what)];
    lines += env::format_moment(at) + " " + std::string(word) + " " + hex(hash) + "\n";
  }
  return lines.empty() ? Result<void>{} : append(lines);
}

Result<bool> SuppressionList::lift(std::string_view channel, std::string_view address, env::Moment at) {
  const std::lock_guard lock(mutex_);
  if (auto done = read_new(); !done) return tl::unexpected(done.error());
  const Bytes hash = hash_of(channel, address);
  if (!known_.contains(hash)) return false;
  const std::string line = env::format_moment(at) + " " + std::string(kLifted) + " " + hex(hash) + "\n";
  if (auto done = append(line); !done) return tl::unexpected(done.error());
  return true;
}

}  // namespace tend::channel
