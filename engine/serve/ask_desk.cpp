#include "engine/serve/ask_desk.hpp"

#include <chrono>

#include "engine/journey/apply.hpp"
#include "engine/journey/policy.hpp"
#include "engine/journey/render_send.hpp"
#include "engine/run/attribute_text.hpp"

namespace tend::serve {
namespace {

constexpr std::chrono::milliseconds kPause{200};
constexpr std::uint32_t kCustomersAtOnce = 20'000;  // a millisecond of the loop

/// Of a message that somebody is asked to send.
state::SendKey key_of(const journey::Plan& plan, std::string_view customer, const state::Journey& journey) {
  return journey::send_key(customer, plan.program.playbooks[journey.playbook], journey);
}

}  // namespace

void AskDesk::open(Live& live, channel::LiveSender& sender, std::set<std::string, std::less<>> channels) {
  live_ = &live;
  sender_ = &sender;
  channels_ = std::move(channels);
  thread_ = std::thread([this] { run(); });
}

void AskDesk::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void AskDesk::run() {
  std::unique_lock lock(mutex_);
  while (!closed_) {
    if (!looking_) {
      looking_ = true;
      lock.unlock();
      live_->ask([this](run::Engine* engine) {
        if (engine != nullptr) look(*engine);
        {
          const std::lock_guard done(mutex_);
          looking_ = false;
        }
        changed_.notify_all();
      });
      lock.lock();
    }
    changed_.wait_for(lock, kPause, [this] { return closed_; });
  }
  // The question that is out ends before we do.
  changed_.wait(lock, [this] { return !looking_; });
}

/// Some of the customers; the next time those behind them.
void AskDesk::look(run::Engine& engine) {
  run::Partitions& partitions = engine.partitions();
  for (std::uint32_t seen = 0; seen < kCustomersAtOnce;) {
    if (partition_ >= partitions.count()) {
      partition_ = customer_ = 0;
      const std::lock_guard lock(mutex_);
      std::erase_if(asked_, [&](const auto& one) { return one.second.round < round_; });
      ++round_;
      return;
    }
    const state::State& state = partitions.state(partition_);
    for (; customer_ < state.customer_count() && seen < kCustomersAtOnce; ++customer_, ++seen) {
      if (state.is_gone(customer_)) continue;
      for (std::uint32_t j = state.at(customer_).first_journey; j != program::kNone; j = state.journey(j).next) {
        const state::Journey& journey = state.journey(j);
        if (journey.status != state::JourneyStatus::confirming) continue;
        if (!hand_over(engine, partition_, customer_, journey)) return;  // no room: from here on the next time
      }
    }
    if (customer_ < state.customer_count()) return;
    ++partition_;
    customer_ = 0;
    ++seen;
  }
}

/// False where the channel has no room.
bool AskDesk::hand_over(run::Engine& engine, std::uint32_t partition, std::uint32_t customer,
                        const state::Journey& journey) {
  const journey::Plan& plan = engine.plan();
  const state::State& state = engine.partitions().state(partition);
  const program::Playbook& playbook = plan.program.playbooks[journey.playbook];
  const program::Step& step = playbook.steps[journey.step];
  const std::string channel(journey::channel_at(plan, step, journey.channel));
  if (!channels_.contains(channel)) return true;
  const std::string_view id = state.customer_id(customer);
  const state::SendKey key = key_of(plan, id, journey);
  {
    const std::lock_guard lock(mutex_);
    const auto known = asked_.find(key);
    if (known != asked_.end()) {
      known->second.round = round_;
      if (known->second.with_channel || live_->now() < known->second.not_before) return true;
    }
  }
  if (state.is_paused("channel", channel) || state.is_paused("playbook", playbook.name)) return true;
  if (sender_->room(channel) == 0) return false;
  expr::Lists lists;
  journey::Effects effects;
  const journey::SendEffect& send = journey::append_send(plan, state, journey, journey.reached, lists, effects);
  const program::Message& message = plan.program.messages[send.message];
  std::vector<run::RenderedItem> items;
  for (std::uint32_t i = 0; i < send.items; ++i) {
    const journey::ItemEffect& item = effects.items[send.first_item + i];
    items.push_back({.kind = message.items[item.kind].kind,
                     .text = std::string_view(effects.arena).substr(item.begin, item.end - item.begin),
                     .field = item.field == program::kNone ? std::string_view()
                                                           : message.items[item.kind].fields[item.field].name});
  }
  const run::Slow* slow = sender_->slow(channel);
  const std::string to = slow->to.empty() ? std::string(id) : run::attribute_text(plan, state, customer, slow->to);
  const program::Value person = state.kept(journey, state::kKeptPerson);
  const std::string staff = person.missing() ? std::string() : std::string(person.str());
  const history::Sent sent{key, live_->now(), std::string(id), playbook.name, message.name, channel};
  if (to.empty()) {
    confirm(sent, false, "no address");
    return true;
  }
  {
    const std::lock_guard lock(mutex_);
    asked_[key] = {.round = round_, .not_before = 0, .with_channel = true};
  }
  const run::Send whole{.key = key,
                        .at = journey.reached,
                        .customer = id,
                        .playbook = playbook.name,
                        .message = message.name,
                        .channel = channel,
                        .items = items,
                        .promotes = journey::is_promotion(message.message_class),
                        .to = to,
                        .staff = staff};
  // Handed over in an earlier life: the platform is asked, and has it, or gets it.
  if (book_.by_key(key)) {
    sender_->find_out(whole);
  } else {
    sender_->take(whole);
  }
  return true;
}

void AskDesk::reported(const channel::Report& report) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = asked_.find(report.key);
    if (known == asked_.end() || live_ == nullptr) return;
    if (report.kind == channel::Report::Kind::returned) {
      known->second.with_channel = false;
      known->second.not_before = report.until;
      return;
    }
  }
  if (state::is_accepted(report.outcome)) return;  // now it is the person's
  if (const auto sent = book_.by_key(report.key)) confirm(*sent, false, report.reason);
}

void AskDesk::receipts(const std::string& channel, std::span<const channel::Receipt> receipts) {
  if (!channels_.contains(channel) || live_ == nullptr) return;
  for (const channel::Receipt& receipt : receipts) {
    const bool done = receipt.kind == channel::ReceiptKind::confirmed;
    if (!done && receipt.kind != channel::ReceiptKind::failed) continue;
    if (const auto sent = book_.by_provider_id(channel, receipt.provider_id)) confirm(*sent, done, receipt.reason);
  }
}

/// Tells his journey, if it still waits for this message.
void AskDesk::confirm(const history::Sent& sent, bool done, const std::string& reason) {
  live_->ask([live = live_, sent, done, reason](run::Engine* engine) {
    if (engine == nullptr) return;  // it is told again after the next start
    const std::string id(engine->became(sent.customer));
    const run::Partitions& partitions = engine->partitions();
    const state::State& state = partitions.state(partitions.partition_of(id));
    const std::uint32_t customer = state.find_customer(id);
    if (customer == state::kNoText) return;
    for (std::uint32_t j = state.at(customer).first_journey; j != program::kNone; j = state.journey(j).next) {
      const state::Journey& journey = state.journey(j);
      if (journey.status != state::JourneyStatus::confirming) continue;
      if (!(key_of(engine->plan(), sent.customer, journey) == sent.key)) continue;
      live->carry_out({.kind = OrderKind::confirm,
                       .what = sent.message,
                       .customers = {id},
                       .playbook = sent.playbook,
                       .journey = journey.number,
                       .done = done,
                       .reason = done ? std::string() : reason},
                      [](const Result<std::string>&) {});
    }
  });
}

}  // namespace tend::serve
