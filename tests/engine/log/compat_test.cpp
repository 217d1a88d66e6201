// A log that the first version of the format wrote must open for ever. Its files are never written again; a new version
// gets a folder of its own.
#include <cstdlib>

#include "tests/engine/log/seen.hpp"

namespace tend::log {
namespace {

const std::string kGolden = "tests/golden/compat/log-v1";

/// What is in the golden log: two openings, three partitions, every kind of content.
std::vector<SeenBatch> write_example(env::Files& files) {
  std::vector<SeenBatch> batches;
  Batch batch;
  {
    auto log = open_or_fail(files, small_log(3)).log;
    claim_or_fail(*log, "first node");
    batches.push_back(owner_batch(1, 1, "first node"));
    batch.add(5, 0, "an event");
    batch.add(4, 2, "");
    batch.add(254, 1, std::string("\0\x01\xFE\xFF", 4));
    batches.push_back(append_seen(*log, batch, "orders.csv:17"));
  }
  auto log = open_or_fail(files, small_log(3)).log;
  claim_or_fail(*log, "第二");
  batches.push_back(owner_batch(3, 2, "第二"));
  for (int i = 0; i < 3; ++i) {
    batch.clear();
    batch.add(5, 0, std::string(1200, static_cast<char>('a' + i)));
    batches.push_back(append_seen(*log, batch));
  }
  batch.clear();
  batch.add(6, 1, "the last");
  batches.push_back(append_seen(*log, batch, "orders.csv:18"));
  return batches;
}

TEST_CASE("a log of format version 1 opens") {
  env::SimulatedFiles written;
  const std::vector<SeenBatch> expected = write_example(written);
  const std::vector<std::string> names = written.list(kFolder).value();
  CHECK(names == std::vector<std::string>{"0000000001.seg", "0000000002.seg"});

  // Written once, when the format was new, with an unfinished batch at the end.
  if (std::getenv("UPDATE_GOLDEN") != nullptr && !env::real_files().exists(kGolden).value()) {
    REQUIRE(env::real_files().make_folder(kGolden).has_value());
    auto log = open_or_fail(written, small_log(3)).log;
    const std::uint64_t end = log->segments().back().used_bytes;
    claim_or_fail(*log, "torn");
    std::string bytes = written.content(path_of(2));
    bytes[end + 30] ^= 1;
    written.set_content(path_of(2), bytes);
    for (const std::string& name : names) {
      REQUIRE(env::write_whole_file(env::real_files(), kGolden + "/" + name, written.content(kFolder + "/" + name))
                  .has_value());
    }
  }

  env::SimulatedFiles golden;
  REQUIRE(golden.make_folder(kFolder).has_value());
  for (const std::string& name : names) {
    auto content = env::read_whole_file(env::real_files(), kGolden + "/" + name);
    REQUIRE(content.has_value());
    golden.set_content(kFolder + "/" + name, *content);
  }
  auto opened = open_or_fail(golden, small_log(3));
  CHECK(read_all(*opened.log) == expected);
  CHECK(opened.cut.has_value());
  CHECK(opened.log->epoch() == 2);
  CHECK(opened.log->last_cursor() == "orders.csv:18");
  claim_or_fail(*opened.log);
  // Today's writer still writes the same bytes.
  CHECK(golden.content(path_of(1)) == written.content(path_of(1)));
}

}  // namespace
}  // namespace tend::log
