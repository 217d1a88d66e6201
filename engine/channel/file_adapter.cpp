// The outbox file: appended in one write and one sync per call, repaired after a crash, searched for keys by streaming.
#include "engine/channel/file_adapter.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "engine/channel/outbox_line.hpp"

namespace tend::channel {
namespace {

constexpr std::size_t kWriteBytes = 8u << 20;  // a call with more lines than this is written in several parts
constexpr std::size_t kReadBytes = 1u << 20;
constexpr std::size_t kTailBytes = 64u << 10;  // read at once when looking for the last line end

/// Keys that are looked for. A bitmap turns nearly all strangers away before the search.
class KeySet {
 public:
  explicit KeySet(std::span<const run::Send> sends) {
    keys_.reserve(sends.size());
    for (std::size_t i = 0; i < sends.size(); ++i) keys_.push_back({sends[i].key.high, sends[i].key.low, i});
    std::sort(keys_.begin(), keys_.end());
    bits_.resize(std::max<std::size_t>(std::bit_ceil(sends.size() * 16) / 64, 1));
    for (const auto& [high, low, send] : keys_) bits_[word_of(low)] |= bit_of(low);
  }

  /// Calls found(index of the send) for each send with this key.
  template <typename Found>
  void look_up(state::SendKey key, Found found) const {
    if ((bits_[word_of(key.low)] & bit_of(key.low)) == 0) return;
    for (auto entry = std::lower_bound(keys_.begin(), keys_.end(), Entry{key.high, key.low, 0});
         entry != keys_.end() && (*entry)[0] == key.high && (*entry)[1] == key.low; ++entry) {
      found((*entry)[2]);
    }
  }

 private:
  using Entry = std::array<std::uint64_t, 3>;  // high, low, index
  std::size_t word_of(std::uint64_t low) const { return (low >> 6) & (bits_.size() - 1); }
  static std::uint64_t bit_of(std::uint64_t low) { return std::uint64_t{1} << (low & 63); }

  std::vector<Entry> keys_;
  std::vector<std::uint64_t> bits_;
};

class FileAdapter final : public Adapter {
 public:
  FileAdapter(std::unique_ptr<env::File> file, std::string path, std::string channel)
      : file_(std::move(file)), path_(std::move(path)), channel_(std::move(channel)) {}

  Capabilities capabilities() const override { return {.can_settle = true}; }

  Result<void> start();
  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override;
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override;

 private:
  Result<void> append(std::uint64_t end, std::span<const run::Send> sends);
  Result<std::uint64_t> repaired_end();
  Result<void> take_back();
  Result<std::string> torn_start(std::uint64_t line_start, std::uint64_t size);
  Result<std::uint64_t> last_line_end(std::uint64_t size);
  tl::unexpected<Error> error(const Error& cause, const std::string& what) const {
    return fail(cause.code, "channel `" + channel_ + "` " + what + ": " + cause.message);
  }

  std::unique_ptr<env::File> file_;
  std::string path_;
  std::string channel_;
  std::string buffer_;
  // INVARIANT: the file was this long, ending with a line, when we last looked after it; none: look again.
  std::optional<std::uint64_t> end_;
  // What stands from here on belongs to a call that failed. It is cut off before anything else is read or written, so
  // that settle cannot find what a later call writes again.
  std::optional<std::uint64_t> take_back_to_;
};

Result<void> FileAdapter::start() {
  Result<std::uint64_t> end = repaired_end();
  if (!end) return tl::unexpected(end.error());
  // settle takes what it reads for handed over, so it must survive the next crash too.
  Result<void> synced = file_->sync();
  if (!synced) return error(synced.error(), "cannot start");
  return {};
}

/// The end of the last full line at or before `size`.
Result<std::uint64_t> FileAdapter::last_line_end(std::uint64_t size) {
  std::string block;
  for (std::uint64_t end = size; end > 0;) {
    const std::uint64_t begin = end - std::min<std::uint64_t>(end, kTailBytes);
    block.resize(end - begin);
    Result<std::size_t> got = file_->read(begin, block);
    if (!got) return tl::unexpected(got.error());
    block.resize(*got);
    const std::size_t newline = block.rfind('\n');
    if (newline != std::string::npos) return begin + newline + 1;
    end = begin;
  }
  return 0;
}

/// As many of the first bytes of a torn line as tell whose it is.
Result<std::string> FileAdapter::torn_start(std::uint64_t line_start, std::uint64_t size) {
  std::string start(std::min<std::uint64_t>(size - line_start, kLineStart.size()), '\0');
  Result<std::size_t> got = file_->read(line_start, start);
  if (!got) return tl::unexpected(got.error());
  return start;
}

Result<void> FileAdapter::take_back() {
  if (!take_back_to_) return {};
  Result<std::uint64_t> size = file_->size();
  if (!size) return tl::unexpected(size.error());
  if (*size > *take_back_to_) {
    Result<void> cut = file_->truncate(*take_back_to_);
    if (!cut) return cut;
  }
  take_back_to_.reset();
  end_.reset();
  return {};
}

/// Where the next line goes, after everything that is not a full line was cut off.
Result<std::uint64_t> FileAdapter::repaired_end() {
  Result<void> taken = take_back();
  if (!taken) return error(taken.error(), "cannot take back half of a message");
  Result<std::uint64_t> size = file_->size();
  if (!size) return error(size.error(), "cannot be used");
  if (end_ == *size) return *size;
  Result<std::uint64_t> line_end = last_line_end(*size);
  if (!line_end) return error(line_end.error(), "cannot read its last line");
  if (*line_end != *size) {
    Result<std::string> start = torn_start(*line_end, *size);
    if (!start) return error(start.error(), "cannot read its last line");
    const bool ours = kLineStart.starts_with(*start) || start->front() == '\0';
    if (!ours) {
      return fail(ErrorCode::invalid, "channel `" + channel_ + "`: the last line of `" + path_ +
                                          "` has no end and is no message, so nothing is added to that file");
    }
    Result<void> cut = file_->truncate(*line_end);
    if (!cut) return error(cut.error(), "cannot cut off half of a message");
  }
  end_ = *line_end;
  return *line_end;
}

/// Writes and syncs the lines. Their place in the file does not matter to a reader, but their order does.
Result<void> FileAdapter::append(std::uint64_t end, std::span<const run::Send> sends) {
  buffer_.clear();
  for (const run::Send& send : sends) {
    append_outbox_line(buffer_, send);
    if (buffer_.size() < kWriteBytes) continue;
    Result<void> written = file_->write(end, buffer_);
    if (!written) return written;
    end += buffer_.size();
    buffer_.clear();
  }
  if (!buffer_.empty()) {
    Result<void> written = file_->write(end, buffer_);
    if (!written) return written;
    end += buffer_.size();
  }
  Result<void> synced = file_->sync();
  if (synced) end_ = end;
  return synced;
}

Result<std::vector<run::Answer>> FileAdapter::hand_over(std::span<const run::Send> sends) {
  if (sends.empty()) return std::vector<run::Answer>();
  Result<std::uint64_t> end = repaired_end();
  if (!end) return tl::unexpected(end.error());
  Result<void> appended = append(*end, sends);
  if (!appended) {
    take_back_to_ = *end;
    (void)take_back();  // if the disk refuses that too, the next call tries again before anything else
    return error(appended.error(), "took none of " + std::to_string(sends.size()) + " messages");
  }
  return std::vector<run::Answer>(sends.size());
}

Result<std::vector<run::Settled>> FileAdapter::settle(std::span<const run::Send> sends) {
  std::vector<run::Settled> answers(sends.size(), run::Settled::never);
  if (sends.empty()) return answers;
  Result<std::uint64_t> end = repaired_end();
  if (!end) return tl::unexpected(end.error());
  const KeySet wanted(sends);
  std::string block(std::min<std::uint64_t>(*end, kReadBytes), '\0');
  std::size_t kept = 0;  // bytes at the front of the block that belong to a line which is not complete yet
  for (std::uint64_t offset = 0; offset < *end;) {
    if (kept == block.size()) block.resize(2 * block.size());
    const std::size_t room = std::min<std::uint64_t>(block.size() - kept, *end - offset);
    Result<std::size_t> got = file_->read(offset, std::span<char>(block).subspan(kept, room));
    if (!got) return error(got.error(), "cannot be searched");
    if (*got == 0) break;
    offset += *got;
    std::string_view rest(block.data(), kept + *got);
    while (const void* newline = std::memchr(rest.data(), '\n', rest.size())) {
      const auto length = static_cast<std::size_t>(static_cast<const char*>(newline) - rest.data());
      state::SendKey key;
      if (key_of_line(rest.substr(0, length), key)) {
        wanted.look_up(key, [&](std::uint64_t send) { answers[send] = run::Settled::handed_over; });
      }
      rest.remove_prefix(length + 1);
    }
    kept = rest.size();
    std::memmove(block.data(), rest.data(), kept);
  }
  return answers;
}

}  // namespace

Result<std::unique_ptr<Adapter>> open_file_adapter(env::Files& files, const std::string& path,
                                                   const std::string& channel) {
  const auto cannot = [&](const Error& cause) {
    return fail(cause.code, "channel `" + channel + "` cannot start: " + cause.message);
  };
  const std::string folder = env::folder_of(path);
  if (Result<void> made = files.make_folder(folder); !made) return cannot(made.error());
  Result<std::unique_ptr<env::File>> file = files.open(path, env::OpenMode::create);
  if (!file) return cannot(file.error());
  if (Result<void> synced = files.sync_folder(folder); !synced) return cannot(synced.error());
  auto adapter = std::make_unique<FileAdapter>(std::move(*file), path, channel);
  if (Result<void> started = adapter->start(); !started) return tl::unexpected(started.error());
  return adapter;
}

}  // namespace tend::channel
