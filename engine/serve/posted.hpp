// Inputs on their way to the engine: as they were read, and as the log takes them.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/env/moment.hpp"
#include "engine/state/input.hpp"

namespace tend::serve {

/// An input on its way, typed already (intake.hpp, read_body.hpp).
struct PostedInput {
  state::InputKind kind = state::InputKind::event;  // event, attributes or merge
  std::string customer;
  env::Moment at = env::kNoMoment;  // when it happened; kNoMoment: when it is taken
  std::uint32_t event = 0;          // Program::events
  std::string fields;               // blob
  std::string into = {};            // merge: who he turned out to be
  state::SeenId seen{};             // of the message that it comes with; zeros: it has no id
  bool follows = false;             // the input before it is of the same message
  bool consents = false;            // attributes: somebody gives or withdraws a consent
};

/// One of EncodedInputs.
struct EncodedInput {
  state::SeenId seen{};
  std::uint32_t begin = 0, size = 0;  // of its payload
  std::uint16_t partition = 0;
  state::InputKind kind = state::InputKind::event;
  bool named = false;  // its message has an id
  bool follows = false;
  bool old = false;  // its message was taken before
};

/// Inputs as the log takes them, all but their moment, in one piece: whoever takes them reads it from its first byte to
/// its last, and what they were made from stays with who made it. Both are warm in the cache of their processor then.
struct EncodedInputs {
  std::string payloads;
  std::vector<EncodedInput> inputs;

  /// Instead of what was there, whose memory is used again.
  void assign(std::span<const PostedInput> posted, unsigned partitions);
};

}  // namespace tend::serve
