// What limits sends, entries and money, in plain words. Phrases still carry the marks of words.hpp: `finish` ends them.
#pragma once
#include <string>

#include "dsl/prose/words.hpp"

namespace tend::prose {

/// `at most 2 marketing messages in any 30 days on sms`; of those that count among the last ones `of the last 4
/// messages at most 1 is marketing`.
std::string cap_words(const program::Cap& cap, Tongue tongue);
/// `nothing is sent from 21:00 to 09:00 by the customer's clock`.
std::string quiet_words(const program::Quiet& quiet, Tongue tongue);
std::string blackout_words(const program::Blackout& blackout, Tongue tongue);
/// `at most 5,000 people are let in per hour`: `what` says it in both tongues.
std::string pace_words(const program::Pace& pace, const char* what_en, const char* what_zh, Tongue tongue);
/// `2.5%`. Units: hundredths of a percent.
std::string share_words(std::uint32_t hundredths);
/// `at most 100 CNY per customer and month`.
std::string limit_words(const program::Program& program, const program::Budget& budget,
                        const program::BudgetLimit& limit, Tongue tongue);

}  // namespace tend::prose
