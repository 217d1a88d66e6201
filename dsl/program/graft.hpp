// One program that runs everything: a new program, and beside it the older versions of playbooks in which somebody
// still is. So the engine knows one program at a time.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "dsl/program/program.hpp"

namespace tend::program {

/// What is still needed of a playbook of the program that was in force.
enum class Keep : std::uint8_t {
  nothing,  // nobody ever was in it
  name,     // somebody was: `again` and the numbers of journeys go on by the name, should it come back
  whole,    // somebody is inside, or his goal is still watched
};

struct Grafted {
  Program program;
  Places places;
};

/// `now` whole, and what `keep` asks for of `before`, which may hold grafted versions itself.
///
/// - A playbook of `now` has the version of the one before it where journeys do the same in both (journey_text_of, and
/// what
///   its messages read is there), else the next one. Older versions that are kept are superseded playbooks of the same
///   name behind it, without `enter`, `where`, `again`; `cap`, `quiet` and `priority` they have from the newest
///   version.
/// - What they read is found in the tables of `now` by name, and only what is not there is added at a table's end
///   (Program::leftovers). An attribute or field is the same if values of both are held alike, a budget if its currency
///   is the same, a function if its text is. A field that an event no longer has is added behind its others.
/// - A message is the one of `now` as long as it fits: whatever it reads of a journey, this version keeps. Else, or
/// where
///   `now` has none of this name, the old one is kept.
/// - `start` of a playbook that `now` does not have starts nothing.
///
/// Shape: `keep` goes by before.playbooks. Equal arguments give equal bytes.
/// Requires: `now` is as the checker made it; both add up.
Grafted graft(const Program& now, const Places& now_places, const Program& before, const Places& before_places,
              std::span<const Keep> keep);

/// The playbook of this name and version, superseded or not; kNone if the program has none.
std::uint32_t find_version(const Program& program, std::string_view name, std::uint32_t version);

}  // namespace tend::program
