// The doctor: what must hold of every customer between two batches, asked of the state itself. A journey is over, or
// has one next wake-up, or one outstanding answer; nobody is forgotten by the wheel, and no condition changes unseen.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/journey/plan.hpp"
#include "engine/state/state.hpp"

namespace tend::run {

/// Something that does not hold. `what` is a sentence about the subject, without it.
struct Finding {
  std::string check;  // a word for machines, as docs/formats/doctor.md lists them
  std::uint32_t partition = 0;
  std::string customer;  // empty: about the partition or the folder
  std::string playbook;  // empty: about the customer
  std::uint32_t journey = 0;
  std::string what;
};

/// `customer c1, playbook win_back, journey 2: it waits at …`, for people.
std::string text_of(const Finding& finding);

/// More are not worth reading; the last one then says so.
inline constexpr std::size_t kFindingsMax = 100;

/// Appends what does not hold of one customer. Between two batches only.
void check_customer(const journey::Plan& plan, const state::State& state, std::uint32_t customer,
                    std::vector<Finding>& findings);

/// What only the whole partition shows: journeys that are in nobody's list, blocks that two share, figures that are not
/// the sum of the journeys, inputs that wait for nothing.
void check_partition(const journey::Plan& plan, const state::State& state, std::vector<Finding>& findings);

/// check_partition and check_customer for all.
void check_state(const journey::Plan& plan, const state::State& state, std::vector<Finding>& findings);

/// How two states of one partition differ that should be the same, customer by customer. `right_is` says in the
/// findings what the second one is: "the log from its beginning".
void compare_states(const journey::Plan& plan, const state::State& left, const state::State& right,
                    const std::string& right_is, std::vector<Finding>& findings);

/// Goes through all customers again and again, a few at a time.
class Rounds {
 public:
  /// Looks at the next `count` customers; appends what does not hold. Returns how many it looked at.
  std::uint32_t step(const journey::Plan& plan, const std::vector<const state::State*>& states, std::uint32_t count,
                     std::vector<Finding>& findings);
  std::uint64_t rounds() const { return rounds_; }  // that are complete

 private:
  std::size_t state_ = 0;
  std::uint32_t customer_ = 0;
  std::uint64_t rounds_ = 0;
};

}  // namespace tend::run
