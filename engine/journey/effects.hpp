// What applying inputs asks of the world: messages to hand over. They are released only when the input that caused them
// is durable.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/state/input.hpp"

namespace tend::journey {

/// A message to hand over, rendered. Indices are of the program; text lies in Effects::arena.
struct SendEffect {
  state::SendKey key;
  env::Moment at = 0;
  std::uint32_t customer = 0;  // number in its partition
  std::uint32_t playbook = 0;
  std::uint32_t journey = 0;  // number
  std::uint32_t step = 0;
  std::uint32_t message = 0;
  std::string_view channel = {};  // of the plan
  std::uint32_t first_item = 0;   // Effects::items
  std::uint32_t items = 0;
};

struct ItemEffect {
  std::uint32_t kind = 0;   // MessageItem's number in its message
  std::uint32_t begin = 0;  // Effects::arena
  std::uint32_t end = 0;
};

/// A reusable buffer: `clear` keeps its memory.
struct Effects {
  bool render = true;  // false: nobody will read the texts
  std::vector<SendEffect> sends;
  std::vector<ItemEffect> items;
  std::string arena;

  void clear() {
    sends.clear();
    items.clear();
    arena.clear();
  }
};

}  // namespace tend::journey
