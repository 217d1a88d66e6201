// The grammar of declarations, clauses and steps. With expressions.cpp the only file that sees PEGTL.
#include "dsl/syntax/rules.hpp"

namespace tend::syntax::grammar {
namespace {

using pegtl::at;
using pegtl::not_at;
using pegtl::opt;
using pegtl::seq;
using pegtl::sor;
using pegtl::star;
using K = Keyword;
using L = LiteralKind;
using N = NodeKind;
using P = Phrase;
using S = StmtKind;

struct expression : other<Rule::expression> {};
struct sum : other<Rule::sum> {};
struct operand : other<Rule::operand> {};
struct time_span : other<Rule::time_span> {};
struct within : other<Rule::within> {};
struct text : other<Rule::text> {};
struct call : other<Rule::call> {};

template <S kind, typename... R>
struct statement : node<N::statement, static_cast<std::uint16_t>(kind), R...> {};

// ---- blocks

template <typename Item, P phrase>
struct item_or_problem {
  TEND_RULE(item_or_problem, Item) {
    if (match_row<A, Action, Control, Item>(in, state)) return true;
    raise_no_item(state, here(in, state), phrase);
  }
};

/// Where a statement may end: its line's end, `;`, a `}` behind or before; a comma where fields stand.
template <bool commas>
struct end_of_statement {
  TEND_LEAF(end_of_statement) {
    const std::uint32_t begin = here(in, state);
    const std::uint32_t next = skip(state, begin, false);
    const std::string_view source = state.source;
    if (next >= source.size() || source[next] == '\n' || source[next] == '#' || match_mark(source, next, '}') != 0 ||
        state.closing)
      return true;
    const std::uint32_t separator = match_mark(source, next, ';') != 0 ? match_mark(source, next, ';')
                                    : commas                           ? match_mark(source, next, ',')
                                                                       : 0;
    if (separator != 0) {
      in.bump(next + separator - begin);
      return true;
    }
    if (state.block_end == begin) return true;
    raise_left_over(state, next);
  }
};

/// One item after the other, up to a `}` or the end of the file.
template <typename Item, P phrase, bool commas, bool declarations>
struct items {
  TEND_RULE(items, Item) {
    for (;;) {
      std::uint32_t begin = here(in, state);
      const std::uint32_t next = skip(state, begin, true);
      in.bump(next - begin);
      begin = next;
      if (begin >= state.source.size() || state.closing || state.full()) return true;
      if (match_mark(state.source, begin, '}') != 0) return true;
      if (const std::uint32_t empty = match_mark(state.source, begin, ';')) {
        in.bump(empty);
        continue;
      }
      if constexpr (declarations)
        if (declaration_at(state, begin)) return true;  // a `}` is missing: the block says so
      (void)match_row<A, Action, Control,
                      recover<Sync::statement, item_or_problem<Item, phrase>, end_of_statement<commas>>>(in, state);
      if (here(in, state) == begin) in.bump(character_length(state.source, begin));
    }
  }
};

/// "{" items "}". Where the `{` is missing, the deeper lines that follow are taken for the block.
template <typename Item, P phrase, bool commas = false, bool declarations = false>
struct block {
  TEND_RULE(block, Item) {
    const std::uint32_t begin = here(in, state);
    const std::uint32_t open = skip(state, begin, true);
    state.drop_stale(begin);
    const auto first = static_cast<std::uint32_t>(state.nodes.size());
    const std::uint32_t brace = match_mark(state.source, open, '{');
    if (brace == 0) {
      missing_brace(state, begin);
      if (!deeper_lines_follow(state, begin)) {
        state.nodes.push_back({N::block, 0, begin, begin, first});
        state.block_end = begin;
        return true;
      }
    } else {
      in.bump(open + brace - begin);
    }
    const bool joined = state.joined;
    const std::uint32_t depth = state.depth;
    deeper(state, open);
    state.joined = false;
    (void)match_row<A, Action, Control, items<Item, phrase, commas, declarations>>(in, state);
    state.joined = joined;
    state.depth = depth;
    const std::uint32_t at = here(in, state);
    if (const std::uint32_t close = state.closing ? 0 : match_mark(state.source, at, '}')) {
      in.bump(close);
    } else if (!state.closing) {
      state.closing = true;
      report(state, diagnostic::make(107, state.span(open, open + std::max(brace, 1u))));
    }
    const std::uint32_t end = here(in, state);
    state.nodes.push_back({N::block, 0, brace == 0 ? begin : open, end, first});
    state.block_end = end;
    return true;
  }

 private:
  static void missing_brace(State& state, std::uint32_t begin) {
    if (state.quiet_brace == begin) return;
    try {
      raise_expected(state, skip(state, begin, false), P::opening_brace);
    } catch (const Problem& problem) {
      report(state, problem.diagnostic);
    }
  }

  static std::uint32_t indentation(const State& state, std::uint32_t from) {
    std::uint32_t line = from;
    while (line > 0 && state.source[line - 1] != '\n') --line;
    const std::uint32_t start = line;
    while (const std::size_t length = blank_length(state.source, line)) line += static_cast<std::uint32_t>(length);
    return line - start;
  }

  static bool deeper_lines_follow(State& state, std::uint32_t begin) {
    const std::uint32_t same = skip(state, begin, false);
    if (same < state.source.size() && state.source[same] != '\n' && state.source[same] != '#') return false;
    const std::uint32_t next = skip(state, begin, true);
    return next < state.source.size() && indentation(state, next) > indentation(state, begin);
  }
};

/// What must follow a head: its `{`, here or on the next line, or nothing more on this line (then the block says that
/// it is missing).
template <char instead>
struct brace_follows {
  TEND_LEAF(brace_follows) {
    const std::uint32_t begin = here(in, state);
    const std::uint32_t next = skip(state, begin, false);
    const std::string_view source = state.source;
    if (next >= source.size() || source[next] == '\n' || source[next] == '#') return true;
    for (const char mark : {'{', '}', ';', instead})
      if (match_mark(source, next, mark) != 0) return true;
    raise_expected(state, next, P::opening_brace);
  }
};

/// What stands between a keyword and its block: a mistake in it does not cost the block.
template <typename... R>
struct head : recover<Sync::brace, R..., brace_follows<'{'>> {};
template <typename... R>
struct head_or_use : recover<Sync::brace, R..., brace_follows<'='>> {};

struct brace_ahead {
  TEND_LEAF(brace_ahead) { return match_mark(state.source, skip(state, here(in, state), true), '{') != 0; }
};

struct step;
struct step_item;
struct steps : block<step_item, P::step, false, true> {};

// ---- shared clauses

struct equal_sign : need<mark<'='>, P::equal_sign> {};
struct where_word : sor<kw<K::where_filter>, kw<K::where_head>> {};
struct where : node<N::where, 0, where_word, ws, need<expression, P::condition>> {};
struct fallback : seq<ws, kw<K::else_>, ws, not_at<mark<'{'>>, name> {};
struct channel : node<N::channel, 0, kw<K::on_channel>, ws, need<name, P::channel>> {};
struct channels : node<N::channel, 0, kw<K::on_channel>, ws, need<name, P::channel>, star<fallback>> {};
struct label : node<N::label, 0, kw<K::as_>, ws, need<name, P::label>> {};
struct otherwise : opt<wsn, node<N::else_, 0, kw<K::else_>, steps>> {};
struct per_path : node<N::per, 0, kw<K::per>, ws, need<path, P::name>> {};
struct up_to : node<N::up_to, 0, kw<K::up_to>, ws, need<time_span, P::duration>> {};
struct time_of_day : literal<L::time_of_day> {};
struct at_time : node<N::at_time, 0, opt<kw<K::at_>, ws>, time_of_day> {};
struct number : literal<L::number> {};
struct percent : literal<L::percent> {};
struct some_name : need<name, P::name> {};
struct some_text : need<text, P::text> {};

template <bool bare>
struct unit {
  TEND_LEAF(unit) {
    const std::uint32_t from = here(in, state);
    Unit which = Unit::day;
    const std::uint32_t length = match_unit(state, from, bare, which);
    if (length == 0) return false;
    state.leaf(N::unit, static_cast<std::uint16_t>(which), from, from + length);
    in.bump(length);
    return true;
  }
};
// period = duration | unit
struct period : sor<literal<L::duration>, unit<true>> {};
struct per_period : seq<need<kw<K::per_time>, P::per_word>, ws, need<period, P::duration>> {};
struct messages_word : sor<kw<K::messages_pl>, kw<K::messages>> {};
struct weekday : node<N::weekday, 0,
                      sor<kw<K::monday>, kw<K::tuesday>, kw<K::wednesday>, kw<K::thursday>, kw<K::friday>,
                          kw<K::saturday>, kw<K::sunday>>> {};
struct day_word : sor<weekday, kw<K::workday>, kw<K::holiday>> {};
struct someone : seq<kw<K::someone_of>, ws, some_text> {};
struct staff : node<N::staff, 0, sor<someone, path>> {};

// value = name [":"] expression
struct field_value : node<N::value, 0, name, ws, opt<mark<':'>, ws>, need<expression, P::value>> {};
struct values : node<N::values, 0, block<field_value, P::field_value, true>> {};
struct optional_values : opt<ws, at<mark<'{'>>, values> {};

// ---- types and fields

struct type;
struct one_of : seq<kw<K::one_of>, ws, some_text, star<ws, comma, wsn, at<text>, text>> {};
struct list_of : seq<kw<K::list_of>, ws, scope<false, need<type, P::type>>> {};
struct simple_type
    : seq<sor<kw<K::t_text>, kw<K::t_number>, kw<K::t_money>, kw<K::t_percent>, kw<K::t_bool>, kw<K::t_duration>,
              kw<K::t_date>, kw<K::t_tod>, kw<K::t_moment>, kw<K::t_staff>, kw<K::customer>, kw<K::t_condition>,
              kw<K::event>, kw<K::message>, kw<K::segment>, kw<K::budget>, kw<K::party>>> {};
struct type : node<N::type, 0, sor<one_of, list_of, simple_type>> {};
// field = name type [ "private" ]
struct field : node<N::field, 0, name, ws, need<type, P::type>, opt<ws, kw<K::private_>>> {};
struct fields : node<N::fields, 0, block<field, P::field, true>> {};
struct optional_fields : opt<ws, at<mark<'{'>>, fields> {};
// params = "(" [ name type [ "=" expression ] { "," … } ] ")"
struct param
    : node<N::field, 0, name, ws, need<type, P::type>, opt<ws, mark<'='>, after_operator, need<expression, P::value>>> {
};
struct params_body : seq<ws, opt<param, star<ws, comma, ws, param>>, ws, need<mark<')'>, P::closing_parenthesis>> {};
struct params : node<N::params, 0, mark<'('>, scope<true, params_body>> {};

// ---- steps

struct window_open : kw<K::while_open> {};
struct send : statement<S::send, kw<K::send>, ws, need<path, P::message>,
                        star<ws, sor<channels, window_open, within, label>>, otherwise> {};

struct arm_on : statement<S::arm_on, kw<K::on_event>, head<ws, need<path, P::event>, opt<ws, where>>, steps> {};
struct arm_when : statement<S::arm_when, kw<K::when_>, head<ws, need<expression, P::condition>>, steps> {};
struct arm_else : statement<S::arm_else, kw<K::else_>, steps> {};
struct arm : sor<arm_on, arm_when, arm_else> {};
struct arms : block<arm, P::arm, false, true> {};

struct wait_up_to
    : statement<S::wait_up_to, kw<K::wait>, ws, kw<K::up_to>, head<ws, need<time_span, P::duration>>, arms> {};
struct weekday_time {
  TEND_RULE(weekday_time, day_word, at_time) {
    const std::uint32_t from = here(in, state);
    if (!match_row<A, Action, Control, day_word>(in, state)) return false;
    const std::uint32_t to = here(in, state);
    if (match_row<A, Action, Control, ws, at_time>(in, state)) return true;
    raise(state, 128, from, to, {std::string(state.source.substr(from, to - from))});
  }
};
struct next_day : seq<opt<kw<K::next>, ws>, weekday_time> {};
struct until_expression : seq<need<expression, P::condition>, opt<ws, at_time>, opt<ws, up_to>, otherwise> {};
struct wait_until : statement<S::wait_until_time, kw<K::wait_until>, ws, sor<next_day, at_time, until_expression>> {};
struct wait_for : statement<S::wait, kw<K::wait>, ws, need<sum, P::duration>> {};

struct if_condition : head<ws, need<expression, P::condition>> {};
/// Each `else if` stands one level deeper in the tree, so it counts as one; the statement's node takes the count back.
struct level {
  TEND_LEAF(level) {
    deeper(state, here(in, state));
    return true;
  }
};
struct else_if : seq<wsn, kw<K::else_>, ws, kw<K::if_>, level, if_condition, steps> {};
struct if_ : statement<S::if_, kw<K::if_>, if_condition, steps, star<else_if>, otherwise> {};

struct share : statement<S::item, head<need<percent, P::share>, ws, some_text>, steps> {};
struct split : statement<S::split, kw<K::split>, block<share, P::share>> {};

struct rounds
    : seq<ws, need<kw<K::up_to>, P::up_to>, ws, need<operand, P::number>, ws, need<kw<K::times>, P::times_word>> {};
struct every : seq<kw<K::every>, ws, need<sor<time_span, unit<true>>, P::duration>> {};
struct until : seq<kw<K::until>, ws, need<expression, P::condition>> {};
struct repeat : statement<S::repeat, kw<K::repeat>, head<rounds, opt<ws, every>, opt<ws, until>>, steps> {};

struct tag_name : need<sor<text, path>, P::text> {};
struct tag : statement<S::tag, kw<K::tag>, ws, tag_name> {};
struct untag : statement<S::untag, kw<K::untag>, ws, tag_name> {};
struct set : statement<S::set, kw<K::set>, ws, need<path, P::name>, ws, equal_sign, after_operator,
                       need<expression, P::value>> {};
struct emit : statement<S::emit, kw<K::emit>, ws, need<path, P::event>, optional_values> {};

struct due : node<N::due, 0, kw<K::due>, ws, need<time_span, P::duration>> {};
struct task : statement<S::task, kw<K::task>, ws, opt<staff, ws>, some_text, star<ws, sor<due, label>>, otherwise> {};
struct ask_whom : opt<not_at<kw<K::to_send>>, staff, ws> {};
struct ask : statement<S::ask, kw<K::ask>, ws, ask_whom, need<kw<K::to_send>, P::to_send>, ws, need<path, P::message>,
                       star<ws, sor<within, label>>, otherwise> {};
struct transfer : statement<S::transfer, kw<K::transfer>, ws, need<staff, P::person>, otherwise> {};
struct from_budget : seq<ws, need<kw<K::from>, P::from_budget>, ws, need<path, P::budget>, opt<ws, label>, otherwise> {
};
struct grant : statement<S::grant, kw<K::grant>, ws, need<sum, P::amount>, from_budget> {};
struct credit : statement<S::credit, kw<K::credit>, ws, need<sum, P::amount>, ws, need<kw<K::credit_to>, P::to_person>,
                          ws, need<staff, P::person>, from_budget> {};
struct start : statement<S::start, kw<K::start>, ws, need<path, P::playbook>,
                         opt<ws, kw<K::for_person>, ws, need<path, P::person>>> {};
struct let : statement<S::let, kw<K::let>, ws, some_name, ws, equal_sign, after_operator, need<expression, P::value>> {
};
struct stop : statement<S::stop, kw<K::stop>, opt<ws, text>> {};

struct step : sor<send, wait_up_to, wait_until, wait_for, if_, tag, untag, set, stop, split, repeat, emit, task, ask,
                  transfer, grant, credit, start, let> {};
struct step_item : step {};

// ---- header clauses

struct enter_when
    : statement<S::enter_when, kw<K::enter>, ws, kw<K::when_>, ws, need<expression, P::condition>, opt<ws, where>> {};
struct enter_by_hand : statement<S::enter_by_hand, kw<K::enter>, ws, kw<K::by_hand>, opt<ws, where>> {};
struct before_or_after : sor<kw<K::before>, kw<K::after_>> {};
// offset = duration before|after date | date 前|后 duration
struct offset : sor<seq<literal<L::duration>, ws, before_or_after, ws, need<operand, P::date>>,
                    seq<operand, ws, before_or_after, ws, literal<L::duration>>> {};
struct some_time : need<at_time, P::time_of_day> {};
struct month_day : seq<ws, kw<K::on_offset>, ws, need<number, P::number>, opt<pegtl::string<'\xE6', '\x97', '\xA5'>>> {
};
struct every_when : sor<day_word, seq<period, opt<month_day>>> {};
struct enter_relative
    : statement<S::enter_relative, kw<K::enter>, ws, sor<seq<kw<K::yearly>, ws, need<offset, P::date>>, offset>, ws,
                some_time, opt<ws, where>> {};
struct enter_every : statement<S::enter_schedule, kw<K::enter>, ws, kw<K::every>, ws, need<every_when, P::duration>, ws,
                               some_time, opt<ws, where>> {};
struct on_word : sor<kw<K::on_date>, kw<K::on_event>> {};
struct day_and_time : sor<literal<L::moment>, seq<literal<L::date>, ws, some_time>> {};
struct enter_on_date : statement<S::enter_schedule, kw<K::enter>, ws, on_word, ws, day_and_time, opt<ws, where>> {};
struct enter_on : statement<S::enter_on, kw<K::enter>, ws, kw<K::on_event>, ws, need<path, P::event>,
                            star<ws, sor<where, per_path>>> {};
struct enter_what : seq<kw<K::enter>, ws, need<pegtl::failure, P::enter_words>> {};
struct enter : sor<enter_when, enter_on_date, enter_on, enter_by_hand, enter_relative, enter_every, enter_what> {};

struct where_clause : statement<S::where, kw<K::where_head>, ws, need<expression, P::condition>> {};
struct some_number : need<number, P::number> {};
struct amount_per : seq<number, ws, opt<kw<K::people>, ws>, per_period> {};
struct backfill
    : statement<S::backfill, kw<K::backfill>, ws, need<sor<kw<K::none>, kw<K::all>, amount_per>, P::backfill>> {};
struct pace : statement<S::pace, kw<K::stagger>, ws, need<amount_per, P::number>> {};
struct again_never : statement<S::again_never, kw<K::again>, ws, kw<K::never>> {};
struct again_always : statement<S::again_always, kw<K::again>, ws, kw<K::always>> {};
struct again_after : statement<S::again_after, kw<K::again>, ws, kw<K::again_after>, ws, need<sum, P::duration>> {};
struct again_what : seq<kw<K::again>, ws, need<pegtl::failure, P::again_words>> {};
struct again : sor<again_never, again_always, again_after, again_what> {};
struct goal : statement<S::goal, kw<K::goal>, ws, need<path, P::event>, star<ws, sor<within, where, kw<K::and_stay>>>> {
};
struct leave
    : statement<S::leave, kw<K::leave>, ws, need<kw<K::when_>, P::when_word>, ws, need<expression, P::condition>> {};

template <S kind>
struct holdout : statement<kind, kw<K::holdout>, ws, need<percent, P::percent>> {};
struct priority : statement<S::priority, kw<K::priority>, ws, some_number> {};
struct class_word : sor<kw<K::c_marketing>, kw<K::c_care>, kw<K::c_trans>, kw<K::c_welcome>> {};
struct cap_count : seq<some_number, ws, opt<class_word, ws>, opt<messages_word, ws>, opt<class_word, ws>> {};
struct cap_in : seq<kw<K::cap_in>, ws, some_number, ws, need<messages_word, P::messages_word>> {};
struct cap_skip : seq<ws, kw<K::else_>, ws, kw<K::skip>> {};
template <S kind>
struct cap : statement<kind, kw<K::cap>, ws, cap_count, sor<cap_in, per_period>, opt<ws, channel>, opt<cap_skip>> {};
struct to_time
    : seq<need<time_of_day, P::time_of_day>, ws, need<kw<K::to>, P::to_word>, ws, need<time_of_day, P::time_of_day>> {};
template <S kind>
struct quiet : statement<kind, kw<K::quiet>, ws, to_time, opt<ws, channel>> {};
struct move_end : need<sor<text, name>, P::label> {};
struct move : seq<kw<K::move>, ws, move_end, ws, need<kw<K::move_to>, P::to_word>, ws, move_end> {};
struct moves : seq<move, star<ws, comma, wsn, move>> {};
struct on_edit : statement<S::on_edit, kw<K::on_edit>, ws, need<sor<kw<K::pin>, kw<K::follow>, moves>, P::edit>> {};
struct describe : statement<S::describe, kw<K::describe>, ws, some_text> {};
struct owner : statement<S::owner, kw<K::owner>, ws, some_text> {};
struct header : sor<enter, where_clause, goal, leave, again, on_edit, backfill, pace, holdout<S::holdout>, priority,
                    cap<S::cap>, quiet<S::quiet>, describe, owner> {};
struct header_or_step : sor<header, step> {};

// ---- declarations

struct title : opt<ws, text> {};
struct use_of_template : seq<ws, mark<'='>, after_operator, need<call, P::template_>,
                             opt<wsn, brace_ahead, block<header, P::header_clause, false, true>>> {};
struct playbook_body : sor<use_of_template, block<header_or_step, P::clause_or_step, false, true>> {};
struct playbook : statement<S::playbook, kw<K::playbook>, head_or_use<ws, some_name, title>, playbook_body> {};

struct customer_field : seq<at<kw<K::customer>, mark<'.'>>, path, ws, need<type, P::type>> {};
struct required_event : seq<kw<K::event>, ws, some_name, optional_fields> {};
struct requirement : statement<S::item, sor<customer_field, required_event>> {};
struct requires_ : statement<S::requires_, kw<K::requires_>, block<requirement, P::requirement, true>> {};
struct template_item : sor<requires_, header, step> {};
struct template_
    : statement<S::template_, kw<K::template_>, head<ws, some_name, ws, need<params, P::opening_parenthesis>, title>,
                block<template_item, P::clause_or_step, false, true>> {};

struct customer : statement<S::customer, kw<K::customer>, brace_follows<'{'>, fields> {};
struct event_ : statement<S::event, kw<K::event>, ws, need<name, P::event>, optional_fields> {};
struct activity
    : statement<S::activity, kw<K::activity_is>, ws, need<path, P::event>, star<ws, comma, wsn, need<path, P::event>>> {
};
struct trait_
    : statement<S::trait, kw<K::trait_>, ws, some_name, ws, equal_sign, after_operator, need<expression, P::value>> {};
struct segment : statement<S::segment, kw<K::segment>, ws, need<name, P::segment>, ws, equal_sign, after_operator,
                           need<expression, P::condition>> {};

struct message_word : sor<kw<K::m_text>, kw<K::m_subject>, kw<K::m_body>, kw<K::m_link>, kw<K::m_image>, kw<K::m_mini>,
                          kw<K::template_>> {};
struct message_channel : node<N::prefix, 0, name, ws, at<message_word>> {};
struct language : node<N::label, 0, name> {};
struct message_item : statement<S::message_item, sor<message_word, seq<message_channel, message_word>>, ws,
                                opt<language, ws>, some_text, optional_values> {};
struct message
    : statement<S::message, kw<K::message>, head<ws, need<name, P::message>, opt<ws, class_word>, opt<ws, channels>>,
                block<message_item, P::message_line>> {};

struct timezone : statement<S::timezone, kw<K::timezone>, ws, some_text> {};
struct calendar_name : need<sor<text, name>, P::text> {};
template <typename... R>
struct policy_item : statement<S::policy_item, R...> {};
struct names : seq<need<name, P::consented>, star<ws, comma, wsn, need<name, P::consented>>> {};
struct load_line : seq<some_number, ws, kw<K::tasks>, ws, per_period> {};
struct rate_line : seq<some_number, ws, opt<messages_word, ws>, per_period, opt<ws, channel>> {};
struct blackout_line : seq<need<literal<L::date>, P::date>, ws, need<kw<K::to>, P::to_word>, ws,
                           need<literal<L::date>, P::date>, opt<ws, channel>> {};
struct policy_line
    : sor<timezone, quiet<S::policy_item>, cap<S::policy_item>, holdout<S::policy_item>,
          policy_item<kw<K::consent_on>, ws, names>, policy_item<kw<K::purpose>, ws, need<name, P::consented>>,
          policy_item<kw<K::calendar>, ws, calendar_name>, policy_item<kw<K::load>, ws, load_line>,
          policy_item<kw<K::rate>, ws, rate_line>, policy_item<kw<K::blackout>, ws, blackout_line>> {};
struct policy
    : statement<S::policy, kw<K::policy>, head<opt<ws, name>>, block<policy_line, P::policy_line, false, true>> {};

struct amount : need<sor<literal<L::money>, literal<L::number>>, P::amount> {};
struct per_customer_or_period : seq<ws, sor<kw<K::per_cust>, seq<kw<K::per_time>, ws, period>>> {};
struct budget_limit : seq<kw<K::at_most>, ws, amount, star<per_customer_or_period>> {};
struct budget_line : statement<S::item, sor<budget_limit, seq<literal<L::money>, star<per_customer_or_period>>>> {};
struct budget : statement<S::budget, kw<K::budget>, head<ws, need<name, P::budget>, title>,
                          block<budget_line, P::budget_line, false, true>> {};

struct use
    : statement<S::use, kw<K::use>, ws, need<text, P::package>, ws, need<kw<K::as_>, P::as_name>, ws, some_name> {};
struct partner : statement<S::partner, kw<K::party>, ws, some_name, title> {};
struct currency_line : statement<S::item, kw<K::digits>, ws, some_number> {};
struct currency : statement<S::currency, kw<K::currency>, ws, some_name, title,
                            opt<ws, at<mark<'{'>>, block<currency_line, P::currency_line>>> {};
struct extern_function
    : statement<S::extern_function, kw<K::extern_function>, ws, some_name, ws, need<params, P::opening_parenthesis>, ws,
                need<type, P::type>, ws, need<kw<K::from>, P::from_budget>, ws, some_text> {};
// days = date [ "to" date ] [ text ]
struct calendar_days
    : seq<ws, need<literal<L::date>, P::date>, opt<ws, kw<K::to>, ws, need<literal<L::date>, P::date>>, title> {};
struct calendar_line : statement<S::item, sor<seq<sor<kw<K::holiday>, kw<K::workday>>, calendar_days>, kw<K::lunar>>> {
};
struct calendar : statement<S::calendar, kw<K::calendar>, head<ws, some_name, title>,
                            block<calendar_line, P::calendar_line, false, true>> {};

struct ago : seq<ws, literal<L::duration>, ws, kw<K::ago>> {};
struct event_given : seq<need<path, P::event>, optional_values, opt<ago>> {};
struct customer_given : seq<kw<K::customer>, ws, at<mark<'{'>>, values, opt<ago>> {};
struct or_paths : seq<path, star<ws, kw<K::or_>, ws, need<path, P::message>>> {};
struct expect_none
    : seq<kw<K::no_>, ws, sor<kw<K::send>, kw<K::task>, kw<K::enter>>, opt<ws, not_at<kw<K::for_time>>, or_paths>,
          opt<ws, kw<K::for_time>, ws, need<time_span, P::duration>>> {};
struct expect_send : seq<kw<K::send>, ws, need<or_paths, P::message>, opt<ws, channel>> {};
struct expect_text : seq<sor<kw<K::stop>, kw<K::task>>, opt<ws, text>> {};
struct expect_grant : seq<kw<K::grant>, ws, need<literal<L::money>, P::amount>> {};
struct expect_credit
    : seq<kw<K::credit>, ws, need<literal<L::money>, P::amount>, opt<ws, kw<K::credit_to>, ws, need<path, P::person>>> {
};
struct expectation : sor<kw<K::enter>, expect_none, expect_send, kw<K::goal>, kw<K::leave>, expect_text, expect_grant,
                         expect_credit, expression> {};
struct given : seq<kw<K::given>, ws, sor<customer_given, event_given>> {};
struct at_moment : seq<kw<K::at_test>, ws, need<literal<L::moment, L::date>, P::date>> {};
struct some_time_later : seq<kw<K::test_after>, ws, need<literal<L::duration>, P::duration>> {};
struct customer_changes : seq<kw<K::customer>, ws, at<mark<'{'>>, values> {};
struct happens : seq<kw<K::happen>, ws, sor<customer_changes, event_given>> {};
struct channel_fails : seq<kw<K::channel>, ws, need<name, P::channel>, ws, kw<K::fails>, title> {};
struct expects : seq<kw<K::expect>, ws, need<expectation, P::done_or_amount>> {};
struct test_line : statement<S::item, sor<given, at_moment, some_time_later, happens, channel_fails, expects>> {};
struct test : statement<S::test, kw<K::test>,
                        head<ws, some_text, ws, need<kw<K::for_person>, P::for_playbook>, ws, need<path, P::playbook>>,
                        block<test_line, P::test_line, false, true>> {};

struct declaration : sor<playbook, message, activity, customer, event_, trait_, segment, policy, budget, template_, use,
                         test, partner, currency, extern_function, calendar> {};

/// The file: declarations to its end; a `}` that closes nothing is said and passed over.
struct file {
  TEND_RULE(file, declaration) {
    while (!in.empty() && !state.full()) {
      state.closing = false;
      (void)match_row<A, Action, Control, items<declaration, P::declaration, false, false>>(in, state);
      const std::uint32_t at = here(in, state);
      const std::uint32_t stray = match_mark(state.source, at, '}');
      if (stray == 0) continue;
      if (!state.closing) report(state, diagnostic::make(108, state.span(at, at + stray)));
      in.bump(stray);
    }
    return true;
  }
};

}  // namespace
}  // namespace tend::syntax::grammar

namespace tend::syntax {

void match_file(State& state) {
  namespace pegtl = tao::pegtl;
  pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf, const char*> in(state.begin(), state.end(), "");
  (void)pegtl::parse<grammar::file, pegtl::nothing, pegtl::normal, pegtl::apply_mode::nothing,
                     pegtl::rewind_mode::dontcare>(in, state);
}

}  // namespace tend::syntax
