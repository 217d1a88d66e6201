// The grammar of expressions and texts. With statements.cpp the only file that sees PEGTL.
#include "dsl/syntax/rules.hpp"
#include "dsl/text/must.hpp"

namespace tend::syntax::grammar {
namespace {

using pegtl::opt;
using pegtl::plus;
using pegtl::seq;
using pegtl::sor;
using pegtl::star;
using K = Keyword;
using N = NodeKind;
using P = Phrase;

struct expression;
struct sum;
struct operand;

// ---- texts

// filter = "|" name { operand }
struct filter_argument : seq<ws, pegtl::not_at<sor<mark<'|'>, mark<'}'>>>, operand> {};
struct filter : node<N::filter, 0, mark<'|'>, ws, need<word, P::filter>, star<filter_argument>> {};

struct hole_end {
  TEND_LEAF(hole_end) {
    const std::uint32_t at = here(in, state);
    const std::uint32_t first = match_mark(state.source, at, '}');
    const std::uint32_t second = first == 0 ? 0 : match_mark(state.source, at + first, '}');
    in.bump(second == 0 ? 0 : first + second);
    return second != 0;
  }
};
/// Something else than filters and }} behind the expression.
struct hole_left_over {
  TEND_LEAF(hole_left_over) {
    const std::uint32_t at = here(in, state);
    if (at >= state.source.size()) raise_expected(state, at, P::closing_hole);
    try {
      raise_left_over(state, at);
    } catch (Problem& problem) {
      if (problem.diagnostic.code == 104) problem.diagnostic.code = 112;
      throw problem;
    }
  }
};
// hole = "{{" expression { filter } "}}"
struct hole_body : seq<ws, need<expression, P::value>, star<ws, filter>, ws, sor<hole_end, hole_left_over>> {};
struct hole_open {
  TEND_LEAF(hole_open) {
    const std::uint32_t at = here(in, state);
    const std::uint32_t first = match_mark(state.source, at, '{');
    const std::uint32_t second = first == 0 ? 0 : match_mark(state.source, at + first, '{');
    in.bump(second == 0 ? 0 : first + second);
    return second != 0;
  }
};
struct hole : node<N::hole, 0, recover<Sync::hole, hole_open, scope<true, hole_body>>> {};

/// A text in any of its forms: chunks and holes up to the closing quotes.
struct text {
  TEND_RULE(text, hole) {
    const std::uint32_t begin = here(in, state);
    const std::string_view source = state.source;
    TextForm form = TextForm::straight;
    std::uint32_t open = 1;
    if (source.substr(begin, 3) == "\"\"\"") {
      form = TextForm::triple;
      open = 3;
    } else if (source.substr(begin, 3) == "“" || source.substr(begin, 3) == "”") {
      form = TextForm::curly;
      open = 3;
    } else if (source.substr(begin, 1) != "\"") {
      return false;
    }
    auto guard = in.template mark<pegtl::rewind_mode::required>();
    state.drop_stale(begin);
    const auto first = static_cast<std::uint32_t>(state.nodes.size());
    in.bump(open);
    for (;;) {
      const std::uint32_t from = here(in, state);
      const std::uint32_t stop = chunk_end(source, from, form);
      if (stop > from) {
        state.leaf(N::chunk, static_cast<std::uint16_t>(form), from, stop);
        in.bump(stop - from);
      }
      if (const std::uint32_t close = close_at(source, stop, form)) {
        in.bump(close);
        break;
      }
      if (stop >= source.size() || (form != TextForm::triple && source[stop] == '\n'))
        raise_unclosed(state, begin, stop, form);
      // A hole that a guess at a word has made unreadable must not be tried for ever.
      if (!Control<hole>::template match<A, pegtl::rewind_mode::required, Action, Control>(in, state))
        raise_unclosed(state, begin, stop, form);
    }
    const std::uint32_t end = here(in, state);
    state.nodes.push_back({N::text, static_cast<std::uint16_t>(form), begin, end, first});
    return guard(true);
  }

 private:
  static std::uint32_t close_at(std::string_view source, std::uint32_t at, TextForm form) {
    const std::string_view next = source.substr(std::min<std::size_t>(at, source.size()), 3);
    if (form == TextForm::triple) return next == "\"\"\"" ? 3 : 0;
    if (form == TextForm::curly) return next == "“" || next == "”" ? 3 : 0;
    return next.substr(0, 1) == "\"" ? 1 : 0;
  }

  /// Up to the closing quotes, a hole, or where the text must end.
  static std::uint32_t chunk_end(std::string_view source, std::uint32_t at, TextForm form) {
    while (at < source.size()) {
      if (close_at(source, at, form) != 0) return at;
      const char c = source[at];
      if (c == '\n' && form != TextForm::triple) return at;
      if (c == '\\' && at + 1 < source.size() && source[at + 1] != '\n') {
        at += 2;
        while (at < source.size() && (static_cast<unsigned char>(source[at]) & 0xC0) == 0x80) ++at;
        continue;
      }
      if (c == '{' && at + 1 < source.size() && match_mark(source, at + 1, '{') != 0) return at;
      if (static_cast<unsigned char>(c) == 0xEF && match_mark(source, at, '{') != 0 &&
          match_mark(source, at + 3, '{') != 0)
        return at;
      ++at;
    }
    return at;
  }

  [[noreturn]] static void raise_unclosed(State& state, std::uint32_t begin, std::uint32_t end, TextForm form) {
    Problem problem;
    problem.at = begin;
    problem.resume = end;
    if (form == TextForm::triple) {
      state.closing = true;  // everything behind was taken for text: no word about the blocks around
      problem.diagnostic = diagnostic::make(111, state.span(begin, begin + 3));
      throw problem;
    }
    // Opened by one kind of quotes, closed by the other?
    const std::uint32_t open = form == TextForm::curly ? 3 : 1;
    const TextForm wrong = form == TextForm::curly ? TextForm::straight : TextForm::curly;
    for (std::uint32_t at = begin + open; at < end; ++at) {
      const std::uint32_t close = close_at(state.source, at, wrong);
      if (close == 0) continue;
      problem.resume = at + close;
      problem.diagnostic = diagnostic::make(
          114, state.span(begin, at + close),
          {std::string(state.source.substr(begin, open)), std::string(state.source.substr(at, close))});
      throw problem;
    }
    problem.diagnostic = diagnostic::make(110, state.span(begin, end));
    throw problem;
  }
};

// ---- operands

/// A literal; a number that an unknown word follows is an unknown unit.
struct any_literal {
  TEND_LEAF(any_literal) {
    const std::uint32_t at = here(in, state);
    const Literal found = match_literal(state, at);
    if (found.kind == LiteralKind::none) return false;
    if (found.kind == LiteralKind::number) raise_unknown_unit(state, at + found.length);
    state.leaf(N::literal, static_cast<std::uint16_t>(found.kind), at, at + found.length);
    in.bump(found.length);
    return true;
  }
};

struct where_word : sor<kw<K::where_filter>, kw<K::where_head>> {};
struct where : node<N::where, 0, where_word, ws, need<expression, P::condition>> {};
struct close_parenthesis : need<mark<')'>, P::closing_parenthesis> {};

// time_span = duration | path
struct time_span : sor<literal<LiteralKind::duration>, path> {};
struct over : node<N::over, 0, kw<K::over>, ws, need<time_span, P::duration>> {};

// aggregate = word "(" path [where] ")" [over]
struct aggregate_word : sor<kw<K::f_count>, kw<K::f_total>, kw<K::f_average>, kw<K::f_min>, kw<K::f_max>, kw<K::f_last>,
                            kw<K::f_first>, kw<K::f_most>> {};
struct aggregate_body : seq<ws, need<path, P::event>, opt<ws, where>, ws, close_parenthesis> {};
struct aggregate : node<N::aggregate, 0, aggregate_word, ws, mark<'('>, scope<true, aggregate_body>, opt<ws, over>> {};

struct one_in_brackets : seq<ws, need<expression, P::value>, ws, close_parenthesis> {};
struct age : node<N::age, 0, kw<K::f_age>, ws, mark<'('>, scope<true, one_in_brackets>> {};

struct lunar_day {
  TEND_LEAF(lunar_day) {
    const std::uint32_t at = here(in, state);
    const std::uint32_t length = match_lunar_day(state.source, at);
    if (length == 0) return false;
    state.leaf(N::lunar_day, 0, at, at + length);
    in.bump(length);
    return true;
  }
};
struct lunar : node<N::lunar, 0, kw<K::lunar>, ws, sor<lunar_day, seq<mark<'('>, scope<true, one_in_brackets>>>> {};

// call = path [ "(" [ arg { "," arg } ] ")" ]
struct argument_name : seq<word, ws, mark<':'>, ws> {};
struct argument : node<N::arg, 0, opt<argument_name>, need<expression, P::value>> {};
struct arguments_body
    : seq<ws, opt<pegtl::not_at<mark<')'>>, argument, star<ws, comma, ws, argument>>, ws, close_parenthesis> {};
struct arguments : node<N::args, 0, mark<'('>, scope<true, arguments_body>> {};
struct call_or_path : chain<N::call, path, opt<arguments>> {};
struct call : chain<N::call, path, need<arguments, P::opening_parenthesis>> {};

struct list_body
    : seq<ws,
          opt<pegtl::not_at<mark<']'>>, need<expression, P::value>, star<ws, comma, ws, need<expression, P::value>>>,
          ws, need<mark<']'>, P::closing_bracket>> {};
struct list : node<N::list, 0, mark<'['>, scope<true, list_body>> {};
struct group : node<N::group, 0, mark<'('>, scope<true, one_in_brackets>> {};
struct boolean : sor<kw<K::true_>, kw<K::false_>> {};

struct operand : sor<any_literal, text, lunar, boolean, aggregate, age, call_or_path, list, group> {};

// ---- operators, the tightest first

template <char c, Word w>
struct op {
  TEND_LEAF(op) {
    const std::uint32_t at = here(in, state);
    const std::uint32_t length = match_mark(state.source, at, c);
    if (length == 0) return false;
    state.leaf(N::op, static_cast<std::uint16_t>(w), at, at + length);
    in.bump(length);
    return true;
  }
};

struct negation_of_value : node<N::negate, 0, plus<op<'-', Word::subtract>, ws>, need<operand, P::value>> {};
struct signed_operand : sor<negation_of_value, operand> {};
struct with_default
    : chain<N::default_, signed_operand, star<ws, kw<K::default_>, after_operator, need<signed_operand, P::value>>> {};
struct product_sign : sor<op<'*', Word::multiply>, op<'/', Word::divide>> {};
struct product : chain<N::product, with_default, star<ws, product_sign, after_operator, need<with_default, P::value>>> {
};
struct sum_sign : sor<op<'+', Word::add>, op<'-', Word::subtract>> {};
struct sum : chain<N::sum, product, star<ws, sum_sign, after_operator, need<product, P::value>>> {};

struct comparison_sign {
  TEND_LEAF(comparison_sign) {
    const std::uint32_t at = here(in, state);
    Word which = Word::none;
    bool doubled = false;
    const std::uint32_t length = match_comparison(state.source, at, which, doubled);
    if (length == 0) return false;
    state.leaf(doubled ? N::double_equal : N::op, static_cast<std::uint16_t>(which), at, at + length);
    in.bump(length);
    return true;
  }
};
template <Keyword k, Word w>
struct op_word {
  TEND_LEAF(op_word) {
    const std::uint32_t at = here(in, state);
    const std::uint32_t length = match_keyword(state, at, row(k));
    if (length == 0) return false;
    state.leaf(N::op, static_cast<std::uint16_t>(w), at, at + length);
    in.bump(length);
    return true;
  }
};
struct comparison : sor<comparison_sign, op_word<K::not_in, Word::not_in>, op_word<K::in_, Word::in>,
                        op_word<K::contains, Word::contains>, op_word<K::starts_with, Word::starts_with>> {};
// relation = sum [ is missing | is not missing | comparison sum ]
struct relation
    : chain<N::compare, sum,
            opt<ws,
                sor<kw<K::is_not_missing>, kw<K::is_missing>, seq<comparison, after_operator, need<sum, P::value>>>>> {
};

// ---- events and time

/// within = "within" time_span | time_span 内
struct within_chinese {
  TEND_LEAF(within_chinese) {
    const std::uint32_t at = here(in, state);
    if (at >= state.source.size() || static_cast<unsigned char>(*in.current()) < 0x80) return false;
    return Control<kw<K::within>>::template match<A, M, Action, Control>(in, state);
  }
};
struct within : node<N::within, 0,
                     sor<seq<kw<K::within>, ws, need<time_span, P::duration>>, seq<time_span, ws, within_chinese>>> {};

// event_filter = "(" path where ")"
struct event_filter_body : seq<ws, path, ws, pegtl::at<where_word>, where, ws, close_parenthesis> {};
struct event_filter : node<N::event_filter, 0, mark<'('>, scope<true, event_filter_body>> {};
struct filtered_happened : seq<event_filter, ws, need<within, P::within_duration>> {};
struct happened : node<N::happened, 0, sor<filtered_happened, seq<path, ws, within>>> {};

struct not_an_event : sor<kw<K::contains>, kw<K::starts_with>, kw<K::is_missing>, kw<K::is_not_missing>> {};
struct silence : sor<seq<kw<K::for_time>, ws, need<time_span, P::duration>>, literal<LiteralKind::duration>> {};
struct silent : node<N::silent, 0, kw<K::no_>, ws, sor<event_filter, seq<pegtl::not_at<not_an_event>, path>>, ws,
                     need<silence, P::for_duration>> {};
struct inactive : node<N::inactive, 0, kw<K::inactive>, ws, silence> {};
struct tagged : node<N::tagged, 0, kw<K::tagged>, ws, sor<text, list, path>> {};
struct in_segment : node<N::in_segment, 0, kw<K::in_segment>, ws, need<path, P::segment>> {};
struct consents : node<N::consents, 0, kw<K::consents>, ws, name> {};

// ---- conditions

struct predicate : sor<inactive, silent, tagged, in_segment, consents, happened, relation> {};
struct denied : node<N::not_, 0, plus<kw<K::not_>, after_operator>, need<predicate, P::condition>> {};
struct negation : sor<denied, predicate> {};
struct and_word : seq<pegtl::not_at<kw<K::and_stay>>, kw<K::and_>> {};
struct conjunction : chain<N::and_, negation, star<wsn, and_word, after_operator, need<negation, P::condition>>> {};
struct expression : chain<N::or_, conjunction, star<wsn, kw<K::or_>, after_operator, need<conjunction, P::condition>>> {
};

template <typename R>
std::uint32_t match_one(State& state, std::uint32_t at) {
  pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf, const char*> in(state.begin() + at, state.end(), "");
  if (!pegtl::parse<R, pegtl::nothing, pegtl::normal, pegtl::apply_mode::nothing, pegtl::rewind_mode::required>(in,
                                                                                                                state))
    return at;
  return state.offset(in.current());
}

}  // namespace
}  // namespace tend::syntax::grammar

namespace tend::syntax {

std::uint32_t match_rule(State& state, std::uint32_t at, Rule rule) {
  switch (rule) {
    case Rule::expression: return grammar::match_one<grammar::expression>(state, at);
    case Rule::sum: return grammar::match_one<grammar::sum>(state, at);
    case Rule::operand: return grammar::match_one<grammar::operand>(state, at);
    case Rule::time_span: return grammar::match_one<grammar::time_span>(state, at);
    case Rule::within: return grammar::match_one<grammar::within>(state, at);
    case Rule::text: return grammar::match_one<grammar::text>(state, at);
    case Rule::call: return grammar::match_one<grammar::call>(state, at);
  }
  return at;
}

}  // namespace tend::syntax
