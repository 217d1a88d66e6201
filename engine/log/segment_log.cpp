// Writing the log: one batch at a time to the end of the last segment, a new segment when it is full.
#include "engine/log/segment_log.hpp"

#include <algorithm>
#include <mutex>

#include "dsl/text/must.hpp"
#include "engine/log/frame.hpp"
#include "engine/log/read.hpp"

namespace tend::log {
namespace {

using env::join_path;
using env::OpenMode;

constexpr std::uint64_t kPage = 4096;
constexpr std::string_view kSparePrefix = "spare-";

std::uint64_t whole_pages(std::uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

/// Files that wait to become segments. Making one is slow (all its bytes are written), so it may be done ahead, by
/// another thread. Thread: safe.
class Spares {
 public:
  Spares(env::Files& files, std::string folder, std::uint64_t bytes, unsigned max)
      : files_(files), folder_(std::move(folder)), bytes_(bytes), max_(max) {}

  /// Takes over what an earlier process left: spares of the right size are kept, others removed. A new log keeps none:
  /// its segments begin at 1 again, and checksums tell the bytes of two uses of a file apart only by the segment's
  /// number.
  Result<void> adopt(bool new_log) {
    const auto names = files_.list(folder_);
    if (!names) return tl::unexpected(names.error());
    for (const std::string& name : *names) {
      if (!name.starts_with(kSparePrefix)) continue;
      const auto number = segment_number(std::string_view(name).substr(kSparePrefix.size()));
      if (number) next_ = std::max(next_, *number + 1);
      const std::string path = join_path(folder_, name);
      auto file = files_.open(path, OpenMode::read);
      if (!file) return tl::unexpected(file.error());
      const auto size = (*file)->size();
      if (!size) return tl::unexpected(size.error());
      if (!new_log && number && *size == bytes_ && paths_.size() < max_) {
        paths_.push_back(path);
      } else if (auto removed = files_.remove(path); !removed) {
        return removed;
      }
    }
    return {};
  }

  /// A spare with this many bytes, a new one if there is none. It is still called a spare.
  Result<std::string> take(std::uint64_t bytes) {
    if (bytes == bytes_) {
      const std::lock_guard lock(mutex_);
      if (!paths_.empty()) {
        std::string path = std::move(paths_.back());
        paths_.pop_back();
        return path;
      }
    }
    return make(bytes);
  }

  /// Makes a spare if there is none.
  Result<void> prepare() {
    {
      const std::lock_guard lock(mutex_);
      if (!paths_.empty() || max_ == 0) return {};
    }
    auto path = make(bytes_);
    if (!path) return tl::unexpected(path.error());
    const std::lock_guard lock(mutex_);
    paths_.push_back(std::move(*path));
    return {};
  }

  /// Removes all of them.
  Result<void> drop() {
    const std::lock_guard lock(mutex_);
    while (!paths_.empty()) {
      if (auto removed = files_.remove(paths_.back()); !removed) return removed;
      paths_.pop_back();
    }
    return files_.sync_folder(folder_);
  }

  /// Turns a segment's file into a spare, or removes it if there are enough.
  Result<void> give(const std::string& segment_path, std::uint64_t bytes) {
    std::string path;
    {
      const std::lock_guard lock(mutex_);
      if (bytes == bytes_ && paths_.size() < max_) path = next_path();
    }
    if (path.empty()) return files_.remove(segment_path);
    if (auto renamed = files_.rename(segment_path, path); !renamed) return renamed;
    const std::lock_guard lock(mutex_);
    paths_.push_back(std::move(path));
    return {};
  }

 private:
  std::string next_path() { return join_path(folder_, std::string(kSparePrefix) + segment_name(next_++)); }

  Result<std::string> make(std::uint64_t bytes) {
    std::string path;
    {
      const std::lock_guard lock(mutex_);
      path = next_path();
    }
    auto file = files_.open(path, OpenMode::create);
    if (!file) return tl::unexpected(file.error());
    const auto made = (*file)->preallocate(bytes);
    if (made) return path;
    (void)files_.remove(path);  // half a spare is of no use; the error to tell is the first one
    return tl::unexpected(made.error());
  }

  env::Files& files_;
  const std::string folder_;
  const std::uint64_t bytes_;
  const unsigned max_;
  std::mutex mutex_;
  std::vector<std::string> paths_;
  std::uint32_t next_ = 1;
};

class SegmentLog final : public Log {
 public:
  SegmentLog(env::Files& files, std::string folder, const LogOptions& options)
      : files_(files),
        folder_(std::move(folder)),
        options_(options),
        spares_(files, folder_, options.segment_bytes, options.spares_max) {}

  Result<std::optional<Cut>> start();

  Result<std::uint32_t> claim(std::string_view node) override;
  Result<void> append(Batch& batch, const std::function<void()>& meanwhile) override;
  Result<void> read(std::span<const std::uint64_t> after, const Visitor& visitor) override;
  Result<void> read_segment(std::uint32_t number, const Visitor& visitor) override;
  Result<void> trim(std::uint32_t below) override;
  Result<void> seal() override;
  Result<void> drop_spares() override { return spares_.drop(); }
  Result<void> prepare() override { return spares_.prepare(); }
  std::uint32_t partitions() const override { return static_cast<std::uint32_t>(place_.heads.size()); }
  std::span<const std::uint64_t> heads() const override { return place_.heads; }
  std::uint32_t epoch() const override { return place_.epoch; }
  std::uint64_t last_batch() const override { return place_.next_batch - 1; }
  std::string_view last_cursor() const override { return place_.cursor; }
  std::uint32_t last_segment() const override { return headers_.empty() ? 0 : headers_.back().number; }
  std::vector<SegmentInfo> segments() const override { return segment_infos(headers_, end_); }

 private:
  Result<void> begin_segment(std::uint64_t batch_bytes);
  Result<void> write(Batch& batch, std::uint32_t epoch, const std::function<void()>& meanwhile);
  Result<void> sync_last_batch(std::uint64_t begin);

  env::Files& files_;
  const std::string folder_;
  const LogOptions options_;
  Spares spares_;
  std::vector<SegmentHeader> headers_;
  std::unique_ptr<env::File> file_;  // of the last segment
  std::uint64_t end_ = 0;            // of the last batch in it
  Place place_;                      // at that end
  SegmentBytes bytes_;
  Batch owner_batch_;
  bool claimed_ = false;
  /// A next segment may have its name already: nothing may be written to the last one any more.
  bool must_begin_segment_ = false;
  std::optional<Error> broken_;
};

/// Reads what is there, cuts an unfinished end, and makes sure that the rest is on the disk.
Result<std::optional<Cut>> SegmentLog::start() {
  if (auto made = files_.make_folder(folder_); !made) return tl::unexpected(made.error());
  auto headers = read_headers(files_, folder_);
  if (!headers) return tl::unexpected(headers.error());
  headers_ = std::move(*headers);
  if (auto adopted = spares_.adopt(headers_.empty()); !adopted) return tl::unexpected(adopted.error());
  if (headers_.empty()) {
    place_.heads.assign(options_.partitions, 0);
    if (auto begun = begin_segment(0); !begun) return tl::unexpected(begun.error());
    return std::nullopt;
  }
  const std::size_t partitions = headers_.front().begin.heads.size();
  if (partitions != options_.partitions) {
    return fail(ErrorCode::usage, "the log in `" + folder_ + "` was made with " + std::to_string(partitions) +
                                      " partitions and cannot be opened with " + std::to_string(options_.partitions));
  }
  const Visitor nobody;
  ReadJob job;
  job.visitor = &nobody;
  std::span<const SegmentHeader> to_check = headers_;
  if (!options_.check_all) to_check = to_check.last(1);
  auto end = read_segments(files_, folder_, to_check, job, bytes_);
  if (!end) return tl::unexpected(end.error());
  place_ = std::move(end->place);
  end_ = end->stop.end;
  const std::string path = join_path(folder_, segment_name(headers_.back().number));
  auto file = files_.open(path, OpenMode::write);
  if (!file) return tl::unexpected(file.error());
  file_ = std::move(*file);
  if (auto synced = sync_last_batch(end->stop.last_begin); !synced) return tl::unexpected(synced.error());
  bytes_ = {};
  if (!end->stop.unfinished) return std::nullopt;
  return Cut{path, end_};
}

/// After a failed sync a batch can be read and yet not be on the disk; to write it again makes the next sync mean
/// something. The names too may only be in memory.
Result<void> SegmentLog::sync_last_batch(std::uint64_t begin) {
  if (begin < end_) {
    if (auto written = file_->write(begin, bytes_.view().substr(begin, end_ - begin)); !written) return written;
    if (auto synced = file_->sync(); !synced) return synced;
  }
  return files_.sync_folder(folder_);
}

Result<void> SegmentLog::begin_segment(std::uint64_t batch_bytes) {
  SegmentHeader header;
  header.number = headers_.empty() ? 1 : headers_.back().number + 1;
  header.header_bytes = header_bytes_of(place_);
  header.previous_end = end_;
  header.file_bytes = std::max(options_.segment_bytes, whole_pages(header.header_bytes + batch_bytes));
  header.begin = place_;
  const std::string path = join_path(folder_, segment_name(header.number));

  auto spare = spares_.take(header.file_bytes);
  if (!spare) return tl::unexpected(spare.error());
  auto opened = files_.open(*spare, OpenMode::write);
  Result<void> done = opened ? (*opened)->write(0, encode_header(header)) : tl::unexpected(opened.error());
  if (done) done = (*opened)->sync();
  if (!done) {
    (void)files_.remove(*spare);  // nobody knows what is in it; the error to tell is the first one
    return done;
  }
  must_begin_segment_ = true;
  if (auto renamed = files_.rename(*spare, path); !renamed) return renamed;
  if (auto synced = files_.sync_folder(folder_); !synced) return synced;
  auto file = files_.open(path, OpenMode::write);  // by its name as a segment, which errors will tell
  if (!file) return tl::unexpected(file.error());
  must_begin_segment_ = false;
  file_ = std::move(*file);
  end_ = header.header_bytes;
  headers_.push_back(std::move(header));
  return {};
}

Result<std::uint32_t> SegmentLog::claim(std::string_view node) {
  CHECK_OR_DIE(node.size() <= kNodeBytesMax, "the name of the log's owner is too long");
  owner_batch_.clear();
  BatchFrame::add_owner(owner_batch_, node);
  const std::uint32_t epoch = place_.epoch + 1;
  if (auto written = write(owner_batch_, epoch, {}); !written) return tl::unexpected(written.error());
  place_.epoch = epoch;
  claimed_ = true;
  return epoch;
}

Result<void> SegmentLog::append(Batch& batch, const std::function<void()>& meanwhile) {
  CHECK_OR_DIE(claimed_, "a batch was appended to a log that nobody has claimed");
  if (batch.empty() && !BatchFrame::has_cursor(batch)) return {};
  if (auto written = write(batch, place_.epoch, meanwhile); !written) return written;
  if (BatchFrame::has_cursor(batch)) place_.cursor = BatchFrame::cursor(batch);
  return {};
}

Result<void> SegmentLog::write(Batch& batch, std::uint32_t epoch, const std::function<void()>& meanwhile) {
  if (broken_) {
    return fail(broken_->code,
                "the log takes nothing more until it is opened again, because it failed before: " + broken_->message);
  }
  const std::uint64_t bytes = BatchFrame::written_bytes(batch);
  if (bytes > kBatchBytesMax) {
    return fail(ErrorCode::usage, "a batch of " + std::to_string(bytes) + " bytes is longer than the log takes (" +
                                      std::to_string(kBatchBytesMax) + ")");
  }
  if (must_begin_segment_ || bytes > headers_.back().file_bytes - end_) {
    if (auto begun = begin_segment(bytes); !begun) return begun;
  }
  // Whole pages are written: the system may not have the last one in memory and would read it from the disk first.
  const std::uint64_t zeros = whole_pages(end_ + bytes) - (end_ + bytes);
  const std::string_view closed =
      BatchFrame::close(batch, {headers_.back().number, epoch, place_.next_batch}, place_.heads, zeros);
  auto done = file_->write(end_, closed);
  const bool written = done.has_value();
  if (written && meanwhile) done = file_->begin_sync(end_, closed.size());
  BatchFrame::open(batch);
  if (written && done) {
    if (meanwhile) meanwhile();
    done = file_->sync();
  }
  if (!done) {
    BatchFrame::give_back(batch, place_.heads);
    // What a failed sync leaves on the disk is anybody's guess, and a later sync would not tell (it does not try these
    // bytes again).
    if (written) broken_ = done.error();
    return done;
  }
  end_ += bytes;
  ++place_.next_batch;
  return {};
}

Result<void> SegmentLog::read(std::span<const std::uint64_t> after, const Visitor& visitor) {
  const auto first = first_to_read(headers_, after);
  if (!first) return tl::unexpected(first.error());
  ReadJob job{after, &visitor, end_, false};
  const auto end =
      read_segments(files_, folder_, std::span<const SegmentHeader>(headers_).subspan(*first), job, bytes_);
  if (!end) return tl::unexpected(end.error());
  return {};
}

Result<void> SegmentLog::read_segment(std::uint32_t number, const Visitor& visitor) {
  ReadJob job{{}, &visitor, end_, false};
  const std::span<const SegmentHeader> headers = headers_;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (headers[i].number != number) continue;
    if (i + 1 < headers.size()) return read_sealed(files_, folder_, headers[i], headers[i + 1], job, bytes_);
    const auto end = read_segments(files_, folder_, headers.last(1), job, bytes_);
    if (!end) return tl::unexpected(end.error());
    return {};
  }
  return fail(ErrorCode::not_found, "the log has no segment " + std::to_string(number));
}

Result<void> SegmentLog::seal() {
  CHECK_OR_DIE(claimed_, "a log that nobody has claimed is not sealed");
  if (broken_) {
    return fail(broken_->code,
                "the log takes nothing more until it is opened again, because it failed before: " + broken_->message);
  }
  const bool empty = end_ == headers_.back().header_bytes;
  return empty && !must_begin_segment_ ? Result<void>{} : begin_segment(0);
}

Result<void> SegmentLog::trim(std::uint32_t below) {
  while (headers_.size() > 1 && headers_.front().number < below) {
    const std::string path = join_path(folder_, segment_name(headers_.front().number));
    if (auto given = spares_.give(path, headers_.front().file_bytes); !given) return given;
    headers_.erase(headers_.begin());
    // One by one, so that no crash can leave a hole.
    if (auto synced = files_.sync_folder(folder_); !synced) return synced;
  }
  return {};
}

}  // namespace

Result<OpenedLog> open_log(env::Files& files, const std::string& folder, const LogOptions& options) {
  CHECK_OR_DIE(options.partitions >= 1 && options.partitions <= kPartitionsMax, "a log has 1 to 65535 partitions");
  CHECK_OR_DIE(options.segment_bytes >= 2 * kPage && options.segment_bytes <= kBatchBytesMax &&
                   options.segment_bytes % kPage == 0,
               "a segment has whole pages, from 8 KiB to 1 GiB");
  auto log = std::make_unique<SegmentLog>(files, folder, options);
  auto cut = log->start();
  if (!cut) return tl::unexpected(cut.error());
  return OpenedLog{std::move(log), std::move(*cut)};
}

}  // namespace tend::log
