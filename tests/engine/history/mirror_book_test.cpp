// What platforms have still to be told outlives the process, once for each change; who is forgotten leaves nothing.
#include "engine/history/mirror_book.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"

namespace tend::history {
namespace {

constexpr env::Moment kFar = INT64_MAX;

struct Open {
  explicit Open(const std::string& folder) {
    auto opened = MirrorBook::open(folder);
    if (!opened) FAIL(opened.error().message);
    book = std::move(*opened);
  }
  void wish(const std::string& customer, const std::string& tag, std::uint64_t position) {
    const TagTask task{.channel = "wecom", .customer = customer, .tag = tag};
    const ToldThrough through{3, position};
    REQUIRE(book->add(std::span(&task, 1), {}, std::span(&through, 1)));
  }
  void move(const std::string& from, const std::string& to) {
    const Transfer transfer{.channel = "wecom", .address = "wm1", .customer = "c1", .from = from, .to = to};
    REQUIRE(book->add({}, std::span(&transfer, 1), {}));
  }
  std::vector<TagTask> tags(env::Moment now = 0) {
    std::string after;
    env::Moment earliest = kFar;
    return book->tags("wecom", after, 100, now, earliest);
  }
  Transfer transfer() {
    auto there = book->transfer_of("wecom", "wm1");
    REQUIRE(there.has_value());
    return *there;
  }
  std::unique_ptr<MirrorBook> book;
};

TEST_CASE("what is to be told stays until it is told, and what changes meanwhile is told again") {
  const TempFolder folder;
  {
    Open open(folder.path());
    CHECK_FALSE(open.book->through(3).has_value());
    open.wish("c1", "vip", 7);
    open.wish("c2", "vip", 8);
    open.wish("c1", "vip", 9);
    CHECK(open.book->waiting("wecom") == 2);
    CHECK(open.book->through(3) == 9u);
  }
  Open open(folder.path());
  CHECK(open.book->waiting("wecom") == 2);
  CHECK(open.book->through(3) == 9u);
  CHECK_FALSE(open.book->through(4).has_value());
  const std::vector<TagTask> read = open.tags();
  REQUIRE(read.size() == 2);
  open.wish("c1", "vip", 10);
  REQUIRE(open.book->done(read));
  const std::vector<TagTask> left = open.tags();
  REQUIRE(left.size() == 1);
  CHECK(left[0].customer == "c1");
  CHECK(open.book->waiting("wecom") == 1);

  std::vector<TagTask> again = left;
  again[0].tries = 4;
  again[0].not_before = 1000;
  REQUIRE(open.book->later(again));
  CHECK(open.tags(999).empty());
  REQUIRE(open.tags(1000).size() == 1);
  CHECK(open.tags(1000)[0].tries == 4);
  std::string after;
  env::Moment earliest = kFar;
  open.book->tags("wecom", after, 100, 999, earliest);
  CHECK(earliest == 1000);
  CHECK(open.book->tags("another", after = {}, 100, 1000, earliest).empty());
}

TEST_CASE("pages of tasks have each of them once") {
  const TempFolder folder;
  Open open(folder.path());
  for (int i = 0; i < 25; ++i) open.wish("c" + std::to_string(i), "vip", 1);
  std::string after;
  std::vector<std::string> seen;
  for (int page = 0; page < 4; ++page) {
    env::Moment earliest = kFar;
    for (const TagTask& task : open.book->tags("wecom", after, 10, 0, earliest)) seen.push_back(task.customer);
  }
  std::sort(seen.begin(), seen.end());
  CHECK(seen.size() == 25);
  CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
}

TEST_CASE("a transfer that was not called goes to the last member at once, one that was goes on from there") {
  const TempFolder folder;
  Open open(folder.path());
  open.move("a", "b");
  Transfer read = open.transfer();
  open.move("b", "c");
  CHECK(open.transfer().from == "a");
  CHECK(open.transfer().to == "c");
  // Who has read it before must not call for the member of then.
  read.phase = Transfer::Phase::called;
  CHECK(open.book->put(read) == false);
  Transfer now = open.transfer();
  now.phase = Transfer::Phase::called;
  REQUIRE(open.book->put(now) == true);
  open.move("c", "d");
  CHECK(open.transfer().to == "c");
  CHECK(open.transfer().next == "d");
  now.phase = Transfer::Phase::begun;
  REQUIRE(open.book->put(now) == true);
  CHECK(open.transfer().next == "d");
  CHECK(open.book->waiting("wecom") == 1);
  REQUIRE(open.book->end(now, 50));
  CHECK(open.transfer().from == "c");
  CHECK(open.transfer().to == "d");
  CHECK(open.transfer().phase == Transfer::Phase::wanted);
  CHECK(open.book->waiting("wecom") == 1);
}

TEST_CASE("who was refused is with the member before, also for the transfer after it") {
  const TempFolder folder;
  Open open(folder.path());
  open.move("a", "b");
  Transfer one = open.transfer();
  one.phase = Transfer::Phase::called;
  REQUIRE(open.book->put(one) == true);
  one.reason = "customer_refused";
  REQUIRE(open.book->end(one, 50));
  CHECK(open.transfer().phase == Transfer::Phase::ended);
  CHECK(open.book->waiting("wecom") == 0);
  open.move("b", "c");
  CHECK(open.transfer().from == "a");
  CHECK(open.transfer().to == "c");
  CHECK(open.book->waiting("wecom") == 1);
}

TEST_CASE("who is forgotten is in no file of it") {
  const TempFolder folder;
  {
    Open open(folder.path());
    open.wish("zebra-0017", "vip", 1);
    open.wish("c2", "vip", 2);
    const Transfer transfer{
        .channel = "wecom", .address = "wm-zebra", .customer = "zebra-0017", .from = "a", .to = "b"};
    REQUIRE(open.book->add({}, std::span(&transfer, 1), {}));
    CHECK(open.book->waiting("wecom") == 3);
    const std::vector<std::string> gone = {"zebra-0017"};
    REQUIRE(open.book->forget(gone));
    CHECK(open.book->waiting("wecom") == 1);
    CHECK_FALSE(open.book->transfer_of("wecom", "wm-zebra").has_value());
    REQUIRE(open.tags().size() == 1);
  }
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    INFO(file.path().string());
    CHECK(bytes.find("zebra") == std::string::npos);
  }
}

}  // namespace
}  // namespace tend::history
