// The log by its interface: what was appended is read, after any number of segments, openings and drops.
#include "engine/log/segment_log.hpp"

#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "tests/engine/log/seen.hpp"

namespace tend::log {
namespace {

TEST_CASE("what is appended is read, in order, and again after opening anew") {
  env::SimulatedFiles files;
  std::vector<SeenBatch> expected;
  {
    auto log = open_or_fail(files, small_log()).log;
    CHECK(log->epoch() == 0);
    CHECK(log->last_batch() == 0);
    CHECK(read_all(*log).empty());
    CHECK(log->claim("first").value() == 1);
    expected.push_back(owner_batch(1, 1, "first"));
    Batch batch;
    batch.add(5, 0, "hello");
    batch.add(6, 3, "");
    batch.begin(7, 0).append("built ").append("in place");
    batch.end();
    CHECK(batch.size() == 3);
    expected.push_back(append_seen(*log, batch, "cursor one"));
    CHECK(expected[1].records ==
          std::vector<SeenRecord>{{5, 0, 1, "hello"}, {6, 3, 1, ""}, {7, 0, 2, "built in place"}});
    batch.clear();
    batch.add(5, 0, std::string("\0\xff", 2));
    expected.push_back(append_seen(*log, batch));
    CHECK(log->last_cursor() == "cursor one");
    batch.clear();
    expected.push_back(append_seen(*log, batch, "only a cursor"));
    CHECK(read_all(*log) == expected);
    CHECK(std::vector<std::uint64_t>(log->heads().begin(), log->heads().end()) ==
          std::vector<std::uint64_t>{3, 0, 0, 1});
  }
  auto opened = open_or_fail(files, small_log());
  CHECK_FALSE(opened.cut.has_value());
  CHECK(read_all(*opened.log) == expected);
  CHECK(opened.log->last_cursor() == "only a cursor");
  CHECK(opened.log->epoch() == 1);
  CHECK(opened.log->last_batch() == 4);
  CHECK(opened.log->claim("second").value() == 2);
  Batch batch;
  batch.add(5, 0, "after");
  CHECK(append_seen(*opened.log, batch).records[0].position == 4);
  auto again = open_or_fail(files, small_log());
  CHECK(again.log->epoch() == 2);
  CHECK(read_all(*again.log).back().epoch == 2);
}

TEST_CASE("an append is one write and one sync, an empty one none") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log()).log;
  claim_or_fail(*log);
  Batch batch;
  for (std::uint16_t i = 0; i < 20; ++i) batch.add(5, i % 4, "record");
  const auto writes = files.calls(env::DiskCall::write);
  const auto syncs = files.calls(env::DiskCall::sync);
  REQUIRE(log->append(batch).has_value());
  CHECK(files.calls(env::DiskCall::write) == writes + 1);
  CHECK(files.calls(env::DiskCall::sync) == syncs + 1);
  batch.clear();
  REQUIRE(log->append(batch).has_value());
  CHECK(files.calls(env::DiskCall::write) == writes + 1);
}

TEST_CASE("reading after positions gives only what is later, and skips segments") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(3)).log;
  claim_or_fail(*log);
  Batch batch;
  for (int i = 0; i < 200; ++i) {
    batch.clear();
    batch.add(5, static_cast<std::uint16_t>(i % 3), "record number " + std::to_string(i));
    append_seen(*log, batch);
  }
  REQUIRE(log->segments().size() > 3);
  const auto late = read_after(*log, {60, 65, 66});
  REQUIRE(late.has_value());
  std::vector<std::string> payloads;
  for (const SeenBatch& each : *late) {
    for (const SeenRecord& record : each.records) payloads.push_back(record.payload);
  }
  CHECK(payloads.size() == 7 + 2);
  CHECK(payloads.front() == "record number 180");
  CHECK(late->size() < 70);  // whole segments before were left out
  const auto none = read_after(*log, {67, 67, 66});
  REQUIRE(none.has_value());
  for (const SeenBatch& each : *none) CHECK(each.records.empty());
  CHECK(read_after(*log, {0, 0})->empty() == false);
}

TEST_CASE("another number of positions than partitions is refused") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(3)).log;
  const auto read = read_after(*log, {0, 0});
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().message == "the log has 3 partitions and was asked to read 2");
}

TEST_CASE("a reader's no ends the reading") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log()).log;
  claim_or_fail(*log);
  Batch batch;
  batch.add(5, 0, "x");
  append_seen(*log, batch);
  Visitor visitor;
  visitor.on_record = [](const Record&) -> Result<void> { return fail(ErrorCode::invalid, "no"); };
  const std::vector<std::uint64_t> start(4);
  CHECK(log->read(start, visitor).error().message == "no");
}

TEST_CASE("a batch that is longer than a segment gets one of its own") {
  env::SimulatedFiles files;
  std::vector<SeenBatch> expected;
  {
    auto log = open_or_fail(files, small_log()).log;
    claim_or_fail(*log);
    expected.push_back(owner_batch(1, 1));
    Batch batch;
    batch.add(5, 1, "small");
    expected.push_back(append_seen(*log, batch));
    batch.clear();
    for (std::uint16_t i = 0; i < 100; ++i) batch.add(5, i % 4, std::string(1000, static_cast<char>('a' + i % 26)));
    expected.push_back(append_seen(*log, batch, "big"));
    batch.clear();
    batch.add(5, 1, "small again");
    expected.push_back(append_seen(*log, batch));
    CHECK(log->segments()[1].bytes > 100000);
    CHECK(log->segments()[0].bytes == 8192);
  }
  auto log = open_or_fail(files, small_log()).log;
  CHECK(read_all(*log) == expected);
}

TEST_CASE("dropped segments are used again and their old bytes are never read") {
  env::SimulatedFiles files;
  std::vector<SeenBatch> expected;
  auto log = open_or_fail(files, small_log()).log;
  claim_or_fail(*log);
  Batch batch;
  for (int round = 0; round < 300; ++round) {
    batch.clear();
    // Records of one size, so that old ones stand just where new ones would go on.
    for (std::uint16_t i = 0; i < 3; ++i) batch.add(5, i, "12345678");
    expected.push_back(append_seen(*log, batch));
    if (round % 20 == 19) {
      const auto segments = log->segments();
      REQUIRE(log->trim(segments.back().number).has_value());
      CHECK(log->segments().size() == 1);
      log = open_or_fail(files, small_log()).log;
      claim_or_fail(*log);
    }
  }
  const auto left = read_all(*log);
  const auto names = files.list(kFolder).value();
  CHECK(names.size() <= 6);
  CHECK(log->segments().back().number > 10);
  // The end of what was appended, owners aside, is what is there.
  std::vector<SeenBatch> of_records;
  for (const SeenBatch& each : left) {
    if (each.owner.empty()) of_records.push_back(each);
  }
  REQUIRE(of_records.size() < expected.size());
  CHECK(std::vector<SeenBatch>(expected.end() - static_cast<std::ptrdiff_t>(of_records.size()), expected.end()) ==
        of_records);
}

TEST_CASE("an append writes its last page whole, so that nothing of a former use stands behind it there") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(1)).log;
  claim_or_fail(*log);
  Batch batch;
  batch.add(5, 0, std::string(1000, 'x'));
  while (log->segments().back().number < 4) append_seen(*log, batch);
  REQUIRE(log->trim(4).has_value());
  while (log->segments().back().number < 5) append_seen(*log, batch);  // in the file of a former segment
  const std::uint64_t end = log->segments().back().used_bytes;
  REQUIRE(end % 4096 != 0);
  const std::string bytes = env::read_whole_file(files, path_of(5)).value();
  const std::uint64_t page_end = end / 4096 * 4096 + 4096;
  CHECK(bytes.substr(end, page_end - end) == std::string(page_end - end, '\0'));
}

TEST_CASE("a log that is sealed, trimmed and has no spares holds nothing of before, and goes on") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log()).log;
  claim_or_fail(*log);
  const auto holds = [&](const std::string& what) {
    const std::vector<std::string> names = files.list(kFolder).value();
    for (const std::string& name : names) {
      if (env::read_whole_file(files, env::join_path(kFolder, name)).value().find(what) != std::string::npos)
        return true;
    }
    return false;
  };
  Batch batch;
  for (int round = 0; round < 100; ++round) {
    batch.clear();
    batch.add(5, 1, "13900000001");
    append_seen(*log, batch);
  }
  REQUIRE(log->trim(log->segments().back().number).has_value());  // spares hold it now
  batch.clear();
  batch.add(5, 1, "last of before");
  const SeenBatch last = append_seen(*log, batch, "cursor");
  const std::uint32_t before = log->segments().back().number;
  REQUIRE(holds("13900000001"));
  REQUIRE(log->drop_spares().has_value());
  REQUIRE(log->seal().has_value());
  CHECK(log->segments().back().number == before + 1);
  REQUIRE(log->seal().has_value());  // one without a batch stays
  CHECK(log->segments().back().number == before + 1);
  REQUIRE(log->trim(before + 1).has_value());
  CHECK(holds("13900000001"));
  REQUIRE(log->drop_spares().has_value());
  CHECK_FALSE(holds("13900000001"));
  CHECK_FALSE(holds("last of before"));
  CHECK(files.list(kFolder).value().size() == 1);
  CHECK(log->heads()[1] == last.records[0].position);

  log = open_or_fail(files, small_log()).log;  // also without a batch in it
  CHECK(log->last_cursor() == "cursor");
  claim_or_fail(*log);
  batch.clear();
  batch.add(5, 1, "after");
  CHECK(append_seen(*log, batch).records[0].position == last.records[0].position + 1);
}

TEST_CASE("trimming keeps the last segment and what is needed, and says what is gone") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(2)).log;
  claim_or_fail(*log);
  Batch batch;
  for (int i = 0; i < 200; ++i) {
    batch.clear();
    batch.add(5, static_cast<std::uint16_t>(i % 2), std::string(100, 'x'));
    append_seen(*log, batch);
  }
  const auto before = log->segments();
  REQUIRE(before.size() > 5);
  const std::vector<std::uint64_t> covered = before[3].heads_before;
  CHECK(first_segment_needed(before, covered) == before[3].number);
  std::vector<std::uint64_t> less = covered;
  --less[1];
  CHECK(first_segment_needed(before, less) == before[2].number);
  CHECK(first_segment_needed(before, std::vector<std::uint64_t>(2, 0)) == before[0].number);
  REQUIRE(log->trim(first_segment_needed(before, covered)).has_value());
  CHECK(log->segments().front().number == before[3].number);
  const auto rest = read_after(*log, covered);
  REQUIRE(rest.has_value());
  std::uint64_t records = 0;
  for (const SeenBatch& each : *rest) records += each.records.size();
  CHECK(records == 200 - covered[0] - covered[1]);
  const auto gone = read_after(*log, less);
  REQUIRE_FALSE(gone.has_value());
  CHECK(gone.error().code == ErrorCode::not_found);
  CHECK(gone.error().message == "the log no longer has what follows position " + std::to_string(less[1]) +
                                    " of partition 1: it begins after position " + std::to_string(covered[1]));
  REQUIRE(log->trim(1000).has_value());
  CHECK(log->segments().size() == 1);
  CHECK(log->segments().front().number == before.back().number);
  auto again = open_or_fail(files, small_log(2)).log;
  CHECK(again->heads()[0] == 100);
  CHECK(again->epoch() == 1);
}

TEST_CASE("one segment can be read by itself") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(2)).log;
  claim_or_fail(*log);
  Batch batch;
  for (int i = 0; i < 100; ++i) {
    batch.clear();
    batch.add(5, 0, std::string(100, 'x'));
    append_seen(*log, batch);
  }
  std::uint64_t records = 0;
  Visitor visitor;
  visitor.on_record = [&](const Record& record) -> Result<void> {
    ++records;
    CHECK(record.position == records);
    return {};
  };
  for (const SegmentInfo& segment : log->segments()) REQUIRE(log->read_segment(segment.number, visitor).has_value());
  CHECK(records == 100);
  CHECK(log->read_segment(77, visitor).error().message == "the log has no segment 77");
}

TEST_CASE("a sealed segment is read in pieces, whatever the length of its batches") {
  env::SimulatedFiles files;
  const LogOptions options{.partitions = 4, .segment_bytes = 4u << 20};
  auto log = open_or_fail(files, options).log;
  REQUIRE(log->claim("test"));
  std::vector<SeenBatch> expected;
  Batch batch;
  // Some end near where a piece does, some are longer than several.
  for (const std::size_t kilobytes : {1u, 500u, 11u, 512u, 3u, 1300u, 1u, 700u, 20u, 400u, 300u}) {
    batch.clear();
    batch.add(5, 1, std::string(kilobytes << 10, static_cast<char>('a' + kilobytes % 26)));
    batch.add(6, 2, "small");
    expected.push_back(append_seen(*log, batch));
  }
  REQUIRE(log->last_segment() == 1);
  REQUIRE(log->seal());
  std::vector<SeenBatch> all = read_all(*log);
  all.erase(all.begin());  // the owner's
  CHECK(all == expected);
  const std::string path = kFolder + "/0000000001.seg";
  const std::string whole = files.content(path);
  for (const std::size_t at : {std::size_t{600} << 10, std::size_t{1500} << 10, std::size_t{3700} << 10}) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    files.set_content(path, damaged);
    const auto read = log->read_segment(1, {});
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::corrupt);
    CHECK(read.error().message.find("is damaged at byte") != std::string::npos);
  }
}

TEST_CASE("the last cursor survives the segment it was in") {
  env::SimulatedFiles files;
  {
    auto log = open_or_fail(files, small_log(1)).log;
    claim_or_fail(*log);
    Batch batch;
    append_seen(*log, batch, "the cursor");
    for (int i = 0; i < 100; ++i) {
      batch.clear();
      batch.add(5, 0, std::string(200, 'x'));
      append_seen(*log, batch);
    }
    REQUIRE(log->trim(log->segments().back().number).has_value());
  }
  CHECK(open_or_fail(files, small_log(1)).log->last_cursor() == "the cursor");
}

TEST_CASE("a full disk fails the append in one sentence and changes nothing") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(2)).log;
  claim_or_fail(*log);
  files.set_capacity(files.used_bytes() + 1000);
  std::vector<SeenBatch> expected{owner_batch(1, 1)};
  Batch batch;
  bool full = false;
  for (int i = 0; i < 100; ++i) {
    batch.clear();
    batch.add(5, 0, std::string(500, 'x'));
    batch.add(5, 1, "y");
    const std::vector<std::uint64_t> heads(log->heads().begin(), log->heads().end());
    const auto appended = log->append(batch);
    if (appended) {
      SeenBatch seen;
      seen.number = log->last_batch();
      seen.epoch = 1;
      batch.each([&](const Record& r) {
        seen.records.push_back({r.kind, r.partition, r.position, std::string(r.payload)});
      });
      expected.push_back(seen);
      continue;
    }
    full = true;
    CHECK(appended.error().code == ErrorCode::io);
    CHECK(appended.error().message == "the disk is full: cannot write `data/log/spare-0000000002.seg`");
    CHECK(heads == std::vector<std::uint64_t>(log->heads().begin(), log->heads().end()));
    CHECK_FALSE(log->append(batch).has_value());
    CHECK(read_all(*log) == expected);
    break;
  }
  REQUIRE(full);
  CHECK(files.list(kFolder).value().size() == 1);
  files.set_capacity(std::nullopt);
  expected.push_back(append_seen(*log, batch));
  CHECK(read_all(*log) == expected);
  CHECK(read_all(*open_or_fail(files, small_log(2)).log) == expected);
}

TEST_CASE("a failed write changes nothing, whatever it left in the file") {
  env::SimulatedFiles files;
  std::vector<SeenBatch> expected{owner_batch(1, 1)};
  auto log = open_or_fail(files, small_log(1)).log;
  claim_or_fail(*log);
  Batch batch;
  batch.add(5, 0, "1234567890123456");
  expected.push_back(append_seen(*log, batch));
  const std::uint64_t end = log->segments().back().used_bytes;

  // As if the failed write had left all its bytes: a log on a copy of the disk writes three records, and they are put
  // behind the end of this one.
  env::SimulatedFiles copy;
  REQUIRE(copy.make_folder(kFolder).has_value());
  copy.set_content(path_of(1), files.content(path_of(1)));
  auto other = open_or_fail(copy, small_log(1)).log;
  // The same epoch as here, so that every byte is as this log would have written it.
  copy.set_content(path_of(1), files.content(path_of(1)));
  Batch big;
  for (int i = 0; i < 3; ++i) big.add(5, 0, "123456789012");
  std::string bytes = files.content(path_of(1));
  {
    env::SimulatedFiles third;
    REQUIRE(third.make_folder(kFolder).has_value());
    auto twin = open_or_fail(third, small_log(1)).log;
    claim_or_fail(*twin);
    Batch same;
    same.add(5, 0, "1234567890123456");
    append_seen(*twin, same);
    append_seen(*twin, big);
    bytes = third.content(path_of(1));
  }
  files.fail_next(env::DiskCall::write);
  CHECK_FALSE(log->append(big).has_value());
  CHECK(log->heads()[0] == 1);
  files.set_content(path_of(1), bytes);
  // One record of a size with the old ones (24 + 16) and a commit as long as a record: behind it stands an old record
  // with a right checksum.
  Batch small;
  small.add(5, 0, "abcdefghijkl");
  expected.push_back(append_seen(*log, small));
  CHECK(read_all(*log) == expected);
  CHECK(log->segments().back().used_bytes == end + 80);
  auto again = open_or_fail(files, small_log(1));
  CHECK(read_all(*again.log) == expected);
}

TEST_CASE("after a failed sync the log takes nothing more until it is opened again") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(1)).log;
  claim_or_fail(*log);
  Batch batch;
  batch.add(5, 0, "kept");
  append_seen(*log, batch);
  files.fail_next(env::DiskCall::sync);
  CHECK(log->append(batch).error().message == "cannot sync `data/log/0000000001.seg`: input/output error");
  CHECK(log->append(batch).error().message ==
        "the log takes nothing more until it is opened again, because it failed before: cannot sync "
        "`data/log/0000000001.seg`: input/output error");
  CHECK(log->heads()[0] == 1);
  // It is readable, and was not on the disk; opening puts it there, so that what follows it stands on firm ground.
  log = open_or_fail(files, small_log(1)).log;
  CHECK(log->heads()[0] == 2);
  claim_or_fail(*log);
  files.crash(3);
  log = open_or_fail(files, small_log(1)).log;
  CHECK(log->heads()[0] == 2);
  CHECK(log->epoch() == 2);
}

TEST_CASE(
    "what is done meanwhile sees the batch as it is written, before it is durable, and only where it is written") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(1)).log;
  claim_or_fail(*log);
  Batch batch;
  batch.add(5, 0, "one");
  batch.add(5, 0, "two");
  std::vector<std::uint64_t> positions;
  std::uint64_t syncs = 0;
  const auto meanwhile = [&] {
    syncs = files.calls(env::DiskCall::sync);
    batch.each([&](const Record& record) { positions.push_back(record.position); });
  };
  files.fail_next(env::DiskCall::write);
  CHECK_FALSE(log->append(batch, meanwhile).has_value());
  CHECK(positions.empty());
  REQUIRE(log->append(batch, meanwhile));
  CHECK(positions == std::vector<std::uint64_t>{1, 2});
  CHECK(files.calls(env::DiskCall::sync) == syncs + 1);
  Batch nothing;
  REQUIRE(log->append(nothing, meanwhile));
  CHECK(positions.size() == 2);
  files.fail_next(env::DiskCall::sync);
  CHECK_FALSE(log->append(batch, meanwhile).has_value());  // in vain
  CHECK(positions == std::vector<std::uint64_t>{1, 2, 3, 4});
  CHECK(log->heads()[0] == 2);
  CHECK_FALSE(log->append(batch, meanwhile).has_value());
  CHECK(positions.size() == 4);
}

TEST_CASE("each call that fails while a segment is begun leaves a log that goes on") {
  for (const auto call : {env::DiskCall::open, env::DiskCall::preallocate, env::DiskCall::write, env::DiskCall::sync,
                          env::DiskCall::rename, env::DiskCall::sync_folder}) {
    env::SimulatedFiles files;
    auto log = open_or_fail(files, small_log(1)).log;
    claim_or_fail(*log);
    std::vector<SeenBatch> expected{owner_batch(1, 1)};
    Batch batch;
    batch.add(5, 0, std::string(3000, 'x'));
    expected.push_back(append_seen(*log, batch));
    files.fail_next(call);
    CHECK_FALSE(log->append(batch).has_value());
    CHECK(log->heads()[0] == 1);
    // A batch that would still fit into the first segment must not go there once the second may have its name.
    Batch small;
    small.add(5, 0, "small");
    expected.push_back(append_seen(*log, small));
    CHECK(read_all(*open_log_for_reading(files, kFolder).value()) == expected);
    expected.push_back(append_seen(*log, batch));
    CHECK(read_all(*log) == expected);
    CHECK(read_all(*open_or_fail(files, small_log(1)).log) == expected);
    files.crash(static_cast<std::uint64_t>(call));
    CHECK(read_all(*open_or_fail(files, small_log(1)).log) == expected);
  }
}

TEST_CASE("other partitions, another version and missing segments are refused in a sentence") {
  env::SimulatedFiles files;
  {
    auto log = open_or_fail(files, small_log(4)).log;
    claim_or_fail(*log);
    Batch batch;
    for (int i = 0; i < 100; ++i) {
      batch.clear();
      batch.add(5, 0, std::string(200, 'x'));
      append_seen(*log, batch);
    }
    REQUIRE(log->segments().size() > 3);
  }
  const auto refused = [&](const LogOptions& options) {
    auto opened = open_log(files, kFolder, options);
    REQUIRE_FALSE(opened.has_value());
    return opened.error();
  };
  CHECK(refused(small_log(8)).code == ErrorCode::usage);
  CHECK(refused(small_log(8)).message ==
        "the log in `data/log` was made with 4 partitions and cannot be opened with 8");
  const std::string second = files.content(path_of(2));
  REQUIRE(files.remove(path_of(2)).has_value());
  CHECK(refused(small_log()).code == ErrorCode::corrupt);
  CHECK(refused(small_log()).message ==
        "the log misses `" + path_of(2) + "`, which stands before `" + path_of(3) + "`");
  files.set_content(path_of(2), files.content(path_of(3)));
  CHECK(refused(small_log()).message ==
        "`" + path_of(2) + "` is damaged at byte 20: the header says that this is segment 3");
  files.set_content(path_of(2), second.substr(0, 5000));
  CHECK(refused(small_log()).message ==
        "`" + path_of(2) + "` is damaged at byte 5000: the file should have 8192 bytes");
  std::string other = second;
  other[8] = 9;
  files.set_content(path_of(2), other);
  CHECK(refused(small_log()).code == ErrorCode::version);
  CHECK(refused(small_log()).message ==
        "`" + path_of(2) + "` has version 9 of the log's format, and this program reads version 1");
  files.set_content(path_of(2), "something else");
  CHECK(refused(small_log()).message == "`" + path_of(2) + "` is damaged at byte 0: this is not a segment of a log");
  files.set_content(path_of(2), second);
  CHECK(open_log(files, kFolder, small_log()).has_value());
}

TEST_CASE("a log that is made anew trusts no old spares") {
  env::SimulatedFiles files;
  {
    auto log = open_or_fail(files, small_log(1)).log;
    claim_or_fail(*log);
  }
  const std::string old = files.content(path_of(1));
  REQUIRE(files.rename(path_of(1), kFolder + "/spare-0000000009.seg").has_value());
  auto log = open_or_fail(files, small_log(1)).log;
  CHECK(log->epoch() == 0);
  CHECK(files.list(kFolder).value() == std::vector<std::string>{"0000000001.seg"});
}

TEST_CASE("prepared space is used, and may be prepared by another thread") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(1)).log;
  claim_or_fail(*log);
  REQUIRE(log->prepare().has_value());
  REQUIRE(log->prepare().has_value());
  CHECK(files.list(kFolder).value().size() == 2);
  const auto made = files.calls(env::DiskCall::preallocate);
  Batch batch;
  batch.add(5, 0, std::string(3000, 'x'));
  append_seen(*log, batch);
  append_seen(*log, batch);
  CHECK(files.calls(env::DiskCall::preallocate) == made);
  CHECK(files.list(kFolder).value() == std::vector<std::string>{"0000000001.seg", "0000000002.seg"});
  std::thread helper([&] {
    for (int i = 0; i < 100; ++i) CHECK_NOTHROW((void)log->prepare());
  });
  for (int i = 0; i < 100; ++i) append_seen(*log, batch);
  helper.join();
  CHECK(open_or_fail(files, small_log(1)).log->heads()[0] == 102);
}

TEST_CASE("the log works on the real disk") {
  char name[] = "/tmp/tend-log-XXXXXX";
  REQUIRE(::mkdtemp(name) != nullptr);
  const std::string folder = std::string(name) + "/data/log";
  std::vector<std::string> expected;
  for (int opening = 0; opening < 3; ++opening) {
    auto opened = open_log(env::real_files(), folder, small_log(4));
    REQUIRE(opened.has_value());
    Log& log = *opened->log;
    CHECK(log.claim("real").value() == static_cast<std::uint32_t>(opening + 1));
    Batch batch;
    for (int i = 0; i < 50; ++i) {
      batch.clear();
      batch.add(5, 2, std::string(100, 'r') + std::to_string(i));
      append_seen(log, batch);
      expected.push_back(std::string(100, 'r') + std::to_string(i));
    }
    std::vector<std::string> payloads;
    for (const SeenBatch& each : read_all(log)) {
      for (const SeenRecord& record : each.records) payloads.push_back(record.payload);
    }
    CHECK(payloads == expected);
  }
  std::filesystem::remove_all(name);
}

}  // namespace
}  // namespace tend::log
