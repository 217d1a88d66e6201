// Steps, ways in and ways out in plain words: what a box of a graph says, and a line of a reading.
#pragma once
#include <string>
#include <vector>

#include "dsl/program/outline.hpp"
#include "dsl/prose/phrase.hpp"

namespace tend::prose {

/// Phrases without their end: `finish` or `sentence` them.
struct StepWords {
  std::string title;               // `send care`
  std::vector<std::string> notes;  // `on wecom, else sms`, `given up after 12 hours`
};

/// Requires: not a jump or round_end.
StepWords step_words(const Context& context, const program::Step& step);

/// What leads into a block: `yes`, `reply`, `50% “story”`, `nothing within 7 days`.
/// Shape: empty for `done` of a step that has no other way out.
std::string branch_words(const Context& context, const program::Step& step, const program::OutlineBranch& branch);

/// A way in: `when they have been silent for 60 days`, `every day at 10:00`. Its own `where` is not in it.
std::string enter_words(const Context& context, const program::Enter& enter);
/// `an order within 30 days of entry, whose …`
std::string goal_words(const Context& context, const program::Goal& goal);
/// `their owner`, `whoever of “team” has the least to do`, `Blue Lake car wash`.
std::string person_words(const Context& context, const program::Person& person);
/// `wecom, else sms`
std::string channels_words(const Context& context, const std::vector<std::string>& channels);

}  // namespace tend::prose
