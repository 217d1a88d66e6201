// What platforms answer, read in one way: their codes by table, and answers that hold none of their words.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/channel/remote.hpp"

namespace tend::channel {

/// Not how long but until when.
inline constexpr std::int64_t kUntilMidnight = -1;  // of China's clock
inline constexpr std::int64_t kUntilMonth = -2;

/// One code of a platform, or where it ends with `*` all that begin so, and what it is read as.
struct Code {
  std::string_view code;
  Fate fate = Fate::rejected;
  Scope scope = Scope::request;
  std::string_view words;    // for the reason, behind the code
  std::int64_t wait_ms = 0;  // of deferred and throttled; 0: the dispatcher's table
  bool suppress = false;
};

/// The first row that fits, or null.
const Code* find_code(std::span<const Code> table, std::string_view code);
/// What a row says, now. `code` is the platform's own, which stands in the reason.
Outcome outcome_of(const Code& row, std::string_view code, env::Moment now);
/// By the table; a code that is not in it is a refusal of what was asked.
Outcome outcome_of(std::span<const Code> table, std::string_view code, env::Moment now);

Outcome rejected(Scope scope, std::string reason);
Outcome unknown(std::string reason);

/// What a call comes to that brought no answer in the platform's own words: not sent, sent and unanswered, or answered
/// by something in between. What may have been taken is unknown.
Outcome outcome_without_words(const HttpAnswer& answer, env::Moment now);
/// True when the platform may have taken what was sent, as far as HTTP tells.
bool may_be_taken(const HttpAnswer& answer);

using Json = nlohmann::json;
/// None for what is no JSON. Never throws.
std::optional<Json> read_json(std::string_view text);
/// A member's text, or its number as text; empty where there is none.
std::string text_in(const Json& object, const char* name);
/// A member's whole number, or the one that its text says; `otherwise` where there is none.
std::int64_t number_in(const Json& object, const char* name, std::int64_t otherwise);
/// A member that is a list or an object; null where there is none.
const Json* part_of(const Json& object, const char* name);
/// As compact JSON; bytes that are no UTF-8 have become U+FFFD.
std::string write_json(const Json& value);

}  // namespace tend::channel
