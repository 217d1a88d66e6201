// What the ways of `tend why` have in common: over a data folder, one customer alone (why.cpp) or among those he reads
// (why_others.cpp), and over sources (why_sources.cpp).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/cli/recorded_run.hpp"
#include "engine/cli/story.hpp"
#include "engine/history/history.hpp"
#include "engine/run/programs.hpp"
#include "engine/state/state.hpp"

namespace tend::cli {

/// A message that went out to the customer, or that a person was to send.
struct ToldSend {
  env::Moment at = 0;
  std::string playbook, message, channel, key;
  std::string outcome;  // accepted, unknown (counts as sent), `rejected: …`, confirmed, refused; empty: none is in
};

struct WhyArguments : RecordedArguments {
  std::string customer;
  std::string playbook;
  std::string data;
  std::vector<ToldSend>* sends = nullptr;  // not null: what the story tells of messages is noted here too
};

/// One customer's story over all programs that he lived under.
class Teller final : public journey::Tracer {
 public:
  /// `state`: where there are others whom it is not about; null where there is nobody else.
  Teller(const WhyArguments& arguments, text::Tongue tongue, const state::State* state = nullptr)
      : arguments_(arguments), tongue_(tongue), state_(state) {}

  /// From here on it is this program's. Lifetime: until the next.
  void go_over(const program::Program& program, const program::Places& places);
  void note(const journey::Note& note) override;
  std::string told() const { return told_ + (story_ ? story_->text() : std::string()); }

 private:
  void note_send(const journey::Note& note);

  const WhyArguments& arguments_;
  text::Tongue tongue_;
  const state::State* state_;
  const program::Program* program_ = nullptr;
  std::unique_ptr<Story> story_;
  std::string told_;
};

/// The story of a data folder. Errors: `not_found` for one of whom nothing was recorded.
Result<std::string> why_in_folder(const WhyArguments& arguments, const std::string& data, text::Tongue tongue);

/// What a data folder knows of its past, opened to look. Lifetime: all outlive whoever is told.
struct Past {
  const run::DataFolder& folder;
  run::Programs& programs;
  const run::Running& running;  // what is in force
  log::Log& log;
  history::History& history;
};

/// The story of one who reads other customers: everybody is run, for what he found there says what happened to him.
/// From the log where it still begins with its first record; else from the history, moment by moment.
Result<std::string> why_among_others(const WhyArguments& arguments, Past past, text::Tongue tongue, env::Moment until);

/// The story of `simulate`: everybody is run, for what one gets may depend on what others got, and one is told of.
Result<std::string> why_in_sources(const WhyArguments& arguments, text::Tongue tongue);

/// The last line of a story, so that one without a send says more than nothing: what is still to come.
std::string end_of_story(const state::State& state, const std::string& customer, env::Moment until,
                         text::Tongue tongue);

}  // namespace tend::cli
