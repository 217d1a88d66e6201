// Limits of single recipients and of single domains: a rate each, and until when one of them takes nothing.
#pragma once
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/channel/rate.hpp"
#include "engine/env/moment.hpp"

namespace tend::channel {

/// A bounded table: where it is full, who was looked at longest ago is forgotten, his limits with him.
class Holds {
 public:
  explicit Holds(std::optional<Rate> rate, std::size_t count_max = 100'000) : rate_(rate), count_max_(count_max) {}

  /// From when on `name` takes a message; `now` or earlier: now.
  env::Moment free_at(std::string_view name, env::Moment now);
  /// A message goes to it now. Requires: free_at says so.
  void take(std::string_view name, env::Moment now);
  /// Nothing goes to it before `until`.
  void hold(std::string_view name, env::Moment until, env::Moment now);
  std::size_t count() const { return entries_.size(); }

 private:
  struct Entry {
    std::string name;
    std::optional<TokenBucket> bucket;
    env::Moment held_until = env::kNoMoment;
  };
  Entry* find(std::string_view name);
  Entry& make(std::string_view name, env::Moment now);

  std::optional<Rate> rate_;
  std::size_t count_max_;
  std::list<Entry> entries_;  // who was looked at last comes first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_name_;
};

/// What stands behind the last `@`; empty where there is none.
std::string_view domain_of(std::string_view address);

}  // namespace tend::channel
