// The compiled program: what the checker's lowering makes and the engine runs. Plain data, no pointers into sources.
// Everything that the author's tongue or layout decides (spans, lines) is kept apart in Places, so that the English and the
// Chinese spelling of one playbook give the same bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/value.hpp"
#include "dsl/text/source.hpp"

namespace tend::program {

inline constexpr std::uint32_t kNone = 0xFFFFFFFFu;   // "no expression", "no window", "no step"

// ---- schema -------------------------------------------------------------------------------------------------------------
struct TypeInfo {
  Type type = Type::none;
  Type element = Type::none;            // of a list
  std::vector<std::string> members;     // of one_of
  friend bool operator==(const TypeInfo&, const TypeInfo&) = default;
};

/// A customer's attribute. Attribute 0 is always `timezone` (text), 1 always `language` (text); declared ones follow sorted by name.
struct Attribute {
  std::string name;
  TypeInfo type;
  bool is_private = false;
};
inline constexpr std::uint32_t kTimezoneAttribute = 0;
inline constexpr std::uint32_t kLanguageAttribute = 1;

struct Field {
  std::string name;
  TypeInfo type;
};
/// Pseudo field: when the event happened (`first(order.at)`).
inline constexpr std::uint32_t kFieldAt = 0xFFFFFFFEu;

/// An event type. The built-in ones come first, in the order of kBuiltinEvents; declared ones follow sorted by name (bytes).
/// Fields stand in the order declared.
struct Event {
  std::string name;
  std::vector<Field> fields;
};
/// added, sent, delivered, failed, opened, clicked, unsubscribed, complained: fields message, channel, playbook (text each);
/// task_done, task_refused: field label (text).
inline constexpr std::string_view kBuiltinEvents[] = {"added",   "sent",         "delivered",  "failed",    "opened",
                                                      "clicked", "unsubscribed", "complained", "task_done", "task_refused"};
inline constexpr std::uint32_t kBuiltinEventCount = 10;
inline constexpr std::uint32_t kEventSent = 1;

// ---- expressions --------------------------------------------------------------------------------------------------------
enum class Op : std::uint8_t {
  constant,        // a: constant
  attribute,       // a: attribute
  customer_id,     //
  first_seen,      // moment
  now,             // moment
  today,           // date in the customer's zone
  field,           // a: field of the event under test (kFieldAt: its moment). The event type is the context's
  entry_field,     // a: event, b: field; missing where another event (or none) let the customer in
  entry_at,        // moment of entry
  entry_date,      // date of entry in the customer's zone
  arm_field,       // a: event, b: field of the event that chose the last arm of this event; missing before any
  tagged,          // a: child of type text, or list of text: has any of them
  consents,        // a: constant (text): the channel or purpose
  window,          // a: window: what an aggregate, `E within D`, `no E for D` works out
  inactive,        // a: constant (duration)
  age,             // a: child (date): whole years in the customer's zone
  date_of,         // a: child (moment): its date in the customer's zone
  // condition operators: children a, b
  and_, or_, not_,
  equal, not_equal, less, less_equal, greater, greater_equal,
  in, not_in,      // a: text/number/…, b: list
  contains,        // a: list or text, b: element or text
  starts_with,
  is_missing, is_not_missing,
  default_,        // a, or b where a is missing
  add, subtract, multiply, divide, negate,
  list,            // a: index of the first child in `Program::arguments`, b: number of children
  local_moment,    // a: child (date), b: child (time of day): `clock(a, b)` in the customer's zone (docs/semantics.md §1). A date used as
                   // a moment is this with 00:00; so is `2026-11-11 09:30` without an offset
};
inline constexpr Op kLastOp = Op::local_moment;

/// One node of an expression. Children come before their parent in Program::nodes.
struct Node {
  Op op = Op::constant;
  Type type = Type::none;
  std::uint32_t a = kNone;
  std::uint32_t b = kNone;
};

enum class Aggregate : std::uint8_t { count, total, average, min, max, last, first, most, happened, silent };

/// A view of one customer's events of one type. Equal windows are shared, so the engine keeps each once.
/// `happened` is `E within D`, `silent` is `no E for D`.
struct Window {
  std::uint32_t event = 0;
  Aggregate aggregate = Aggregate::count;
  std::uint32_t field = kNone;          // kFieldAt possible for first, last, min, max
  std::uint32_t filter = kNone;         // node: condition with the event under test as context
  bool filter_reads_customer = false;   // the filter reads attributes, tags, now, …: not only the event and constants
  std::optional<Duration> over;         // none: whole life
};

/// What a condition depends on, so that the engine wakes it only when one of these changes.
struct Dependencies {
  std::vector<std::uint32_t> events;      // sorted; event types whose coming can change it
  std::vector<std::uint32_t> attributes;  // sorted
  bool activity = false;                  // reads `inactive`
  bool tags = false;
  bool consent = false;
  bool time = false;                      // can change by time alone: it has next flips
};

/// A condition or value that the engine works out. Conditions have a next flip worked out with them.
struct Expression {
  std::uint32_t root = kNone;             // node
  Dependencies dependencies;
};

// ---- messages -----------------------------------------------------------------------------------------------------------
enum class MessageClass : std::uint8_t { marketing, care, transactional, welcome };

struct TextPart {
  std::string literal;                    // when expression is kNone
  std::uint32_t expression = kNone;       // {{ … }}
};

/// A part of a message: "text", "subject", "body", "link", "image".
struct MessageItem {
  std::string kind;
  std::vector<TextPart> parts;
};

struct Message {
  std::string name;
  MessageClass message_class = MessageClass::marketing;
  std::vector<std::string> channels;      // empty: the workspace's only channel
  std::vector<MessageItem> items;
};

// ---- playbooks ----------------------------------------------------------------------------------------------------------
enum class StepKind : std::uint8_t {
  send,         // message, channel override, within
  wait,         // duration (expression)
  wait_until,   // time of day, weekday (or any)
  wait_up_to,   // duration, arms, `target` = where `else` starts (or the step after), `after` = the step after
  branch,       // expression; true: next step; false: target
  jump,         // target; not written by the author
  tag, untag,   // text (parts)
  set,          // attribute, expression
  stop,         // reason (text)
};

struct Arm {
  bool on_event = true;
  std::uint32_t event = kNone;
  std::uint32_t condition = kNone;        // on: `where` with the event under test (expression or kNone) · when: the condition
  std::uint32_t target = kNone;           // first step of the arm; its end jumps to `after`
};

/// A step. They stand flat, in the author's order; blocks are jumps. The step one past the last ends the journey.
struct Step {
  StepKind kind = StepKind::stop;
  std::string label;                      // how tools name it: `send care`, `wait 7 days`, `if` — in English keywords; empty for jump
  std::uint32_t message = kNone;
  std::string channel;                    // of `send … on CHANNEL`
  std::uint32_t expression = kNone;       // duration, condition, value to set
  std::optional<Duration> within;
  std::int32_t time_of_day = -1;          // wait_until, ms
  std::int32_t weekday = -1;              // wait_until: 0 = monday, -1 any day
  std::uint32_t attribute = kNone;        // set
  std::vector<TextPart> text;             // tag, untag, stop
  std::uint32_t first_arm = kNone;        // into Playbook::arms
  std::uint32_t arms = 0;
  std::uint32_t target = kNone;
  std::uint32_t after = kNone;
};

struct Enter {
  bool on_event = false;
  std::uint32_t event = kNone;            // enter on
  std::uint32_t filter = kNone;           // expression: `where` of `enter on` (event under test)
  std::uint32_t condition = kNone;        // expression: enter when
  std::uint32_t where = kNone;            // expression: `where` on the line of `enter when`, asked at entry
};

enum class Again : std::uint8_t { never, always, after };

struct Goal {
  std::uint32_t event = kNone;
  std::optional<Duration> within;
  std::uint32_t filter = kNone;           // expression: event under test, `entry` in reach
};

struct Playbook {
  std::string name;
  std::string title;
  std::vector<Enter> enters;
  std::uint32_t where = kNone;            // expression
  Again again = Again::never;
  Duration again_after;
  std::optional<Goal> goal;
  std::uint32_t leave = kNone;            // expression
  std::int32_t priority = 50;
  bool reads_entry = false;               // some expression reads entry.FIELD: keep the entry event
  std::vector<std::uint32_t> arm_events;  // sorted: events whose fields are read after an arm chose them
  std::vector<Step> steps;
  std::vector<Arm> arms;
};

// ---- the whole -----------------------------------------------------------------------------------------------------------
/// Shape: playbooks and messages sorted by name (bytes), so that index order is name order.
struct Program {
  std::string timezone = "UTC";           // the policy's
  std::vector<Attribute> attributes;
  std::vector<Event> events;
  std::vector<std::uint32_t> activity;    // event types, sorted
  std::vector<Constant> constants;
  std::vector<Node> nodes;
  std::vector<std::uint32_t> arguments;   // children of Op::list
  std::vector<Window> windows;
  std::vector<Expression> expressions;
  std::vector<Message> messages;
  std::vector<Playbook> playbooks;
};

/// Where things stand in the text; not part of the program's bytes.
struct StepPlace { std::uint32_t line = 0; text::Span span; };
struct PlaybookPlaces {
  text::Span name;
  std::vector<text::Span> enters;         // as Playbook::enters
  text::Span where, again, goal, leave;   // empty spans where not written
  std::vector<StepPlace> steps;           // as Playbook::steps
  std::vector<text::Span> arms;
};
struct Places {
  std::vector<std::string> files;         // names, by Span::file
  std::vector<text::Span> nodes;          // as Program::nodes
  std::vector<PlaybookPlaces> playbooks;
};

/// The stable serialised form (docs/formats/program.md): version, then every part in order. Equal programs have equal bytes.
std::string serialize(const Program& program);
/// Errors: nullopt for bytes that are not a program of a version that this build reads, or that do not add up (indices in range,
/// children before parents); never trusts its input.
std::optional<Program> deserialize(std::string_view bytes);
std::string serialize(const Places& places);
std::optional<Places> deserialize_places(std::string_view bytes);

std::optional<std::uint32_t> find_attribute(const Program& program, std::string_view name);
std::optional<std::uint32_t> find_event(const Program& program, std::string_view name);
std::optional<std::uint32_t> find_field(const Event& event, std::string_view name);

}  // namespace tend::program
