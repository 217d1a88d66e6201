// What happened to one customer, told from the core's notes: one line per decision, with the clause, the line in the
// text and the values that decided it.
#pragma once
#include <string>

#include "dsl/program/program.hpp"
#include "dsl/text/tongue.hpp"
#include "engine/env/zone.hpp"
#include "engine/journey/trace.hpp"

namespace tend::cli {

class Story final : public journey::Tracer {
 public:
  /// Lifetime: program and places outlive the story. `playbook`: only what concerns it (kNone: everything).
  Story(const program::Program& program, const program::Places& places, std::uint32_t playbook, text::Tongue tongue)
      : program_(program), places_(places), playbook_(playbook), chinese_(tongue == text::Tongue::zh) {}

  void note(const journey::Note& note) override;
  const std::string& text() const { return out_; }

 private:
  std::string say(const char* english, const char* chinese) const { return chinese_ ? chinese : english; }
  std::string sentence(const journey::Note& note) const;
  std::string fields_text(std::uint32_t event, std::string_view blob) const;
  std::string attributes_text(std::string_view blob) const;
  std::string step_text(const journey::Note& note) const;
  std::string why_refused(const journey::Note& note) const;

  const program::Program& program_;
  const program::Places& places_;
  std::uint32_t playbook_;
  bool chinese_;
  std::string out_;
  env::Moment last_ = env::kNoMoment;
};

}  // namespace tend::cli
