// Receipts find their message, also after the process has ended; who is forgotten leaves nothing.
#include "engine/history/sent.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using history::Sent;
using history::SentBook;

TEST_CASE("a receipt finds its message by key, by the platform's name, by the address", "[sent]") {
  const TempFolder folder;
  const Sent first{{1, 2}, 1000, "anna", "welcome", "hello", "sms"};
  const Sent second{{3, 4}, 2000, "anna", "welcome", "again", "sms"};
  {
    auto book = SentBook::open(folder.file("sent"));
    REQUIRE(book);
    REQUIRE((*book)->called(first, "+8613900001234"));
    REQUIRE((*book)->called(second, "+8613900001234"));
    REQUIRE((*book)->named("sms", "biz-1", first.key));
    REQUIRE_FALSE(SentBook::open(folder.file("sent")));
  }
  auto book = SentBook::open(folder.file("sent"));
  REQUIRE(book);
  const auto by_key = (*book)->by_key(first.key);
  REQUIRE(by_key);
  CHECK(by_key->customer == "anna");
  CHECK(by_key->message == "hello");
  REQUIRE((*book)->by_provider_id("sms", "biz-1"));
  CHECK((*book)->by_provider_id("sms", "biz-1")->at == 1000);
  CHECK_FALSE((*book)->by_provider_id("mail", "biz-1"));
  REQUIRE((*book)->by_address("sms", "+8613900001234"));
  CHECK((*book)->by_address("sms", "+8613900001234")->message == "again");
  CHECK_FALSE((*book)->by_address("mail", "+8613900001234"));

  REQUIRE((*book)->called({{5, 6}, 3000, "annabel", "welcome", "hello", "sms"}, "+8613900009999"));
  REQUIRE((*book)->forget(std::vector<std::string>{"anna"}));
  CHECK_FALSE((*book)->by_key(first.key));
  CHECK_FALSE((*book)->by_key(second.key));
  CHECK_FALSE((*book)->by_provider_id("sms", "biz-1"));
  CHECK_FALSE((*book)->by_address("sms", "+8613900001234"));
  CHECK((*book)->by_address("sms", "+8613900009999"));
}

TEST_CASE("what was called and not committed is surely not out; of what is not known that cannot be said", "[sent]") {
  const TempFolder folder;
  const Sent first{{1, 2}, 1000, "anna", "welcome", "hello", "mail"};
  {
    auto book = SentBook::open(folder.file("sent"));
    REQUIRE(book);
    CHECK((*book)->may_be_out(first.key));
    CHECK((*book)->may_be_out({7, 8}));
    REQUIRE((*book)->called(first, "a@b.test"));
    CHECK_FALSE((*book)->may_be_out(first.key));
    REQUIRE((*book)->committed(first.key));
  }
  {
    auto book = SentBook::open(folder.file("sent"));
    REQUIRE(book);
    CHECK((*book)->may_be_out(first.key));
    CHECK_FALSE((*book)->may_be_out({7, 8}));     // killed before called()
    REQUIRE((*book)->called(first, "a@b.test"));  // it came back, and is tried again
    CHECK_FALSE((*book)->may_be_out(first.key));
  }
  CHECK_FALSE((*SentBook::open(folder.file("sent")))->may_be_out(first.key));
  // What the machine's end took of the disk nobody knows.
  for (const char* boot : {"another run of the machine", ""})
    CHECK((*SentBook::open(folder.file("sent"), boot))->may_be_out(first.key));
}

TEST_CASE("who is forgotten stands in no file of the book", "[sent]") {
  const TempFolder folder;
  const auto holds = [&](const std::string& what) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder.path())) {
      if (!file.is_regular_file()) continue;
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
      if (bytes.find(what) != std::string::npos) return true;
    }
    return false;
  };
  const auto add = [](SentBook& book, std::uint64_t i, const std::string& customer) {
    REQUIRE(book.called({{i, i}, 1000, customer, "welcome", "hello", "sms"}, "+86139" + std::to_string(i)));
    REQUIRE(book.named("sms", "biz-" + customer + std::to_string(i), {i, i}));
  };
  {
    auto book = SentBook::open(folder.file("sent"));
    REQUIRE(book);
    for (std::uint64_t i = 1; i < 20; ++i) add(**book, i, i % 2 == 0 ? "aaa-wang-7788" : "bo");
  }
  auto book = SentBook::open(folder.file("sent"));  // files beside RocksDB's own log
  REQUIRE(book);
  add(**book, 20, "aaa-wang-7788");
  REQUIRE(holds("aaa-wang-7788"));
  REQUIRE((*book)->forget(std::vector<std::string>{"aaa-wang-7788"}));
  CHECK_FALSE(holds("aaa-wang-7788"));
  CHECK((*book)->by_key({3, 3})->customer == "bo");
  CHECK((*book)->by_provider_id("sms", "biz-bo3"));
}
