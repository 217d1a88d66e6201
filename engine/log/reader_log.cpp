// The log as somebody sees it who reads beside its writer.
#include <algorithm>

#include "engine/log/read.hpp"
#include "engine/log/segment_log.hpp"

namespace tend::log {
namespace {

/// How often the folder is listed again when the writer drops segments while their headers are being read.
constexpr int kListingsMax = 10;

tl::unexpected<Error> only_reading() { return fail(ErrorCode::usage, "the log is open for reading only"); }

class ReaderLog final : public Log {
 public:
  ReaderLog(env::Files& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  /// Lists the segments as they are now.
  Result<void> refresh();
  /// Goes through the last segment to know the end.
  Result<void> find_end();
  /// Takes the last segment's beginning for the end.
  void end_before_last();

  Result<std::uint32_t> claim(std::string_view) override { return only_reading(); }
  Result<void> append(Batch&, const std::function<void()>&) override { return only_reading(); }
  Result<void> trim(std::uint32_t) override { return only_reading(); }
  Result<void> seal() override { return only_reading(); }
  Result<void> drop_spares() override { return only_reading(); }
  Result<void> prepare() override { return {}; }
  Result<void> read(std::span<const std::uint64_t> after, const Visitor& visitor) override;
  Result<void> read_segment(std::uint32_t number, const Visitor& visitor) override;
  std::uint32_t partitions() const override { return static_cast<std::uint32_t>(end_.place.heads.size()); }
  std::span<const std::uint64_t> heads() const override { return end_.place.heads; }
  std::uint32_t epoch() const override { return end_.place.epoch; }
  std::uint64_t last_batch() const override { return end_.place.next_batch - 1; }
  std::string_view last_cursor() const override { return end_.place.cursor; }
  std::uint32_t last_segment() const override { return headers_.empty() ? 0 : headers_.back().number; }
  std::vector<SegmentInfo> segments() const override { return segment_infos(headers_, end_.stop.end); }

 private:
  Result<void> read_from(std::size_t first, std::span<const std::uint64_t> after, const Visitor& visitor);

  env::Files& files_;
  const std::string folder_;
  std::vector<SegmentHeader> headers_;
  ReadEnd end_;
  SegmentBytes bytes_;
};

Result<void> ReaderLog::refresh() {
  for (int listing = 1;; ++listing) {
    auto headers = read_headers(files_, folder_);
    if (headers && headers->empty()) {
      return fail(ErrorCode::not_found, "there is no log in `" + folder_ + "`");
    }
    if (headers) {
      headers_ = std::move(*headers);
      return {};
    }
    // A segment may have gone, or become another one, between the listing and the look at it. What is still so after
    // several looks is so.
    const bool may_pass = headers.error().code == ErrorCode::not_found || headers.error().code == ErrorCode::corrupt;
    if (!may_pass || listing == kListingsMax) return tl::unexpected(headers.error());
  }
}

Result<void> ReaderLog::find_end() {
  const Visitor nobody;
  return read_from(headers_.size() - 1, {}, nobody);
}

void ReaderLog::end_before_last() {
  end_.place = headers_.back().begin;
  end_.stop.end = headers_.back().header_bytes;
}

Result<void> ReaderLog::read_from(std::size_t first, std::span<const std::uint64_t> after, const Visitor& visitor) {
  ReadJob job{after, &visitor, std::nullopt, true};
  auto end = read_segments(files_, folder_, std::span<const SegmentHeader>(headers_).subspan(first), job, bytes_);
  if (!end) return tl::unexpected(end.error());
  end_ = std::move(*end);
  return {};
}

Result<void> ReaderLog::read(std::span<const std::uint64_t> after, const Visitor& visitor) {
  if (auto listed = refresh(); !listed) return listed;
  const auto first = first_to_read(headers_, after);
  if (!first) return tl::unexpected(first.error());
  return read_from(*first, after, visitor);
}

Result<void> ReaderLog::read_segment(std::uint32_t number, const Visitor& visitor) {
  if (auto listed = refresh(); !listed) return listed;
  const auto found =
      std::find_if(headers_.begin(), headers_.end(), [&](const SegmentHeader& h) { return h.number == number; });
  if (found == headers_.end()) return fail(ErrorCode::not_found, "the log has no segment " + std::to_string(number));
  const auto at = static_cast<std::size_t>(found - headers_.begin());
  if (at + 1 == headers_.size()) return read_from(at, {}, visitor);
  ReadJob job{{}, &visitor, std::nullopt, true};
  return read_sealed(files_, folder_, headers_[at], headers_[at + 1], job, bytes_);
}

}  // namespace

Result<std::unique_ptr<Log>> open_log_for_reading(env::Files& files, const std::string& folder) {
  auto log = std::make_unique<ReaderLog>(files, folder);
  if (auto listed = log->refresh(); !listed) return tl::unexpected(listed.error());
  if (auto found = log->find_end(); !found) return tl::unexpected(found.error());
  return log;
}

Result<std::unique_ptr<Log>> open_sealed_log_for_reading(env::Files& files, const std::string& folder) {
  auto log = std::make_unique<ReaderLog>(files, folder);
  if (auto listed = log->refresh(); !listed) return tl::unexpected(listed.error());
  log->end_before_last();
  return log;
}

}  // namespace tend::log
