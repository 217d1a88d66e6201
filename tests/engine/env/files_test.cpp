// The real disk and the simulated one keep the same contract; only the simulated one can be full, fail and crash.
#include "engine/env/files.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "engine/env/files_simulated.hpp"
#include "tests/support/test.hpp"

namespace tend::env {
namespace {

/// A folder on the real disk that goes away.
struct TemporaryFolder {
  TemporaryFolder() {
    char name[] = "/tmp/tend-files-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::string path;
};

std::string read_all(File& file) {
  std::string bytes(1000, '\0');
  const auto got = file.read(0, bytes);
  REQUIRE(got.has_value());
  bytes.resize(*got);
  return bytes;
}

void keeps_the_contract(Files& files, const std::string& base) {
  const std::string folder = base + "/a/b";
  REQUIRE(files.make_folder(folder).has_value());
  REQUIRE(files.make_folder(folder).has_value());
  CHECK(files.exists(folder).value());
  CHECK_FALSE(files.exists(folder + "/x").value());

  const auto missing = files.open(folder + "/x", OpenMode::read);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(missing.error().message == "cannot open `" + folder + "/x`: no such file or directory");
  CHECK_FALSE(files.open(folder + "/x", OpenMode::write).has_value());
  CHECK_FALSE(files.open(base + "/none/x", OpenMode::create).has_value());

  auto file = files.open(folder + "/x", OpenMode::create);
  REQUIRE(file.has_value());
  REQUIRE((*file)->write(0, "hello").has_value());
  REQUIRE((*file)->write(7, "you").has_value());
  CHECK(read_all(**file) == std::string("hello\0\0you", 10));
  CHECK((*file)->size().value() == 10);
  REQUIRE((*file)->truncate(4).has_value());
  CHECK(read_all(**file) == "hell");
  REQUIRE((*file)->preallocate(100).has_value());
  CHECK((*file)->size().value() == 100);
  CHECK(read_all(**file) == "hell" + std::string(96, '\0'));
  REQUIRE((*file)->preallocate(2).has_value());
  CHECK(read_all(**file) == "he");
  REQUIRE((*file)->sync().has_value());

  auto reader = files.open(folder + "/x", OpenMode::read);
  REQUIRE(reader.has_value());
  CHECK_FALSE((*reader)->write(0, "no").has_value());

  REQUIRE(files.rename(folder + "/x", folder + "/y").has_value());
  CHECK(read_all(**reader) == "he");
  REQUIRE(files.sync_folder(folder).has_value());
  REQUIRE(write_whole_file(files, folder + "/w", "first").has_value());
  REQUIRE(write_whole_file(files, folder + "/w", "2nd").has_value());
  CHECK(read_whole_file(files, folder + "/w").value() == "2nd");
  CHECK(files.list(folder).value() == std::vector<std::string>{"w", "y"});
  CHECK(files.list(base + "/a").value() == std::vector<std::string>{"b"});
  REQUIRE(files.remove(folder + "/y").has_value());
  CHECK(files.remove(folder + "/y").error().code == ErrorCode::not_found);
  CHECK(files.rename(folder + "/y", folder + "/z").error().code == ErrorCode::not_found);
  CHECK_FALSE(files.list(base + "/none").has_value());

  auto lock = files.lock_folder(folder);
  REQUIRE(lock.has_value());
  const auto second = files.lock_folder(folder);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == ErrorCode::in_use);
  CHECK(second.error().message.find("is in use by another process (process ") != std::string::npos);
  lock->reset();
  CHECK(files.lock_folder(folder).has_value());
}

TEST_CASE("the real disk keeps the contract of Files") {
  const TemporaryFolder folder;
  keeps_the_contract(real_files(), folder.path);
  CHECK(read_whole_file(real_files(), folder.path + "/a/b/LOCK").value() == std::to_string(::getpid()) + "\n");
  CHECK(read_whole_file(real_files(), "/proc/self/stat")->size() > 10);
}

TEST_CASE("the simulated disk keeps the contract of Files") {
  SimulatedFiles files;
  keeps_the_contract(files, "data");
}

TEST_CASE("paths are taken apart and put together") {
  CHECK(join_path("a", "b") == "a/b");
  CHECK(join_path("a/", "b") == "a/b");
  CHECK(folder_of("a/b/c") == "a/b");
  CHECK(folder_of("a") == ".");
  CHECK(folder_of("/a") == "/");
}

TEST_CASE("a real full disk is said in one sentence") {
  auto file = real_files().open("/dev/full", OpenMode::write);
  if (!file) {
    WARN("skipped: there is no /dev/full");
    return;
  }
  const auto written = (*file)->write(0, "x");
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().message == "the disk is full: cannot write `/dev/full`");
}

TEST_CASE("a crash keeps what was synced and anything of the rest") {
  bool lost = false;
  bool kept = false;
  bool torn = false;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SimulatedFiles files;
    REQUIRE(files.make_folder("d").has_value());
    auto file = files.open("d/x", OpenMode::create);
    REQUIRE((*file)->write(0, "synced").has_value());
    REQUIRE((*file)->sync().has_value());
    REQUIRE(files.sync_folder("d").has_value());
    REQUIRE((*file)->write(6, "-unsynced").has_value());
    files.crash(seed);
    CHECK_FALSE((*file)->write(0, "x").has_value());
    const std::string left = files.content("d/x");
    REQUIRE(left.substr(0, 6) == "synced");
    lost |= left == "synced";
    kept |= left == "synced-unsynced";
    torn |= left.size() > 6 && left.size() < 15;
  }
  CHECK(lost);
  CHECK(kept);
  CHECK(torn);
}

TEST_CASE(
    "a file whose folder was not synced may be gone after a crash, and only a first part of the renames happened") {
  bool gone = false;
  bool there = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SimulatedFiles files;
    REQUIRE(files.make_folder("d").has_value());
    auto file = files.open("d/x", OpenMode::create);
    REQUIRE((*file)->write(0, "synced").has_value());
    REQUIRE((*file)->sync().has_value());
    REQUIRE(files.rename("d/x", "d/y").has_value());
    files.crash(seed);
    const bool x = files.exists("d/x").value();
    const bool y = files.exists("d/y").value();
    CHECK_FALSE((x && y));
    gone |= !x && !y;
    there |= y;
    if (y) CHECK(files.content("d/y") == "synced");
  }
  CHECK(gone);
  CHECK(there);
}

TEST_CASE("a whole file is replaced or not, whatever a crash does") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SimulatedFiles files;
    REQUIRE(files.make_folder("d").has_value());
    REQUIRE(write_whole_file(files, "d/x", "old").has_value());
    files.fail_next(DiskCall::sync_folder);
    CHECK_FALSE(write_whole_file(files, "d/x", "new content").has_value());
    files.crash(seed);
    const std::string left = files.content("d/x");
    CHECK((left == "old" || left == "new content"));
  }
}

TEST_CASE("a failed sync loses its writes, though they can be read until a crash") {
  SimulatedFiles files;
  REQUIRE(files.make_folder("d").has_value());
  auto file = files.open("d/x", OpenMode::create);
  REQUIRE(files.sync_folder("d").has_value());
  REQUIRE((*file)->write(0, "abc").has_value());
  files.fail_next(DiskCall::sync);
  CHECK_FALSE((*file)->sync().has_value());
  CHECK((*file)->sync().has_value());
  CHECK(files.content("d/x") == "abc");
  files.crash(1);
  CHECK(files.content("d/x").empty());
}

TEST_CASE("a full simulated disk takes what fits and says so") {
  SimulatedFiles files;
  REQUIRE(files.make_folder("d").has_value());
  auto file = files.open("d/x", OpenMode::create);
  files.set_capacity(4);
  const auto written = (*file)->write(0, "abcdef");
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().message == "the disk is full: cannot write `d/x`");
  CHECK(files.used_bytes() == 4);
  CHECK((*file)->write(0, "wxyz").has_value());
  CHECK_FALSE((*file)->preallocate(5).has_value());
  files.set_capacity(std::nullopt);
  CHECK((*file)->write(0, "abcdef").has_value());
}

TEST_CASE("an unplugged disk answers nothing, and keeps what was under way for the crash to decide") {
  bool lost = false;
  bool kept = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SimulatedFiles files;
    REQUIRE(files.make_folder("d").has_value());
    auto file = files.open("d/x", OpenMode::create);
    REQUIRE(files.sync_folder("d").has_value());
    files.unplug_after(1);
    CHECK((*file)->write(0, "abc").has_value());
    CHECK_FALSE((*file)->sync().has_value());
    CHECK_FALSE((*file)->write(0, "abc").has_value());
    CHECK_FALSE(files.list("d").has_value());
    files.crash(seed);
    CHECK(files.list("d").has_value());
    lost |= files.content("d/x").empty();
    kept |= files.content("d/x") == "abc";
  }
  CHECK(lost);
  CHECK(kept);
}

TEST_CASE("a chosen call fails once") {
  SimulatedFiles files;
  REQUIRE(files.make_folder("d").has_value());
  files.fail_next(DiskCall::open, 1);
  CHECK(files.open("d/x", OpenMode::create).has_value());
  CHECK_FALSE(files.open("d/x", OpenMode::create).has_value());
  CHECK(files.open("d/x", OpenMode::create).has_value());
  CHECK(files.calls(DiskCall::open) == 3);
}

}  // namespace
}  // namespace tend::env
