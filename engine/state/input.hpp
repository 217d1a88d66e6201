// The inputs that a partition's state is a fold of, and their bytes in the log. What comes from outside has been
// checked and typed before it becomes an input (engine/run/intake.hpp); here nothing can be wrong any more but a torn
// disk, which the log finds.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/value.hpp"
#include "engine/env/moment.hpp"

namespace tend::state {

using env::Moment;

/// Kinds of log records. Numbers are bytes on disk: never reuse one (docs/formats/inputs.md).
enum class InputKind : std::uint8_t {
  owner = 1,       // a process took the log (written by the log itself); payload: node, mode
  program = 2,     // a program is known from here on (its hash); windows are kept for it; nobody enters yet
  deploy = 3,      // it is in force from `moment` on; bits are set without an edge
  tick = 4,        // time has reached `moment` in this partition
  event = 5,       // an event of a customer
  attributes = 6,  // attributes, tags and consent of a customer
  outcome = 7,     // what a channel answered to a send
  dispatch = 8,    // a send is about to be handed to an adapter that cannot tell afterwards whether it had it
  mode = 9,        // how time comes from here on: recorded (customers stand still while a send is out) or live
  answer = 10,     // what a budget, a team or a ranking answered to a journey: the ledger's entries are these
  message = 11,    // from another customer: `start … for`
  entry = 12,      // somebody lets a customer in by hand
  pause = 13,      // a playbook, a channel or everything is paused or resumed from `moment` on
  confirm = 14,    // what a person did about a message that he had to send
  forget = 15,     // a customer is erased
  merge = 16,      // a customer turns out to be another one
  stop = 17,       // somebody ends a customer's journeys through a playbook by hand
  past = 18,       // events of before, for conditions that a deploy brings: they were not kept then
  seen = 19,       // messages from outside that the batch takes, so that they are not taken again
};

/// One field or attribute in a blob. Indices of attributes at or above kTagAdd are not attributes.
inline constexpr std::uint16_t kTagAdd = 0xFFF0;        // text: a tag to give
inline constexpr std::uint16_t kTagRemove = 0xFFF1;     // text: a tag to take
inline constexpr std::uint16_t kConsentGiven = 0xFFF2;  // text: channel or purpose
inline constexpr std::uint16_t kConsentWithdrawn = 0xFFF3;
inline constexpr std::uint16_t kSuppressed = 0xFFF4;    // text: a channel on which he is never written to; empty: all
inline constexpr std::uint16_t kUnsuppressed = 0xFFF5;  // text: as kSuppressed

/// Appends one (index, value) to a blob of fields. A missing value is written too: as an attribute it clears, as a
/// field it is as good as absent. Units: little endian; u16 index, u8 kind, then the payload (boolean u8 · number f64 ·
/// money i64, u32 · percent, moment, time of day, date i64 · duration i32, i64 · text u32 length, bytes · list u16
/// count, elements as kind + payload).
void append_field(std::string& blob, std::uint16_t index, const program::Value& value);

inline constexpr std::uint32_t kListElementsMax = 0xFFFF;  // what a list's count can say

/// Reads a blob front to back. Lists come back undecoded and must be read with read_list.
class FieldReader {
 public:
  explicit FieldReader(std::string_view blob) : rest_(blob) {}
  /// False at the end, and where the bytes do not add up. Text points into the blob. A list comes back undecoded:
  /// value.kind list, value.extra its length, value.text its encoded bytes.
  bool next(std::uint16_t& index, program::Value& value);

 private:
  std::string_view rest_;
};

/// The elements of a list as a FieldReader or find_field gave it; their texts point into the blob.
void read_list(const program::Value& encoded, std::vector<program::Value>& elements);

/// The value of one field, missing where the blob has none.
program::Value find_field(std::string_view blob, std::uint16_t index);

struct EventInput {
  Moment moment = 0;  // when it is taken: the partition's clock
  Moment at = 0;      // when it happened: at <= moment
  std::string_view customer;
  std::uint32_t event = 0;  // Program::events
  std::string_view fields;  // blob
};

struct AttributesInput {
  Moment moment = 0;
  std::string_view customer;
  std::string_view fields;  // blob
};

/// All events of one type that a customer had and that conditions can still see, oldest coming first: what is kept of
/// them is these from here on. Stands between a program and its deploy.
struct PastInput {
  Moment moment = 0;  // of the deploy
  std::string_view customer;
  std::uint32_t event = 0;  // Program::events
  std::string_view events;  // append_past
};
void append_past(std::string& events, Moment at, std::string_view fields);
/// Takes the first off; false where none is left or it does not add up.
bool take_past(std::string_view& events, Moment& at, std::string_view& fields);

enum class OutcomeKind : std::uint8_t {
  accepted = 0,
  duplicate = 1,
  rejected_recipient = 2,
  rejected_request = 3,
  unknown_accepted = 4,
  rejected_account = 5,  // the channel's account: the channel is paused, the send put off
  // Of a channel that takes its time, before the answer:
  with_channel = 6,  // it waits to be handed over; the customer goes on meanwhile
  called = 7,        // it is handed over now: from here on only an answer says whether the channel has it
  returned = 8,      // the channel surely does not have it: it waits again
};
/// The last that is said of a send.
inline bool is_answer(OutcomeKind kind) { return kind < OutcomeKind::with_channel; }
inline bool is_accepted(OutcomeKind kind) {
  return kind == OutcomeKind::accepted || kind == OutcomeKind::duplicate || kind == OutcomeKind::unknown_accepted;
}
/// Final, for this recipient on this channel.
inline bool is_refusal(OutcomeKind kind) {
  return kind == OutcomeKind::rejected_recipient || kind == OutcomeKind::rejected_request;
}

/// A send's key: for life the same for (customer, playbook, journey number, step, visit).
struct SendKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const SendKey&, const SendKey&) = default;
};
std::string format_key(SendKey key);  // 32 hex digits

struct OutcomeInput {
  Moment moment = 0;
  std::string_view customer;
  std::uint32_t playbook = 0;  // Program::playbooks
  std::uint32_t journey = 0;   // the journey's number
  std::uint32_t message = 0;   // Program::messages
  SendKey key;
  OutcomeKind outcome = OutcomeKind::accepted;
  std::string_view channel;  // name
  std::string_view reason;   // of a rejection
};

enum class AnswerKind : std::uint8_t {
  grant = 0,     // money for the customer
  credit = 1,    // money for `account`
  staff = 2,     // who of a team, and whether he has room
  rank = 3,      // when somebody whom a schedule or a backfill let in has his turn
  reversal = 4,  // takes back an entry of the ledger: a negative amount; `until` is its position
};

/// An answer to a journey that stands before a queue (docs/semantics.md §12). A granted grant or credit is an entry of
/// the ledger: `amount` from `budget` to `account`; names are texts, so that entries outlive the program.
struct AnswerInput {
  Moment moment = 0;
  std::string_view customer;   // who asked
  std::uint32_t playbook = 0;  // Program::playbooks
  std::uint32_t journey = 0;   // number; rank: the enter
  std::uint32_t step = 0;
  std::uint32_t visit = 0;
  AnswerKind kind = AnswerKind::grant;
  bool granted = false;
  Moment until = 0;              // staff, not granted: when there will be room · rank: the moment of the turn
  std::int64_t amount = 0;       // minor units
  std::uint32_t currency = 0;    // program::Currency
  std::int64_t period = 0;       // first day of the budget's period; 0 for one without
  std::int64_t expires = 0;      // last day of it; kMissingDay where nothing says so
  std::string_view budget;       // name
  std::string_view account;      // `customer:ID`, `staff:ID`, `partner:NAME` · staff: the person
  std::string_view reason;       // why not
  std::string_view by_playbook;  // name
};
inline constexpr std::int64_t kMissingDay = INT64_MIN;

/// What comes to a customer from another's partition, applied once: numbers of one sending partition only rise.
struct MessageInput {
  Moment moment = 0;
  std::string_view customer;            // the receiver
  InputKind what = InputKind::message;  // message: `start … for` · event, attributes: of one who became him · merge:
                                        // all that one was
  std::uint32_t playbook = 0;  // message: to enter
  std::string_view from;       // the sender, by which messages of a moment are ordered
  std::uint32_t by_playbook = 0, journey = 0, step = 0, visit = 0;
  std::uint16_t partition = 0;  // the sender's
  std::uint64_t number = 0;     // of the sender's partition, from 1
  std::string_view carried;     // event, attributes: the input · merge: State::take_out
};

struct EntryInput {
  Moment moment = 0;
  std::string_view customer;
  std::string_view playbook;  // name
};

/// His live journeys through the playbook end, and he does not wait for his turn any more.
struct StopInput {
  Moment moment = 0;
  std::string_view customer;
  std::string_view playbook;  // name
};

/// `what` is empty for everything, `playbook:NAME` or `channel:NAME`.
struct PauseInput {
  Moment moment = 0;
  bool paused = true;
  std::string_view what;
};

struct ConfirmInput {
  Moment moment = 0;
  std::string_view customer;
  std::uint32_t playbook = 0;
  std::uint32_t journey = 0;
  bool done = true;
  std::string_view reason;
};

struct ForgetInput {
  Moment moment = 0;
  std::string_view customer;
};

/// The customer turns out to be `into`: what he is and did goes over to him, his later inputs too.
struct MergeInput {
  Moment moment = 0;
  std::string_view customer;
  std::string_view into;
};

/// A message from outside, by a hash of where it comes from and of its id there (run::seen_id). All zeros: none.
using SeenId = std::array<std::uint8_t, 16>;
/// So long a message that comes again is known to have been taken.
inline constexpr std::int64_t kSeenFor = 7 * env::kDay;

/// Messages that stand in the same batch as their inputs: acknowledged is remembered.
struct SeenInput {
  Moment moment = 0;
  std::string_view ids;  // 16 bytes each
};
SeenId seen_at(std::string_view ids, std::size_t index);

/// Appends the payload of a log record.
void encode(std::string& out, const EventInput& input);
void encode(std::string& out, const AttributesInput& input);
void encode(std::string& out, const OutcomeInput& input);
void encode(std::string& out, const AnswerInput& input);
void encode(std::string& out, const MessageInput& input);
void encode(std::string& out, const EntryInput& input);
void encode(std::string& out, const StopInput& input);
void encode(std::string& out, const PauseInput& input);
void encode(std::string& out, const ConfirmInput& input);
void encode(std::string& out, const ForgetInput& input);
void encode(std::string& out, const PastInput& input);
void encode(std::string& out, const MergeInput& input);
void encode(std::string& out, const SeenInput& input);
void encode_moment(std::string& out, Moment moment);  // tick

/// An encoded event, attributes or merge is taken now: that is its moment, and what it tells of happened then at the
/// latest, or where it does not say when (kNoMoment). Requires: what encode() made.
void take_at(InputKind kind, std::span<char> payload, Moment moment);

/// Errors: false for bytes that do not add up. Views point into `payload`.
bool decode(std::string_view payload, EventInput& input);
bool decode(std::string_view payload, AttributesInput& input);
bool decode(std::string_view payload, OutcomeInput& input);
bool decode(std::string_view payload, AnswerInput& input);
bool decode(std::string_view payload, MessageInput& input);
bool decode(std::string_view payload, EntryInput& input);
bool decode(std::string_view payload, StopInput& input);
bool decode(std::string_view payload, PauseInput& input);
bool decode(std::string_view payload, ConfirmInput& input);
bool decode(std::string_view payload, ForgetInput& input);
bool decode(std::string_view payload, PastInput& input);
bool decode(std::string_view payload, MergeInput& input);
bool decode(std::string_view payload, SeenInput& input);
bool decode_moment(std::string_view payload, Moment& moment);

/// The customer that a record is about; empty for records about nobody (tick, deploy, …).
std::string_view customer_of(InputKind kind, std::string_view payload);

}  // namespace tend::state
