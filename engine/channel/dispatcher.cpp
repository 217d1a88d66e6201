// Sends by channel, answers in the order of the sends.
#include "engine/channel/dispatcher.hpp"

#include <algorithm>

#include "dsl/text/must.hpp"
#include "engine/channel/kinds.hpp"

namespace tend::channel {

/// The sends of one call that go to one channel; `places` are their positions in the call.
struct Dispatcher::Group {
  const Channel* channel = nullptr;
  std::vector<run::Send> sends;
  std::vector<std::size_t> places;
};

Result<std::unique_ptr<Dispatcher>> Dispatcher::open(std::span<const ChannelConfig> configs,
                                                     const std::string& base_folder, const Outside& outside,
                                                     Pace pace) {
  if (Result<void> checked = check_channels(configs); !checked) return tl::unexpected(checked.error());
  std::unique_ptr<Dispatcher> dispatcher(new Dispatcher(outside));
  for (const ChannelConfig& config : configs) {
    Result<std::unique_ptr<Adapter>> adapter = make_adapter(config, base_folder, outside);
    if (!adapter) return tl::unexpected(adapter.error());
    Channel channel{config.name, std::move(*adapter), std::nullopt};
    channel.is_remote = pace == Pace::live && find_adapter(config.adapter)->make_remote != nullptr;
    const auto rate = config.options.find("rate");
    if (pace == Pace::live && rate != config.options.end()) {
      channel.bucket.emplace(*parse_rate(rate->second), outside.clock.now());  // check_channels has read it before
    }
    dispatcher->channels_.push_back(std::move(channel));
  }
  return dispatcher;
}

const Dispatcher::Channel* Dispatcher::find(std::string_view channel) const {
  if (channel.empty()) return channels_.empty() ? nullptr : channels_.data();
  const auto found =
      std::find_if(channels_.begin(), channels_.end(), [&](const Channel& c) { return c.name == channel; });
  return found == channels_.end() ? nullptr : &*found;
}

/// Shape: one group per channel of the call, in the order of their first sends.
std::vector<Dispatcher::Group> Dispatcher::group(std::span<const run::Send> sends) const {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < sends.size(); ++i) {
    const Channel* channel = find(sends[i].channel);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.channel == channel; });
    if (group == groups.end()) group = groups.insert(groups.end(), {channel, {}, {}});
    group->sends.push_back(sends[i]);
    if (channel != nullptr) group->sends.back().channel = channel->name;  // the line in the outbox names it
    group->places.push_back(i);
  }
  return groups;
}

/// How many of `count` messages may go now, at least one; sleeps until some may.
std::size_t Dispatcher::wait_for_room(Channel& channel, std::size_t count) {
  if (!channel.bucket) return count;
  TokenBucket& bucket = *channel.bucket;
  const auto goal = static_cast<std::uint32_t>(std::min<std::size_t>(count, bucket.step()));
  while (true) {
    const std::int64_t now = outside_.clock.now();
    const std::uint32_t available = bucket.available(now);
    if (available >= goal) return std::min<std::size_t>(available, count);
    outside_.sleep_ms(bucket.wait_ms(goal, now));
  }
}

Result<std::vector<run::Answer>> Dispatcher::hand_over_group(Channel& channel, std::span<const run::Send> sends) {
  std::vector<run::Answer> answers;
  answers.reserve(sends.size());
  const std::size_t batch_max = channel.adapter->capabilities().batch_max;
  while (!sends.empty()) {
    const std::size_t count = wait_for_room(channel, std::min(sends.size(), batch_max));
    Result<std::vector<run::Answer>> part = channel.adapter->hand_over(sends.first(count));
    if (!part) return part;
    CHECK_OR_DIE(part->size() == count, "an adapter answers each message once");
    if (channel.bucket) channel.bucket->take(static_cast<std::uint32_t>(count));
    std::move(part->begin(), part->end(), std::back_inserter(answers));
    sends = sends.subspan(count);
  }
  return answers;
}

Result<std::vector<run::Answer>> Dispatcher::hand_over(std::span<const run::Send> sends) {
  std::vector<run::Answer> answers(sends.size());
  for (const Group& group : group(sends)) {
    if (group.channel == nullptr) {
      for (const std::size_t place : group.places) {
        const std::string name(sends[place].channel);
        answers[place] = {state::OutcomeKind::rejected_request, "no channel" + (name.empty() ? "" : " `" + name + "`")};
      }
      continue;
    }
    Channel& channel = channels_[static_cast<std::size_t>(group.channel - channels_.data())];
    Result<std::vector<run::Answer>> part = hand_over_group(channel, group.sends);
    if (!part) return part;
    for (std::size_t i = 0; i < group.places.size(); ++i) answers[group.places[i]] = std::move((*part)[i]);
  }
  return answers;
}

Result<std::vector<run::Settled>> Dispatcher::settle(std::span<const run::Send> sends) {
  std::vector<run::Settled> answers(sends.size(), run::Settled::unknown);
  for (const Group& group : group(sends)) {
    if (group.channel == nullptr) continue;
    Result<std::vector<run::Settled>> part = group.channel->adapter->settle(group.sends);
    if (!part) return part;
    CHECK_OR_DIE(part->size() == group.sends.size(), "an adapter answers for each message");
    for (std::size_t i = 0; i < group.places.size(); ++i) answers[group.places[i]] = (*part)[i];
  }
  return answers;
}

bool Dispatcher::needs_dispatch_record(std::string_view channel) const {
  const Channel* found = find(channel);
  return found != nullptr && !found->adapter->capabilities().can_settle;
}

const run::Slow* Dispatcher::slow(std::string_view channel) const {
  static const run::Slow kAsked;  // nobody: there is no room
  const Channel* found = find(channel);
  return found != nullptr && found->is_remote ? &kAsked : nullptr;
}

std::size_t Dispatcher::room(std::string_view channel) {
  const Channel* found = find(channel);
  if (found != nullptr && found->is_remote) return 0;
  if (found == nullptr || !found->bucket) return std::numeric_limits<std::size_t>::max();
  Channel& own = channels_[static_cast<std::size_t>(found - channels_.data())];
  return own.bucket->available(outside_.clock.now());
}

}  // namespace tend::channel
