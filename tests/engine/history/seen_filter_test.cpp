// What the filter may say and what it may never say.
#include "engine/history/seen_filter.hpp"

#include <cstring>

#include "tests/support/test.hpp"

namespace tend::history {
namespace {

constexpr std::size_t kPart = 1024;

/// Ids that are as any hash is.
std::vector<SeenMessage> messages(std::uint64_t from, std::uint64_t count, env::Moment moment) {
  std::vector<SeenMessage> made;
  for (std::uint64_t n = from; n < from + count; ++n) {
    SeenMessage& one = made.emplace_back();
    // splitmix64
    std::uint64_t word = n * 2;
    for (std::size_t half = 0; half < 2; ++half) {
      std::uint64_t z = (word++ + 1) * 0x9E3779B97F4A7C15ull;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
      z ^= z >> 31;
      std::memcpy(one.id.data() + 8 * half, &z, sizeof z);
    }
    one.moment = moment;
  }
  return made;
}

std::size_t maybe(const SeenFilter& filter, const std::vector<SeenMessage>& of) {
  std::vector<state::SeenId> ids;
  for (const SeenMessage& one : of) ids.push_back(one.id);
  std::vector<std::uint32_t> found;
  filter.find(ids, found);
  return found.size();
}

TEST_CASE("all that was added is found, and next to nothing else") {
  SeenFilter filter(kPart);
  const auto added = messages(0, 3 * kPart, 10), others = messages(1'000'000, 10'000, 10);
  CHECK(maybe(filter, added) == 0);
  filter.add(added, 0);
  CHECK(maybe(filter, added) == added.size());
  CHECK(maybe(filter, others) < 100);
}

TEST_CASE("more than there is room for is found all the same") {
  SeenFilter filter(kPart);
  const auto added = messages(0, 2 * SeenFilter::kParts * kPart, 10);
  filter.add(added, 0);
  CHECK(maybe(filter, added) == added.size());
}

TEST_CASE("what is too old makes room for what is new") {
  SeenFilter filter(kPart);
  const auto old = messages(0, SeenFilter::kParts * kPart, 10), now = messages(1'000'000, kPart, 20);
  filter.add(old, 0);
  filter.add(now, 11);
  CHECK(maybe(filter, now) == now.size());
  const std::vector<SeenMessage> gone(old.begin(), old.begin() + kPart), left(old.begin() + kPart, old.end());
  CHECK(maybe(filter, gone) < kPart / 10);
  CHECK(maybe(filter, left) == left.size());
}

TEST_CASE("what is young stays, however much comes, and what comes then does not keep the old") {
  SeenFilter filter(kPart);
  const auto old = messages(0, SeenFilter::kParts * kPart, 10), more = messages(1'000'000, 2 * kPart, 15),
             late = messages(2'000'000, kPart, 30);
  filter.add(old, 0);
  filter.add(more, 9);
  CHECK(maybe(filter, old) == old.size());
  CHECK(maybe(filter, more) == more.size());
  filter.add(late, 11);
  CHECK(maybe(filter, late) == late.size());
  CHECK(maybe(filter, more) == more.size());
  const std::vector<SeenMessage> gone(old.begin(), old.begin() + kPart);
  CHECK(maybe(filter, gone) < kPart / 4);  // one part holds three times its own
}

}  // namespace
}  // namespace tend::history
