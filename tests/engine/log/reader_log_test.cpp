// Reading beside a running writer.
#include <stdlib.h>
#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/engine/log/seen.hpp"

namespace tend::log {
namespace {

TEST_CASE("a reader sees what is durable, changes nothing and may not write") {
  env::SimulatedFiles files;
  REQUIRE(files.make_folder(kFolder).has_value());
  CHECK(open_log_for_reading(files, kFolder).error().message == "there is no log in `data/log`");
  auto log = open_or_fail(files, small_log(2)).log;
  auto reader = open_log_for_reading(files, kFolder);
  REQUIRE(reader.has_value());
  CHECK(read_all(**reader).empty());
  claim_or_fail(*log);
  std::vector<SeenBatch> expected{owner_batch(1, 1)};
  Batch batch;
  for (int i = 0; i < 50; ++i) {
    batch.clear();
    batch.add(5, 1, std::string(300, 'x'));
    expected.push_back(append_seen(*log, batch, "cursor " + std::to_string(i)));
    CHECK(read_all(**reader) == expected);
    CHECK((*reader)->last_cursor() == "cursor " + std::to_string(i));
    CHECK((*reader)->heads()[1] == log->heads()[1]);
  }
  CHECK((*reader)->epoch() == 1);
  CHECK((*reader)->last_batch() == 51);
  CHECK((*reader)->segments().size() == log->segments().size());
  CHECK((*reader)->segments().back().used_bytes == log->segments().back().used_bytes);
  CHECK((*reader)->claim("me").error().code == ErrorCode::usage);
  CHECK((*reader)->append(batch).error().message == "the log is open for reading only");
  CHECK_FALSE((*reader)->trim(2).has_value());
  const auto writes =
      files.calls(env::DiskCall::write) + files.calls(env::DiskCall::sync) + files.calls(env::DiskCall::rename);
  CHECK(read_all(**reader) == expected);
  CHECK(files.calls(env::DiskCall::write) + files.calls(env::DiskCall::sync) + files.calls(env::DiskCall::rename) ==
        writes);

  REQUIRE(log->trim(3).has_value());
  CHECK(read_after(**reader, {0, 0}).error().code == ErrorCode::not_found);
  CHECK(read_all(**reader).size() < expected.size());
}

TEST_CASE("a reader stops quietly at an unfinished end and refuses damage") {
  env::SimulatedFiles files;
  std::uint64_t ends[3];
  {
    auto log = open_or_fail(files, small_log(1)).log;
    claim_or_fail(*log);
    Batch batch;
    batch.add(5, 0, "one");
    for (std::uint64_t& end : ends) {
      append_seen(*log, batch);
      end = log->segments().back().used_bytes;
    }
  }
  const std::string good = files.content(path_of(1));
  std::string bytes = good;
  bytes[ends[1] + 30] ^= 1;
  files.set_content(path_of(1), bytes);
  auto reader = open_log_for_reading(files, kFolder);
  REQUIRE(reader.has_value());
  CHECK((*reader)->heads()[0] == 2);
  CHECK(files.content(path_of(1)) == bytes);
  bytes = good;
  bytes[ends[0] + 30] ^= 1;
  files.set_content(path_of(1), bytes);
  const auto refused = read_after(**reader, {0});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message ==
        "`" + path_of(1) + "` is damaged at byte " + std::to_string(ends[0]) + ": the checksum of the record is wrong");
  CHECK_FALSE(open_log_for_reading(files, kFolder).has_value());
}

TEST_CASE("a reader beside a writer at full speed sees prefixes, also while segments are dropped") {
  char name[] = "/tmp/tend-reader-XXXXXX";
  REQUIRE(::mkdtemp(name) != nullptr);
  const std::string folder = std::string(name) + "/log";
  auto opened = open_log(env::real_files(), folder, small_log(1, 65536));
  REQUIRE(opened.has_value());
  std::atomic<bool> done{false};
  std::thread writer([&] {
    Log& log = *opened->log;
    if (!log.claim("writer")) return;
    Batch batch;
    for (int i = 0; i < 3000; ++i) {
      batch.clear();
      for (int record = 0; record < 1 + i % 4; ++record)
        batch.add(5, 0, std::to_string(log.heads()[0] + 1 + static_cast<std::uint64_t>(record)));
      if (!log.append(batch)) break;
      if (i % 500 == 499 && !log.trim(log.segments().back().number)) break;
    }
    done = true;
  });
  std::string problem;
  std::uint64_t last = 0;
  int reads = 0;
  while (problem.empty()) {
    const bool finished = done;
    auto reader = open_log_for_reading(env::real_files(), folder);
    if (!reader) {
      problem = reader.error().message;
      break;
    }
    std::vector<std::uint64_t> after = (*reader)->segments().front().heads_before;
    Visitor visitor;
    std::uint64_t expected = after[0];
    visitor.on_record = [&](const Record& record) -> Result<void> {
      if (record.position != ++expected || record.payload != std::to_string(expected)) {
        return fail(ErrorCode::invalid,
                    "position " + std::to_string(record.position) + " is not " + std::to_string(expected));
      }
      return {};
    };
    const auto read = (*reader)->read(after, visitor);
    // The writer may drop a segment under the reader's eyes; then it says just that.
    if (!read && read.error().code != ErrorCode::not_found) problem = read.error().message;
    if (read && expected < last) problem = "the log became shorter";
    if (read) last = expected;
    ++reads;
    if (finished) break;
  }
  writer.join();
  CHECK(problem.empty());
  CHECK(problem == "");
  CHECK(last == 7500);
  CHECK(reads > 3);
  std::filesystem::remove_all(name);
}

}  // namespace
}  // namespace tend::log
