// Building batches.
#include "engine/log/batch.hpp"

#include "engine/log/frame.hpp"
#include "tests/engine/log/seen.hpp"

namespace tend::log {
namespace {

TEST_CASE("a batch holds its records as they came") {
  Batch batch;
  CHECK(batch.empty());
  batch.add(5, 1, "abc");
  std::string& payload = batch.begin(6, 2);
  payload += "built";
  payload.append(" on");
  batch.end();
  batch.add(7, 3, "");
  CHECK(batch.size() == 3);
  CHECK(batch.bytes() == record_bytes(3) + record_bytes(8) + record_bytes(0));
  CHECK(batch.bytes() % 8 == 0);
  std::string seen;
  batch.each([&](const Record& record) {
    seen += std::to_string(record.kind) + "/" + std::to_string(record.partition) + "/" +
            std::to_string(record.position) + "=" + std::string(record.payload) + ";";
  });
  CHECK(seen == "5/1/0=abc;6/2/0=built on;7/3/0=;");
  batch.clear();
  CHECK(batch.empty());
  CHECK(batch.bytes() == 0);
}

TEST_CASE("a batch that is used again keeps its memory") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(1, 1 << 20)).log;
  claim_or_fail(*log);
  Batch batch;
  const void* where = nullptr;
  for (int round = 0; round < 10; ++round) {
    batch.clear();
    for (int i = 0; i < 100; ++i) batch.add(5, 0, "a payload of some length");
    batch.set_cursor("a cursor that is too long to stand in the string itself");
    append_seen(*log, batch);
    const void* now = nullptr;
    batch.each([&](const Record& record) { now = now == nullptr ? record.payload.data() : now; });
    if (round > 0) CHECK(now == where);
    where = now;
  }
}

TEST_CASE("appended records have their positions, epoch and segment") {
  env::SimulatedFiles files;
  auto log = open_or_fail(files, small_log(2)).log;
  claim_or_fail(*log);
  Batch batch;
  batch.add(5, 1, "a");
  batch.add(5, 1, "b");
  batch.add(5, 0, "c");
  REQUIRE(log->append(batch).has_value());
  std::vector<std::uint64_t> positions;
  batch.each([&](const Record& record) {
    positions.push_back(record.position);
    CHECK(record.epoch == 1);
    CHECK(record.segment == 1);
  });
  CHECK(positions == std::vector<std::uint64_t>{1, 2, 1});
  // The same batch once more is new records.
  REQUIRE(log->append(batch).has_value());
  CHECK(log->heads()[1] == 4);
}

}  // namespace
}  // namespace tend::log
