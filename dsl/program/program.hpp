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
/// added, sent, delivered, failed, opened, clicked, unsubscribed, complained: fields message, channel, playbook (text each),
/// of added staff and state (text) behind them; task_done, task_refused: field label (text).
inline constexpr std::string_view kBuiltinEvents[] = {"added",   "sent",         "delivered",  "failed",    "opened",
                                                      "clicked", "unsubscribed", "complained", "task_done", "task_refused"};
inline constexpr std::uint32_t kBuiltinEventCount = 10;
inline constexpr std::uint32_t kEventSent = 1;
inline constexpr std::uint32_t kEventTaskDone = 8;
inline constexpr std::uint32_t kEventTaskRefused = 9;

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
  let_value,       // a: slot of Playbook::lets; missing before its step
  grant_amount,    // a: slot of Playbook::grants: what was granted (money); missing before it was
  grant_expires,   // a: slot: when it lapses (date); missing where nothing says so
  related,         // a: child (reference to a customer), b: attribute: that customer's, as of now
  staff_name,      // a: child (reference to a member of staff): what he is called
  customer_tags,   // list of text, sorted
  call,            // a: index into `Program::arguments` (the function, then its arguments), b: number of arguments
};
inline constexpr Op kLastOp = Op::call;

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

enum class FilterKind : std::uint8_t { money, date, upper, truncate, round, join, url };

/// `| truncate 20`. `argument` is a constant: date's pattern and join's separator a text, truncate and round a number.
struct FilterUse {
  FilterKind kind = FilterKind::upper;
  std::uint32_t argument = kNone;         // constant
};

struct TextPart {
  std::string literal;                    // when expression is kNone
  std::uint32_t expression = kNone;       // {{ … }}
  std::vector<FilterUse> filters;         // from left to right
};

/// A value handed to an approved text or a mini program: `name: customer.name default "you"`.
struct MessageField {
  std::string name;
  std::uint32_t expression = kNone;
};

/// A part of a message. Of several of one kind the first fits whose channel and language fit; those that name neither
/// fit always and stand last.
struct MessageItem {
  std::string kind;                       // "text", "subject", "body", "link", "image", "miniprogram", "template"
  std::vector<TextPart> parts;
  std::string channel;                    // `sms template "…"`: only there; empty: everywhere
  std::string language;                   // `text zh "…"`: for customers of this language; empty: for all others
  std::vector<MessageField> fields;       // of a template or mini program, as written
};

struct Message {
  std::string name;
  MessageClass message_class = MessageClass::marketing;
  std::vector<std::string> channels;      // tried in this order; empty: the workspace's only channel
  std::vector<MessageItem> items;
};

// ---- playbooks ----------------------------------------------------------------------------------------------------------
// A step with an outcome (send, ask, task, transfer, grant, credit) goes on with the next step when it is done; refused it
// goes to `target`, where its `else` begins, or on with the next step where `target` is kNone. The step before an
// `else` block is a jump to what comes after the block.
enum class StepKind : std::uint8_t {
  send,         // message, channels, within, while_open, target
  wait,         // duration (expression)
  wait_until,   // time of day, weekday (-1 any, 0 monday … 6, 7 workday, 8 holiday), next
  wait_up_to,   // duration, arms, `target` = where `else` starts (or the step after), `after` = the step after
  branch,       // expression; true: next step; false: target
  jump,         // target; not written by the author
  tag, untag,   // text (parts)
  set,          // attribute, expression
  stop,         // reason (text)
  ask,          // message, person, within, target
  task,         // person, text, within (due), target
  transfer,     // person, target
  wait_until_date,       // expression (date, or moment where time_of_day is -1), time of day
  wait_until_condition,  // expression, duration (expression: up to), target: its `else` or kNone
  split,        // arms in Playbook::shares (first_arm, arms), after
  repeat,       // times, every, expression (until, or kNone), target: after the loop. The body follows
  round_end,    // target: its `repeat`; not written by the author
  emit,         // event, fields
  grant,        // expression (money), budget, slot (Playbook::grants, or kNone), target
  credit,       // expression (money), person, budget, target
  start,        // playbook, expression (reference to a customer, or kNone: this one)
  let,          // slot (Playbook::lets), expression
};
inline constexpr StepKind kLastStepKind = StepKind::let;

struct Arm {
  bool on_event = true;
  std::uint32_t event = kNone;
  std::uint32_t condition = kNone;        // on: `where` with the event under test (expression or kNone) · when: the condition
  std::uint32_t target = kNone;           // first step of the arm; its end jumps to `after`
};

/// An arm of `split`.
struct Share {
  std::uint32_t hundredths = 0;           // of a percent; all of a split sum to 10 000
  std::string name;
  std::uint32_t target = kNone;           // first step of the arm; its end jumps to `after`
};

/// Whom a step is about: a member of staff, the least loaded of a team, or somebody who is credited.
struct Person {
  enum class Kind : std::uint8_t { none, reference, team, partner } kind = Kind::none;
  std::uint32_t expression = kNone;       // reference: of type staff or customer
  std::string team;
  std::uint32_t partner = kNone;          // Program::partners
};

/// `field: value` of `emit`.
struct FieldSet {
  std::uint32_t field = 0;
  std::uint32_t expression = kNone;
};

/// A step. They stand flat, in the author's order; blocks are jumps. The step one past the last ends the journey.
struct Step {
  StepKind kind = StepKind::stop;
  std::string label;                      // how tools name it: `send care`, `wait 7 days`, `if` — in English keywords; empty for jump
  std::uint32_t message = kNone;
  std::string name;                       // `as LABEL`; empty where not written
  std::vector<std::string> channels;      // of `send … on a else b`; empty: the message's
  std::uint32_t expression = kNone;       // duration, condition, value to set
  std::optional<Duration> within;
  std::int32_t time_of_day = -1;          // wait_until, ms
  std::int32_t weekday = -1;
  bool next = false;                      // wait_until: not today
  bool while_open = false;                // send: only while the channel's window is open
  std::uint32_t attribute = kNone;        // set
  std::vector<TextPart> text;             // tag, untag, stop
  std::uint32_t first_arm = kNone;        // into Playbook::arms
  std::uint32_t arms = 0;
  std::uint32_t target = kNone;
  std::uint32_t after = kNone;
  Person person;
  std::uint32_t duration = kNone;         // wait_until_condition: expression
  std::uint32_t budget = kNone;
  std::uint32_t slot = kNone;
  std::uint32_t playbook = kNone;         // start; kNone where it was removed (of superseded playbooks alone)
  std::uint32_t event = kNone;            // emit
  std::vector<FieldSet> fields;           // emit: in the order of the event's fields
  std::uint32_t times = 0;                // repeat
  std::optional<Duration> every;          // repeat
};

enum class EnterKind : std::uint8_t {
  when,       // condition, where
  on_event,   // event, filter, per_field
  schedule,   // every, weekday or month_day, time_of_day, where
  date,       // day, time_of_day, where
  relative,   // yearly, offset, before, date or lunar day, time_of_day, where
  by_hand,    // where
};
enum class Every : std::uint8_t { day, weekday, month, workday, holiday };

struct Enter {
  EnterKind kind = EnterKind::when;
  std::uint32_t event = kNone;            // enter on
  std::uint32_t filter = kNone;           // expression: `where` of `enter on` (event under test)
  std::uint32_t condition = kNone;        // expression: enter when
  std::uint32_t where = kNone;            // expression: `where` on the line of any other `enter`, asked at entry
  std::uint32_t per_field = kNone;        // on_event: one journey per value of this field of `event`
  Every every = Every::day;
  std::int32_t weekday = -1;              // 0 = monday
  std::int32_t month_day = -1;            // 1 to 31, clamped to the month's last
  std::int64_t day = 0;                   // date: days since 1970
  std::int32_t time_of_day = -1;          // milliseconds
  bool yearly = false;
  bool before = false;                    // relative: `offset` before the date, else after it
  Duration offset;                        // whole days, weeks, months, years; zero: on the date itself
  std::uint32_t date = kNone;             // expression (date); kNone: lunar_month and lunar_day say it
  bool lunar = false;                     // the anniversary is by the lunar calendar
  std::int32_t lunar_month = -1;
  std::int32_t lunar_day = -1;
};

enum class Again : std::uint8_t { never, always, after };

enum class Backfill : std::uint8_t { none, all, per_day };
enum class OnEdit : std::uint8_t { pin, follow, move };

/// `move "old" to "new"`: labels of steps.
struct Move {
  std::string from;
  std::string to;
};

/// `5000 people per hour`, `3000 messages per minute`, `30 tasks per day`.
struct Pace {
  std::uint32_t count = 0;
  Duration per;
};

struct Goal {
  std::uint32_t event = kNone;
  std::optional<Duration> within;
  std::uint32_t filter = kNone;           // expression: event under test, `entry` in reach
  bool stay = false;                      // the journey goes on
};

// ---- policy, budgets -----------------------------------------------------------------------------------------------------
/// `quiet 21:00 to 09:00 [on CHANNEL]`, in the customer's zone; from > to goes over midnight.
struct Quiet {
  std::int32_t from = 0;                  // milliseconds since midnight
  std::int32_t to = 0;
  std::string channel;                    // empty: all
};
/// `blackout 2027-02-05 to 2027-02-08`: both days included.
struct Blackout {
  std::int64_t first = 0;                 // days since 1970
  std::int64_t last = 0;
  std::string channel;
};
/// `cap N [CLASS] messages per D [on CHANNEL] [else skip]`, or `cap N CLASS in M messages`.
struct Cap {
  std::uint32_t count = 0;
  std::optional<MessageClass> message_class;
  Duration per;                           // sliding window; zero where `in_last` counts
  std::uint32_t in_last = 0;              // of his last so many messages
  std::string channel;
  bool skip = false;
};
struct Rate {
  Pace pace;
  std::string channel;
};
struct Policy {
  std::string calendar;                   // name of one of Program::calendars; empty: none
  std::vector<Quiet> quiet;
  std::vector<Blackout> blackouts;
  std::vector<Cap> caps;
  std::vector<Rate> rates;
  std::optional<Pace> load;               // tasks per person
  std::vector<std::string> consent;       // channels that need consent, sorted
  std::vector<std::string> purposes;      // what else can be consented to, sorted
  std::uint32_t holdout = 0;              // hundredths of a percent
};

/// `50_000 CNY per month`, `at most 100 CNY per customer per month`. Periods are calendar periods of the policy's zone.
struct BudgetLimit {
  std::int64_t amount = 0;                // minor units of the budget's currency
  std::optional<Duration> per;            // a day, week, month or year
  bool per_customer = false;
};
struct Budget {
  std::string name;
  std::string title;
  Currency currency = 0;
  std::vector<BudgetLimit> limits;        // the total first
};
/// A currency of one's own.
struct DeclaredCurrency {
  Currency code = 0;
  std::string title;
  std::int32_t digits = 2;
};
struct Partner {
  std::string name;
  std::string title;
};
/// Days that are not what their weekday says. Ranges with both ends, rising, apart.
struct DayRange {
  std::int64_t first = 0;                 // days since 1970
  std::int64_t last = 0;
};
struct Calendar {
  std::string name;
  std::vector<DayRange> holidays;
  std::vector<DayRange> workdays;         // weekend days that are worked
  bool lunar = false;                     // has the Chinese lunar calendar
};
/// A function in Lua.
struct Function {
  std::string name;
  std::vector<TypeInfo> parameters;
  TypeInfo result;
  std::string file;                       // as written
  std::string source;                     // its text
};

/// A value kept for a journey (`let`), or what was granted under a name (`as coupon`).
struct Slot {
  std::string name;
  TypeInfo type;
};

struct Playbook {
  std::string name;
  std::uint32_t version = 1;              // counts the edits of what its journeys do (graft.hpp)
  bool superseded = false;                // an older version, or a removed playbook: takes nobody in, those inside finish
  std::string title;
  std::string description;                // `describe`
  std::string owner;
  Backfill backfill = Backfill::none;
  std::uint32_t backfill_per_day = 0;
  std::optional<Pace> pace;
  std::uint32_t holdout = 0;              // hundredths of a percent
  std::vector<Cap> caps;
  std::vector<Quiet> quiet;
  OnEdit on_edit = OnEdit::pin;
  std::vector<Move> moves;
  std::vector<Slot> lets;
  std::vector<Slot> grants;
  std::vector<Share> shares;
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
/// How many parts at a table's end are there only for superseded playbooks (graft.hpp): 0 in what the checker makes. They stand
/// in no order, and may have the name of a part before them.
struct Leftovers {
  std::uint32_t attributes = 0;
  std::uint32_t events = 0;
  std::uint32_t messages = 0;
  std::uint32_t budgets = 0;
  std::uint32_t partners = 0;
  std::uint32_t functions = 0;
};

/// Shape: playbooks, messages, budgets, partners, currencies, calendars and functions sorted by name (bytes), so that
/// index order is name order. Names from a package are qualified: `retention.hello`. Playbooks of one name stand together, the
/// newest version first; where the first is superseded too, the playbook was removed.
struct Program {
  std::string timezone = "UTC";           // the policy's
  Policy policy;
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
  std::vector<Budget> budgets;
  std::vector<Partner> partners;
  std::vector<DeclaredCurrency> currencies;
  std::vector<Calendar> calendars;
  std::vector<Function> functions;
  Leftovers leftovers;
};

/// Where things stand in the text; not part of the program's bytes.
struct StepPlace { std::uint32_t line = 0; text::Span span; };
struct PlaybookPlaces {
  text::Span name;
  std::vector<text::Span> enters;         // as Playbook::enters
  text::Span where, again, goal, leave;   // empty spans where not written
  text::Span backfill, pace, holdout, on_edit;
  std::vector<text::Span> caps, quiet;    // as Playbook::caps, Playbook::quiet
  std::vector<StepPlace> steps;           // as Playbook::steps
  std::vector<text::Span> arms;
};
struct PolicyPlaces {                     // empty spans where not written
  std::vector<text::Span> quiet;          // as Policy::quiet; a channel's own hours, which follow, stand nowhere
  std::vector<text::Span> blackouts, caps, consent;  // as Policy has them
  text::Span load, holdout;
};
struct Places {
  std::vector<std::string> files;         // names, by Span::file
  std::vector<text::Lines> lines;         // where the lines of each begin
  std::vector<text::Span> nodes;          // as Program::nodes
  std::vector<PlaybookPlaces> playbooks;
  std::vector<text::Span> messages;       // as Program::messages: the name
  std::vector<text::Span> budgets;        // as Program::budgets: the name
  text::Span policy;                      // empty where there is none
  PolicyPlaces policy_clauses;
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
/// The newest version of the playbook of this name; it may be superseded (removed).
std::optional<std::uint32_t> find_playbook(const Program& program, std::string_view name);
/// Is there a newer version of this playbook? What is told by the playbook's name is then told of that.
bool has_newer(const Program& program, std::size_t playbook);

}  // namespace tend::program
