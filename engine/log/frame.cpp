// Batches: building one, and giving it the last touches of the disk's form.
#include "engine/log/frame.hpp"

#include "dsl/text/must.hpp"
#include "engine/env/crc32c.hpp"

namespace tend::log {
namespace {

/// Room for a header at the end of `buffer`; what is in it comes later.
void append_header(std::string& buffer, const RecordHeader& header) {
  char bytes[kRecordHeaderBytes];
  put_record_header(bytes, header);
  buffer.append(bytes, sizeof bytes);
}

void append_padding(std::string& buffer) { buffer.append((8 - buffer.size() % 8) % 8, '\0'); }

}  // namespace

std::uint32_t segment_seed(std::uint32_t segment) {
  char bytes[4];
  put_u32(bytes, segment);
  return env::crc32c({bytes, sizeof bytes});
}

std::uint32_t record_crc(std::string_view record, std::uint32_t seed) {
  return env::crc32c(record.substr(8), env::crc32c(record.substr(0, 4), seed));
}

void Batch::add(std::uint8_t kind, std::uint16_t partition, std::string_view payload) {
  begin(kind, partition).append(payload);
  end();
}

std::string& Batch::begin(std::uint8_t kind, std::uint16_t partition) {
  DCHECK_OR_DIE(!open_, "a record of a batch was begun inside another one");
  DCHECK_OR_DIE(kind != 0 && kind != kOwnerKind && kind != kCommitKind, "this kind of record belongs to the log");
  open_at_ = buffer_.size();
  open_ = true;
  append_header(buffer_, {0, 0, kind, 0, partition, 0, 0});
  return buffer_;
}

void Batch::end() {
  DCHECK_OR_DIE(open_, "a record of a batch was ended twice");
  const std::uint64_t length = buffer_.size() - open_at_ - kRecordHeaderBytes;
  CHECK_OR_DIE(length <= kPayloadBytesMax, "the payload of a record is too long for the log");
  put_u32(buffer_.data() + open_at_, static_cast<std::uint32_t>(length));
  append_padding(buffer_);
  ++records_;
  open_ = false;
}

void Batch::set_cursor(std::string_view cursor) {
  CHECK_OR_DIE(cursor.size() <= kCursorBytesMax, "the cursor of a batch is too long for the log");
  cursor_.assign(cursor);
  has_cursor_ = true;
}

void Batch::take_over(const Batch& other) {
  other.each([this](const Record& record) { add(record.kind, record.partition, record.payload); });
  if (other.has_cursor_) set_cursor(other.cursor_);
}

void Batch::clear() {
  buffer_.clear();
  cursor_.clear();
  records_ = 0;
  segment_ = 0;
  open_ = false;
  has_cursor_ = false;
}

Record Batch::record_at(std::uint64_t& at) const {
  const RecordHeader header = get_record_header(buffer_.data() + at);
  const std::string_view payload(buffer_.data() + at + kRecordHeaderBytes, header.length);
  at += record_bytes(header.length);
  return {header.kind, header.partition, header.epoch, header.position, payload, segment_};
}

std::uint64_t BatchFrame::written_bytes(const Batch& batch) {
  return batch.buffer_.size() + record_bytes(kCommitFixedBytes + (batch.has_cursor_ ? batch.cursor_.size() : 0));
}

std::string_view BatchFrame::close(Batch& batch, const BatchStamp& stamp, std::span<std::uint64_t> heads,
                                   std::uint64_t zeros) {
  DCHECK_OR_DIE(!batch.open_, "a batch was appended with a record that has not ended");
  std::string& buffer = batch.buffer_;
  const std::uint32_t seed = segment_seed(stamp.segment);
  const std::uint64_t records_end = buffer.size();
  std::uint32_t chain = 0;
  for (std::uint64_t at = 0; at < records_end;) {
    char* const record = buffer.data() + at;
    const std::uint16_t partition = get_u16(record + 10);
    const bool ours = partition == kNoPartition;
    CHECK_OR_DIE(ours || partition < heads.size(), "a record of a batch names a partition that the log does not have");
    const std::uint64_t bytes = record_bytes(get_u32(record));
    put_u32(record + 12, stamp.epoch);
    put_u64(record + 16, ours ? stamp.number : ++heads[partition]);
    put_u32(record + 4, record_crc({record, bytes}, seed));
    chain = env::crc32c({record + 4, 4}, chain);
    at += bytes;
  }
  const auto commit_at = buffer.size();
  const auto length = static_cast<std::uint32_t>(kCommitFixedBytes + (batch.has_cursor_ ? batch.cursor_.size() : 0));
  append_header(buffer, {length, 0, kCommitKind, batch.has_cursor_ ? kCursorFlag : std::uint8_t{0}, kNoPartition,
                         stamp.epoch, stamp.number});
  char fixed[kCommitFixedBytes];
  put_u32(fixed, batch.records_);
  put_u32(fixed + 4, static_cast<std::uint32_t>(records_end));
  put_u32(fixed + 8, chain);
  buffer.append(fixed, sizeof fixed);
  if (batch.has_cursor_) buffer.append(batch.cursor_);
  append_padding(buffer);
  put_u32(buffer.data() + commit_at + 4, record_crc(std::string_view(buffer).substr(commit_at), seed));
  buffer.append(zeros, '\0');
  batch.segment_ = stamp.segment;
  return buffer;
}

void BatchFrame::open(Batch& batch) {
  std::uint64_t end = 0;
  for (std::uint32_t i = 0; i < batch.records_; ++i) end += record_bytes(get_u32(batch.buffer_.data() + end));
  batch.buffer_.resize(end);
}

void BatchFrame::give_back(const Batch& batch, std::span<std::uint64_t> heads) {
  batch.each([&](const Record& record) {
    if (record.partition != kNoPartition) --heads[record.partition];
  });
}

void BatchFrame::add_owner(Batch& batch, std::string_view node) {
  append_header(batch.buffer_, {static_cast<std::uint32_t>(node.size()), 0, kOwnerKind, 0, kNoPartition, 0, 0});
  batch.buffer_.append(node);
  append_padding(batch.buffer_);
  ++batch.records_;
}

}  // namespace tend::log
