// The bricks of both grammars as PEGTL rules: leaves over scan.hpp, nodes, expectations, scopes, recovery. Only
// expressions.cpp and statements.cpp include this.
#pragma once
#include <algorithm>
#include <optional>
#include <tao/pegtl.hpp>
#include <vector>

#include "dsl/syntax/grammar.hpp"
#include "dsl/syntax/guess.hpp"
#include "dsl/syntax/mistake.hpp"
#include "dsl/syntax/scan.hpp"
#include "dsl/syntax/scan_literal.hpp"
#include "dsl/syntax/sync.hpp"

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

/// Behind an operator, where a line goes on: blanks, line breaks and comments; but not into a declaration.
struct after_operator {
  TEND_LEAF(after_operator) {
    const std::uint32_t at = here(in, state);
    const std::uint32_t same = skip(state, at, false);
    const std::uint32_t next = skip(state, at, true);
    in.bump((next != same && declaration_at(state, next) ? same : next) - at);
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
  if (++state.depth > limits::kDepthMax) raise(state, 141, at, at, {std::to_string(limits::kDepthMax)});
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
/// misspelt or run-together words are tried: the one that lets R get furthest is kept, so that the rest of the
/// statement is read as it was meant.
template <Sync sync, typename... R>
struct recover {
  TEND_RULE(recover, R...) {
    const std::uint32_t begin = here(in, state);
    state.drop_stale(begin);
    const Attempt before{state.nodes.size(),    state.problems.size(), state.repairs.size(),
                         state.repaired.size(), state.joined,          state.depth};
    Attempt kept = before;  // with the repairs that have proved themselves
    for (;;) {
      bool matched = false;
      std::optional<Problem> problem = attempt<A, Action, Control>(in, state, matched);
      if (!problem) return matched;
      state.joined = before.joined;
      state.depth = before.depth;
      const Repair* best = nullptr;
      std::uint32_t furthest = problem->at;
      const bool spent = state.full() || state.repair_cost >= limits::kRepairCostMax;
      const std::vector<Repair> guesses = spent ? std::vector<Repair>() : guess(state, *problem);
      state.repair_cost += kGuessCost;
      if (guesses.empty()) return go_on(in, state, begin, before.nodes, *problem);
      const bool closing = state.closing;  // what the first attempt found, in case no guess helps
      const std::vector<diagnostic::Diagnostic> problems = state.problems;
      const std::vector<diagnostic::Diagnostic> told = state.repaired;
      const std::vector<Repair> repairs = state.repairs;
      for (const Repair& one : guesses) {
        if (state.repair_cost >= limits::kRepairCostMax) break;
        undo(state, kept);
        state.repairs.push_back(one);
        const std::optional<Problem> next = attempt<A, Action, Control>(in, state, matched);
        const std::uint32_t reached = next ? next->at : kMatched;
        const std::uint32_t read = next ? std::max(next->at, begin) : here(in, state);
        state.repair_cost += kTrialCost + (read - begin);
        if (reached <= furthest) continue;
        furthest = reached;
        best = &one;
        if (!next) {
          state.repaired.push_back(repaired(state, *problem, one));
          return matched;
        }
      }
      undo(state, kept);
      if (best == nullptr) {
        suggest(*problem, guesses);
        state.closing = closing;
        state.problems = problems;
        state.repaired = told;
        state.repairs = repairs;
        return go_on(in, state, begin, before.nodes, *problem);
      }
      state.repairs.push_back(*best);
      state.repaired.push_back(repaired(state, *problem, *best));
      kept.repairs = state.repairs.size();
      kept.repaired = state.repaired.size();
    }
  }

 private:
  static constexpr std::uint32_t kMatched = ~0u;
  static constexpr std::size_t kGuessCost = 256;  // in bytes read: comparing a word with the whole table
  static constexpr std::size_t kTrialCost = 64;   // the throw and the catch

  /// How much of the state an attempt found before it.
  struct Attempt {
    std::size_t nodes, problems, repairs, repaired;
    bool joined;
    std::uint32_t depth;
  };

  static void undo(State& state, const Attempt& to) {
    state.nodes.resize(to.nodes);
    state.problems.resize(to.problems);
    state.repairs.resize(to.repairs);
    state.repaired.resize(to.repaired);
    state.joined = to.joined;
    state.depth = to.depth;
    state.closing = false;
  }

  /// What begins no statement is at least compared with the words of the language.
  static void suggest(Problem& problem, const std::vector<Repair>& guesses) {
    constexpr std::uint32_t kBytesMin = 4;  // shorter words are near to too many
    if (problem.diagnostic.code != 103 || problem.diagnostic.help != 0) return;
    for (const Repair& one : guesses) {
      if (one.replacement.empty() || one.begin != problem.at || one.end - one.begin < kBytesMin) continue;
      problem.diagnostic.help = 1;
      problem.diagnostic.help_arguments = {one.replacement};
      return;
    }
  }

  /// Matches R; the problem, if it threw one.
  template <pegtl::apply_mode A, template <typename...> class Action, template <typename...> class Control, typename In>
  static std::optional<Problem> attempt(In& in, State& state, bool& matched) {
    try {
      matched = match_row<A, Action, Control, R...>(in, state);
      return std::nullopt;
    } catch (const Problem& thrown) {
      return thrown;
    }
  }

  template <typename In>
  static bool go_on(In& in, State& state, std::uint32_t begin, std::size_t nodes, const Problem& problem) {
    const std::uint32_t from = std::max(problem.resume, begin);
    std::uint32_t resume = from;
    if constexpr (sync == Sync::hole) {
      resume = sync_hole(state, from);
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
