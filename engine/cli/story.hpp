// What happened to one customer, told from the core's notes: one line per decision, with the clause, the line in the
// text and the values that decided it.
#pragma once
#include <set>
#include <string>

#include "dsl/program/program.hpp"
#include "dsl/text/tongue.hpp"
#include "engine/cli/story_words.hpp"
#include "engine/journey/trace.hpp"

namespace tend::cli {

class Story final : public journey::Tracer {
 public:
  /// Lifetime: program and places outlive the story. `playbook`: only what concerns it (kNone: everything).
  Story(const program::Program& program, const program::Places& places, std::uint32_t playbook, text::Tongue tongue)
      : program_(program), telling_{program, places, tongue}, playbook_(playbook), chinese_(telling_.zh()) {}

  void note(const journey::Note& note) override;
  const std::string& text() const { return out_; }

 private:
  std::string say(const char* english, const char* chinese) const { return telling_.say(english, chinese); }
  std::string sentence(const journey::Note& note) const;
  std::string of_entry(const journey::Note& note) const;
  std::string of_wait(const journey::Note& note) const;
  std::string of_send(const journey::Note& note) const;
  std::string of_others(const journey::Note& note) const;
  std::string of_end(const journey::Note& note) const;
  std::string of_folder(const journey::Note& note) const;
  std::string arm_text(const journey::Note& note) const;
  std::string round_text(const journey::Note& note) const;
  std::string asked_text(const journey::Note& note) const;
  std::string answered_text(const journey::Note& note) const;
  std::string fields_text(std::uint32_t event, std::string_view blob) const;
  std::string attributes_text(std::string_view blob) const;
  std::string on_channel(const program::Value& channel) const;
  std::string step_text(const journey::Note& note) const;
  std::string clause_of(const journey::Note& note) const;
  std::string kept_text(const journey::Note& note, bool is_private) const;
  std::string paused_text(const std::string& what) const;
  std::string why_paused(const journey::Note& note) const;
  bool passed_over(const journey::Note& note) const;
  bool told_elsewhere(const journey::Note& note) const;
  void line(const std::string& indent, const std::string& text);

  const program::Program& program_;
  Telling telling_;
  std::uint32_t playbook_;
  bool chinese_;
  std::set<std::string> paused_;                                // as told: what is paused now
  std::set<std::pair<std::uint32_t, std::uint32_t>> held_out_;  // playbook, journey
  std::string out_;
  env::Moment last_ = env::kNoMoment;
};

}  // namespace tend::cli
