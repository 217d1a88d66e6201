// Crashes at any call of the disk, with any part of what was not synced lost: what was acknowledged is there, the batch
// under way is there as a whole or not at all, and the log goes on.
#include "tests/engine/log/seen.hpp"

namespace tend::log {
namespace {

/// What must be in the log, by batch number, and the batch that may be.
struct Model {
  std::vector<SeenBatch> batches;
  std::optional<SeenBatch> under_way;
};

SeenBatch fill(Batch& batch, const Log& log, std::uint16_t partitions, Chance& chance) {
  SeenBatch seen;
  seen.number = log.last_batch() + 1;
  seen.epoch = log.epoch();
  std::vector<std::uint64_t> heads(log.heads().begin(), log.heads().end());
  batch.clear();
  const std::uint64_t records = 1 + chance.below(5);
  for (std::uint64_t i = 0; i < records; ++i) {
    const auto partition = static_cast<std::uint16_t>(chance.below(partitions));
    const auto kind = static_cast<std::uint8_t>(2 + chance.below(200));
    // Now and then one that needs a segment of its own.
    const std::uint64_t length = chance.below(40) == 0 ? 9000 : chance.below(300);
    const std::string payload(length, static_cast<char>('a' + chance.below(26)));
    batch.add(kind, partition, payload);
    seen.records.push_back({kind, partition, ++heads[partition], payload});
  }
  if (chance.below(3) == 0) {
    seen.has_cursor = true;
    seen.cursor = "cursor " + std::to_string(chance.below(1000));
    batch.set_cursor(seen.cursor);
  }
  return seen;
}

/// Works on the log until the disk is unplugged.
void work(Log& log, Model& model, Chance& chance) {
  SeenBatch owner = owner_batch(log.last_batch() + 1, log.epoch() + 1);
  model.under_way = owner;
  if (!log.claim("node")) return;
  model.batches.push_back(owner);
  Batch batch;
  for (int i = 0; i < 60; ++i) {
    model.under_way.reset();
    const std::uint64_t what = chance.below(10);
    if (what == 0 && !log.prepare()) return;
    if (what == 1) {
      const auto segments = log.segments();
      if (!log.trim(segments[chance.below(segments.size())].number)) return;
    }
    SeenBatch seen = fill(batch, log, 3, chance);
    model.under_way = seen;
    if (!log.append(batch)) return;
    model.batches.push_back(std::move(seen));
    model.under_way.reset();
  }
}

/// The log must hold the end of the model, from wherever its segments begin.
void check(Log& log, Model& model, std::uint64_t seed) {
  const std::vector<SeenBatch> found = read_all(log);
  const std::uint64_t last = log.last_batch();
  if (model.under_way && last == model.under_way->number) model.batches.push_back(*model.under_way);
  const std::uint64_t expected = model.batches.empty() ? 0 : model.batches.back().number;
  if (last != expected) FAIL("seed " << seed << ": batch " << last << " is the last, and " << expected << " should be");
  const std::uint64_t first = log.segments().front().first_batch;
  std::vector<SeenBatch> wanted(model.batches.begin() + static_cast<std::ptrdiff_t>(first - 1), model.batches.end());
  // A first segment without records (an owner alone) is not read at all when records are asked for.
  while (found.size() < wanted.size() && wanted.front().records.empty()) wanted.erase(wanted.begin());
  if (found != wanted) FAIL("seed " << seed << ": the batches differ");
  std::string cursor;
  for (const SeenBatch& batch : model.batches) {
    if (batch.has_cursor) cursor = batch.cursor;
  }
  if (log.last_cursor() != cursor) FAIL("seed " << seed << ": the cursor differs");
}

TEST_CASE("after a crash everything acknowledged is there, and the batch under way whole or not at all") {
  int whole = 0;
  int absent = 0;
  int cuts = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    env::SimulatedFiles files;
    Chance chance{seed};
    Model model;
    for (int life = 0; life < 6; ++life) {
      // The plug may also be pulled while the log is being opened.
      files.unplug_after(chance.below(life == 0 ? 30 : 120));
      auto opened = open_log(files, kFolder, small_log(3));
      if (opened) work(*opened->log, model, chance);
      files.crash(chance.below(1000000));

      auto after = open_log(files, kFolder, small_log(3));
      if (!after) FAIL("seed " << seed << ": " << after.error().message);
      const std::size_t before = model.batches.size();
      const bool was_under_way = model.under_way.has_value();
      check(*after->log, model, seed);
      if (was_under_way) ++(model.batches.size() > before ? whole : absent);
      cuts += after->cut.has_value() ? 1 : 0;
      model.under_way.reset();
    }
  }
  CHECK(whole > 20);
  CHECK(absent > 20);
  CHECK(cuts > 20);
}

TEST_CASE("failing calls without a crash lose nothing that was acknowledged") {
  constexpr env::DiskCall kCalls[] = {env::DiskCall::open,   env::DiskCall::write,       env::DiskCall::sync,
                                      env::DiskCall::rename, env::DiskCall::preallocate, env::DiskCall::sync_folder};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    env::SimulatedFiles files;
    Chance chance{seed + 1000};
    Model model;
    for (int life = 0; life < 6; ++life) {
      const env::DiskCall call = kCalls[chance.below(6)];
      files.fail_next(call, static_cast<unsigned>(chance.below(40)));
      auto opened = open_log(files, kFolder, small_log(3));
      if (opened) work(*opened->log, model, chance);
      if (life % 2 == 1) files.crash(seed);
      files.fail_next(call, 1000000);  // in case it has not come yet
      auto after = open_log(files, kFolder, small_log(3));
      if (!after) FAIL("seed " << seed << ": " << after.error().message);
      check(*after->log, model, seed);
      model.under_way.reset();
    }
  }
}

}  // namespace
}  // namespace tend::log
