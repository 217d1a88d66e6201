// The syntax tree of a .tend file, independent of the tongue it was written in. Made by the grammar, read by the formatter and the
// checker. One struct for expressions, one for types, one for statements: what a statement is says its kind, its parts stand in
// named slots. Spans point into the source, everything else is owned.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dsl/program/value.hpp"
#include "dsl/text/source.hpp"

namespace tend::syntax {

using text::Span;

/// A name as the author wrote it (back-quotes taken off). `parts` has more than one element for dotted paths.
struct Name {
  Span span;
  std::string text;
  bool quoted = false;   // written in back-quotes; the formatter keeps them
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// A piece of a text: literal characters (escapes resolved) or a hole `{{ expression | filter args }}`.
struct Filter {
  Name name;
  std::vector<ExprPtr> arguments;
};
struct Piece {
  Span span;
  std::string literal;
  ExprPtr hole;                    // null for literal
  std::vector<Filter> filters;
};
/// A text literal. `multiline`: written with """ (the first line break is dropped, the closing line's indentation is taken off every line).
struct Text {
  Span span;
  bool multiline = false;
  std::vector<Piece> pieces;
  /// The characters, where there are no holes.
  std::string plain() const;
  bool has_holes() const;
};

enum class ExprKind : std::uint8_t {
  error,           // could not be parsed: already reported; the checker stays silent about it
  literal,         // number, money, percent, bool, duration, date, time of day, moment: `value`; `spelling` for the formatter
  moment_local,    // date and time without offset, read in the customer's zone: value is the date, `time_ms`; formatter: `spelling`
  text,            // `text`
  list,            // args
  path,            // name, customer.city, entry.amount, a.b.c: `path`; a bare name that may be an attribute, let, parameter, trait, …
  call,            // `path` (…): a user function or template parameter
  aggregate,       // count total average min max last first most: `word`, args[0] = event or event.field (a path), `where`, `over`
  age,             // args[0]
  lunar,           // lunar(date) args[0], or lunar 8-15: `path` empty, `spelling`
  happened,        // [EVENT | (EVENT where C)] within D: `path`, `where`, `duration`
  silent,          // no [EVENT | (EVENT where C)] for D: `path`, `where`, `duration`
  inactive,        // inactive for D: `duration`
  tagged,          // args[0]: text, list or name
  in_segment,      // `path`
  consents,        // `path` (one name)
  not_, and_, or_, // args (1, 2, 2)
  compare,         // `word`: = != < <= > >= in, not in, contains, starts with; args[0], args[1]
  is_missing, is_not_missing,   // args[0]
  default_,        // args[0] default args[1]
  binary,          // `word`: + - * / ; args[0], args[1]
  negate,          // args[0]
  group,           // ( args[0] ): kept, so that the formatter keeps the author's brackets
};

enum class Word : std::uint8_t {   // which operator or aggregate
  none, count, total, average, min, max, last, first, most,
  equal, not_equal, less, less_equal, greater, greater_equal, in, not_in, contains, starts_with,
  add, subtract, multiply, divide,
};

struct Expr {
  ExprKind kind = ExprKind::error;
  Span span;
  Word word = Word::none;
  bool fix_equal = false;          // written `==`: read as `=`, with a warning and a fix
  program::Constant value;         // literal
  std::string spelling;            // literal: as in English and ASCII (`7 days`, `50_000 CNY`, `2026-03-01`); lunar 8-15: `8-15`
  std::uint16_t height = 1;        // 1 + the highest child's: at most limits.hpp's limits::kHeightMax, so that recursion over a tree is safe
  std::int32_t time_ms = 0;        // moment_local
  std::vector<Name> path;
  Text text;
  std::vector<ExprPtr> args;
  std::vector<Name> arg_names;     // call: names of named arguments ("" where positional), as args
  ExprPtr where;
  ExprPtr over;
  ExprPtr duration;
};

enum class TypeWord : std::uint8_t { error, text, number, money, percent, boolean, duration, date, time_of_day, moment, staff, customer,
                                     one_of, list_of, condition, event, message, segment, budget, partner };
struct TypeExpr {
  TypeWord word = TypeWord::error;
  Span span;
  std::vector<Text> members;             // one of
  std::unique_ptr<TypeExpr> element;     // list of
};

/// `name type [private]` in customer and event blocks; parameters of templates and functions (with `initial`).
struct FieldDecl {
  Span span;
  Name name;
  TypeExpr type;
  bool is_private = false;
  ExprPtr initial;
};

/// `name: value` in emit, given, message templates.
struct FieldValue {
  Span span;
  Name name;
  ExprPtr value;
};

struct Stmt;
using StmtPtr = std::unique_ptr<Stmt>;

/// `{ … }`. Comments inside that stand before `end` and after the last statement belong to the block (the formatter finds them by span).
struct Block {
  Span span;
  std::vector<StmtPtr> statements;
};

enum class StmtKind : std::uint8_t {
  error,                 // could not be parsed: already reported
  // header clauses
  enter_when,            // condition, where
  enter_on,              // path (event), where, per (path)
  enter_schedule,        // every day|monday|month on N at T, on DATE at T  (unsupported yet: parts kept for the formatter)
  enter_relative,        // [yearly] D before|after DATE at T
  enter_by_hand,
  where, backfill, pace, again_never, again_always, again_after /* duration */,
  goal,                  // path, duration (within), where, stay
  leave,                 // condition
  holdout, priority, cap, quiet, on_edit, describe, owner,
  // steps
  send,                  // path (message), channel, duration (within), label, else_block, while_open
  ask, task, transfer,
  wait,                  // duration
  wait_until_time,       // time_ms, weekday (-1 any, 0 = monday … 6; 7 workday, 8 holiday), next
  wait_until_date,       // condition (a date or moment expression), time_ms (-1 none). `wait until X` with neither `at` nor `up to` is this
                         // one too: X's type says which of the two is missing. A written `2026-11-11 10:00` comes as date and time_ms
  wait_until_condition,  // condition, duration (up to), else_block
  wait_up_to,            // duration, arms (in block): arm_on, arm_when, arm_else
  arm_on,                // path (event), where, block
  arm_when,              // condition, block
  arm_else,              // block
  if_,                   // condition, block, else_block (which holds one `if_` statement for `else if`: else_if is true)
  split, repeat,
  tag, untag,            // text, or path for a bare name
  set,                   // path (attribute), value
  emit, grant, credit, start, let,
  stop,                  // text (optional)
  // declarations
  playbook,              // name, text (title), block; or template use: value (ExprKind::call with path, args, arg_names), block (header clauses)
  customer,              // fields
  event,                 // name, fields
  activity,              // names
  trait, segment,        // name, value
  message,               // name, message_class, channels (names), items (block of message_item)
  message_item,          // word: text subject body link image miniprogram template; channels[0] the channel before the word (`sms template "…"`),
                         // names[0] the language after it (`text zh "…"`); text; values
  policy,                // block of policy items
  timezone,              // text
  policy_item,           // any other policy line (unsupported yet)
  budget, template_, use, test, partner, currency, extern_function, calendar, requires_,
  item,                  // a line in a block of something unsupported: a share of `split`, a line of a budget, a test, …: parts
};

enum class MessageWord : std::uint8_t { none, text, subject, body, link, image, miniprogram, template_ };
enum class ClassWord : std::uint8_t { none, marketing, care, transactional, welcome };

/// A clause, step or declaration. Only the slots that its kind names are filled.
struct Stmt {
  StmtKind kind = StmtKind::error;
  Span span;                        // the whole, blocks included
  Span head;                        // the first line's worth: keyword to before `{`; what diagnostics about the whole point at
  Name name;
  std::vector<Name> path;
  std::vector<Name> names;
  std::vector<Name> channels;       // on a else b
  std::optional<Text> text;
  ExprPtr condition;
  ExprPtr value;
  ExprPtr duration;
  ExprPtr where;
  std::int32_t time_ms = -1;
  std::int32_t weekday = -1;
  bool next = false;
  bool stay = false;
  bool while_open = false;
  bool else_if = false;
  bool has_else = false;
  Name label;
  Block block;
  Block else_block;
  std::vector<FieldDecl> fields;
  std::vector<FieldValue> values;
  MessageWord message_word = MessageWord::none;
  ClassWord message_class = ClassWord::none;
  ClassWord cap_class = ClassWord::none;
  /// Of statements without typed slots of their own: the sub-parts in the order of the English spelling, so that the formatter can
  /// print them back in either tongue; read with dsl/syntax/parts.hpp. parts[0] is the leading keyword (but for `item`), and the typed
  /// slots are empty, `where` and `name` aside.
  struct Part {
    enum class What : std::uint8_t { keyword, name, expression, text, punctuation, block, values, fields, field_block, type } what;
    std::uint16_t keyword = 0;      // syntax::Keyword
    Name name;
    ExprPtr expression;
    std::optional<Text> text;
    std::string punctuation;
    Block block;
    std::vector<FieldValue> values;
    std::vector<FieldDecl> fields;  // fields: parameters in ( ) · field_block: { } · type: one without a name
  };
  std::vector<Part> parts;
};

struct Comment {
  Span span;                        // from # to before the line's end
  bool own_line = true;             // nothing but blanks before it on its line
};

/// One parsed file. Always there, however broken the text: what could not be read is a StmtKind::error.
struct File {
  std::uint32_t file = 0;
  std::vector<StmtPtr> declarations;
  std::vector<Comment> comments;    // in source order
  std::uint32_t english_keywords = 0;
  std::uint32_t chinese_keywords = 0;
};

}  // namespace tend::syntax
