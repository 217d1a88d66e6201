// The history against what was put into the log.
#include "engine/history/history.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/env/draw.hpp"
#include "tests/engine/history/ledger.hpp"

namespace tend::history {
namespace {

using namespace std::string_literals;
using Catch::Contains;
using Catch::EndsWith;

TEST_CASE("a sealed segment's records come back by customer, ticks and the log's own left out") {
  Ledger ledger;
  ledger.deploy(1);
  ledger.fill(1);
  auto history = open_history(ledger.history_folder());
  CHECK(history->indexed_through() == 0);
  CHECK(history->catch_up(ledger.log()) == 1u);
  CHECK(history->indexed_through() == 1);
  ledger.open();  // nothing of this depends on the log's memory
  REQUIRE(history->verify());
  std::size_t records = 0;
  for (const auto& [key, expected] : ledger.expected()) {
    const std::vector<Seen> got = read(*history, key.first, key.second);
    REQUIRE(got.size() <= expected.size());
    CHECK((got == std::vector<Seen>(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(got.size()))));
    records += got.size();
  }
  CHECK(records > 20);
  CHECK(read(*history, 1, "").size() == 1);
  CHECK(read(*history, 1, "nobody").empty());
}

TEST_CASE("history and the rest of the log are read as one, wherever the border is") {
  Ledger ledger;
  ledger.deploy(0);
  ledger.fill(5);
  for (std::uint32_t through = 0; through <= 5; ++through) {
    CAPTURE(through);
    auto history = open_history(ledger.folder().file("history-" + std::to_string(through)));
    for (std::uint32_t segment = 1; segment <= through; ++segment) {
      REQUIRE(history->index_segment(ledger.log(), segment));
    }
    CHECK(history->indexed_through() == through);
    for (const auto& [key, expected] : ledger.expected()) {
      CHECK((read_all(*history, ledger.log(), key.first, key.second) == expected));
    }
    CHECK(read_all(*history, ledger.log(), 2, "nobody").empty());
    CHECK((list(*history, &ledger.log()) == listing(ledger.expected())));
  }
}

TEST_CASE("listing merges customers that only one of the two has") {
  Ledger ledger;
  ledger.event(1, "b");
  ledger.event(2, "a");
  ledger.fill(1);
  auto history = open_history(ledger.history_folder());
  REQUIRE(history->catch_up(ledger.log()));
  for (const char* customer : {"a", "b", "c0", "c", "z"}) ledger.event(1, customer);
  ledger.event(3, "zz");
  ledger.append();
  CHECK((list(*history, &ledger.log()) == listing(ledger.expected())));
  CHECK(list(*history, nullptr).size() < listing(ledger.expected()).size());
}

TEST_CASE("ids that begin alike or hold any byte are kept apart") {
  Ledger ledger;
  const std::vector<std::string> customers = {"a",   "ab",    "a\0"s,      "a\0b"s, "a\0\0"s,
                                              "\0"s, "\xFF"s, "\xFF\xFF"s, "a\xFF"s};
  for (int round = 0; round < 3; ++round) {
    for (const std::string& customer : customers) ledger.event(1, customer, customer + std::to_string(round));
  }
  ledger.append();
  ledger.fill(1);
  auto history = open_history(ledger.history_folder());
  REQUIRE(history->catch_up(ledger.log()));
  for (const std::string& customer : customers) {
    CHECK(read(*history, 1, customer).size() == 3);
    CHECK((read(*history, 1, customer) == ledger.expected(1, customer)));
  }
}

TEST_CASE("who is erased stands in no file, others are as they were, and it still adds up") {
  Ledger ledger;
  // Keys at the very beginning of the store: its table of contents names them.
  const std::vector<std::string> gone = {"!wang-7788", "!anonymous-5566"};
  const auto partition = [](const std::string& id) {
    return static_cast<std::uint16_t>(env::partition_of(id, kPartitions));
  };
  auto history = open_history(ledger.history_folder());
  std::uint64_t records = 0;
  for (std::uint32_t segment = 1; segment <= 4; ++segment) {
    for (const std::string& id : gone) ledger.event(partition(id), id, "a secret of " + id);
    records += gone.size();
    ledger.append();
    ledger.fill(segment);
    REQUIRE(history->catch_up(ledger.log()));
  }
  state::AnswerInput grant{.moment = 7, .customer = gone[0], .granted = true, .amount = 500, .currency = 3};
  grant.budget = "gifts";
  const std::string account = "customer:" + gone[0];
  grant.account = account;
  grant.reason = "because of !wang-7788";
  std::string payload;
  encode(payload, grant);
  log::Batch batch;
  batch.add(static_cast<std::uint8_t>(state::InputKind::answer), partition(gone[0]), payload);
  REQUIRE(ledger.log().append(batch));
  ledger.fill(5);
  REQUIRE(history->catch_up(ledger.log()));
  const auto holds = [&](const std::string& what) {
    for (const auto& file : std::filesystem::directory_iterator(ledger.history_folder())) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
      if (bytes.find(what) != std::string::npos) return true;
    }
    return false;
  };
  for (const std::string& id : gone) REQUIRE(holds(id));
  CHECK(history->erase(kPartitions, std::vector<std::string>{"nobody"}).value() == 0);
  CHECK(history->erase(kPartitions, gone).value() == records);
  for (const std::string& id : gone) CHECK_FALSE(holds(id));
  CHECK_FALSE(holds("a secret of"));
  REQUIRE(history->verify());
  std::size_t others = 0, entries = 0;
  REQUIRE(history->for_each([&](std::string_view customer, const log::Record& record) -> Result<void> {
    if (!customer.starts_with("erased-")) {
      ++others;
      return {};
    }
    ++entries;
    state::AnswerInput kept;
    REQUIRE(decode(record.payload, kept));
    CHECK(kept.amount == 500);
    CHECK(kept.budget == "gifts");
    CHECK(kept.customer == customer);
    CHECK(kept.account == "customer:" + std::string(customer));
    return {};
  }));
  CHECK(entries == 1);
  std::size_t expected = 0;
  for (const auto& [key, all] : ledger.expected()) {
    if (key.second[0] != '!') expected += all.size();
  }
  CHECK(others <= expected);
  CHECK(others > expected / 2);
  // And it goes on, also after opening anew.
  history.reset();
  history = open_history(ledger.history_folder());
  ledger.fill(7);
  REQUIRE(history->catch_up(ledger.log()));
  REQUIRE(history->verify());
}

TEST_CASE("indexing again changes nothing, skipping is refused") {
  Ledger ledger;
  ledger.fill(3);
  auto history = open_history(ledger.history_folder());
  const auto skipped = history->index_segment(ledger.log(), 2);
  REQUIRE_FALSE(skipped);
  CHECK(skipped.error().code == ErrorCode::invalid);
  CHECK_THAT(skipped.error().message, EndsWith("ends with segment 0 of the log and cannot go on with segment 2"));
  REQUIRE(history->catch_up(ledger.log()) == 3u);
  const Listing before = list(*history, nullptr);
  REQUIRE(history->index_segment(ledger.log(), 1));
  REQUIRE(history->index_segment(ledger.log(), 3));
  CHECK(history->catch_up(ledger.log()) == 0u);
  CHECK((list(*history, nullptr) == before));
  REQUIRE(history->verify());
}

TEST_CASE("what is indexed is there after a restart, and indexing goes on") {
  Ledger ledger;
  ledger.fill(2);
  auto history = open_history(ledger.history_folder());
  REQUIRE(history->catch_up(ledger.log()) == 2u);
  history.reset();
  ledger.fill(20);  // more than are kept side by side
  history = open_history(ledger.history_folder());
  CHECK(history->indexed_through() == 2);
  REQUIRE(history->catch_up(ledger.log()) == 18u);
  REQUIRE(history->verify());
  CHECK((list(*history, &ledger.log()) == listing(ledger.expected())));
}

TEST_CASE("what an interrupted indexing left behind is in nobody's way") {
  Ledger ledger;
  ledger.fill(1);
  auto history = open_history(ledger.history_folder());
  history.reset();
  std::ofstream(ledger.history_folder() + "/incoming.tmp") << "half a file";
  history = open_history(ledger.history_folder());
  CHECK_FALSE(std::filesystem::exists(ledger.history_folder() + "/incoming.tmp"));
  std::ofstream(ledger.history_folder() + "/incoming.tmp") << "half a file";
  REQUIRE(history->catch_up(ledger.log()) == 1u);
  REQUIRE(history->verify());
}

TEST_CASE("the log can be trimmed below what is indexed, and not more") {
  Ledger ledger;
  ledger.fill(6);
  auto history = open_history(ledger.history_folder());
  for (std::uint32_t segment = 1; segment <= 3; ++segment) REQUIRE(history->index_segment(ledger.log(), segment));
  REQUIRE(ledger.log().trim(4));
  CHECK((list(*history, &ledger.log()) == listing(ledger.expected())));
  CHECK((read_all(*history, ledger.log(), 1, "c1") == ledger.expected(1, "c1")));
  REQUIRE(ledger.log().trim(6));
  const auto lost =
      history->read_customer(1, "c1", ledger.log(), [](const log::Record&) -> Result<void> { return {}; });
  REQUIRE_FALSE(lost);
  CHECK(lost.error().code == ErrorCode::not_found);
  CHECK_FALSE(history->index_segment(ledger.log(), 4));
}

TEST_CASE("a reader sees what is indexed while the writer goes on") {
  Ledger ledger;
  ledger.fill(2);
  auto before = History::open_for_reading(ledger.history_folder());
  REQUIRE(before);
  CHECK((*before)->indexed_through() == 0);
  CHECK(list(**before, nullptr).empty());

  auto writer = open_history(ledger.history_folder());
  REQUIRE(writer->catch_up(ledger.log()) == 2u);
  auto reader = History::open_for_reading(ledger.history_folder());
  REQUIRE(reader);
  CHECK((*reader)->indexed_through() == 2);
  const Listing two = list(**reader, nullptr);
  CHECK((two == list(*writer, nullptr)));

  ledger.fill(30);  // the writer merges the files that the reader looks at
  REQUIRE(writer->catch_up(ledger.log()) == 28u);
  CHECK((list(**reader, nullptr) == two));
  REQUIRE(ledger.log().trim(30));

  // Both readers meet a log that begins behind what they know: they look again.
  auto log = log::open_log_for_reading(env::real_files(), ledger.folder().file("log"));
  REQUIRE(log);
  CHECK((read_all(**before, **log, 1, "c1") == ledger.expected(1, "c1")));
  CHECK((list(**reader, log->get()) == listing(ledger.expected())));
  CHECK((*reader)->indexed_through() == 30);
  REQUIRE((*reader)->verify());
}

TEST_CASE("segments can be taken in through a log that is open for reading, beside its writer") {
  Ledger ledger;
  auto history = open_history(ledger.history_folder());
  for (const std::uint32_t sealed : {2u, 5u}) {
    ledger.fill(sealed);
    auto log = log::open_log_for_reading(env::real_files(), ledger.folder().file("log"));
    REQUIRE(log);
    REQUIRE(history->catch_up(**log));
    CHECK(history->indexed_through() == sealed);
    CHECK((list(*history, log->get()) == listing(ledger.expected())));
  }
}

TEST_CASE("only one may open it to write") {
  Ledger ledger;
  auto history = open_history(ledger.history_folder());
  const auto second = History::open(ledger.history_folder());
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::in_use);
}

TEST_CASE("a visitor who has seen enough ends the reading") {
  Ledger ledger;
  ledger.fill(2);
  auto history = open_history(ledger.history_folder());
  REQUIRE(history->index_segment(ledger.log(), 1));
  int calls = 0;
  const auto done = history->for_each(ledger.log(), [&](std::string_view, const log::Record&) -> Result<void> {
    if (++calls == 10) return fail(ErrorCode::usage, "enough");
    return {};
  });
  REQUIRE_FALSE(done);
  CHECK(done.error().message == "enough");
  CHECK(calls == 10);
}

TEST_CASE("a history of another log is found out") {
  Ledger ledger;
  ledger.fill(3);
  auto history = open_history(ledger.history_folder());
  REQUIRE(history->catch_up(ledger.log()));
  Ledger younger;
  const auto ahead = history->catch_up(younger.log());
  REQUIRE_FALSE(ahead);
  CHECK(ahead.error().code == ErrorCode::corrupt);
  CHECK_THAT(ahead.error().message, Contains("is ahead of the log: in partition 0 it has record "));
  for (int i = 0; i < 500; ++i) {
    for (std::uint16_t partition = 0; partition < kPartitions; ++partition) younger.event(partition, "other");
    younger.append();
  }
  const auto apart = history->index_segment(younger.log(), 4);
  REQUIRE_FALSE(apart);
  CHECK_THAT(apart.error().message, Contains("they do not belong together"));
}

/// Turns a byte over among the records of every file with this ending.
void damage_files(const std::string& folder, const std::string& ending) {
  int damaged = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (!file.path().string().ends_with(ending) || file.file_size() == 0) continue;
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    const std::streamoff place = 40;  // the records stand first
    bytes.seekg(place);
    const char byte = static_cast<char>(bytes.get() ^ 0x40);
    bytes.seekp(place);
    bytes.put(byte);
    ++damaged;
  }
  REQUIRE(damaged > 0);
}

TEST_CASE("damage is found when it is read, and a damaged history is built anew from the log") {
  Ledger ledger;
  ledger.fill(3);
  const Listing expected = listing(ledger.expected());
  open_history(ledger.history_folder())->catch_up(ledger.log()).value();
  SECTION("in the records") {
    damage_files(ledger.history_folder(), ".sst");
    auto history = History::open(ledger.history_folder());
    const Result<void> verified = history ? (*history)->verify() : tl::unexpected(history.error());
    REQUIRE_FALSE(verified);
    CHECK(verified.error().code == ErrorCode::corrupt);
    CHECK_THAT(verified.error().message, Contains("the history in `" + ledger.history_folder() + "` is damaged"));
  }
  SECTION("in its table of contents") {
    std::ofstream(ledger.history_folder() + "/CURRENT") << "MANIFEST-999999\n";
    auto opened = open_or_rebuild(ledger.history_folder(), ledger.log());
    INFO((opened ? "" : opened.error().message));
    REQUIRE(opened);
    CHECK_THAT(opened->rebuilt, Contains("is damaged") && EndsWith("; it has been built anew from the log"));
    CHECK((list(*opened->history, &ledger.log()) == expected));
    REQUIRE(opened->history->verify());
  }
  SECTION("and the log has been trimmed") {
    std::ofstream(ledger.history_folder() + "/CURRENT") << "MANIFEST-999999\n";
    REQUIRE(ledger.log().trim(2));
    auto opened = open_or_rebuild(ledger.history_folder(), ledger.log());
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::corrupt);
    CHECK_THAT(opened.error().message, EndsWith("the log does not reach back to its beginning, so the history cannot "
                                                "be built anew from it: take it from a backup"));
    CHECK(std::filesystem::exists(ledger.history_folder() + "/CURRENT"));
  }
}

TEST_CASE("a history of another version says so, and is built anew") {
  Ledger ledger;
  ledger.fill(2);
  {
    auto store = Store::open(ledger.history_folder());
    REQUIRE(store);
    Grouping nothing(kPartitions, 0);
    Mark mark{.version = kFormatVersion + 1, .segment = 1, .heads = {0, 0, 0, 0}};
    std::vector<SeenMessage> none;
    REQUIRE((*store)->ingest(nothing, mark, none));
  }
  const auto refused = History::open(ledger.history_folder());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::version);
  const auto opened = open_or_rebuild(ledger.history_folder(), ledger.log());
  REQUIRE(opened);
  CHECK(opened->rebuilt == "the history in `" + ledger.history_folder() +
                               "` was written by another version of tend; it has been built anew from the log");
  CHECK((list(*opened->history, &ledger.log()) == listing(ledger.expected())));
}

TEST_CASE("opening what is sound rebuilds nothing and catches up") {
  Ledger ledger;
  ledger.fill(2);
  auto opened = open_or_rebuild(ledger.history_folder(), ledger.log());
  REQUIRE(opened);
  CHECK(opened->rebuilt.empty());
  CHECK(opened->history->indexed_through() == 2);
}

TEST_CASE("a message from outside is known from the segment it stands in, for as long as is asked") {
  const auto id = [](int number) {
    state::SeenId seen{};
    seen[0] = static_cast<std::uint8_t>(number % 251);
    seen[8] = static_cast<std::uint8_t>(number / 251);
    seen[15] = 1;
    return seen;
  };
  Ledger ledger;
  const env::Moment late = 10 * env::kDay;
  for (int i = 0; i < 400; ++i) {  // over several segments; the last comes twice
    ledger.seen_at(id(i), i);
    if (i == 399) ledger.seen_at(id(i), late);
    ledger.append();
  }
  const std::uint32_t before = ledger.sealed();
  REQUIRE(before >= 1);
  ledger.fill(before + 7);  // so that files are merged
  auto history = open_history(ledger.history_folder());
  std::vector<state::SeenId> ids;
  for (int i = 0; i < 500; ++i) ids.push_back(id(i));
  std::vector<bool> found;
  REQUIRE(history->find_seen(ids, 0, found));
  CHECK(std::count(found.begin(), found.end(), true) == 0);
  REQUIRE(history->catch_up(ledger.log()));
  for (int opening = 0; opening < 2; ++opening) {
    REQUIRE(history->find_seen(ids, 0, found));
    CHECK(found[398]);
    CHECK(found[399]);
    CHECK(std::count(found.begin() + 400, found.end(), true) == 0);
    REQUIRE(history->find_seen(ids, late, found));
    CHECK(std::count(found.begin(), found.end(), true) == 1);
    CHECK(found[399]);
    history.reset();
    history = open_history(ledger.history_folder());
  }
  REQUIRE(history->verify());
  CHECK((list(*history, &ledger.log()) == listing(ledger.expected())));
}

TEST_CASE("all messages of the last week are found, however files were merged") {
  Ledger ledger;
  const auto id = [](int number) {
    state::SeenId seen{};
    std::memcpy(seen.data(), &number, sizeof number);
    seen[15] = 7;
    return seen;
  };
  int next = 0;
  auto history = open_history(ledger.history_folder());
  for (std::uint32_t segment = 1; segment <= 14; ++segment) {
    while (ledger.sealed() < segment) {
      ledger.seen_at(id(next), env::kDay + next);
      ++next;
      ledger.append();
    }
    REQUIRE(history->catch_up(ledger.log()));
  }
  std::vector<state::SeenId> ids;
  for (int i = 0; i < next; ++i) ids.push_back(id(i));
  std::vector<bool> found;
  REQUIRE(history->find_seen(ids, 0, found));
  const auto missing = std::count(found.begin(), found.end(), false);
  CHECK(missing <= 1);  // of the batch that began the last segment
  CHECK(std::find(found.begin(), found.end(), false) >= found.end() - 1);
  REQUIRE(history->find_seen(ids, env::kDay + 10, found));
  CHECK(std::count(found.begin(), found.begin() + 10, true) == 0);
  CHECK(found[10]);
}

}  // namespace
}  // namespace tend::history
