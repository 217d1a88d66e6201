#include "engine/run/outbox.hpp"

#include <algorithm>

#include "dsl/text/must.hpp"
#include "engine/state/wheel.hpp"

namespace tend::run {

Outbox::Lane& Outbox::lane(std::string_view channel) {
  const auto found = lanes_.find(channel);
  return found != lanes_.end() ? found->second : lanes_[std::string(channel)];
}

void Outbox::wait(std::string_view channel, const Out& out) { lane(channel).ready.push_back(out); }

void Outbox::wait_until(std::string_view channel, const Out& out, env::Moment moment) {
  lane(channel).later.emplace(moment, out);
}

void Outbox::hold(std::string_view channel, const Out& out) { lane(channel).held.push_back(out); }

void Outbox::resume() {
  for (auto& [channel, lane] : lanes_) {
    lane.ready.insert(lane.ready.begin(), lane.held.begin(), lane.held.end());
    lane.held.clear();
  }
}

std::vector<Outbox::Waiting> Outbox::remove(const std::function<bool(const Out&)>& meant) {
  std::vector<Waiting> removed;
  for (auto& [channel, lane] : lanes_) {
    const auto is_meant = [&, &of = channel](const Out& out) {
      const bool yes = meant(out);
      if (yes) removed.push_back({of, out});
      return yes;
    };
    std::erase_if(lane.ready, is_meant);
    std::erase_if(lane.later, [&](const auto& one) { return is_meant(one.second); });
    std::erase_if(lane.held, is_meant);
  }
  return removed;
}

bool Outbox::has_ready(std::string_view channel, env::Moment now) const {
  const auto found = lanes_.find(channel);
  if (found == lanes_.end()) return false;
  const Lane& lane = found->second;
  return !lane.ready.empty() || (!lane.later.empty() && lane.later.begin()->first <= now);
}

Out Outbox::take(std::string_view channel, env::Moment now) {
  Lane& lane = this->lane(channel);
  // Who has been waiting for his moment waits longer than who has come meanwhile.
  if (!lane.later.empty() && lane.later.begin()->first <= now) {
    const Out out = lane.later.begin()->second;
    lane.later.erase(lane.later.begin());
    return out;
  }
  CHECK_OR_DIE(!lane.ready.empty(), "nobody is taken from an empty lane");
  const Out out = lane.ready.front();
  lane.ready.pop_front();
  return out;
}

void Outbox::call(std::string_view channel, const Out& out) { called_[out.key] = {std::string(channel), out}; }

std::optional<Outbox::Called> Outbox::answered(state::SendKey key) {
  const auto found = called_.find(key);
  if (found == called_.end()) return std::nullopt;
  Called called = std::move(found->second);
  called_.erase(found);
  return called;
}

env::Moment Outbox::next_due(std::string_view channel) const {
  const auto found = lanes_.find(channel);
  return found == lanes_.end() || found->second.later.empty() ? state::kNever : found->second.later.begin()->first;
}

std::unordered_map<state::SendKey, env::Moment, Outbox::HashKey> Outbox::moments() const {
  std::unordered_map<state::SendKey, env::Moment, HashKey> moments;
  for (const auto& [channel, lane] : lanes_) {
    for (const auto& [moment, out] : lane.later) moments.emplace(out.key, moment);
  }
  return moments;
}

std::vector<Outbox::Called> Outbox::called() const {
  std::vector<Called> all;
  for (const auto& [key, called] : called_) all.push_back(called);
  std::sort(all.begin(), all.end(), [](const Called& a, const Called& b) {
    return std::pair(a.out.key.high, a.out.key.low) < std::pair(b.out.key.high, b.out.key.low);
  });
  return all;
}

std::map<std::string, Outbox::Count, std::less<>> Outbox::counts() const {
  std::map<std::string, Count, std::less<>> counts;
  for (const auto& [channel, lane] : lanes_)
    counts[channel].waiting = lane.ready.size() + lane.later.size() + lane.held.size();
  for (const auto& [key, called] : called_) ++counts[called.channel].called;
  return counts;
}

std::vector<std::string> Outbox::channels() const {
  std::vector<std::string> names;
  for (const auto& [channel, lane] : lanes_) names.push_back(channel);
  return names;
}

}  // namespace tend::run
