// A hierarchical timing wheel over one partition's customers: one timer each, the earliest moment at which anything of
// his is due.
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "dsl/text/must.hpp"
#include "engine/env/moment.hpp"
#include "engine/env/prefetch.hpp"

namespace tend::state {

using env::Moment;
inline constexpr Moment kNever = INT64_MAX;

/// Eight levels of 256 slots, intrusive lists over an array of timers: 16 bytes a customer, O(1) to set, move and
/// clear; empty stretches of time are jumped over by bitmaps, so advancing costs by timers, not by milliseconds.
/// Source: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987.
class Wheel {
 public:
  Wheel() {
    for (auto& level : slots_) level.fill(kNil);
    for (auto& level : occupied_) level.fill(0);
  }

  /// Timers 0 … count-1 exist; new ones are not set.
  void resize(std::uint32_t count) { timers_.resize(count, Timer{kNever, kNil, kNil}); }
  std::uint32_t count() const { return static_cast<std::uint32_t>(timers_.size()); }

  /// Begins to bring a timer into the processor's cache.
  void fetch(std::uint32_t id) const { env::prefetch(timers_.data() + id); }

  Moment due(std::uint32_t id) const { return timers_[id].due; }

  /// Sets, moves or (kNever) clears a timer. A moment that is past already is due at the next advance.
  void set(std::uint32_t id, Moment due) {
    Timer& timer = timers_[id];
    if (timer.due == due) return;
    if (timer.due != kNever) unlink(id);
    timer.due = due;
    if (due != kNever) link(id);
  }

  /// Calls fire(id) for every timer that is due at or before `to`, earliest first; the timer is cleared before the
  /// call, and may be set again in it, also to a moment at or before `to`.
  template <typename Fire>
  void advance(Moment to, Fire fire) {
    advance(to, fire, [](std::span<const std::uint32_t>) {});
  }

  /// The same; ahead(ids) is told which few fire next, so that what they need can be fetched for all of them at once.
  /// Their timers are cleared then.
  template <typename Fire, typename Ahead>
  void advance(Moment to, Fire fire, Ahead ahead) {
    const std::uint64_t end = key_of(to);
    for (;;) {
      const std::uint64_t next = next_key();
      if (next == kNoKey || next > end) break;
      current_ = next;
      cascade();
      std::uint32_t& head = slots_[0][current_ & 255];
      while (head != kNil) {
        std::array<std::uint32_t, 16> ids;
        std::size_t count = 0;
        for (; head != kNil && count < ids.size(); ++count) {
          const std::uint32_t id = ids[count] = head;
          unlink(id);
          timers_[id].due = kNever;
        }
        ahead(std::span<const std::uint32_t>(ids).first(count));
        for (std::size_t i = 0; i < count; ++i) fire(ids[i]);
      }
    }
    if (end > current_) {
      current_ = end;
      cascade();
    }
  }

  /// A moment not after the earliest timer's (kNever when none is set).
  Moment next_due() const {
    const std::uint64_t next = next_key();
    return next == kNoKey ? kNever : static_cast<Moment>(next ^ kSign);
  }

 private:
  static constexpr std::uint32_t kNil = 0xFFFFFFFFu;
  static constexpr std::uint64_t kSign = 1ull << 63;
  static constexpr std::uint64_t kNoKey = ~0ull;
  struct Timer {
    Moment due;
    std::uint32_t next, previous;
  };

  static std::uint64_t key_of(Moment moment) { return static_cast<std::uint64_t>(moment) ^ kSign; }
  std::uint64_t slot_key(Moment due) const { return std::max(key_of(due), current_); }
  static unsigned level_of(std::uint64_t current, std::uint64_t key) {
    const std::uint64_t difference = current ^ key;
    return difference == 0 ? 0u : (63u - static_cast<unsigned>(std::countl_zero(difference))) / 8u;
  }

  void link(std::uint32_t id) {
    const std::uint64_t key = slot_key(timers_[id].due);
    const unsigned level = level_of(current_, key);
    const unsigned slot = (key >> (8 * level)) & 255;
    std::uint32_t& head = slots_[level][slot];
    timers_[id].next = head;
    timers_[id].previous = kNil;
    if (head != kNil) timers_[head].previous = id;
    head = id;
    occupied_[level][slot / 64] |= 1ull << (slot % 64);
  }

  void unlink(std::uint32_t id) {
    Timer& timer = timers_[id];
    if (timer.next != kNil) timers_[timer.next].previous = timer.previous;
    if (timer.previous != kNil) {
      timers_[timer.previous].next = timer.next;
      return;
    }
    const std::uint64_t key = slot_key(timer.due);
    const unsigned level = level_of(current_, key);
    const unsigned slot = (key >> (8 * level)) & 255;
    DCHECK_OR_DIE(slots_[level][slot] == id, "a timer stands where the wheel says");
    slots_[level][slot] = timer.next;
    if (timer.next == kNil) occupied_[level][slot / 64] &= ~(1ull << (slot % 64));
  }

  /// Moves what stands in the slots that hold `current_` down to where it belongs.
  void cascade() {
    for (unsigned level = 7; level > 0; --level) {
      const unsigned slot = (current_ >> (8 * level)) & 255;
      std::uint32_t id = slots_[level][slot];
      if (id == kNil) continue;
      slots_[level][slot] = kNil;
      occupied_[level][slot / 64] &= ~(1ull << (slot % 64));
      while (id != kNil) {
        const std::uint32_t next = timers_[id].next;
        link(id);
        id = next;
      }
    }
  }

  /// The first slot of `level` at or after `from` that holds anything, 256 if none.
  unsigned next_slot(unsigned level, unsigned from) const {
    for (unsigned word = from / 64; word < 4; ++word) {
      std::uint64_t bits = occupied_[level][word];
      if (word == from / 64) bits &= ~0ull << (from % 64);
      if (bits != 0) return word * 64 + static_cast<unsigned>(std::countr_zero(bits));
    }
    return 256;
  }

  /// The key of the earliest occupied slot: exact on level 0, the slot's first key above it.
  std::uint64_t next_key() const {
    for (unsigned level = 0; level < 8; ++level) {
      const unsigned at = (current_ >> (8 * level)) & 255;
      const unsigned from = level == 0 ? at : at + 1;
      const unsigned slot = from > 255 ? 256 : next_slot(level, from);
      if (slot == 256) continue;
      const std::uint64_t above = level == 7 ? 0 : (current_ >> (8 * (level + 1))) << (8 * (level + 1));
      return above | (static_cast<std::uint64_t>(slot) << (8 * level));
    }
    return kNoKey;
  }

  std::vector<Timer> timers_;
  std::uint64_t current_ = 0;
  std::array<std::array<std::uint32_t, 256>, 8> slots_;
  std::array<std::array<std::uint64_t, 4>, 8> occupied_;
};

}  // namespace tend::state
