// Five-step journeys on the engine as `serve` drives it (live time, durable log), beside the floor (journey_floor.cpp)
// and BullMQ (journey_peer.py) in the same run. The adapter takes everything at once, so that the engine is what is
// measured.
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>

#include "engine/env/clock.hpp"
#include "engine/run/figures.hpp"
#include "engine/run/indexer.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/journey.hpp"
#include "tests/support/compile.hpp"

namespace tend::bench {
namespace {

constexpr const char* kJourney = R"(customer { spend number; pause duration }
event begin {}
policy { timezone "UTC" }
playbook journey {
  enter on begin
  if customer.spend > 500 {
    send gold
  } else {
    send plain
  }
  wait customer.pause default 1 hour
  send last
}
message gold { text "For those who spend." }
message plain { text "For everybody." }
message last { text "One more word." }
)";
constexpr int kRounds = 3;
constexpr std::uint32_t kGroup = 1024;           // entries in one batch at most, as the floor's
constexpr std::uint32_t kPeerJourneys = 30'000;  // ten seconds of it

std::string name_of(std::uint32_t customer) { return std::to_string(customer); }

/// The no-op adapter.
class Taker final : public run::Sender {
 public:
  Taker(std::uint32_t customers, env::Clock& clock) : arrivals(customers), clock_(clock) {}

  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override {
    const env::Moment now = clock_.now();
    for (const run::Send& send : sends) {
      std::uint32_t customer = 0;
      std::from_chars(send.customer.data(), send.customer.data() + send.customer.size(), customer);
      arrivals.take(customer, send.message == "last", now - send.at);
    }
    return std::vector<run::Answer>(sends.size());
  }
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override {
    return std::vector<run::Settled>(sends.size(), run::Settled::never);
  }
  bool needs_dispatch_record(std::string_view) const override { return false; }

  Arrivals arrivals;

 private:
  env::Clock& clock_;
};

template <typename T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}
void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

/// An engine in a folder of its own, deployed, with customers who have what the journey reads.
class Engine {
 public:
  Engine(const std::string& folder, std::uint32_t customers, bool with_history)
      : program_(test::compile_or_throw(kJourney)), plan_(program_, "outbox"), taker_(customers, env::real_clock()) {
    auto data = value_or_throw(run::open_data_folder(env::real_files(), folder, 64));
    indexer_ = std::make_unique<run::Indexer>(data);
    for (begin_ = 0; program_.events[begin_].name != "begin";) ++begin_;
    run::EngineOptions options{.threads = 2, .recorded = false};
    options.now = [] { return env::real_clock().now(); };
    if (with_history) options.history = indexer_->hook();
    engine_ =
        value_or_throw(run::Engine::open(std::move(data), plan_, program::serialize(program_), {}, options, taker_));
    engine_->add_deploy(env::real_clock().now());
    must(engine_->commit());
  }

  /// Shape: `pause_ms` tells each customer's wait.
  template <typename Pause>
  void add_customers(std::uint32_t customers, Pause pause_ms) {
    const std::uint32_t spend = attribute("spend"), pause = attribute("pause");
    std::string fields;
    for (std::uint32_t i = 0; i < customers; ++i) {
      fields.clear();
      state::append_field(fields, static_cast<std::uint16_t>(spend), program::Value::number(spend_of(i)));
      state::append_field(fields, static_cast<std::uint16_t>(pause), program::Value::duration(pause_ms(i)));
      engine_->add(state::AttributesInput{.moment = env::real_clock().now(), .customer = name_of(i), .fields = fields});
      if (engine_->batch_size() >= 16384) must(engine_->commit());
    }
    must(engine_->commit());
  }

  /// One turn of the loop: what is due, then up to `more` entries. Sleeps where there is nothing to do.
  void turn(std::uint32_t& entered, std::uint32_t more) {
    const env::Moment moment = env::real_clock().now();
    if (engine_->next_due() <= moment) engine_->add_tick_where_due(moment);
    for (std::uint32_t i = 0; i < more; ++i, ++entered) {
      char name[16];
      const auto end = std::to_chars(name, name + sizeof name, entered).ptr;
      engine_->add(state::EventInput{.moment = moment,
                                     .at = moment,
                                     .customer = {name, static_cast<std::size_t>(end - name)},
                                     .event = begin_,
                                     .fields = {}});
    }
    if (engine_->batch_size() == 0) {
      usleep(200);
      return;
    }
    must(engine_->commit());
  }

  run::Engine& engine() { return *engine_; }
  Arrivals& arrivals() { return taker_.arrivals; }

 private:
  std::uint32_t attribute(std::string_view name) const {
    for (std::uint32_t i = 0; i < program_.attributes.size(); ++i) {
      if (program_.attributes[i].name == name) return i;
    }
    throw std::runtime_error("the bench's program has no such attribute");
  }

  program::Program program_;
  journey::Plan plan_;
  Taker taker_;
  std::unique_ptr<run::Indexer> indexer_;
  std::unique_ptr<run::Engine> engine_;
  std::uint32_t begin_ = 0;
};

JourneyRun run_engine(const std::string& folder, std::uint32_t customers, std::uint32_t group) {
  JourneyRun run;
  {
    Engine engine(folder, customers, true);
    engine.add_customers(customers, [](std::uint32_t i) { return program::Duration{0, wait_ms_of(i)}; });
    std::uint32_t entered = 0;
    const double cpu_begin = cpu_seconds(), begin = seconds();
    while (engine.arrivals().done() < customers) engine.turn(entered, std::min(group, customers - entered));
    run.seconds = seconds() - begin;
    run.cpu_seconds = cpu_seconds() - cpu_begin;
    engine.arrivals().tell(run);
  }
  std::filesystem::remove_all(folder);
  return run;
}

/// 1,000 wakes a second, as an ordinary day has them: how late are they?
JourneyRun run_calm(const std::string& folder) {
  constexpr std::uint32_t kCustomers = 5000;
  JourneyRun run;
  {
    Engine engine(folder, kCustomers, true);
    engine.add_customers(kCustomers, [](std::uint32_t i) { return program::Duration{0, wait_ms_of(i)}; });
    std::uint32_t entered = 0;
    const double begin = seconds();
    while (engine.arrivals().done() < kCustomers) {
      const auto by_now = static_cast<std::uint32_t>(std::min<double>((seconds() - begin) * 1000, kCustomers));
      engine.turn(entered, by_now - entered);
    }
    run.seconds = seconds() - begin;
    engine.arrivals().tell(run);
  }
  std::filesystem::remove_all(folder);
  return run;
}

double resident_bytes() {
  malloc_trim(0);
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// What a million waiting journeys add to the memory of this process, for each.
double waiting_bytes(const std::string& folder) {
  constexpr std::uint32_t kCustomers = 1'000'000;
  double bytes = 0;
  {
    Engine engine(folder, kCustomers, false);
    engine.add_customers(kCustomers, [](std::uint32_t) { return program::Duration{0, env::kHour}; });
    const double before = resident_bytes();
    for (std::uint32_t entered = 0; entered < kCustomers;) engine.turn(entered, std::min(kGroup, kCustomers - entered));
    bytes = (resident_bytes() - before) / kCustomers;
    const run::Figures figures = run::collect_figures(engine.engine().partitions());
    if (figures.playbooks[0].live != kCustomers) throw std::runtime_error("not every journey waits");
  }
  std::filesystem::remove_all(folder);
  return bytes;
}

struct Peer {
  JourneyRun run;
  double waiting_bytes = 0;
};

/// nullopt, and a sentence on stdout, where it cannot be had.
std::optional<Peer> run_peer(const std::string& folder) {
  const std::string command =
      "python3 tests/bench/journey_peer.py " + folder + " " + std::to_string(kPeerJourneys) + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no shell");
  std::string text;
  char bytes[4096];
  while (const std::size_t size = fread(bytes, 1, sizeof bytes, pipe)) text.append(bytes, size);
  if (pclose(pipe) != 0) {
    std::printf("  (without BullMQ: %s)\n", text.substr(0, text.find('\n')).c_str());
    return std::nullopt;
  }
  const auto number = [&text](const std::string& name) {
    const std::size_t at = text.find("\"" + name + "\":");
    if (at == std::string::npos) throw std::runtime_error("the peer did not tell its " + name);
    return std::strtod(text.c_str() + at + name.size() + 3, nullptr);
  };
  Peer peer;
  peer.run = {.seconds = number("seconds"),
              .cpu_seconds = number("cpu_seconds"),
              .journeys = static_cast<std::uint64_t>(number("journeys")),
              .sends = static_cast<std::uint64_t>(number("sends")),
              .doubled = static_cast<std::uint64_t>(number("doubled")),
              .late_p50_ms = number("late_p50_ms"),
              .late_p99_ms = number("late_p99_ms")};
  peer.waiting_bytes = number("waiting_bytes");
  return peer;
}

void check_whole(const char* who, const JourneyRun& run) {
  std::printf(
      "  (%s: %llu journeys in %.2f s, %.0f a second, %.2f s of processor per million steps, late by %.0f/%.0f ms)\n",
      who, static_cast<unsigned long long>(run.journeys), run.seconds, run.per_second(), run.cpu_per_million_steps(),
      run.late_p50_ms, run.late_p99_ms);
  std::fflush(stdout);
  if (run.sends != 2 * run.journeys || run.doubled != 0)
    throw std::runtime_error(std::string(who) + " lost or doubled a send");
}

/// Of an odd number of runs.
template <typename Run, typename Read>
double median(const std::vector<Run>& runs, Read read) {
  std::vector<double> values;
  for (const Run& run : runs) values.push_back(read(run));
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

void bench_journey(const std::string& scratch, unsigned customers, bool with_peer) {
  const std::string data = scratch + "/journeys";
  const double waiting = waiting_bytes(data);
  std::vector<JourneyRun> ours, floors;
  std::vector<Peer> peers;
  for (int round = 0; round < kRounds; ++round) {  // in turn, because the machine's speed drifts
    floors.push_back(run_floor(scratch + "/floor", customers, kGroup));
    check_whole("floor", floors.back());
    ours.push_back(run_engine(data, customers, kGroup));
    check_whole("engine", ours.back());
    if (!with_peer) continue;
    // Its packages stay for the next time.
    const auto peer = run_peer((std::filesystem::current_path() / "build/journey-peer").string());
    with_peer = peer.has_value();
    if (!peer) continue;
    check_whole("BullMQ", peer->run);
    peers.push_back(*peer);
  }
  const JourneyRun calm = run_calm(data);
  check_whole("engine, 1,000 a second", calm);

  const auto rate = [](const JourneyRun& run) { return run.per_second(); };
  const auto cpu = [](const JourneyRun& run) { return run.cpu_per_million_steps(); };
  const auto p50 = [](const JourneyRun& run) { return run.late_p50_ms; };
  const auto p99 = [](const JourneyRun& run) { return run.late_p99_ms; };
  const std::string floor = "a bare log, one thread";
  report({"journeys of five steps", median(ours, rate), "journeys/s", floor, median(floors, rate)});
  report({"journey steps", median(ours, rate) * kSteps, "steps/s", floor, median(floors, rate) * kSteps});
  report({"journeys, processor per million steps", median(ours, cpu), "s", floor, median(floors, cpu)});
  report({"journeys, a wake's lateness p50, flat out", median(ours, p50), "ms", "", 0});
  report({"journeys, a wake's lateness p99, flat out", median(ours, p99), "ms", floor, median(floors, p99)});
  report({"journeys, a wake's lateness p50, 1,000 a second", calm.late_p50_ms, "ms", "", 0});
  report({"journeys, a wake's lateness p99, 1,000 a second", calm.late_p99_ms, "ms", "", 0});
  if (peers.empty()) {
    report({"memory per waiting journey, of a million", waiting, "bytes", "the record itself", 64});
    return;
  }
  const auto of_peer = [](auto read) { return [read](const Peer& peer) { return read(peer.run); }; };
  const std::string peer = "BullMQ and Redis";
  report(
      {"journeys of five steps, beside BullMQ", median(ours, rate), "journeys/s", peer, median(peers, of_peer(rate))});
  report({"journeys, processor per million steps, beside BullMQ", median(ours, cpu), "s", peer,
          median(peers, of_peer(cpu))});
  report({"memory per waiting journey, of a million", waiting, "bytes", peer,
          median(peers, [](const Peer& p) { return p.waiting_bytes; })});
}

}  // namespace tend::bench
