// The bricks of both grammars as PEGTL rules: leaves over scan.hpp, nodes, expectations, scopes, recovery. Only
// expressions.cpp and statements.cpp include this.
#pragma once
#include <algorithm>
#include <optional>
#include <tao/pegtl.hpp>
#include <vector>

#include "dsl/syntax/grammar.hpp"

namespace tend::syntax::grammar {

namespace pegtl = tao::pegtl;

// A rule of our own: what PEGTL wants to know of it, and the head of its match function.
#define TEND_LEAF(name)                                                                     \
  using rule_t = name;                                                                      \
  using subs_t = pegtl::type_list<>;                                                        \
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <typename...> class Action, \
            template <typename...> class Control, typename In>                              \
  static bool match(In& in, [[maybe_unused]] State& state)
#define TEND_RULE(name, ...)                                                                \
  using rule_t = name;                                                                      \
  using subs_t = pegtl::type_list<__VA_ARGS__>;                                             \
  template <pegtl::apply_mode A, pegtl::rewind_mode M, template <typename...> class Action, \
            template <typename...> class Control, typename In>                              \
  static bool match(In& in, State& state)

/// Matches the rules in a row, or none of them.
template <pegtl::apply_mode A, template <typename...> class Action, template <typename...> class Control, typename... R,
          typename In>
bool match_row(In& in, State& state) {
  auto mark = in.template mark<pegtl::rewind_mode::required>();
  return mark((Control<R>::template match<A, pegtl::rewind_mode::active, Action, Control>(in, state) && ...));
}

template <typename In>
std::uint32_t here(const In& in, const State& state) {
  return state.offset(in.current());
}

// ---- leaves

/// Blanks; line breaks and comments too while a bracket is open.
struct ws {
  TEND_LEAF(ws) {
    const std::uint32_t at = here(in, state);
    in.bump(skip(state, at, state.joined) - at);
    return true;
  }
};

/// Blanks, line breaks and comments.
struct wsn {
  TEND_LEAF(wsn) {
    const std::uint32_t at = here(in, state);
    in.bump(skip(state, at, true) - at);
    return true;
  }
};

/// A keyword, as a node.
template <Keyword k>
struct kw {
  TEND_LEAF(kw) {
    const std::uint32_t at = here(in, state);
    const std::uint32_t length = match_keyword(state, at, row(k));
    if (length == 0) return false;
    state.leaf(NodeKind::keyword, static_cast<std::uint16_t>(k), at, at + length);
    in.bump(length);
    return true;
  }
};

/// Any name, words of the language too.
struct word {
  TEND_LEAF(word) {
    const std::uint32_t at = here(in, state);
    const std::uint32_t length = match_name(state, at);
    if (length == 0) return false;
    state.leaf(NodeKind::name, *in.current() == '`', at, at + length);
    in.bump(length);
    return true;
  }
};

/// A name that is not reserved.
struct name {
  TEND_LEAF(name) {
    const std::uint32_t at = here(in, state);
    const std::uint32_t length = match_name(state, at);
    if (length == 0 || is_reserved(state.source.substr(at, length))) return false;
    state.leaf(NodeKind::name, *in.current() == '`', at, at + length);
    in.bump(length);
    return true;
  }
};

template <char c>
struct mark {
  TEND_LEAF(mark) {
    const std::uint32_t length = match_mark(state.source, here(in, state), c);
    in.bump(length);
    return length != 0;
  }
};

/// A literal of one of the kinds.
template <LiteralKind... kinds>
struct literal {
  TEND_LEAF(literal) {
    const std::uint32_t at = here(in, state);
    const Literal found = match_literal(state, at);
    if (found.kind == LiteralKind::none || ((found.kind != kinds) && ...)) return false;
    state.leaf(NodeKind::literal, static_cast<std::uint16_t>(found.kind), at, at + found.length);
    in.bump(found.length);
    return true;
  }
};

// ---- nodes

/// The rules in a row, as one node.
template <NodeKind kind, std::uint16_t aux, typename... R>
struct node {
  TEND_RULE(node, R...) {
    const std::uint32_t begin = here(in, state);
    state.drop_stale(begin);
    const auto first = static_cast<std::uint32_t>(state.nodes.size());
    const std::uint32_t depth = state.depth;
    const bool matched = match_row<A, Action, Control, R...>(in, state);
    state.depth = depth;
    if (!matched) return false;
    const std::uint32_t end = here(in, state);
    state.drop_stale(end);
    state.nodes.push_back({kind, aux, begin, end, first});
    return true;
  }
};

/// Likewise, but a node only where there is more than one child: what precedence climbs through leaves nothing.
template <NodeKind kind, typename... R>
struct chain {
  TEND_RULE(chain, R...) {
    const std::uint32_t begin = here(in, state);
    state.drop_stale(begin);
    const auto first = static_cast<std::uint32_t>(state.nodes.size());
    if (!match_row<A, Action, Control, R...>(in, state)) return false;
    const std::uint32_t end = here(in, state);
    state.drop_stale(end);
    const auto count = static_cast<std::uint32_t>(state.nodes.size());
    if (count > first && state.nodes.back().first != first) state.nodes.push_back({kind, 0, begin, end, first});
    return true;
  }
};

// ---- expectations, scopes

/// R, or a diagnostic at this place.
template <typename R, Phrase phrase>
struct need {
  TEND_RULE(need, R) {
    if (match_row<A, Action, Control, R>(in, state)) return true;
    raise_expected(state, here(in, state), phrase);
  }
};

inline void deeper(State& state, std::uint32_t at) {
  if (++state.depth > kDepthMax) raise(state, 141, at, at, {std::to_string(kDepthMax)});
}

/// R with line breaks as blanks (brackets) or not (braces), one level deeper.
template <bool joined, typename... R>
struct scope {
  TEND_RULE(scope, R...) {
    const bool saved = state.joined;
    const std::uint32_t depth = state.depth;
    deeper(state, here(in, state));
    state.joined = joined;
    const bool matched = match_row<A, Action, Control, R...>(in, state);
    state.joined = saved;
    state.depth = depth;
    return matched;
  }
};

/// A rule of the expressions' half.
template <Rule rule>
struct other {
  TEND_LEAF(other) {
    const std::uint32_t at = here(in, state);
    const std::uint32_t end = match_rule(state, at, rule);
    in.bump(end - at);
    return end != at;
  }
};

// ---- recovery

enum class Sync : std::uint8_t { statement, brace, hole };

/// R; where R throws, the problem is noted down and the text skipped up to where `sync` says. Before that, guesses at
/// misspelt or run-together words are tried: one that lets R get further is kept, so that the rest of the statement is
/// read as it was meant.
template <Sync sync, typename... R>
struct recover {
  TEND_RULE(recover, R...) {
    const std::uint32_t begin = here(in, state);
    state.drop_stale(begin);
    const std::size_t nodes = state.nodes.size();
    const std::size_t problems = state.problems.size();
    const bool joined = state.joined;
    const std::uint32_t depth = state.depth;
    std::vector<Repair> guesses;   // still to be tried for `first`
    std::optional<Problem> first;  // what went wrong before the guess now in place
    std::size_t guessed = 0;       // where that guess stands in state.repairs
    for (;;) {
      std::optional<Problem> problem;
      try {
        const bool matched = match_row<A, Action, Control, R...>(in, state);
        if (first) state.repaired.push_back(repaired(state, *first, state.repairs[guessed]));
        return matched;
      } catch (const Problem& thrown) {
        problem = thrown;
      }
      state.joined = joined;
      state.depth = depth;
      if (first && problem->at <= first->at) {  // the guess did not help
        state.repairs.erase(state.repairs.begin() + static_cast<std::ptrdiff_t>(guessed));
        problem = first;
      } else {
        if (first) state.repaired.push_back(repaired(state, *first, state.repairs[guessed]));
        guesses = state.full() ? std::vector<Repair>() : guess(state, *problem);
      }
      const std::size_t cost = 64 + problem->at - std::min(problem->at, begin);
      if (guesses.empty() || state.repair_cost + cost > kRepairCostMax) return go_on(in, state, begin, nodes, *problem);
      state.repair_cost += cost;
      first = problem;
      guessed = state.repairs.size();
      state.repairs.push_back(guesses.front());
      guesses.erase(guesses.begin());
      state.nodes.resize(nodes);
      state.problems.resize(problems);
      state.closing = false;
    }
  }

 private:
  template <typename In>
  static bool go_on(In& in, State& state, std::uint32_t begin, std::size_t nodes, const Problem& problem) {
    const std::uint32_t from = std::max(problem.resume, begin);
    std::uint32_t resume = from;
    if constexpr (sync == Sync::hole) {
      resume = sync_hole(state.source, from);
      if (resume == from) throw problem;
    } else if constexpr (sync == Sync::brace) {
      resume = sync_brace(state, from);
      state.quiet_brace = resume;
    } else {
      resume = sync_statement(state, from);
    }
    state.nodes.resize(nodes);
    report(state, problem.diagnostic);
    state.leaf(NodeKind::error, 0, begin, resume);
    in.bump(resume - begin);
    return true;
  }
};

// ---- shared small rules

/// A dotted path: order.amount.
struct dotted : pegtl::star<mark<'.'>, word> {};
struct path : node<NodeKind::path, 0, name, dotted> {};
struct comma : mark<','> {};

}  // namespace tend::syntax::grammar
