// A program made ready to run: who is asked when an event comes, which conditions an input can change. Worked out once
// per program and shared by every partition; nothing in it changes afterwards.
#pragma once
#include <string>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/expr/evaluate.hpp"
#include "engine/state/layout.hpp"

namespace tend::journey {

struct EnterRef {
  std::uint32_t playbook = 0;
  std::uint32_t enter = 0;
};

/// Who belongs to a team (`[teams]` in tend.toml).
struct Team {
  std::string name;
  std::vector<std::string> members;
};

struct Plan {
  /// `default_channel`: for messages that name none. `teams`: sorted by name.
  /// Lifetime: `program` outlives the plan.
  explicit Plan(const program::Program& program, std::string default_channel = {}, std::vector<Team> teams = {});
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  const program::Program& program;
  const std::string default_channel;
  const std::vector<Team> teams;
  state::Layout layout;
  expr::Tables tables;
  std::vector<std::vector<EnterRef>> enters_on;  // by event, in the order of playbooks
  std::vector<bool> is_activity;                 // by event
  std::vector<bool> keyed;                       // by playbook: some way in is `per` a field
  std::vector<std::uint32_t> schedule_dates;     // by schedule: the expression of its date, or kNone
  std::uint32_t owner = program::kNone;          // the attribute that says who looks after a customer
  /// Something crosses customers (budgets, teams, rankings, messages, references): recorded time then goes one moment
  /// after the other.
  bool crosses = false;
  bool ranks = false;         // somebody's turn is found by a ranking: a moment then has two halves
  bool reads_others = false;  // a reference is followed: partitions are applied one after the other
};

/// What an input changed of one customer.
struct Change {
  bool everything = false;  // his first input
  bool time = false;
  bool activity = false;
  bool tags = false;
  bool consent = false;
  bool zone = false;
  std::uint32_t event = program::kNone;
  std::vector<std::uint32_t> attributes;
};

/// Can that change have another value now?
bool affects(const Change& change, const program::Dependencies& dependencies);

}  // namespace tend::journey
