// The small words of a story: where something stands in the text, values as people write them, what a condition read.
#pragma once
#include <string>
#include <string_view>

#include "dsl/program/program.hpp"
#include "dsl/prose/phrase.hpp"
#include "engine/journey/trace.hpp"

namespace tend::cli {

/// What a story is told about and in which tongue.
/// Lifetime: program and places outlive it.
struct Telling {
  const program::Program& program;
  const program::Places& places;
  text::Tongue tongue = text::Tongue::en;
  bool hides_private = true;  // dots in the place of private attributes

  bool zh() const { return tongue == text::Tongue::zh; }
  std::string say(const char* english, const char* chinese) const { return zh() ? chinese : english; }
  /// For phrases about this playbook (or kNone) and, in a `where` of its own, this event.
  prose::Context context(std::uint32_t playbook, std::uint32_t event = program::kNone) const;
};

/// ` (shop.tend:12)`, `（shop.tend:12）`; empty where it is not known.
std::string place_words(const Telling& telling, text::Span span);
/// Of a playbook's step; empty too for one past the last.
std::string step_place(const Telling& telling, std::uint32_t playbook, std::uint32_t step);

/// A value as people write it, on one line: money by its currency's title, `yes` for true.
std::string value_words(const Telling& telling, const program::Value& value);

/// What a condition read: `their city: Lyon`, `they are tagged “vip”: no`, `silent since …`, without the marks of
/// prose. `event`: the one under test in the condition, or kNone.
std::string reading_words(const Telling& telling, std::uint32_t playbook, std::uint32_t event,
                          const journey::Reading& reading);

}  // namespace tend::cli
