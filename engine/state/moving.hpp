// From one program to the next: where everything that a state holds by number is found again, by name. Worked out once
// for a deploy, the same for every partition.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "dsl/program/on_edit.hpp"
#include "dsl/program/program.hpp"
#include "engine/state/layout.hpp"

namespace tend::state {

/// Where the journeys of a playbook go on.
struct MovedPlaybook {
  std::uint32_t version = program::kNone;  // the playbook of the same version; none: nobody has to be in it
  std::uint32_t newest = program::kNone;   // the first of the same name; none: nobody ever was in it
  std::vector<program::Carried> steps;     // by step; the last for whose goal is watched
};

/// The slots, repeats and splits of one playbook in another: what journeys keep under their numbers.
struct MovedKept {
  std::vector<std::uint32_t> lets, grants;  // by slot; kNone: read by nothing any more
  std::vector<std::uint32_t> steps;         // by step: the same one, kNone if there is none
  std::vector<std::uint32_t> shares;        // by share: the one of the same split with the same name
};
MovedKept moved_kept(const program::Program& before, const program::Playbook& older, const program::Program& now,
                     const program::Playbook& newer);

/// Lifetime: the programs and layouts outlive it.
struct Moving {
  Moving(const program::Program& before, const Layout& before_layout, const program::Program& now,
         const Layout& now_layout);

  const program::Program& before;
  const Layout& before_layout;
  const program::Program& now;
  const Layout& now_layout;

  // From before to now; kNone: read by nothing any more.
  std::vector<std::uint32_t> attributes, events, messages;
  std::vector<std::vector<std::uint32_t>> fields;  // by event
  std::vector<MovedPlaybook> playbooks;
  std::vector<std::vector<MovedKept>> kept;  // by playbook: into `version`, into `newest`; empty where there is none

  // From now to before; kNone: it is new, or its text is another one.
  std::vector<std::uint32_t> conditions, schedules;
  /// By `now_layout.conditions`: its bits are set without an edge.
  std::vector<bool> changed;

  /// Where a way into a playbook is now; false where there is none of its text.
  bool way(std::uint32_t& playbook, std::uint32_t& enter) const;
  /// Fields of an event (blob, as of input.hpp) under their numbers of now.
  std::string moved_fields(std::uint32_t event, std::string_view blob) const;
};

}  // namespace tend::state
