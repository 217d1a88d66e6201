// What a test runs on: the workspace's program with one playbook alive, made ready once for all tests of that playbook.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "dsl/program/test.hpp"
#include "engine/journey/plan.hpp"

namespace tend::trial {

struct Ground {
  program::Program program;     // the other playbooks let nobody in; conditions of tests behind the rest
  program::Places places;       // fit `program`
  std::string default_channel;  // of messages that name none
  std::unique_ptr<const journey::Plan> plan;
};

/// Shape:  indices of playbooks, steps and messages are those of `program`. Alive are `playbook` and whatever it
/// starts. Thread: nothing in it changes afterwards, so any number of tests may run on it at once.
std::unique_ptr<const Ground> make_ground(const program::Program& program, const program::Places& places,
                                          const program::TestParts& parts, std::uint32_t playbook,
                                          const std::string& default_channel,
                                          const std::vector<journey::Team>& teams = {});

}  // namespace tend::trial
