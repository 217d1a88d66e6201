// Receipts find their message, also after the process has ended; who is forgotten leaves nothing.
#include "engine/history/sent.hpp"

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
  REQUIRE((*book)->forget("anna"));
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
