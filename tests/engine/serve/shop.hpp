// What the live tests share: a small program made by hand, a channel that remembers, and a loop over both.
#pragma once
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/env/files_simulated.hpp"
#include "engine/run/figures.hpp"
#include "engine/serve/live.hpp"
#include "tests/support/test.hpp"

namespace tend::serve {

inline constexpr env::Moment kBegin = 1'772'323'200'000;  // 2026-03-01T00:00:00Z

inline constexpr std::uint32_t kOrder = program::kBuiltinEventCount;
inline constexpr std::uint32_t kVisit = kOrder + 1;

/// `enter on order · again always · send thanks · wait 1 day · send later`, and attributes and fields of many types.
inline program::Program shop_program() {
  using program::Type;
  program::Program p;
  const auto plain = [](Type type) { return program::TypeInfo{type, Type::none, {}}; };
  p.attributes = {{"timezone", plain(Type::text)},
                  {"language", plain(Type::text)},
                  {"age", plain(Type::number)},
                  {"city", plain(Type::text)},
                  {"level", {Type::one_of, Type::none, {"gold", "silver"}}},
                  {"vip", plain(Type::boolean)}};
  for (const std::string_view name : program::kBuiltinEvents) p.events.push_back({std::string(name), {}});
  p.events.push_back(
      {"order",
       {{"amount", plain(Type::money)}, {"quantity", plain(Type::number)}, {"items", {Type::list, Type::text, {}}}}});
  p.events.push_back({"visit", {{"page", plain(Type::text)}}});
  p.activity = {kOrder};
  program::Constant day;
  day.kind = program::ValueKind::duration;
  day.integer = env::kDay;
  p.constants = {day};
  p.nodes = {{program::Op::constant, Type::duration, 0, program::kNone}};
  p.expressions = {{0, {}}};
  const auto message = [](const char* name, const char* text) {
    program::Message m;
    m.name = name;
    m.items = {{"text", {{text, program::kNone}}}};
    return m;
  };
  p.messages = {message("later", "How is it?"), message("thanks", "Thank you!")};
  program::Playbook playbook;
  playbook.name = "thanks";
  playbook.enters = {{.kind = program::EnterKind::on_event, .event = kOrder}};
  playbook.again = program::Again::always;
  program::Step thanks, wait, later;
  thanks.kind = later.kind = program::StepKind::send;
  thanks.label = "send thanks";
  thanks.message = 1;
  wait.kind = program::StepKind::wait;
  wait.label = "wait 1 day";
  wait.expression = 0;
  later.label = "send later";
  later.message = 0;
  playbook.steps = {thanks, wait, later};
  p.playbooks = {playbook};
  return p;
}

/// A channel that takes everything and forgets nothing; it can fail, and it can hold the loop up.
class Memory final : public run::Sender {
 public:
  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override {
    std::unique_lock lock(mutex_);
    ++calls_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    if (failures_ > 0) {
      --failures_;
      return fail(ErrorCode::io, "the channel is broken");
    }
    for (const run::Send& send : sends)
      lines_.push_back(std::string(send.customer) + " " + std::string(send.message) + " " +
                       env::format_moment(send.at));
    return std::vector<run::Answer>(sends.size());
  }
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override {
    std::vector<run::Settled> settled(sends.size(), run::Settled::never);
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < sends.size(); ++i) {
      const std::string line =
          std::string(sends[i].customer) + " " + std::string(sends[i].message) + " " + env::format_moment(sends[i].at);
      if (std::find(lines_.begin(), lines_.end(), line) != lines_.end()) settled[i] = run::Settled::handed_over;
    }
    return settled;
  }
  bool needs_dispatch_record(std::string_view) const override { return false; }

  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  void fail_next(int times) {
    const std::lock_guard lock(mutex_);
    failures_ = times;
  }
  void hold(bool on) {
    const std::lock_guard lock(mutex_);
    held_ = on;
    calls_ = 0;
    changed_.notify_all();
  }
  void wait_for_call() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return calls_ > 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  int failures_ = 0;
  int calls_ = 0;
  bool held_ = false;
};

struct Shop {
  env::SimulatedFiles files;
  env::SimulatedClock clock{kBegin};
  program::Program program = shop_program();
  std::unique_ptr<journey::Plan> plan = std::make_unique<journey::Plan>(program, "outbox");
  Memory channel;
  std::mutex said_mutex;
  std::vector<std::string> said_lines;
  std::atomic<int> lost{0};
  LiveOptions options;

  Shop() {
    options.plan = plan.get();
    options.program_bytes = program::serialize(program);
    options.places_bytes = program::serialize(program::Places{});
    options.engine.partitions = 4;
    options.engine.threads = 1;
    options.engine.segment_bytes = 64u << 10;
    options.sender = &channel;
    options.time.base = &clock;
    options.retry_ms = 10;
    options.retry_ms_max = 20;
    options.say = [this](const std::string& sentence) {
      const std::lock_guard lock(said_mutex);
      said_lines.push_back(sentence);
    };
    options.on_lost = [this] { ++lost; };
  }

  Result<std::unique_ptr<Live>> try_start() {
    auto folder = run::open_data_folder(files, "shop/data", 4);
    if (!folder) return tl::unexpected(folder.error());
    return Live::start(std::move(*folder), options);
  }
  std::unique_ptr<Live> start() {
    auto live = try_start();
    INFO((live ? std::string() : live.error().message));
    REQUIRE(live.has_value());
    return std::move(*live);
  }
  bool said(std::string_view part) {
    const std::lock_guard lock(said_mutex);
    return std::any_of(said_lines.begin(), said_lines.end(),
                       [&](const std::string& line) { return line.find(part) != std::string::npos; });
  }
};

inline PostedInput order_of(std::string customer, env::Moment at = env::kNoMoment) {
  PostedInput input;
  input.customer = std::move(customer);
  input.event = kOrder;
  input.at = at;
  return input;
}

/// Posts and waits for the answer.
inline Result<void> post_now(Live& live, PostedInput input) {
  std::promise<Result<void>> promise;
  auto future = promise.get_future();
  std::vector<PostedInput> inputs;
  inputs.push_back(std::move(input));
  const PostAnswer answer = live.post(live.plan(), std::move(inputs),
                                      [&promise](const Result<void>& durable) { promise.set_value(durable); });
  if (answer != PostAnswer::taken) return fail(ErrorCode::io, "not taken: " + std::to_string(static_cast<int>(answer)));
  return future.get();
}

inline std::optional<run::Figures> figures_of(Live& live) {
  std::promise<std::optional<run::Figures>> promise;
  auto future = promise.get_future();
  live.ask([&promise](run::Engine* engine) {
    std::optional<run::Figures> figures;
    if (engine != nullptr) figures = run::collect_figures(engine->partitions());
    promise.set_value(std::move(figures));
  });
  return future.get();
}

/// Waits until something is so; ten seconds are for ever.
template <typename Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 10'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace tend::serve
