// A log's inputs applied to states of one's own: what the engine's recovery does, for those who look at a data folder.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "engine/journey/apply.hpp"
#include "engine/log/log.hpp"

namespace tend::run {

using States = std::vector<std::unique_ptr<state::State>>;

/// New states that know one another. Shape: `states` is empty, and stays where it is.
void make_states(const journey::Plan& plan, unsigned partitions, States& states);

/// Applies what the log has behind these positions, batch by batch, in each batch one partition after the other.
/// `look` is told of each record and of what applying it asked for; may be empty. Errors: of the log and of `look`;
/// `corrupt` for a record that the program cannot take.
Result<void> replay_log(log::Log& log, const journey::Plan& plan, const std::vector<std::uint64_t>& after,
                        States& states,
                        const std::function<Result<void>(const log::Record&, const journey::Effects&)>& look);

}  // namespace tend::run
