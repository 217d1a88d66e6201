// The table of recipients' and domains' limits.
#include "engine/channel/holds.hpp"

#include <algorithm>

namespace tend::channel {

Holds::Entry* Holds::find(std::string_view name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return &entries_.front();
}

Holds::Entry& Holds::make(std::string_view name, env::Moment now) {
  if (Entry* entry = find(name)) return *entry;
  if (entries_.size() >= count_max_) {
    by_name_.erase(entries_.back().name);
    entries_.pop_back();
  }
  entries_.push_front({.name = std::string(name)});
  if (rate_) entries_.front().bucket.emplace(*rate_, now);
  by_name_.emplace(entries_.front().name, entries_.begin());
  return entries_.front();
}

env::Moment Holds::free_at(std::string_view name, env::Moment now) {
  if (name.empty()) return now;
  Entry* entry = find(name);
  if (entry == nullptr) return now;
  const env::Moment by_rate = entry->bucket ? now + entry->bucket->wait_ms(1, now) : now;
  return std::max(by_rate, entry->held_until);
}

void Holds::take(std::string_view name, env::Moment now) {
  if (name.empty() || !rate_) return;
  make(name, now).bucket->take(1);
}

void Holds::hold(std::string_view name, env::Moment until, env::Moment now) {
  if (name.empty()) return;
  Entry& entry = make(name, now);
  entry.held_until = std::max(entry.held_until, until);
}

std::string_view domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

}  // namespace tend::channel
