// The keyword table in both tongues, and the built-in names.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/text/tongue.hpp"

namespace tend::syntax {

using text::Tongue;

enum class Keyword : std::uint16_t {
#define KW(id, en, zh, alias_zh, glue, group, meaning) id,
#include "dsl/syntax/keywords.inc"
#undef KW
};

struct KeywordRow {
  std::string_view en;
  std::string_view zh;
  std::string_view alias_zh;
  bool glue;
  std::string_view group;
};

inline constexpr KeywordRow kKeywords[] = {
#define KW(id, en, zh, alias_zh, glue, group, meaning) {en, zh, alias_zh, (glue) != 0, group},
#include "dsl/syntax/keywords.inc"
#undef KW
};

inline constexpr const KeywordRow& row(Keyword keyword) { return kKeywords[static_cast<std::size_t>(keyword)]; }
inline constexpr std::string_view spelling(Keyword keyword, Tongue tongue) {
  return tongue == Tongue::en ? row(keyword).en : row(keyword).zh;
}

/// Which names are built in, by where they stand.
enum class BuiltinGroup : std::uint8_t {
  root,            // customer, entry, today, now
  customer_field,  // customer.id, timezone, language, tags, consent, first_seen
  entry_field,     // entry.date, entry.at
  event,           // added, sent, …
  event_field,     // message, channel, playbook, label, staff, state of those; `at` of any event
  staff_field,     // name
  grant_field,     // amount, expires
  filter,          // money, date, upper, truncate, round, join, url
};

/// The English spelling of a built-in name written in either tongue (客户 -> customer, 进入事件 -> entry); empty where
/// it is none. The tree keeps the author's spelling, so whoever looks a name up asks here once the declared names are
/// tried.
std::string_view canonical_builtin(std::string_view name, BuiltinGroup group);

/// The same name in `tongue`; empty where `name` is no built-in of the group.
std::string_view builtin_in(std::string_view name, BuiltinGroup group, Tongue tongue);

/// `or and not in default true false missing else` and their twins: names only in back-quotes.
bool is_reserved(std::string_view word);

}  // namespace tend::syntax
