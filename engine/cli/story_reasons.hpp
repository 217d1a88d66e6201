// Why something did not happen, or not yet: the reasons of a story, with the clause and where it stands. Phrases still
// carry the marks of prose/words.hpp.
#pragma once
#include <string>

#include "engine/cli/story_words.hpp"

namespace tend::cli {

/// Of put_off and skipped. `paused`: what is paused, as it was told before.
std::string reason_words(const Telling& telling, const journey::Note& note, const std::string& paused);
/// Of refused.
std::string refusal_words(const Telling& telling, const journey::Note& note);
/// `10% of them are a control group that nobody contacts (shop.tend:4)`: the playbook's, or the policy's.
std::string holdout_words(const Telling& telling, const journey::Note& note);
/// Of answered with `truth` false.
std::string denial_words(const Telling& telling, const journey::Note& note);
/// The event under test in this expression of a playbook, where it is an event's `where`; else kNone.
std::uint32_t event_of(const program::Program& program, const journey::Note& note);

}  // namespace tend::cli
