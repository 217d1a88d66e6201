// What an edit of a playbook does to somebody who stands inside: `on edit pin | follow | move`.
#pragma once
#include <cstdint>

#include "dsl/program/program.hpp"

namespace tend::program {

/// The step of `newest` that is the same as step `index` of `older`: the one with its label or else the one of its kind
/// and name (of message or tag), as many steps of these before it; kNone if there is none. One past the last is the
/// same in both. Source: docs/semantics.md §13
std::uint32_t same_step(const Program& before, const Playbook& older, std::uint32_t index, const Program& now,
                        const Playbook& newest);

/// What becomes of somebody in a playbook.
struct Carried {
  enum class Kind : std::uint8_t {
    same,     // its journeys do the same in the new program: nothing becomes of him
    pinned,   // he finishes on the version on which he is
    follows,  // he goes on in the newest version at `step`, which is the same
    moved,    // he begins `step` of the newest version anew
    refused,  // no `move` covers his step: the program cannot be put in
  } kind = Kind::same;
  std::uint32_t step = 0;
};

/// For somebody at step `index`; one past the last step for somebody whose goal is watched.
/// Shape: `now` may be as the checker made it, or grafted on `before`. Source: docs/semantics.md §13
Carried carry(const Program& before, const Playbook& older, std::uint32_t index, const Program& now);

}  // namespace tend::program
