// What holds at the moment at which a playbook lets a customer in.
#pragma once
#include <vector>

#include "dsl/check/hold/hold.hpp"
#include "dsl/program/program.hpp"

namespace tend::check {

/// What this way in asks, one claim for each part that has to hold. Fields are those of the event that lets the
/// customer in.
std::vector<hold::Claim> claims_at_entry(const program::Program& program, const program::Playbook& playbook,
                                         const program::Enter& enter);

/// The event that has just happened when this way in is asked; kNone where it takes none.
inline std::uint32_t event_at_entry(const program::Enter& enter) {
  return enter.kind == program::EnterKind::on_event ? enter.event : program::kNone;
}

}  // namespace tend::check
