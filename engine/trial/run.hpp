// Runs a test: the real engine on a virtual clock, its customers in memory. docs/testing.md says what each line means.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/trial/coverage.hpp"
#include "engine/trial/ground.hpp"

namespace tend::trial {

enum class Thing : std::uint8_t { enter, send, goal, leave, stop, task, grant, credit };

/// Something that happened to the customer whom the test is about.
struct Happening {
  Thing thing = Thing::enter;
  env::Moment at = 0;
  std::uint32_t message = program::kNone;  // send
  std::string channel;                     // send
  std::string reason;                      // stop · task: its text
  std::string who;                         // task: the person · credit: the account
  std::int64_t amount = 0;                 // grant, credit: minor units
  program::Currency currency = 0;
  bool by_step = false;  // stop: by `stop`, not after the last step
};

/// Why an expectation was not met.
enum class Miss : std::uint8_t {
  nothing,     // what it expects has not happened; `seen`: it did, but before the last action
  other,       // `seen` happened instead
  unexpected,  // before it, or before the line's action: the send `seen`, which no line expects
  happened,    // `seen` happened, which was not to
  is_false,    // the condition does not hold; `readings` say why
};

struct Failure {
  std::size_t line = 0;  // Test::lines; their number: at the end of the test
  Miss miss = Miss::nothing;
  std::optional<Happening> seen;
  std::vector<journey::Reading> readings;
  env::Moment now = 0;
};

enum class Verdict : std::uint8_t { passed, failed, cannot_run };

struct Outcome {
  Verdict verdict = Verdict::passed;
  std::optional<Failure> failure;
  std::string unknown_zone;  // cannot_run: a time zone that this machine does not know
};

/// Runs one test on the ground of its playbook.
/// Shape:  `told` (may be null) hears every decision about the test's customer; `coverage` (may be null) is of the
/// ground's
///         playbooks.
/// Thread: any number at once; the ground is only read.
Outcome run_test(const Ground& ground, const program::Test& test, journey::Tracer* told, Coverage* coverage);

}  // namespace tend::trial
