// Reading beside a running writer.
#include <stdlib.h>
#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/engine/log/seen.hpp"

namespace tend::log {
namespace {

/// A disk on which something happens in the middle of the next long read, when its first `split` bytes have been read.
class InterruptedFiles final : public env::Files {
 public:
  explicit InterruptedFiles(env::Files& files) : files_(files) {}
  void interrupt(std::uint64_t split, std::function<void()> event) {
    split_ = split;
    event_ = std::move(event);
  }

  Result<std::unique_ptr<env::File>> open(const std::string& path, env::OpenMode mode) override {
    auto file = files_.open(path, mode);
    if (!file) return file;
    return std::make_unique<Interrupted>(*this, std::move(*file));
  }
  Result<bool> exists(const std::string& path) override { return files_.exists(path); }
  Result<void> rename(const std::string& from, const std::string& to) override { return files_.rename(from, to); }
  Result<void> remove(const std::string& path) override { return files_.remove(path); }
  Result<std::vector<std::string>> list(const std::string& folder) override { return files_.list(folder); }
  Result<void> make_folder(const std::string& folder) override { return files_.make_folder(folder); }
  Result<void> sync_folder(const std::string& folder) override { return files_.sync_folder(folder); }
  Result<std::unique_ptr<env::FolderLock>> lock_folder(const std::string& folder) override {
    return files_.lock_folder(folder);
  }

 private:
  class Interrupted final : public env::File {
   public:
    Interrupted(InterruptedFiles& disk, std::unique_ptr<env::File> file) : disk_(disk), file_(std::move(file)) {}
    Result<std::size_t> read(std::uint64_t offset, std::span<char> to) override {
      if (!disk_.event_ || offset >= disk_.split_ || offset + to.size() <= disk_.split_) return file_->read(offset, to);
      const auto first = file_->read(offset, to.first(disk_.split_ - offset));
      if (!first) return first;
      std::exchange(disk_.event_, nullptr)();
      const auto rest = file_->read(disk_.split_, to.subspan(disk_.split_ - offset));
      if (!rest) return rest;
      return *first + *rest;
    }
    Result<void> write(std::uint64_t offset, std::string_view bytes) override { return file_->write(offset, bytes); }
    Result<void> sync() override { return file_->sync(); }
    Result<std::uint64_t> size() override { return file_->size(); }
    Result<void> truncate(std::uint64_t size) override { return file_->truncate(size); }
    Result<void> preallocate(std::uint64_t size) override { return file_->preallocate(size); }

   private:
    InterruptedFiles& disk_;
    std::unique_ptr<env::File> file_;
  };

  env::Files& files_;
  std::uint64_t split_ = 0;
  std::function<void()> event_;
};

TEST_CASE("a reader that meets the writer in the middle of a batch looks twice before it says damage") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(1)).log;
  claim_or_fail(*log);
  Batch batch;
  batch.add(5, 0, std::string(200, 'x'));
  append_seen(*log, batch);
  InterruptedFiles interrupted(files);
  auto reader = open_log_for_reading(interrupted, kFolder);
  REQUIRE(reader.has_value());
  // The first part of the next batch is read before it is written, its end and two more batches after.
  const auto write_three = [&] {
    for (int i = 0; i < 3; ++i) append_seen(*log, batch);
  };
  interrupted.interrupt(log->segments().back().used_bytes + 50, write_three);
  const std::vector<SeenBatch> seen = read_all(**reader);
  CHECK(seen.size() == 5);
  CHECK((*reader)->heads()[0] == 4);
  // Behind the writer's end, the same shows only what was there at first.
  interrupted.interrupt(4096 + 10, write_three);
  CHECK(read_all(**reader).size() >= 5);
  CHECK(read_all(**reader).size() == 8);
}

TEST_CASE("a reader whose segment is used again for another says that it was dropped") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(1)).log;
  claim_or_fail(*log);
  Batch batch;
  batch.add(5, 0, std::string(1500, 'x'));
  while (log->segments().size() < 3) append_seen(*log, batch);
  InterruptedFiles interrupted(files);
  auto reader = open_log_for_reading(interrupted, kFolder);
  REQUIRE(reader.has_value());
  interrupted.interrupt(4096 + 100, [&] {
    REQUIRE(log->trim(3).has_value());
    while (log->segments().back().number < 6) append_seen(*log, batch);
  });
  const auto read = read_after(**reader, {0});
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().code == ErrorCode::not_found);
  CHECK(read.error().message == "`data/log/0000000001.seg` was dropped while it was being read");
}

TEST_CASE("who wants the sealed segments alone is not told of what stands behind them") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(1)).log;
  claim_or_fail(*log);
  Batch batch;
  batch.add(5, 0, std::string(1500, 'x'));
  while (log->segments().size() < 3) append_seen(*log, batch);
  append_seen(*log, batch);
  auto reader = open_sealed_log_for_reading(files, kFolder);
  REQUIRE(reader.has_value());
  const std::vector<SegmentInfo> segments = (*reader)->segments();
  REQUIRE(segments.size() == 3);
  CHECK((*reader)->heads()[0] == segments[2].heads_before[0]);
  CHECK(log->heads()[0] > (*reader)->heads()[0]);
  std::uint64_t last = 0;
  const auto note = [&](const Record& record) -> Result<void> {
    last = record.position;
    return {};
  };
  REQUIRE((*reader)->read_segment(2, {note, nullptr}).has_value());
  CHECK(last == segments[2].heads_before[0]);
  // Damage behind them is nothing to it.
  std::string bytes = files.content(path_of(3));
  bytes[4096 + 30] ^= 1;
  files.set_content(path_of(3), bytes);
  CHECK(open_sealed_log_for_reading(files, kFolder).has_value());
}

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
