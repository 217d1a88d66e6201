// The small words of prose in both tongues: durations, money, dates, lists, the author's own words.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/program.hpp"
#include "dsl/text/tongue.hpp"

namespace tend::prose {

using text::Tongue;

/// What the author named, kept as it is whatever stands beside it: `finish` puts no blanks into it.
std::string name(std::string_view author);
/// The author's text between quotation marks, kept as it is.
std::string quoted(std::string_view author);

/// Ends a phrase: in Chinese a blank parts Chinese and Latin letters or digits, the author's words aside; the marks of
/// `name` go.
std::string finish(std::string_view phrase, Tongue tongue);
/// As `finish`, the first letter large where it is not the author's.
std::string headline(std::string_view phrase, Tongue tongue);
/// As a sentence: first letter large where it is not the author's, full stop at the end.
std::string sentence(std::string_view phrase, Tongue tongue);

/// `60 days`, `60 天`. Days are not called weeks: nobody has to think whether a month is meant.
std::string duration_words(program::Duration duration, Tongue tongue);
/// `day`, `7 days` after "per" or "every".
std::string per_words(program::Duration duration, Tongue tongue);
/// `1,200.50 CNY`, `1,200.50 元`; currencies of one's own by their title.
std::string money_words(const program::Program& program, std::int64_t minor, program::Currency currency, Tongue tongue);
/// `1,200`, `0.5`.
std::string number_words(double number);
/// `12.5%`. Units: 1e-8.
std::string percent_words(std::int64_t value);
/// `11 November 2026`, `2026年11月11日`. Units: days since 1970.
std::string date_words(std::int64_t days, Tongue tongue);
/// `10:00`. Units: milliseconds since midnight.
std::string time_words(std::int64_t ms);
/// `Monday`, `周一`; 0 = Monday.
std::string weekday_words(std::int32_t weekday, Tongue tongue);
std::string constant_words(const program::Program& program, const program::Constant& constant, Tongue tongue);

/// `a, b and c`, `a、b 和 c`; `word` is "and" or "or".
std::string listed(const std::vector<std::string>& parts, std::string_view word, Tongue tongue);

/// How an event is called: one of it, several, and bare. Built-in events have names in both tongues.
std::string one_event(const program::Event& event, Tongue tongue);    // `an order`, `下单`
std::string many_events(const program::Event& event, Tongue tongue);  // `orders`, `下单`
std::string bare_event(const program::Event& event, Tongue tongue);   // `order`, `下单`

}  // namespace tend::prose
