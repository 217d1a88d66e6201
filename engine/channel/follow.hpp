// Accepted messages whose receipts have to be asked for, by when to ask next.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>

#include "engine/env/moment.hpp"

namespace tend::channel {

struct Followed {
  std::string provider_id;
  env::Moment accepted = 0;
};

/// Bounded: where it is full, who would be asked after last is dropped, and counted.
class Follows {
 public:
  explicit Follows(std::size_t count_max = 1'000'000) : count_max_(count_max) {}
  /// The first question comes a minute after it was accepted; the same id twice is one.
  void add(Followed followed, env::Moment now);
  /// The one whose time has come, taken out; again() puts it back.
  std::optional<Followed> next(env::Moment now);
  /// Asks again at `at`; kNoMoment: never.
  void again(Followed followed, env::Moment at, env::Moment now);
  /// kNoMoment where there is none.
  env::Moment next_at() const;
  std::size_t count() const { return ids_.size(); }
  std::size_t dropped() const { return dropped_; }

 private:
  std::size_t count_max_;
  std::multimap<env::Moment, Followed> by_time_;
  std::unordered_set<std::string> ids_;  // those that are being asked after right now, too
  std::size_t dropped_ = 0;
};

}  // namespace tend::channel
