// One partition in memory: customers in typed columns, their tags, the events that live windows read, their journeys,
// and the wheel that says who is due next. Plain data and the operations that keep it whole; what is done with it is
// engine/journey's.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/program.hpp"
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
  std::uint16_t outstanding = 0;        // sends handed over whose outcome is not in yet
  std::uint16_t flags = 0;
};

enum class JourneyStatus : std::uint8_t {
  runnable,  // can go on with `step` in the agenda
  at_send,   // stands before a send
  sending,   // handed over: one outstanding answer
  waiting,   // `due`, arms, a condition
  finished,  // last step done or `stop`; a goal may still be watched
  goal,
  left,
};
inline bool is_live(JourneyStatus status) { return status <= JourneyStatus::waiting; }

/// One customer's latest run through one playbook (and key): 64 bytes. It stays after its end, for `again`, numbers and
/// the watched goal.
struct Journey {
  Moment entered = 0;
  Moment reached = 0;   // when `step` was begun
  Moment due = kNever;  // its next wake-up by time
  std::uint32_t customer = 0;
  std::uint32_t next = kNone;  // of the same customer
  std::uint32_t playbook = 0;
  std::uint32_t number = 0;  // 1, 2, … per customer and playbook
  std::uint32_t step = 0;
  std::uint32_t visit = 0;         // how often `step` was begun before
  std::uint32_t entry = kNoBlock;  // fields of the event that let him in: u32 event + blob, in the pool
  std::uint32_t arms = kNoBlock;   // events that chose arms: (u32 event, u32 length, blob)…, in the pool
  JourneyStatus status = JourneyStatus::runnable;
  bool goal_noted = false;      // `goal … and stay` was reached
  std::uint16_t channel = 0;    // which of its channels a send is at
  std::uint32_t lets = kNoBlock;  // values kept by `let`: slot and value, in the pool
};
static_assert(sizeof(Journey) == 64);

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
  std::uint64_t entered = 0, goal = 0, left = 0, finished = 0;
  std::vector<std::uint64_t> reached;  // per step
};
struct SendFigures {
  std::uint32_t playbook = 0, message = 0, channel = 0;  // channel: number in State::channels
  std::uint64_t accepted = 0, rejected = 0;
};

/// An input that waits until its customer's sends are answered (recorded time only).
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
  std::uint32_t find_customer(std::string_view id) const { return customers_.find(id); }
  /// The customer's number; makes him, first seen at `moment`, if he is new.
  std::uint32_t customer(std::string_view id, Moment moment, bool& is_new);
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

  bool bit(std::uint32_t customer, std::uint32_t condition) const {
    return (bits_[std::size_t{customer} * layout_->bit_words + condition / 64] >> (condition % 64)) & 1;
  }
  void set_bit(std::uint32_t customer, std::uint32_t condition, bool on);

  // ---- events that windows read
  /// Keeps an event where a window reads its type, in order of (at, coming). `forget_before` drops what no window can
  /// see any more.
  void keep_event(std::uint32_t customer, std::uint32_t event, Moment at, std::string_view fields, Moment now);
  std::uint32_t kept_count(std::uint32_t customer, std::uint32_t stored) const {
    return rings_[ring_index(customer, stored)].count;
  }
  Moment kept_at(std::uint32_t customer, std::uint32_t stored, std::uint32_t i) const;
  program::Value kept_field(std::uint32_t customer, std::uint32_t stored, std::uint32_t i, std::uint32_t slot) const;

  // ---- journeys
  Journey& journey(std::uint32_t index) { return journeys_[index]; }
  const Journey& journey(std::uint32_t index) const { return journeys_[index]; }
  /// A new journey of this customer, put in order into his list.
  std::uint32_t add_journey(std::uint32_t customer, std::uint32_t playbook, std::uint32_t number);
  std::uint32_t journey_count() const { return static_cast<std::uint32_t>(journeys_.size()); }

  // ---- time
  Wheel wheel;
  Moment clock = env::kNoMoment;  // time has reached this in the partition; never goes back
  bool deployed = false;          // before, inputs only change state
  bool recorded = false;          // customers stand still while a send is out

  std::map<std::uint32_t, std::vector<PendingInput>> pending;  // by customer; empty between batches of recorded time

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
  /// Requires: nothing pending.
  std::string save() const;
  /// Errors: false for bytes that do not add up; the state is then unusable.
  bool load(std::string_view bytes);

 private:
  std::size_t ring_index(std::uint32_t customer, std::uint32_t stored) const {
    return std::size_t{customer} * layout_->stored.size() + stored;
  }
  void forget_old(Ring& ring, const StoredEvent& stored, Moment now);
  std::uint32_t record_bytes(const StoredEvent& stored) const {
    return static_cast<std::uint32_t>(sizeof(Moment) + stored.fields.size() * sizeof(StoredField));
  }
  bool set_flag(std::vector<std::uint64_t>& words, std::uint32_t& stride, Interner& names, std::uint32_t customer,
                std::string_view name, bool on);
  bool has_flag(const std::vector<std::uint64_t>& words, std::uint32_t stride, const Interner& names,
                std::uint32_t customer, std::string_view name) const;

  const program::Program* program_;
  const Layout* layout_;
  std::uint16_t partition_;
  const env::Zone* policy_zone_;

  Interner customers_;
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
  Pool events_;
  std::vector<Journey> journeys_;
};

}  // namespace tend::state
