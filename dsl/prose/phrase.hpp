// Expressions in plain words: conditions as clauses ("they have been silent for 60 days"), values as noun phrases ("the
// total amount of their orders in the last 365 days"). Phrases still carry the marks of words.hpp: `finish` ends them.
#pragma once
#include <string>

#include "dsl/prose/words.hpp"

namespace tend::prose {

/// What a phrase is about. Shape: refers to a program that outlives it.
struct Context {
  const program::Program& program;
  const program::Playbook* playbook = nullptr;  // whose lets and grants have names; none: outside of playbooks
  std::uint32_t event = program::kNone;         // the event under test, in its `where`
  Tongue tongue = Tongue::en;

  bool zh() const { return tongue == Tongue::zh; }
  Context in_event(std::uint32_t of) const { return {program, playbook, of, tongue}; }
};

/// The condition as a clause about the customer ("they …"; in Chinese without a subject) or, where the context has an
/// event, about that event ("its amount …"). `holds` false: that it does not hold, missing values included.
std::string clause(const Context& context, std::uint32_t node, bool holds = true);
/// The value as a noun phrase.
std::string value(const Context& context, std::uint32_t node);

/// Of an expression instead of a node.
std::string clause_of(const Context& context, std::uint32_t expression, bool holds = true);
std::string value_of(const Context& context, std::uint32_t expression);

/// `an order whose amount is more than 50 CNY`, `金额超过50元的下单`. `filter` is a node or kNone.
std::string event_where(const Context& context, std::uint32_t event, std::uint32_t filter, bool many = false);

/// A text with its holes: `Call [their name, or “you”]: …`, without quotation marks.
std::string text_words(const Context& context, const std::vector<program::TextPart>& parts);

}  // namespace tend::prose
