// Channels that take their time: their messages wait in the state, not in memory, until there is room; who waits holds
// nobody up, his customer goes on meanwhile (docs/decisions/020-channels-that-take-their-time.md).
#include <algorithm>
#include <set>

#include "dsl/text/must.hpp"
#include "engine/journey/policy.hpp"
#include "engine/journey/render_send.hpp"
#include "engine/journey/still.hpp"
#include "engine/run/attribute_text.hpp"
#include "engine/run/engine.hpp"
#include "engine/state/consent.hpp"

namespace tend::run {

using state::InputKind;
using state::Journey;
using state::JourneyStatus;
using state::OutcomeKind;

/// What is out with channels that take their time, from what the state says, by the numbers of the program in force.
void Engine::fill_outbox() {
  const auto moments = outbox_.moments();
  Outbox outbox;
  const auto add = [&](std::uint16_t partition, const Journey& journey) {
    if (journey.status != JourneyStatus::sending || (journey.flags & state::kWithChannel) == 0) return;
    const program::Playbook& playbook = plan().program.playbooks[journey.playbook];
    const program::Step& step = playbook.steps[journey.step];
    const std::string_view channel = journey::channel_at(plan(), step, journey::channel_tried(journey));
    const Out out{
        .key = journey::send_key(partitions_.state(partition).customer_id(journey.customer), playbook, journey),
        .customer = journey.customer,
        .playbook = journey.playbook,
        .journey = journey.number,
        .message = step.message,
        .partition = partition};
    if ((journey.flags & state::kCalled) != 0) return outbox.call(channel, out);
    const auto moment = moments.find(out.key);
    moment == moments.end() ? outbox.wait(channel, out) : outbox.wait_until(channel, out, moment->second);
  };
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    const state::State& state = partitions_.state(p);
    std::vector<const Journey*> out;
    for (std::uint32_t j = 0; j < state.journey_count(); ++j) {
      if (state.journey(j).status == JourneyStatus::sending) out.push_back(&state.journey(j));
    }
    for (const Journey& ended : state.ended_out) out.push_back(&ended);
    std::stable_sort(out.begin(), out.end(), [](const Journey* a, const Journey* b) { return a->due < b->due; });
    for (const Journey* journey : out) add(static_cast<std::uint16_t>(p), *journey);
  }
  outbox_ = std::move(outbox);
}

const Journey* Engine::find_out(const Out& out) const {
  const state::State& state = partitions_.state(out.partition);
  const auto is_it = [&](const Journey& journey) {
    return journey.customer == out.customer && journey.playbook == out.playbook && journey.number == out.journey &&
           journey.status == JourneyStatus::sending;
  };
  for (std::uint32_t j = state.at(out.customer).first_journey; j != state::kNone; j = state.journey(j).next) {
    if (is_it(state.journey(j))) return &state.journey(j);
  }
  const auto ended = std::find_if(state.ended_out.begin(), state.ended_out.end(), is_it);
  return ended == state.ended_out.end() ? nullptr : &*ended;
}

/// Takes out those for channels that take their time. They are with their channel from now on; their customers go on.
void Engine::hand_to_slow(std::vector<PartitionEffect>& from) {
  if (partitions_.state(0).recorded) return;
  std::erase_if(from, [this](const PartitionEffect& one) {
    const journey::SendEffect& effect = partitions_.effects(one.partition).sends[one.send];
    if (sender_.slow(effect.channel) == nullptr) return false;
    const Out out{.key = effect.key,
                  .customer = effect.customer,
                  .playbook = effect.playbook,
                  .journey = effect.journey,
                  .message = effect.message,
                  .partition = one.partition};
    add_outcome(effect.channel, out, {OutcomeKind::with_channel, {}}, effect.at);
    waiting_.emplace_back(effect.channel, out);
    return true;
  });
}

void Engine::add_outcome(std::string_view channel, const Out& out, const Answer& answer, env::Moment earliest) {
  const state::OutcomeInput outcome{
      .moment = options_.now ? std::max(options_.now(), earliest) : std::max(clock(), earliest),
      .customer = partitions_.state(out.partition).customer_id(out.customer),
      .playbook = out.playbook,
      .journey = out.journey,
      .message = out.message,
      .key = out.key,
      .outcome = answer.outcome,
      .channel = channel,
      .reason = answer.reason};
  encode(batch_.begin(static_cast<std::uint8_t>(InputKind::outcome), out.partition), outcome);
  batch_.end();
}

void Engine::drop_waiting(std::span<const std::string> customers) {
  std::set<std::pair<std::uint16_t, std::uint32_t>> them;
  for (const std::string& id : customers) {
    const std::uint16_t partition = partitions_.partition_of(id);
    const std::uint32_t customer = partitions_.state(partition).find_customer(id);
    if (customer != state::kNoText) them.emplace(partition, customer);
  }
  if (them.empty()) return;
  const auto is_theirs = [&](const Out& out) { return them.contains({out.partition, out.customer}); };
  for (const Outbox::Waiting& one : outbox_.remove(is_theirs))
    add_outcome(one.channel, one.out, {OutcomeKind::rejected_recipient, "forgotten"}, env::kNoMoment);
}

bool Engine::can_offer() const {
  if (partitions_.state(0).recorded || options_.looks_only || !options_.now || !hands_over_) return false;
  const env::Moment now = options_.now();
  for (const std::string& channel : outbox_.channels()) {
    if (outbox_.has_ready(channel, now) && may_be_handed(channel)) return true;
  }
  return false;
}

env::Moment Engine::next_offer() const {
  env::Moment due = state::kNever;
  for (const std::string& channel : outbox_.channels()) {
    if (may_be_handed(channel)) due = std::min(due, outbox_.next_due(channel));
  }
  return due;
}

/// Time alone hands nothing to a channel that is paused or has no room: the end of that wakes.
bool Engine::may_be_handed(const std::string& channel) const {
  return !partitions_.state(0).is_paused("channel", channel) &&
         (sender_.slow(channel) == nullptr || sender_.room(channel) > 0);
}

/// Those that there is room for are going to be called: said in the batch, so that it is durable before they are.
void Engine::offer() {
  if (!can_offer()) return;
  const env::Moment now = options_.now();
  for (const std::string& channel : outbox_.channels()) {
    if (partitions_.state(0).is_paused("channel", channel)) continue;
    const bool is_slow = sender_.slow(channel) != nullptr;  // it was when the message came to it
    std::size_t room = is_slow ? sender_.room(channel) : std::numeric_limits<std::size_t>::max();
    while (room > 0 && outbox_.has_ready(channel, now)) {
      const Out out = outbox_.take(channel, now);
      const Journey* journey = find_out(out);
      CHECK_OR_DIE(journey != nullptr, "a message that waits for its channel is out");
      const std::string& playbook = plan().program.playbooks[out.playbook].name;
      if (partitions_.state(out.partition).is_paused("playbook", playbook)) {
        outbox_.hold(channel, out);
        continue;
      }
      const journey::Still still = journey::still_goes(plan(), partitions_.state(out.partition), *journey, now);
      if (still.kind == journey::Still::Kind::later) {
        outbox_.wait_until(channel, out, still.until);
        continue;
      }
      if (still.kind == journey::Still::Kind::never) {
        add_outcome(channel, out, {OutcomeKind::rejected_recipient, std::string(still.reason)}, now);
        continue;
      }
      add_outcome(channel, out, {OutcomeKind::called, {}}, now);
      calling_.emplace_back(channel, out);
      --room;
    }
  }
}

/// Renders one that is out, for `give`. False where its customer has no address on the channel.
bool Engine::with_send(std::string_view channel, const Out& out, const std::function<void(const Send&)>& give) {
  const Journey* journey = find_out(out);
  CHECK_OR_DIE(journey != nullptr, "a message that is called is out");
  expr::Lists lists;
  slow_effects_.clear();
  journey::append_send(plan(), partitions_.state(out.partition), *journey, state::handed_over_at(*journey), lists,
                       slow_effects_);
  std::vector<RenderedItem> items;
  Send send = send_of(slow_effects_, slow_effects_.sends.front(), out.partition, items);
  send.items = items;
  const Slow* slow = sender_.slow(channel);
  std::string to, staff;
  send.channel = channel;
  send.to = send.customer;
  const auto text_of = [&](const std::string& name) {
    return attribute_text(plan(), partitions_.state(out.partition), out.customer, name);
  };
  if (slow != nullptr && !slow->to.empty()) send.to = to = text_of(slow->to);
  if (slow != nullptr && !slow->staff.empty()) send.staff = staff = text_of(slow->staff);
  send.promotes = journey::is_promotion(plan().program.messages[out.message].message_class);
  if (send.to.empty()) return false;
  give(send);
  return true;
}

/// The batch that says so is durable and applied: now they are called.
Result<void> Engine::call_slow() {
  for (const auto& [channel, out] : waiting_) outbox_.wait(channel, out);
  waiting_.clear();
  for (const auto& [channel, out] : calling_) {
    Answer answer{OutcomeKind::rejected_recipient, "no address"};
    Result<void> called;
    const bool given = with_send(channel, out, [&, &channel = channel, &out = out](const Send& send) {
      if (sender_.slow(channel) != nullptr) {
        outbox_.call(channel, out);
        return sender_.take(send);
      }
      // The workspace has another adapter for it now.
      auto answers = sender_.hand_over(std::span<const Send>(&send, 1));
      if (answers) {
        answer = std::move(answers->front());
      } else {
        called = tl::unexpected(answers.error());
      }
    });
    if (!called) return called;
    if (!given || sender_.slow(channel) == nullptr) add_outcome(channel, out, answer, env::kNoMoment);
  }
  calling_.clear();
  for (const Returned& returned : returned_) outbox_.wait_until(returned.channel, returned.out, returned.again);
  returned_.clear();
  return {};
}

void Engine::find_out_about_called() {
  hands_over_ = true;
  std::size_t count = 0;
  std::vector<Outbox::Called> lost;
  for (const Outbox::Called& called : outbox_.called()) {
    ++count;
    const bool told = sender_.slow(called.channel) != nullptr &&
                      with_send(called.channel, called.out, [&](const Send& send) { sender_.find_out(send); });
    if (!told) lost.push_back(called);
  }
  for (const Outbox::Called& called : lost) {
    (void)outbox_.answered(called.out.key);
    add_outcome(called.channel, called.out, {OutcomeKind::unknown_accepted, {}}, env::kNoMoment);
  }
  if (count > 0 && options_.say) {
    options_.say(std::to_string(count) + (count == 1 ? " message was" : " messages were") +
                 " with a channel when tend stopped: what became of them is found out as the channel allows");
  }
}

void Engine::add(const Report& report) {
  auto called = outbox_.answered(report.key);
  if (!called) return;  // told twice
  add_outcome(called->channel, called->out, report.answer, env::kNoMoment);
  if (report.suppress) {
    std::string fields;
    const std::string why =
        report.why.empty() ? "refused: " + report.answer.reason + ", message " + format_key(report.key) : report.why;
    state::append_field(fields, state::kSuppressed, program::Value::string(called->channel));
    state::append_field(fields, state::kConsentEvidence, program::Value::string(why));
    state::append_field(fields, state::kConsentSource, program::Value::string("channel:" + called->channel));
    add(state::AttributesInput{.moment = options_.now ? options_.now() : clock(),
                               .customer = partitions_.state(called->out.partition).customer_id(called->out.customer),
                               .fields = fields});
  }
  if (report.answer.outcome == OutcomeKind::returned) returned_.push_back({called->channel, called->out, report.again});
}

}  // namespace tend::run
