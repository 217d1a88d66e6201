// Steps per second of the durable engine over the orders repeated to many customers, beside what an embedded store does
// per step: three RocksDB keys (state, old timer, new timer) with the write-ahead log synced per group of 1,024. And
// the memory it takes.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <stdexcept>

#include "engine/channel/dispatcher.hpp"
#include "engine/run/figures.hpp"
#include "engine/run/indexer.hpp"
#include "engine/simulate/recorded.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/win_back.hpp"
#include "tests/support/compile.hpp"

namespace tend::bench {
namespace {

using simulate::Rows;
using simulate::SourceRow;

Rows load(const program::Program& program, const std::string& orders) {
  simulate::Workspace workspace;
  workspace.folder = ".";
  simulate::Source source;
  source.name = "orders";
  source.file = source.path = orders;
  source.customer = "customer_id";
  source.at = "ordered_at";
  source.event = "order";
  source.fields = {{.name = "amount", .column = "amount", .currency = "USD"},
                   {.name = "quantity", .column = "quantity", .currency = ""}};
  workspace.sources.push_back(source);
  auto rows = simulate::load_sources(workspace, program, {});
  if (!rows) throw std::runtime_error(rows.error().message);
  return std::move(*rows);
}

/// The rows `copies` times over, each time for other customers, in the order of time.
Rows repeated(const Rows& rows, unsigned copies) {
  Rows many;
  many.sources = rows.sources;
  many.rows.reserve(rows.rows.size() * copies);
  for (const SourceRow& row : rows.rows) {
    for (unsigned copy = 0; copy < copies; ++copy) {
      SourceRow next = row;
      const std::string customer = std::string(rows.customer(row)) + "-" + std::to_string(copy);
      next.offset = many.data.size();
      next.customer_size = static_cast<std::uint16_t>(customer.size());
      many.data += customer;
      many.data += rows.fields(row);
      many.rows.push_back(next);
    }
  }
  return many;
}

double rocksdb_steps(const std::string& folder) {
  constexpr std::uint64_t kCustomers = 1'000'000;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = 128 << 20;
  options.max_background_jobs = 2;
  options.recycle_log_file_num = 4;
  rocksdb::DB* raw = nullptr;
  if (!rocksdb::DB::Open(options, folder, &raw).ok()) throw std::runtime_error("RocksDB cannot be opened");
  const std::unique_ptr<rocksdb::DB> db(raw);
  std::uint64_t random = 88172645463325252ull;
  const auto next = [&random] {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    return random;
  };
  const auto key = [](char kind, std::uint64_t a, std::uint64_t b) {
    std::string text(1, kind);
    const std::uint64_t big[2] = {__builtin_bswap64(a), __builtin_bswap64(b)};
    text.append(reinterpret_cast<const char*>(big), kind == 'S' ? 8 : 16);
    return text;
  };
  std::vector<std::uint64_t> due(kCustomers);
  rocksdb::WriteBatch batch;
  for (std::uint64_t id = 0; id < kCustomers; ++id) {
    due[id] = next() % kCustomers;
    batch.Put(key('S', id, 0), std::string(48, 'x'));
    batch.Put(key('T', due[id], id), "");
    if (id % 20000 == 19999) {
      rocksdb::WriteOptions fast;
      fast.disableWAL = true;
      db->Write(fast, &batch);
      batch.Clear();
    }
  }
  std::uint64_t steps = 0;
  const double begin = seconds();
  double now = begin;
  rocksdb::WriteOptions synced;
  synced.sync = true;
  while (now - begin < 3.0) {
    batch.Clear();
    for (int i = 0; i < 1024; ++i) {
      const std::uint64_t id = next() % kCustomers, later = due[id] + next() % kCustomers;
      batch.Put(key('S', id, 0), std::string(48, static_cast<char>('a' + i % 26)));
      batch.Delete(key('T', due[id], id));
      batch.Put(key('T', later, id), "");
      due[id] = later;
    }
    if (!db->Write(synced, &batch).ok()) throw std::runtime_error("RocksDB cannot be written");
    steps += 1024;
    now = seconds();
  }
  return static_cast<double>(steps) / (now - begin);
}

/// Of this process, all threads, in user and system.
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

std::uint64_t steps_of(const run::Figures& figures) {
  return std::accumulate(figures.playbooks[0].reached.begin(), figures.playbooks[0].reached.end(), std::uint64_t{0});
}

}  // namespace

void bench_replay(const std::string& scratch, const std::string& orders, unsigned customers) {
  const program::Program program = test::compile_or_throw(kWinBack);
  const journey::Plan plan(program, "outbox");
  const Rows some = load(program, orders);
  const Rows rows = repeated(some, std::max(1u, customers / 23570));
  const std::string data = scratch + "/data";

  const double peer = rocksdb_steps(scratch + "/rocksdb");
  std::filesystem::remove_all(scratch + "/rocksdb");

  auto folder = run::open_data_folder(env::real_files(), data, 64);
  if (!folder) throw std::runtime_error(folder.error().message);
  const std::vector<channel::ChannelConfig> channels{
      {.name = "outbox", .adapter = "file", .options = {{"path", "outbox.jsonl"}}}};
  auto dispatcher = channel::Dispatcher::open(channels, scratch, channel::real_outside(), channel::Pace::recorded);
  if (!dispatcher) throw std::runtime_error(dispatcher.error().message);
  run::Indexer indexer(*folder);
  run::EngineOptions options{.threads = 2};
  options.history = indexer.hook();
  const std::string bytes = program::serialize(program);
  auto engine = run::Engine::open(std::move(*folder), plan, bytes, {}, options, **dispatcher);
  if (!engine) throw std::runtime_error(engine.error().message);
  const double begin = seconds();
  const double cpu_begin = cpu_seconds();
  const auto done = simulate::run_recorded(
      **engine, rows,
      {.from = *env::parse_moment("1997-01-01", env::utc()), .to = *env::parse_moment("1998-07-01", env::utc())});
  const double time = seconds() - begin;
  const double cpu = cpu_seconds() - cpu_begin;
  if (!done) throw std::runtime_error(done.error().message);
  const run::Figures figures = run::collect_figures((*engine)->partitions());
  const auto rate = static_cast<double>(steps_of(figures)) / time;
  std::printf("  (%zu events, %llu customers, %llu steps in %.2f s, durable, every message in the outbox)\n",
              rows.rows.size(), static_cast<unsigned long long>(figures.customers),
              static_cast<unsigned long long>(steps_of(figures)), time);
  report({"replay steps", rate, "steps/s", "three RocksDB keys, WAL synced per 1,024", peer});
  report({"replay processor time per million steps", cpu / static_cast<double>(steps_of(figures)) * 1e6, "s", "", 0});
  report({"replay inputs (events and outcomes)",
          (static_cast<double>(rows.rows.size()) +
           static_cast<double>(figures.playbooks[0].reached[0] + figures.playbooks[0].reached[2])) /
              time,
          "inputs/s", "", 0});
}

void bench_memory(const std::string& orders) {
  const program::Program program = test::compile_or_throw(kWinBack);
  const journey::Plan plan(program, "outbox");
  const Rows rows = repeated(load(program, orders), 8);
  simulate::AcceptingSender sender;
  const auto engine = run::Engine::in_memory(plan, {.threads = 2, .render = false}, sender);
  // In the middle of the data, when many wait.
  const auto done = simulate::run_recorded(
      *engine, rows,
      {.from = *env::parse_moment("1997-01-01", env::utc()), .to = *env::parse_moment("1997-06-01", env::utc())});
  if (!done) throw std::runtime_error(done.error().message);
  state::State::Memory sum;
  std::uint64_t customers = 0, journeys = 0;
  for (std::uint32_t p = 0; p < engine->partitions().count(); ++p) {
    const auto memory = engine->partitions().state(p).memory();
    sum.customers += memory.customers;
    sum.events += memory.events;
    sum.journeys += memory.journeys;
    customers += engine->partitions().state(p).customer_count();
    journeys += engine->partitions().state(p).journey_count();
  }
  report({"memory per customer (journeys aside)",
          static_cast<double>(sum.customers + sum.events) / static_cast<double>(customers), "bytes", "", 0});
  report({"memory per journey", static_cast<double>(sum.journeys) / static_cast<double>(journeys), "bytes",
          "the record itself", 64});
}

}  // namespace tend::bench
