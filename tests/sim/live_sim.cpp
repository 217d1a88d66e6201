#include "tests/sim/live_sim.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "engine/env/files_simulated.hpp"
#include "engine/log/segment_log.hpp"
#include "engine/run/doctor_folder.hpp"
#include "engine/run/replay_log.hpp"
#include "engine/serve/live.hpp"
#include "tests/sim/life.hpp"
#include "tests/sim/random.hpp"
#include "tests/sim/world.hpp"

namespace tend::sim {
namespace {

constexpr const char* kFolder = "data";
constexpr std::size_t kRowsMax = 200;  // a run is about what goes wrong between them
constexpr int kPatienceMs = 20'000;

/// How often one input has to be in the log, and how often it may be there besides.
struct Count {
  int acknowledged = 0;
  int perhaps = 0;
};

class LiveStorm {
 public:
  LiveStorm(const Subject& subject, std::uint64_t seed, const std::function<void(const std::string&)>& tell)
      : subject_(subject),
        tell_(tell),
        random_(seed),
        loop_random_(seed + 1),
        partitions_(random_.one_of<unsigned>({1, 2, 4})),
        clock_(subject.prepared.options.from),
        world_(&files_, subject.reject_percent, seed) {
    if (random_.chance(50)) world_.answer_later();
  }

  Report run();

 private:
  Result<void> start();
  void stop();
  void post_some();
  void move_clock(env::Moment towards);
  bool settle_down();
  bool comes_back();
  bool back_to_work();
  bool is_endless();
  void answer_all();
  std::size_t left_out();
  void to_the_end();
  void check_log();
  void fail(const std::string& sentence) {
    if (report_.failure.empty()) report_.failure = sentence;
  }
  void say(const std::string& line) const {
    if (tell_) tell_(line);
  }
  void calm() {
    files_.set_capacity(std::nullopt);
    files_.forget_faults();
    world_.forget_faults();
  }

  const Subject& subject_;
  const std::function<void(const std::string&)>& tell_;
  Random random_;
  Random loop_random_;  // of the loop's thread
  unsigned partitions_;
  env::SimulatedFiles files_;
  env::SimulatedClock clock_;
  World world_;
  std::unique_ptr<serve::Live> live_;
  std::size_t next_ = 0;  // row
  std::mutex said_mutex_;
  std::string said_;  // by serve's own doctor
  std::map<std::string, Count> inputs_;
  bool endless_ = false;  // its playbooks set each other off for ever
  Report report_;
};

std::string name_of(std::uint32_t event, std::string_view customer, std::string_view fields) {
  return std::to_string(event) + " " + std::string(customer) + " " + std::string(fields);
}

Result<void> LiveStorm::start() {
  auto folder = run::open_data_folder(files_, kFolder, partitions_);
  if (!folder) return tl::unexpected(folder.error());
  const cli::Compiled& compiled = *subject_.prepared.compiled;
  serve::LiveOptions options;
  options.plan = subject_.plan.get();
  options.program_bytes = compiled.program_bytes;
  options.places_bytes = compiled.places_bytes;
  options.engine.threads = static_cast<unsigned>(1 + random_.below(2));
  options.engine.segment_bytes = random_.one_of<std::uint64_t>({8 << 10, 64 << 10});
  options.engine.house_bytes = random_.one_of<std::uint64_t>({1, 4 << 20});
  options.engine.snapshot_bytes = random_.one_of<std::uint64_t>({1 << 10, 1 << 20});
  options.engine.background_in_turn = [this] { return loop_random_.chance(50); };
  options.sender = &world_;
  options.time.base = &clock_;
  options.retry_ms = 1;
  options.retry_ms_max = 2;
  options.doctor_ms = 0;
  world_.slow_down(clock_, random_.one_of<std::int64_t>({0, 0, 0, env::kMinute, 10 * env::kHour}));
  options.say = [this](const std::string& sentence) {
    const std::lock_guard lock(said_mutex_);
    if (sentence.starts_with("this is a fault of tend itself") && said_.empty()) said_ = sentence;
  };
  auto live = serve::Live::start(std::move(*folder), std::move(options));
  if (!live) return tl::unexpected(live.error());
  live_ = std::move(*live);
  return {};
}

void LiveStorm::stop() {
  if (!live_) return;
  (void)live_->stop();
  live_.reset();
  world_.lose_flights(random_.next());
}

/// Back when the loop has nothing left to do at this moment of the clock; false where it seems to have no end.
bool LiveStorm::settle_down() {
  constexpr int kRoundsMax = 2000, kBusyMax = 20;
  const env::Moment now =
      live_->now();  // slow channels move the clock on, and what is due then comes with the next step
  int busy = 0;      // with messages that set each other off: some programs never end that
  for (int round = 0, idle = 0; idle < 2 && busy < kBusyMax;
       ++round) {  // questions come before the work found with them
    live_->wake();
    while (random_.chance(70) && world_.answer_one(random_.next(), now)) {
    }
    auto asked = std::make_shared<std::promise<std::pair<bool, bool>>>();
    auto future = asked->get_future();
    live_->ask([asked, now](run::Engine* engine) {
      asked->set_value({engine == nullptr || engine->next_due() > now,
                        engine != nullptr && (engine->is_busy() || engine->can_offer())});
    });
    if (future.wait_for(std::chrono::milliseconds(kPatienceMs)) != std::future_status::ready) {
      std::printf("the loop does not answer any more\n");
      std::abort();  // it cannot be stopped either
    }
    const auto [nothing_due, is_busy] = future.get();
    busy += is_busy ? 1 : 0;
    idle = nothing_due && !is_busy ? idle + 1 : 0;
    if (round > kRoundsMax) {
      fail("something is due again and again and does not happen");
      return false;
    }
  }
  return busy < kBusyMax;
}

void LiveStorm::move_clock(env::Moment towards) {
  const env::Moment ahead = towards - clock_.now();
  clock_.advance(ahead > 0 ? ahead : 0);
  if (random_.chance(5)) clock_.advance(-static_cast<env::Moment>(random_.below(env::kDay)));
  if (random_.chance(3)) clock_.advance(static_cast<env::Moment>(random_.below(3 * env::kDay)));
  settle_down();
}

/// One row, or a flood of everything that comes next about one customer.
void LiveStorm::post_some() {
  const simulate::Rows& rows = subject_.prepared.rows;
  move_clock(rows.rows[next_].at);
  const std::string_view customer = rows.customer(rows.rows[next_]);
  const std::size_t most = random_.chance(10) ? 40 : random_.chance(30) ? 5 : 1;
  std::vector<serve::PostedInput> posted;
  std::vector<std::string> names;
  const auto post = [&](const simulate::SourceRow& row) {
    serve::PostedInput input;
    input.kind = row.event == simulate::kAttributesRow ? state::InputKind::attributes : state::InputKind::event;
    input.customer = rows.customer(row);
    input.at = random_.chance(20) ? row.at : env::kNoMoment;
    input.event = row.event == simulate::kAttributesRow ? 0 : row.event;
    input.fields = rows.fields(row);
    names.push_back(name_of(row.event, rows.customer(row), rows.fields(row)));
    posted.push_back(std::move(input));
  };
  post(rows.rows[next_++]);
  const std::size_t repeats = most == 40 ? 8 : 1;
  for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
    for (std::size_t i = next_; i < rows.rows.size() && posted.size() < most; ++i) {
      if (rows.customer(rows.rows[i]) == customer) post(rows.rows[i]);
    }
  }
  auto done = std::make_shared<std::promise<Result<void>>>();
  auto future = done->get_future();
  const serve::PostAnswer answer =
      live_->post(live_->plan(), std::move(posted), [done](const Result<void>& durable) { done->set_value(durable); });
  if (answer != serve::PostAnswer::taken) return;  // refused at once: none of them may be in the log
  if (future.wait_for(std::chrono::milliseconds(kPatienceMs)) != std::future_status::ready)
    return fail("a post is neither acknowledged nor refused");
  const bool durable = future.get().has_value();
  for (const std::string& name : names) ++(durable ? inputs_[name].acknowledged : inputs_[name].perhaps);
  settle_down();
}

/// Nothing fails any more: the loop mends itself.
bool LiveStorm::comes_back() {
  for (int i = 0; i < kPatienceMs; ++i) {
    if (live_->trouble().empty()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  fail("it does not come back although nothing fails any more: " + live_->trouble());
  return false;
}

/// After an error: the loop mends itself, or the machine is started again. False at the end of all patience.
bool LiveStorm::back_to_work() {
  const bool unplugged = files_.unplugged();
  if (!unplugged && random_.chance(50)) {
    calm();
    return comes_back();
  }
  stop();
  calm();
  if (unplugged || random_.chance(50)) {
    ++report_.crashes;
    files_.crash(random_.next());
  }
  return true;
}

/// Also where there are far more messages than rows: each new life would read all of them again.
bool LiveStorm::is_endless() {
  constexpr std::size_t kMessagesMax = 100 * kRowsMax;
  endless_ |= world_.came() > kMessagesMax;
  return endless_;
}

/// Each answer of a slow channel may ask for the next message: playbooks that set each other off are left in the
/// middle.
void LiveStorm::answer_all() {
  constexpr int kEndlessMax = 3;
  int without_end = 0;
  do {
    without_end += settle_down() ? 0 : 1;
    endless_ |= without_end == kEndlessMax;
    if (is_endless()) return;
  } while (world_.answer_one(random_.next(), clock_.now()) && report_.failure.empty());
}

/// How many messages wait for slow channels, or are with them.
std::size_t LiveStorm::left_out() {
  auto left = std::make_shared<std::promise<std::size_t>>();
  auto future = left->get_future();
  live_->ask([left](run::Engine* engine) {
    std::size_t out = 0;
    if (engine != nullptr) {
      for (const auto& [channel, count] : engine->outbox().counts()) out += count.waiting + count.called;
    }
    left->set_value(out);
  });
  return future.wait_for(std::chrono::milliseconds(kPatienceMs)) == std::future_status::ready ? future.get() : 1;
}

void LiveStorm::to_the_end() {
  calm();
  if (!live_) {
    if (auto started = start(); !started) return fail("without a fault it does not start: " + started.error().message);
  }
  for (int i = 0; i < 8; ++i) {
    clock_.advance((1 << i) * env::kDay);
    answer_all();
    if (!comes_back()) return;  // an error of the background's last work may be told only now
  }
  // Who waits for the end of quiet hours has had it within two days.
  for (int hour = 0; !endless_ && left_out() > 0; ++hour) {
    if (hour > 48) return fail("messages wait for channels that have answered everything");
    clock_.advance(env::kHour);
    answer_all();
  }
  auto stopped = live_->stop();
  live_.reset();
  if (!stopped && stopped.error().code == ErrorCode::io) {  // of work that was begun before; what is durable tells
    if (auto started = start(); !started) return fail("without a fault it does not start: " + started.error().message);
    settle_down();
    stopped = live_->stop();
    live_.reset();
  }
  if (!stopped) return fail("without a fault it ends with: " + stopped.error().message);
  check_log();
}

Report LiveStorm::run() {
  const simulate::Rows& rows = subject_.prepared.rows;
  const std::size_t count = std::min(rows.rows.size(), kRowsMax);
  for (int number = 0; next_ < count && report_.failure.empty() && !is_endless(); ++number) {
    Life life = choose_life(random_, number);
    arm(life, random_, files_, world_);
    ++report_.lives;
    if (!live_) {
      if (auto started = start(); !started) {
        say("life " + std::to_string(number + 1) + ": " + life.story + ": " + started.error().message);
        if (started.error().code != ErrorCode::io)
          fail("a fault of the disk became damage: " + started.error().message);
        const bool unplugged = files_.unplugged();
        calm();
        if (unplugged) files_.crash(random_.next());
        continue;
      }
    }
    std::size_t posts = 0;
    while (next_ < count && live_->trouble().empty() && report_.failure.empty() && !is_endless()) {
      if (++posts > 30 && random_.chance(10)) break;  // nothing happened: another fault
      post_some();
    }
    say("life " + std::to_string(number + 1) + ": " + life.story + ": " + std::to_string(next_) + " rows posted, " +
        (live_->trouble().empty() ? "no trouble" : live_->trouble()));
    if (live_->trouble().empty() && !files_.unplugged()) continue;
    if (!back_to_work()) break;
  }
  if (report_.failure.empty()) {
    const bool unplugged = files_.unplugged();
    if (unplugged) {
      stop();
      files_.crash(random_.next());
    } else if (live_ && !live_->trouble().empty()) {
      stop();
    }
    to_the_end();
  }
  stop();
  if (!said_.empty()) fail(said_);
  return report_;
}

/// The log as the one witness: what came in, and what its inputs ask for when they are applied anew.
void LiveStorm::check_log() {
  const auto folder = run::open_data_folder_for_reading(files_, kFolder);
  if (!folder) return fail(folder.error().message);
  const auto log = log::open_log_for_reading(files_, folder->log());
  if (!log) return fail(log.error().message);
  const journey::Plan& plan = *subject_.plan;
  run::Programs programs(plan.default_channel, plan.teams);
  run::Partitions partitions(plan, folder->partitions, 1);
  partitions.set_programs(programs);
  partitions.set_render(false);
  std::map<std::string, int> found;
  std::set<std::string> asked, refused, answered;
  std::map<std::string, std::string> missing;  // key → whose
  std::vector<env::Moment> last(folder->partitions, env::kNoMoment);
  run::ReplayHooks hooks;
  hooks.on_record = [&](const log::Record& record) -> Result<void> {
    const auto kind = static_cast<state::InputKind>(record.kind);
    env::Moment moment = env::kNoMoment;
    state::OutcomeInput outcome;
    // What the customer refused while it waited for its channel is not handed over.
    if (kind == state::InputKind::outcome && decode(record.payload, outcome) && is_answer(outcome.outcome))
      answered.insert(state::format_key(outcome.key));
    if (kind == state::InputKind::outcome && decode(record.payload, outcome) &&
        (outcome.reason == "suppressed" || outcome.reason == "consent" || outcome.reason == "too_late"))
      refused.insert(state::format_key(outcome.key));
    if (kind == state::InputKind::event) {
      state::EventInput input;
      if (decode(record.payload, input)) ++found[name_of(input.event, input.customer, input.fields)];
      moment = input.moment;
    } else if (kind == state::InputKind::attributes) {
      state::AttributesInput input;
      if (decode(record.payload, input)) ++found[name_of(simulate::kAttributesRow, input.customer, input.fields)];
      moment = input.moment;
    }
    if (moment != env::kNoMoment) {
      if (moment < last[record.partition]) fail("time goes back in the log: " + env::format_moment(moment));
      last[record.partition] = moment;
    }
    return {};
  };
  hooks.on_applied = [&] {
    for (const run::PartitionEffect& from : partitions.sends()) {
      const journey::SendEffect& send = partitions.effects(from.partition).sends[from.send];
      const std::string customer(partitions.state(from.partition).customer_id(send.customer));
      const std::string key = state::format_key(send.key);
      // A message that a channel rejected goes to its next channel under the same key.
      if (!asked.insert(key).second && !world_.was_rejected(key) && !refused.contains(key))
        fail("asked for twice: key " + key + " of " + customer);
      if (!world_.delivered().contains(key) && !world_.was_rejected(key) && !world_.may_be_missing().contains(key))
        missing[key] = "`" + plan.program.messages[send.message].name + "` of `" +
                       plan.program.playbooks[send.playbook].name + "` to " + customer + " at " +
                       env::format_moment(send.at);
    }
  };
  const std::vector<std::uint64_t> beginning(folder->partitions, 0);
  if (auto read = run::replay_log(**log, *folder, programs, beginning, partitions, hooks); !read)
    return fail(read.error().message);
  for (const auto& [key, whose] : missing) {
    // Where there was no end to wait for, the last messages still wait: nothing may have been said of them.
    const bool waits = endless_ && !answered.contains(key);
    if (!refused.contains(key) && !waits) fail("never handed over: " + whose);
  }
  for (const auto& [name, count] : inputs_) {
    if (found[name] < count.acknowledged || found[name] > count.acknowledged + count.perhaps)
      fail("an input was acknowledged " + std::to_string(count.acknowledged) + " times and stands in the log " +
           std::to_string(found[name]) + " times: " + name.substr(0, 40));
  }
  for (const auto& [name, times] : found) {
    if (!inputs_.contains(name)) fail("the log holds an input that nobody was told is taken: " + name.substr(0, 40));
  }
  for (const auto& [key, times] : world_.delivered()) {
    if (times != 1) fail("handed over " + std::to_string(times) + " times: key " + key);
    if (!asked.contains(key)) fail("handed over, and nothing in the log asks for it: key " + key);
  }
  report_.sends = asked.size();
  const auto report = run::check_folder(*folder, folder_check(subject_));
  if (!report) return fail(report.error().message);
  if (!report->findings.empty()) fail("the doctor: " + run::text_of(report->findings.front()));
}

}  // namespace

Report run_live_under_faults(const Subject& subject, std::uint64_t seed,
                             const std::function<void(const std::string&)>& tell) {
  return LiveStorm(subject, seed, tell).run();
}

}  // namespace tend::sim
