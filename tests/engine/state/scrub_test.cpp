// What a snapshot leaves out of names and blocks, byte by byte; and that a state is the same without it.
#include "engine/state/scrub.hpp"

#include <cstring>

#include "engine/state/interner.hpp"
#include "engine/state/pool.hpp"
#include "tests/support/test.hpp"

using namespace tend::state;

TEST_CASE("texts that nobody has are overwritten, the others keep their numbers") {
  Interner names;
  for (const char* const text : {"anna", "", "13900000001", "bo"}) names.intern(text);
  std::string out = "before";
  names.save(out);
  const std::string whole = out;
  CHECK(scrub_texts(out, 6, {true, true, false, true}) == out.size());
  CHECK(out.find("13900000001") == std::string::npos);
  std::string_view in = std::string_view(out).substr(6);
  Interner back;
  REQUIRE(back.load(in));
  CHECK(in.empty());
  CHECK(back.text(0) == "anna");
  CHECK(back.text(2) == std::string("\xFF\x02\0\0\0", 5) + std::string(6, '\xFF'));
  CHECK(back.find("bo") == 3);
  CHECK(back.find("13900000001") == kNoText);
  CHECK(back.intern("13900000001") == 4);
  std::string same = whole;
  scrub_texts(same, 6, {true, true, true, true});
  CHECK(same == whole);
}

TEST_CASE("of blocks only what is in use is written") {
  Pool pool;
  const std::uint32_t gone = pool.keep("a secret that was"), stays = pool.keep("what is kept of it");
  const std::uint32_t shorter = pool.keep("another long secret");
  pool.release(gone);
  pool.release(shorter);
  const std::uint32_t again = pool.keep("short secretless");  // in a block that held more
  std::string out;
  pool.save(out);
  REQUIRE(out.find("a secret that was") != std::string::npos);
  REQUIRE(out.find("ret") != std::string::npos);
  const auto used = [](std::uint32_t, std::size_t, const char* block) {
    std::uint32_t length = 0;
    std::memcpy(&length, block, sizeof length);
    return UsedBytes{0, sizeof length + length};
  };
  CHECK(scrub_pool(out, 0, used) == out.size());
  CHECK(out.find("a secret that was") == std::string::npos);
  CHECK(out.find("cret\0", 0, 5) == std::string::npos);
  std::string_view in = out;
  Pool back;
  REQUIRE(back.load(in));
  CHECK(back.text(stays) == "what is kept of it");
  CHECK(back.text(again) == "short secretless");
}

TEST_CASE("of a ring only its window is written") {
  Pool pool;
  const std::uint32_t block = pool.take(32);
  std::memcpy(pool.at(block), "old old window.. rest rest rest", 31);
  std::string out;
  pool.save(out);
  scrub_pool(out, 0, [&](std::uint32_t handle, std::size_t size, const char*) {
    CHECK(handle == block);
    CHECK(size == 32);
    return UsedBytes{8, 16};
  });
  CHECK(out.find("old") == std::string::npos);
  CHECK(out.find("rest") == std::string::npos);
  CHECK(out.find("window..") != std::string::npos);
}
