// What the two ways of `tend why` have in common: over a data folder (why.cpp) and over sources (why_sources.cpp).
#pragma once
#include <string>

#include "engine/cli/recorded_run.hpp"
#include "engine/state/state.hpp"

namespace tend::cli {

struct WhyArguments : RecordedArguments {
  std::string customer;
  std::string playbook;
  std::string data;
};

/// The story of `simulate`: everybody is run, for what one gets may depend on what others got, and one is told of.
Result<std::string> why_in_sources(const WhyArguments& arguments, text::Tongue tongue);

/// The last line of a story, so that one without a send says more than nothing: what is still to come.
std::string end_of_story(const state::State& state, const std::string& customer, env::Moment until,
                         text::Tongue tongue);

}  // namespace tend::cli
