// Damage and crashes, byte by byte: every cut and every flip of a log gives exactly its whole batches, or a refusal
// that names the place.
#include <algorithm>

#include "engine/env/crc32c.hpp"
#include "engine/log/bytes.hpp"
#include "engine/log/frame.hpp"
#include "engine/log/segment.hpp"
#include "tests/engine/log/seen.hpp"

namespace tend::log {
namespace {

/// A log of two segments, the batches in it, and where each begins.
struct Example {
  std::vector<SeenBatch> batches;
  std::string first;
  std::string second;
  std::uint64_t first_end = 0;
  std::vector<std::uint64_t> begins;  // in the second segment, of each of its batches; then the end
};

Example make_example() {
  Example example;
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(3)).log;
  claim_or_fail(*log);
  example.batches.push_back(owner_batch(1, 1));
  Batch batch;
  batch.add(5, 0, "first");
  batch.add(6, 2, "in the first segment");
  example.batches.push_back(append_seen(*log, batch, "cursor a"));
  batch.clear();
  batch.add(5, 0, std::string(3500, 'f'));
  example.batches.push_back(append_seen(*log, batch));
  for (int i = 0; i < 3; ++i) {
    batch.clear();
    batch.add(5, 0, std::string(300, 's'));
    batch.add(6, 1, "second " + std::to_string(i));
    batch.add(7, 2, "");
    SeenBatch seen = append_seen(*log, batch, i == 1 ? "cursor b" : "");
    REQUIRE(log->segments().size() == 2);
    example.begins.push_back(log->segments()[1].used_bytes - BatchFrame::written_bytes(batch));
    example.batches.push_back(std::move(seen));
  }
  example.begins.push_back(log->segments()[1].used_bytes);
  example.first = files.content(path_of(1));
  example.second = files.content(path_of(2));
  example.first_end = log->segments()[0].used_bytes;
  return example;
}

/// Opens a log with these bytes: the batches in it, or the refusal.
struct Answer {
  std::vector<SeenBatch> batches;
  std::string refusal;
  bool cut = false;
};

Answer open_with(const std::string& first, const std::string& second) {
  env::SimulatedFiles files;
  REQUIRE(files.make_folder(kFolder).has_value());
  files.set_content(path_of(1), first);
  files.set_content(path_of(2), second);
  Answer answer;
  auto opened = open_log(files, kFolder, small_log(3));
  if (!opened) {
    answer.refusal = opened.error().message;
    return answer;
  }
  answer.cut = opened->cut.has_value();
  answer.batches = read_all(*opened->log);
  // It must be good to go on with, and to open again.
  claim_or_fail(*opened->log, "next");
  Batch batch;
  batch.add(5, 1, "goes on");
  std::vector<SeenBatch> expected = answer.batches;
  expected.push_back(owner_batch(expected.back().number + 1, expected.back().epoch + 1, "next"));
  expected.push_back(append_seen(*opened->log, batch));
  if (read_all(*open_or_fail(files, small_log(3)).log) != expected) FAIL("the log did not go on");
  return answer;
}

/// The number after "damaged at byte ".
std::uint64_t place_of(const std::string& refusal) {
  const std::string words = "damaged at byte ";
  const std::size_t at = refusal.find(words);
  if (at == std::string::npos) FAIL("no place in: " << refusal);
  return std::stoull(refusal.substr(at + words.size()));
}

std::vector<SeenBatch> without_last(std::vector<SeenBatch> batches) {
  batches.pop_back();
  return batches;
}

TEST_CASE("a last batch that is cut at any byte is absent, all others are there") {
  const Example example = make_example();
  const std::uint64_t begin = example.begins[2];
  const std::uint64_t end = example.begins[3];
  CHECK(open_with(example.first, example.second).batches == example.batches);
  CHECK_FALSE(open_with(example.first, example.second).cut);
  for (std::uint64_t cut = begin; cut < end; ++cut) {
    std::string bytes = example.second;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(cut), bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
    // Padding is zeros: a batch that lost nothing else is whole.
    const bool whole = bytes == example.second;
    const Answer answer = open_with(example.first, bytes);
    if (answer.batches != (whole ? example.batches : without_last(example.batches)))
      FAIL("cut at " << cut << ": " << answer.refusal);
    // The same cut with the end first, as a disk may write it.
    bytes = example.second;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.begin() + static_cast<std::ptrdiff_t>(cut + 1),
              '\0');
    const Answer reversed = open_with(example.first, bytes);
    if (reversed.batches != without_last(example.batches))
      FAIL("first part lost up to " << cut << ": " << reversed.refusal);
  }
}

TEST_CASE("a file that is shorter than its header says is refused") {
  const Example example = make_example();
  for (std::uint64_t size = 0; size < example.second.size(); size += 7) {
    const Answer answer = open_with(example.first, example.second.substr(0, size));
    if (answer.refusal.find(path_of(2)) == std::string::npos) FAIL("of size " << size << ": " << answer.refusal);
    (void)place_of(answer.refusal);
  }
}

TEST_CASE("a flip of any byte is refused with its place, or loses the very last batch, or meant nothing") {
  const Example example = make_example();
  for (const int flip : {0x01, 0x80, 0xFF}) {
    for (std::uint64_t at = 0; at < example.second.size(); ++at) {
      std::string bytes = example.second;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      const Answer answer = open_with(example.first, bytes);
      CAPTURE(at, answer.refusal);
      if (at >= example.begins[3]) {
        if (answer.batches != example.batches) FAIL("a byte behind the end mattered");
      } else if (at >= example.begins[2]) {
        if (answer.batches != without_last(example.batches)) FAIL("the last batch");
      } else if (at >= example.begins[0]) {
        const auto batch_end = std::upper_bound(example.begins.begin(), example.begins.end(), at);
        const std::uint64_t place = place_of(answer.refusal);
        if (place > at || place < *(batch_end - 1)) FAIL("place " << place);
        if (answer.refusal.find(path_of(2)) == std::string::npos) FAIL("the wrong file");
      } else if (answer.refusal.find(path_of(2)) == std::string::npos) {
        FAIL("the header");
      }
    }
    for (std::uint64_t at = 0; at < example.first.size(); ++at) {
      std::string bytes = example.first;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      const Answer answer = open_with(bytes, example.second);
      CAPTURE(at, answer.refusal);
      if (at >= example.first_end) {
        if (answer.batches != example.batches) FAIL("a byte behind the end of the sealed segment mattered");
      } else if (answer.refusal.find(path_of(1)) == std::string::npos) {
        FAIL("a sealed segment has no unfinished end");
      } else if (at >= 4096 && place_of(answer.refusal) > at) {
        FAIL("the place");
      }
    }
  }
}

/// The example with one field of a record of its last or last but one batch changed and all checksums made right again.
Answer open_forged(const Example& example, std::size_t batch, std::uint64_t offset, char value) {
  std::string bytes = example.second;
  const std::uint64_t begin = example.begins[batch];
  bytes[begin + offset] = value;
  const std::uint32_t seed = segment_seed(2);
  std::uint32_t chain = 0;
  for (std::uint64_t at = begin; at < example.begins[batch + 1];) {
    const std::uint64_t length = record_bytes(get_u32(bytes.data() + at));
    if (static_cast<std::uint8_t>(bytes[at + 8]) == kCommitKind)
      put_u32(bytes.data() + at + kRecordHeaderBytes + 8, chain);
    put_u32(bytes.data() + at + 4, record_crc(std::string_view(bytes).substr(at, length), seed));
    chain = env::crc32c(std::string_view(bytes).substr(at + 4, 4), chain);
    at += length;
  }
  return open_with(example.first, bytes);
}

TEST_CASE("a batch with right checksums that does not follow is refused, also at the very end") {
  const Example example = make_example();
  for (const std::size_t batch : {1, 2}) {
    const std::string where = "`" + path_of(2) + "` is damaged at byte " + std::to_string(example.begins[batch]) + ": ";
    CHECK(open_forged(example, batch, 16, 9).refusal ==
          where + "position 9 of partition 0 stands where " + std::to_string(3 + batch) + " should");
    CHECK(open_forged(example, batch, 12, 0).refusal == where + "epoch 0 stands where epoch 1 should");
    CHECK(open_forged(example, batch, 12, 2).refusal == where + "epoch 2 stands where epoch 1 should");
    CHECK(open_forged(example, batch, 10, 3).refusal == where + "the record names partition 3 of 3");
    CHECK(open_forged(example, batch, 9, 1).refusal == where + "the record has an unknown kind or flag");
    CHECK(open_forged(example, batch, 8, 0).refusal == where + "the record has an unknown kind or flag");
  }
}

TEST_CASE("bytes of another segment never pass") {
  const Example example = make_example();
  Place place;
  place.heads = {2, 0, 1};
  place.epoch = 1;
  place.next_batch = 4;
  SegmentHeader header;
  header.header_bytes = 4096;
  const Visitor nobody;
  header.number = 2;
  Place right = place;
  CHECK(scan_batches(example.second, header, 4096, right, {}, nobody)->end == example.begins[3]);
  header.number = 3;
  const auto stop = scan_batches(example.second, header, 4096, place, {}, nobody);
  REQUIRE(stop.has_value());
  CHECK(stop->end == 4096);
  CHECK(stop->reason == "the checksum of the record is wrong");
  CHECK_FALSE(stop->later_batch);
}

TEST_CASE("the commit of one attempt does not make the records of another a batch") {
  // Two attempts at the same batch that differ in a payload; the second was torn, so that only its commit came to the
  // disk.
  std::string attempts[2];
  std::uint64_t commit = 0;
  std::uint64_t end = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    env::SimulatedFiles files;
    auto log = open_or_fail(files, small_log(3)).log;
    claim_or_fail(*log);
    Batch batch;
    batch.add(5, 0, attempt == 0 ? "payload a" : "payload b");
    batch.add(5, 1, "the same");
    append_seen(*log, batch);
    end = log->segments().back().used_bytes;
    commit = end - record_bytes(kCommitFixedBytes);
    attempts[attempt] = files.content(path_of(1));
  }
  attempts[0].replace(commit, end - commit, attempts[1].substr(commit, end - commit));
  env::SimulatedFiles files;
  REQUIRE(files.make_folder(kFolder).has_value());
  files.set_content(path_of(1), attempts[0]);
  auto opened = open_or_fail(files, small_log(3));
  CHECK(opened.log->last_batch() == 1);
  CHECK(opened.cut.has_value());
}

TEST_CASE("an earlier batch that stands behind the end is no batch") {
  const Example example = make_example();
  for (const std::size_t batch : {0, 1, 2}) {
    std::string bytes = example.second;
    const std::string earlier = bytes.substr(example.begins[batch], example.begins[batch + 1] - example.begins[batch]);
    bytes.replace(example.begins[3], earlier.size(), earlier);
    CHECK(open_with(example.first, bytes).batches == example.batches);
  }
}

TEST_CASE("a batch that is missing between others is damage") {
  const Example example = make_example();
  std::string bytes = example.second;
  bytes.erase(example.begins[1], example.begins[2] - example.begins[1]);
  bytes.resize(example.second.size());
  const Answer answer = open_with(example.first, bytes);
  CHECK(place_of(answer.refusal) >= example.begins[1]);
  CHECK(answer.refusal.find("the commit has the number of another batch") != std::string::npos);
}

TEST_CASE("an unfinished end is reported where something of it is left") {
  const Example example = make_example();
  std::string bytes = example.second;
  bytes[example.begins[2] + 100] ^= 1;
  CHECK(open_with(example.first, bytes).cut);
}

TEST_CASE("any bytes in place of a segment's batches are read or refused") {
  const Example example = make_example();
  Chance chance{11};
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = example.second;
    const std::uint64_t changes = 1 + chance.below(4);
    for (std::uint64_t i = 0; i < changes; ++i) {
      const std::uint64_t at = 4096 + chance.below(bytes.size() - 4096);
      const std::uint64_t from = 4096 + chance.below(bytes.size() - 4096);
      const std::uint64_t length = chance.below(200);
      bytes.replace(at, length, bytes.substr(from, length));
      bytes.resize(example.second.size());
    }
    const Answer answer = open_with(example.first, bytes);
    if (!answer.refusal.empty()) {
      (void)place_of(answer.refusal);
      continue;
    }
    REQUIRE(answer.batches.size() <= example.batches.size());
    REQUIRE(std::equal(answer.batches.begin(), answer.batches.end(), example.batches.begin()));
    // Where more than the last batch is missing, no commit of a later one is left as it was.
    for (std::size_t lost = answer.batches.size() + 1; lost < example.batches.size(); ++lost) {
      const std::uint64_t end = example.begins[lost - 2];
      const std::uint64_t commit = end - record_bytes(kCommitFixedBytes + example.batches[lost].cursor.size());
      REQUIRE(bytes.substr(commit, end - commit) != example.second.substr(commit, end - commit));
    }
  }
}

}  // namespace
}  // namespace tend::log
