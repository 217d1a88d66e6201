// What the tests of a workspace reached of its playbooks, and what they did not.
#pragma once
#include <string>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/journey/trace.hpp"

namespace tend::trial {

enum class PartKind : std::uint8_t {
  entry,  // an `enter` clause
  step,
  yes,    // an `if` that held
  no,     // an `if` that did not
  arm,    // an arm of `wait up to`
  late,   // a `wait up to` in which nothing came in time
  share,  // an arm of `split`
};

/// Something of a playbook that a test can reach.
struct Part {
  PartKind kind = PartKind::step;
  std::uint32_t playbook = 0;
  std::uint32_t index = 0;  // of the entry, step, arm or share; of yes, no and late: of the step
  std::uint32_t step = 0;   // the step it belongs to
  text::Span span;          // empty where Places do not say
  bool reached = false;
};

/// Shape: by playbook (name), then by where things stand in the program.
class Coverage {
 public:
  /// Everything there is, not reached yet.
  Coverage(const program::Program& program, const program::Places& places);
  /// Notes down what a journey did.
  void note(const journey::Note& note);
  /// Adds what another one of the same program reached.
  void join(const Coverage& other);

  const std::vector<Part>& parts() const { return parts_; }
  std::size_t reached() const;

 private:
  void reach(PartKind kind, std::uint32_t playbook, std::uint32_t index);

  const program::Program* program_;
  std::vector<Part> parts_;
  std::vector<std::size_t> first_;  // of each playbook in `parts_`, and the end
};

}  // namespace tend::trial
