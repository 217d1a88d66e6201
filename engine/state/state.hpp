// One partition in memory: customers in typed columns, their tags, the events that live windows read, their journeys,
// and the wheel that says who is due next. Plain data and the operations that keep it whole; what is done with it is
// engine/journey's.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/env/prefetch.hpp"
#include "engine/env/zone.hpp"
#include "engine/state/input.hpp"
#include "engine/state/interner.hpp"
#include "engine/state/layout.hpp"
#include "engine/state/pool.hpp"
#include "engine/state/wheel.hpp"

namespace tend::state {

using program::kNone;

/// What is known of one customer beside columns: 32 bytes.
struct Customer {
  Moment first_seen = env::kNoMoment;
  Moment last_activity = env::kNoMoment;  // kNoMoment: never active
  Moment due = kNever;  // earliest moment at which anything may happen by time (may be too early, never too late)
  std::uint32_t first_journey = kNone;  // list sorted by (playbook, number)
  std::uint16_t outstanding = 0;        // sends handed over that he stands still for
  std::uint16_t made = 0;               // sends handed over since nothing was outstanding: their order
};

enum class JourneyStatus : std::uint8_t {
  runnable,    // can go on with `step` in the agenda
  at_send,     // stands before a send
  sending,     // handed over: one outstanding answer
  put_off,     // a send, or a job for somebody without room: asks again at `due`; kNever: when somebody resumes it
  asking,      // stands before a budget's or a team's queue: one outstanding answer
  confirming,  // a person has to send it: one outstanding answer, `due` is its deadline
  waiting,     // `due`, arms, a condition
  finished,    // last step done or `stop`; a goal may still be watched
  goal,
  left,
};
inline bool is_live(JourneyStatus status) { return status <= JourneyStatus::waiting; }

/// One customer's latest run through one playbook (and key): 64 bytes. It stays after its end, for `again`, numbers and
/// the watched goal.
struct Journey {
  Moment entered = 0;
  Moment reached = 0;          // when `step` was begun
  Moment due = kNever;         // its next wake-up by time; sending: handed_over(…)
  std::uint32_t customer = 0;  // kNone: nobody's any more
  std::uint32_t next = kNone;  // of the same customer
  std::uint32_t playbook = 0;
  std::uint32_t number = 0;  // 1, 2, … per customer and playbook
  std::uint32_t step = 0;
  std::uint32_t visit = 0;         // how often `step` was begun before
  std::uint32_t entry = kNoBlock;  // fields of the event that let him in: u32 event + blob, in the pool
  std::uint32_t arms = kNoBlock;   // events that chose arms: (u32 event, u32 length, blob)…, in the pool
  JourneyStatus status = JourneyStatus::runnable;
  std::uint8_t flags = 0;         // kGoalNoted …
  std::uint16_t channel = 0;      // which of its channels a send is at
  std::uint32_t kept = kNoBlock;  // what it keeps by name: a blob of fields in the pool, indices below
};
static_assert(sizeof(Journey) == 64);

/// What Journey::due says while its send is out: the moment, and the how many-th of his customer's it is.
inline Moment handed_over(Moment moment, std::uint16_t order) { return moment * 65536 + order; }
inline Moment handed_over_at(const Journey& journey) { return journey.due >> 16; }
inline std::uint16_t handed_over_as(const Journey& journey) { return static_cast<std::uint16_t>(journey.due & 65535); }

inline constexpr std::uint8_t kGoalNoted = 1;   // `goal … and stay` was reached
inline constexpr std::uint8_t kHeldOut = 2;     // goes through without being contacted
inline constexpr std::uint8_t kPausedSend = 4;  // put off until somebody resumes the playbook or the channel
inline constexpr std::uint8_t kAimed = 8;       // followed an edit: its wait is to be worked out anew
inline constexpr std::uint8_t kWatchOver = 16;  // finished, and its goal is not watched any more
// While it is `sending`:
inline constexpr std::uint8_t kWithChannel = 32;  // the channel takes its time: the customer does not stand still
inline constexpr std::uint8_t kCalled = 64;       // and has been handed it

/// Indices of Journey::kept: `let`, `grant … as`, rounds of `repeat`, arms of `split`, and what let him in.
inline constexpr std::uint16_t kKeptLet = 0;               // + slot
inline constexpr std::uint16_t kKeptGrantAmount = 0x4000;  // + slot
inline constexpr std::uint16_t kKeptGrantExpires = 0x5000;
inline constexpr std::uint16_t kKeptRound = 0x6000;       // + step of the `repeat`: number of rounds begun
inline constexpr std::uint16_t kKeptRoundBegan = 0x8000;  // + step: moment of the last one
inline constexpr std::uint16_t kKeptArm = 0xA000;         // + Step::first_arm: number of the share taken
inline constexpr std::uint16_t kKeptKey = 0xF000;         // text: the value of `per`
inline constexpr std::uint16_t kKeptEntryDate = 0xF001;   // date: what an entry relative to a date goes by
inline constexpr std::uint16_t kKeptPerson = 0xF002;      // text: who was last asked to send a message of its

/// A message handed over, as caps count it.
struct Contact {
  Moment at = 0;
  std::uint32_t playbook = 0;
  std::uint32_t journey = 0;
  std::uint32_t step = 0;
  std::uint32_t visit = 0;
  std::uint32_t message = 0;
  std::uint16_t channel = 0;  // number in State's channels
  std::uint8_t message_class = 0;
  std::uint8_t reserved = 0;
};
static_assert(sizeof(Contact) == 32);

/// Where a customer stands with an `enter` that goes by the calendar.
struct Occurrence {
  Moment next = kNever;
  env::Date last = env::kNoDate;  // the local date last used
  std::uint32_t reserved = 0;
};

/// What a customer caused himself and has not taken yet: an `emit`, or `start` for himself.
struct Caused {
  std::uint32_t event = kNone;  // else `playbook`
  std::uint32_t playbook = kNone;
  std::string fields;
  std::uint32_t before = 0;  // so many outcomes of his come first
};

/// Somebody whom a schedule or a backfill let in and who waits for his turn.
struct PendingEntry {
  Moment moment = kNever;  // kNever: its rank is asked for
  Moment occurrence = 0;
  std::uint32_t playbook = 0;
  std::uint32_t enter = 0;
  std::int64_t entry_date = kMissingDay;
};

/// A job for a person that is neither done nor refused.
struct Job {
  std::string person;
  std::string label;
  std::string text;
  Moment since = 0;
  Moment due = kNever;
  std::uint32_t playbook = 0;
  std::uint32_t journey = 0;
};

/// What one customer's journey sent another customer and is not known to be durable there.
struct Outgoing {
  std::uint64_t number = 0;
  std::string receiver;
  std::string payload;  // MessageInput
};

/// A typed column. Every cell has 8 bytes; a missing one holds kMissingCell. Text, references and lists are numbers of
/// `State::texts`.
inline constexpr std::int64_t kMissingCell = INT64_MIN;
struct Column {
  program::Type type = program::Type::none;
  std::vector<std::int64_t> cells;
  std::vector<std::uint32_t> extra;  // money: currency · duration: months; empty for other types
};

/// Where one customer's kept events of one type lie.
struct Ring {
  std::uint32_t block = kNoBlock;
  std::uint32_t begin = 0;  // first record in the block
  std::uint32_t count = 0;
};

/// One kept field of a kept event.
struct StoredField {
  std::int64_t cell = 0;  // as program::Value::i; number: bits; text: number of State::texts
  std::uint32_t extra = 0;
  std::uint32_t kind = 0;  // program::ValueKind
};

/// What happened in a playbook so far, for the figures.
struct PlaybookFigures {
  std::uint64_t entered = 0, goal = 0, left = 0, finished = 0, held_out = 0, held_out_goal = 0;
  std::vector<std::uint64_t> reached;      // per step
  std::vector<std::uint64_t> arm_entered;  // per share of `split`: journeys that took it, and of them with a goal
  std::vector<std::uint64_t> arm_goal;
};

/// Why a message did not go out (docs/semantics.md §11), in the order of the checks.
enum class Refusal : std::uint8_t {
  paused,
  erased,
  suppressed,
  held_out,
  consent,
  quiet,
  cap,
  window,
  quota,
  too_late,
  rejected,
  none
};
inline constexpr std::size_t kRefusals = static_cast<std::size_t>(Refusal::none);
std::string_view refusal_word(Refusal refusal);

/// The name under which it stands among the consents that one was taken back.
std::string withdrawal_of(std::string_view purpose);

/// The name under which a suppression stands among the consents: no channel or purpose is called so.
std::string suppression_of(std::string_view channel);

struct SendFigures {
  std::uint32_t playbook = 0, message = 0, channel = 0;  // channel: number in State::channels
  std::uint64_t accepted = 0;
  std::uint64_t skipped[kRefusals] = {};
};

/// An input that waits until its customer's sends are answered.
struct PendingInput {
  InputKind kind = InputKind::event;
  std::string payload;
};

class State {
 public:
  State(const program::Program& program, const Layout& layout, std::uint16_t partition);

  const program::Program& program() const { return *program_; }
  const Layout& layout() const { return *layout_; }
  std::uint16_t partition() const { return partition_; }

  // ---- customers
  std::uint32_t customer_count() const { return customers_.count(); }
  /// How many exist: those who were forgotten do not.
  std::uint32_t existing_count() const { return customers_.count() - gone_; }
  std::uint32_t find_customer(std::string_view id) const {
    const std::uint32_t customer = customers_.find(id);
    return customer == kNoText || is_gone(customer) ? kNoText : customer;
  }
  /// The customer's number; makes him, first seen at `moment`, if he is new.
  std::uint32_t customer(std::string_view id, Moment moment, bool& is_new);
  /// Removes what a customer is and did, and his journeys; his next input makes him anew.
  void forget(std::uint32_t customer);
  /// What the figures count of his journeys goes with them to another partition. To be called before forget.
  void count_away(std::uint32_t customer);
  /// Everything that a customer is and did, by name, for another partition of the same program.
  /// Requires: nothing of his is outstanding.
  std::string take_out(std::uint32_t customer) const;
  /// Adds to a customer what another one was (docs/semantics.md §13). Errors: false for bytes that do not add up.
  bool put_in(std::uint32_t customer, std::string_view bytes);
  bool is_gone(std::uint32_t customer) const { return rows_[customer].first_seen == env::kNoMoment; }

  /// For many inputs to come: begin to bring what taking an input of this customer will read into the processor's
  /// cache. Each step reads what the one before fetched: do the first for all, then the second, then the third. They
  /// change nothing.
  void fetch(std::string_view id) const { customers_.fetch(id); }
  std::uint32_t fetch_row(std::string_view id) const {
    const std::uint32_t customer = customers_.fetch_text(id);
    if (customer == kNoText) return customer;
    env::prefetch(rows_.data() + customer);
    wheel.fetch(customer);
    return customer;
  }
  void fetch_journey(std::uint32_t customer) const {
    if (customer == kNoText) return;
    env::prefetch(customers_.text(customer).data());
    if (rows_[customer].first_journey != kNone) env::prefetch(journeys_.data() + rows_[customer].first_journey);
  }
  void fetch_due(std::span<const std::uint32_t> customers) const {
    for (const std::uint32_t customer : customers) env::prefetch(rows_.data() + customer);
    for (const std::uint32_t customer : customers) fetch_journey(customer);
  }

  std::string_view customer_id(std::uint32_t customer) const { return customers_.text(customer); }
  Customer& at(std::uint32_t customer) { return rows_[customer]; }
  const Customer& at(std::uint32_t customer) const { return rows_[customer]; }

  /// Missing where it was never set. Text points into this state until the next change.
  program::Value attribute(std::uint32_t customer, std::uint32_t attribute) const;
  /// True if that changed it.
  bool set_attribute(std::uint32_t customer, std::uint32_t attribute, const program::Value& value);
  /// The customer's own zone, else the policy's.
  const env::Zone& zone(std::uint32_t customer) const;

  bool has_tag(std::uint32_t customer, std::string_view tag) const;
  bool set_tag(std::uint32_t customer, std::string_view tag, bool on);  // true if that changed it
  bool has_consent(std::uint32_t customer, std::string_view purpose) const;
  bool set_consent(std::uint32_t customer, std::string_view purpose, bool on);
  std::vector<std::string_view> tags(std::uint32_t customer) const;  // sorted by bytes
  /// What he consents to, with what withdrawal_of and suppression_of say of him; sorted by bytes.
  std::vector<std::string_view> consents(std::uint32_t customer) const;

  bool bit(std::uint32_t customer, std::uint32_t condition) const {
    return (bits_[std::size_t{customer} * layout_->bit_words + condition / 64] >> (condition % 64)) & 1;
  }
  void set_bit(std::uint32_t customer, std::uint32_t condition, bool on);

  // ---- events that windows read
  /// Keeps an event where a window reads its type, in order of (at, coming). `forget_before` drops what no window can
  /// see any more.
  void keep_event(std::uint32_t customer, std::uint32_t event, Moment at, std::string_view fields, Moment now);
  /// Nothing of this type is kept of him any more.
  void drop_events(std::uint32_t customer, std::uint32_t event);
  std::uint32_t kept_count(std::uint32_t customer, std::uint32_t stored) const {
    return rings_[ring_index(customer, stored)].count;
  }
  Moment kept_at(std::uint32_t customer, std::uint32_t stored, std::uint32_t i) const;
  program::Value kept_field(std::uint32_t customer, std::uint32_t stored, std::uint32_t i, std::uint32_t slot) const;

  // ---- messages that caps count, oldest first
  std::uint32_t contact_count(std::uint32_t customer) const {
    return contacts_.empty() ? 0 : contacts_[customer].count;
  }
  Contact contact(std::uint32_t customer, std::uint32_t i) const;
  void add_contact(std::uint32_t customer, Contact contact);
  /// Gives back the place of a message that was finally refused.
  void remove_contact(std::uint32_t customer, const Contact& same);
  std::uint16_t channel_number(std::string_view channel) {
    return static_cast<std::uint16_t>(channels_.intern(channel));
  }
  std::uint32_t find_channel(std::string_view channel) const { return channels_.find(channel); }

  Occurrence& occurrence(std::uint32_t customer, std::uint32_t schedule) {
    return occurrences_[std::size_t{customer} * layout_->schedules.size() + schedule];
  }
  const Occurrence& occurrence(std::uint32_t customer, std::uint32_t schedule) const {
    return occurrences_[std::size_t{customer} * layout_->schedules.size() + schedule];
  }

  // ---- journeys
  Journey& journey(std::uint32_t index) { return journeys_[index]; }
  const Journey& journey(std::uint32_t index) const { return journeys_[index]; }
  /// A new journey of this customer, put in order into his list.
  std::uint32_t add_journey(std::uint32_t customer, std::uint32_t playbook, std::uint32_t number);
  std::uint32_t journey_count() const { return static_cast<std::uint32_t>(journeys_.size()); }
  /// Puts a journey that has a new number in its place of the list.
  void renumber(std::uint32_t journey, std::uint32_t number);
  /// A value that the journey keeps; missing where it has none. Texts point into the pool.
  program::Value kept(const Journey& journey, std::uint16_t index) const;
  void keep(std::uint32_t journey, std::uint16_t index, const program::Value& value);

  // ---- time
  Wheel wheel;
  Moment clock = env::kNoMoment;  // time has reached this in the partition; never goes back
  bool deployed = false;          // before, inputs only change state
  bool recorded = false;          // time comes from the sources, not from a clock
  /// Between a new program and its deploy: by Layout::conditions, whose bits the deploy sets. None: all of them.
  std::optional<std::vector<bool>> changed;

  std::map<std::uint32_t, std::vector<PendingInput>> pending;  // by customer; between batches only who is to be merged
                                                               // or forgotten when his sends are answered

  /// Journeys that ended while their send was out, as they were then, until its outcome is in: a restart has to settle
  /// it all the same. Their blobs are copies of their own.
  std::vector<Journey> ended_out;
  /// A send of his has no answer yet, whether he stands still for it or not.
  bool has_out(std::uint32_t customer) const;

  // ---- what is rare: none of it is touched by an input that does not concern it
  std::map<std::uint32_t, std::deque<Caused>> caused;          // by customer; empty while nothing is outstanding
  std::map<std::uint32_t, std::vector<PendingEntry>> entries;  // by customer
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> spent;  // (budget, period) -> minor units
  std::map<std::tuple<std::uint32_t, std::string, std::int64_t>, std::int64_t> spent_on;  // customer, budget, period
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> given;  // (person, period) -> jobs he was given
  std::map<std::uint32_t, std::vector<Job>> jobs;                      // by customer: open ones, oldest first
  std::set<std::string, std::less<>> paused;                           // PauseInput::what
  std::deque<Outgoing> outgoing;
  std::uint64_t messages_sent = 0;                         // the number of the last one
  std::map<std::string, std::string, std::less<>> became;  // who turned out to be another customer, and who
  std::map<std::uint16_t, std::uint64_t> taken;            // by sending partition: the last number that was taken
  bool is_paused(std::string_view sort, std::string_view name) const;

  /// All partitions of the engine, for what reads another customer; null: only this one. Lifetime: the engine's.
  const std::vector<std::unique_ptr<State>>* peers = nullptr;
  /// The state that holds this customer, and his number there; null where nobody knows him.
  std::pair<const State*, std::uint32_t> find_anywhere(std::string_view id) const;

  // ---- figures and texts
  std::vector<PlaybookFigures> figures;
  std::vector<SendFigures> sends;
  std::uint64_t events_taken = 0;
  SendFigures& send_figures(std::uint32_t playbook, std::uint32_t message, std::string_view channel);
  std::string_view channel_name(std::uint32_t channel) const { return channels_.text(channel); }

  Pool pool;  // blobs of journeys

  /// Bytes of memory by part, for the bench: customers (columns, bits, tags, ids, wheel), events, journeys.
  struct Memory {
    std::size_t customers = 0, events = 0, journeys = 0;
  };
  Memory memory() const;

  /// The partition's bytes for a snapshot (docs/formats/snapshot.md).
  /// Requires: nobody stands still.
  std::string save() const;
  /// Errors: false for bytes that do not add up; the state is then unusable.
  bool load(std::string_view bytes);

 private:
  friend class Migration;
  static bool has_extra(program::Type type);
  std::size_t ring_index(std::uint32_t customer, std::uint32_t stored) const {
    return std::size_t{customer} * layout_->stored.size() + stored;
  }
  void link(std::uint32_t journey, std::uint32_t number);
  void count(const Journey& journey, bool comes);
  void put_in_journey(std::uint32_t customer, Journey journey, std::string_view blobs[3], std::uint32_t numbers_before);
  void save_rare(std::string& out) const;
  bool load_rare(std::string_view& in);
  void forget_old(Ring& ring, const StoredEvent& stored, Moment now);
  std::uint32_t record_bytes(const StoredEvent& stored) const {
    return static_cast<std::uint32_t>(sizeof(Moment) + stored.fields.size() * sizeof(StoredField));
  }
  bool set_flag(std::vector<std::uint64_t>& words, std::uint32_t& stride, Interner& names, std::uint32_t customer,
                std::string_view name, bool on);
  static std::vector<std::string_view> flags(const std::vector<std::uint64_t>& words, std::uint32_t stride,
                                             const Interner& names, std::uint32_t customer);
  bool has_flag(const std::vector<std::uint64_t>& words, std::uint32_t stride, const Interner& names,
                std::uint32_t customer, std::string_view name) const;

  const program::Program* program_;
  const Layout* layout_;
  std::uint16_t partition_;
  const env::Zone* policy_zone_;

  Interner customers_;
  std::uint32_t gone_ = 0;
  Interner texts_;
  Interner tag_names_;
  Interner consent_names_;
  Interner channels_;
  std::vector<Customer> rows_;
  std::vector<Column> columns_;
  std::vector<std::uint64_t> bits_;
  std::vector<std::uint64_t> tags_;
  std::vector<std::uint64_t> consents_;
  std::uint32_t tag_words_ = 0;
  std::uint32_t consent_words_ = 0;
  std::vector<Ring> rings_;
  std::vector<Ring> contacts_;  // one per customer where Layout::keeps_contacts, else none
  std::vector<Occurrence> occurrences_;
  Pool events_;
  std::vector<Journey> journeys_;
};

}  // namespace tend::state
