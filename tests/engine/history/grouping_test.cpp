// Gathering records by customer, against a map.
#include "engine/history/grouping.hpp"

#include <map>
#include <random>

#include "engine/history/entry.hpp"
#include "tests/support/test.hpp"

namespace tend::history {
namespace {

using namespace std::string_literals;
using Groups = std::vector<std::tuple<std::uint16_t, std::string, std::vector<std::uint64_t>>>;

/// Groups records whose payload is the customer; their positions in the groups.
Groups group(const std::vector<std::pair<std::uint16_t, std::string>>& records) {
  Grouping grouping(3, 1000);
  std::uint64_t position = 0;
  for (const auto& [partition, customer] : records) {
    const std::string payload = "head" + customer + "tail";
    const log::Record record{5, partition, 1, ++position, payload, 1};
    grouping.add(record, record.payload.substr(4, customer.size()));
  }
  Groups groups;
  for (Group next; grouping.next(next);) {
    std::vector<std::uint64_t> positions;
    log::Record record;
    for (std::string_view rest = next.value; !rest.empty();) {
      REQUIRE(take_record(rest, record));
      CHECK(record.payload == "head" + std::string(next.customer) + "tail");
      positions.push_back(record.position);
    }
    CHECK(next.records == positions.size());
    groups.emplace_back(next.partition, next.customer, positions);
  }
  return groups;
}

Groups by_map(const std::vector<std::pair<std::uint16_t, std::string>>& records) {
  std::map<std::pair<std::uint16_t, std::string>, std::vector<std::uint64_t>> map;
  std::uint64_t position = 0;
  for (const auto& record : records) map[record].push_back(++position);
  Groups groups;
  for (const auto& [key, positions] : map) groups.emplace_back(key.first, key.second, positions);
  return groups;
}

TEST_CASE("no records, no groups") { CHECK(group({}).empty()); }

TEST_CASE("groups come by partition and customer, each in the order of the log") {
  CHECK(group({{2, "b"}, {0, "b"}, {2, "a"}, {2, "b"}, {0, "b"}}) ==
        Groups{{0, "b", {2, 5}}, {2, "a", {3}}, {2, "b", {1, 4}}});
}

TEST_CASE("ids of any kind are grouped as a map groups them") {
  const std::vector<std::vector<std::string>> shops = {
      {"a", "ab", "", "a\0"s, "a\0\0"s, "\xFF", "b"},
      {"customer-0000001", "customer-0000002", "customer-000000", "customer-00000010", "customer-1"},
      {"", "", "x"},
      {"same"},
      {"long-and-alike-in-the-middle-1", "long-and-alike-in-the-middle-2", "lonG",
       "long-and-alike-in-the-middle-1\0"s}};
  for (std::size_t shop = 0; shop < shops.size(); ++shop) {
    CAPTURE(shop);
    std::mt19937 random(static_cast<unsigned>(shop));
    std::vector<std::pair<std::uint16_t, std::string>> records;
    for (int i = 0; i < 500; ++i) records.emplace_back(random() % 3, shops[shop][random() % shops[shop].size()]);
    CHECK((group(records) == by_map(records)));
  }
}

TEST_CASE("random bytes are grouped as a map groups them") {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::pair<std::uint16_t, std::string>> records;
    for (int i = 0; i < 200; ++i) {
      std::string id(random() % 12, '\0');
      for (char& byte : id) byte = static_cast<char>(random() % 2 == 0 ? 0 : random() % 3 + 254);
      records.emplace_back(random() % 3, id);
    }
    REQUIRE((group(records) == by_map(records)));
  }
}

}  // namespace
}  // namespace tend::history
