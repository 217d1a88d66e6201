#include "engine/state/migrate.hpp"

#include <algorithm>

#include "dsl/text/must.hpp"

namespace tend::state {
namespace {

using program::Carried;
using program::Playbook;
using program::Value;

/// The number in `table`, or nothing where it is not there any more.
std::uint32_t at(const std::vector<std::uint32_t>& table, std::uint32_t index) {
  return index < table.size() ? table[index] : kNone;
}

/// The numbers under which something is kept for each share of a split, one behind the other: those of its first.
std::uint32_t first_share_of(const Playbook& playbook, std::uint32_t share) {
  for (const program::Step& step : playbook.steps) {
    if (step.kind == program::StepKind::split && share >= step.first_arm && share < step.first_arm + step.arms)
      return step.first_arm;
  }
  return kNone;
}

/// A value that a journey keeps, under its number in the playbook where it goes on; false where nothing reads it there.
bool move_kept(const MovedKept& moved, const Playbook& newer, std::uint16_t& index, Value& value) {
  const auto under = [&](std::uint16_t base, const std::vector<std::uint32_t>& table) {
    const std::uint32_t to = at(table, index - base);
    index = static_cast<std::uint16_t>(base + to);
    return to != kNone;
  };
  if (index >= kKeptKey) return true;
  if (index >= kKeptArm) {
    const std::uint32_t share = at(moved.shares, index - kKeptArm + static_cast<std::uint32_t>(value.d));
    const std::uint32_t first = share == kNone ? kNone : first_share_of(newer, share);
    if (first == kNone) return false;
    index = static_cast<std::uint16_t>(kKeptArm + first);
    value = Value::number(share - first);
    return true;
  }
  if (index >= kKeptRoundBegan) return under(kKeptRoundBegan, moved.steps);
  if (index >= kKeptRound) return under(kKeptRound, moved.steps);
  if (index >= kKeptGrantExpires) return under(kKeptGrantExpires, moved.grants);
  if (index >= kKeptGrantAmount) return under(kKeptGrantAmount, moved.grants);
  return under(kKeptLet, moved.lets);
}

void add(std::vector<std::uint64_t>& to, const std::vector<std::uint64_t>& from,
         const std::vector<std::uint32_t>& where) {
  for (std::uint32_t i = 0; i < from.size(); ++i) {
    if (at(where, i) < to.size()) to[where[i]] += from[i];
  }
}

}  // namespace

bool is_watched(const Playbook& playbook, const Journey& journey, Moment now) {
  if (journey.status != JourneyStatus::finished || !playbook.goal || (journey.flags & kWatchOver) != 0) return false;
  if (!playbook.goal->within) return true;
  constexpr std::int64_t kMonthMsMax = 31 * env::kDay + 2 * env::kHour;
  return now < journey.entered + playbook.goal->within->months * kMonthMsMax + playbook.goal->within->ms;
}

/// Carries one partition over; a class only so that State has one friend.
class Migration {
 public:
  Migration(State&& before, const Moving& moving, Moment now)
      : from_(before), moving_(moving), now_(now), to_(moving.now, moving.now_layout, before.partition()) {}

  State run() {
    CHECK_OR_DIE(from_.caused.empty(), "a deploy comes when nobody stands still");
    whole();
    attributes();
    bits();
    events();
    contacts();
    occurrences();
    journeys();
    rare();
    figures();
    to_.wheel.resize(to_.customers_.count());
    if (to_.clock != env::kNoMoment) to_.wheel.advance(to_.clock, [](std::uint32_t) {});
    for (std::uint32_t c = 0; c < to_.rows_.size(); ++c) to_.wheel.set(c, to_.rows_[c].due);
    return std::move(to_);
  }

 private:
  /// What does not depend on the program.
  void whole() {
    to_.clock = from_.clock;
    to_.deployed = from_.deployed;
    to_.recorded = from_.recorded;
    to_.events_taken = from_.events_taken;
    to_.peers = from_.peers;
    to_.customers_ = std::move(from_.customers_);
    to_.texts_ = std::move(from_.texts_);
    to_.tag_names_ = std::move(from_.tag_names_);
    to_.consent_names_ = std::move(from_.consent_names_);
    to_.channels_ = std::move(from_.channels_);
    to_.rows_ = std::move(from_.rows_);
    to_.tags_ = std::move(from_.tags_);
    to_.consents_ = std::move(from_.consents_);
    to_.tag_words_ = from_.tag_words_;
    to_.consent_words_ = from_.consent_words_;
    to_.spent = std::move(from_.spent);
    to_.spent_on = std::move(from_.spent_on);
    to_.given = std::move(from_.given);
    to_.paused = std::move(from_.paused);
    to_.became = std::move(from_.became);
    to_.messages_sent = from_.messages_sent;  // they are all durable where they went: a deploy comes after them
    to_.taken = std::move(from_.taken);
    to_.pending = std::move(from_.pending);  // names only
  }

  void attributes() {
    const std::size_t count = to_.rows_.size();
    for (std::uint32_t a = 0; a < from_.columns_.size(); ++a) {
      if (moving_.attributes[a] == kNone) continue;
      Column& column = to_.columns_[moving_.attributes[a]];
      column.cells = std::move(from_.columns_[a].cells);
      column.extra = std::move(from_.columns_[a].extra);
    }
    for (Column& column : to_.columns_) {
      if (column.cells.size() == count) continue;
      column.cells.assign(count, kMissingCell);
      column.extra.assign(State::has_extra(column.type) ? count : 0, 0);
    }
  }

  void bits() {
    to_.bits_.assign(to_.rows_.size() * to_.layout_->bit_words, 0);
    for (std::uint32_t bit = 0; bit < moving_.conditions.size(); ++bit) {
      if (moving_.conditions[bit] == kNone) continue;
      for (std::uint32_t c = 0; c < to_.rows_.size(); ++c) {
        if (from_.bit(c, moving_.conditions[bit])) to_.set_bit(c, bit, true);
      }
    }
  }

  void events() {
    const auto& stored = to_.layout_->stored;
    to_.rings_.assign(to_.rows_.size() * stored.size(), {});
    for (std::uint32_t s = 0; s < stored.size(); ++s) {
      const auto event = static_cast<std::uint32_t>(
          std::find(moving_.events.begin(), moving_.events.end(), stored[s].event) - moving_.events.begin());
      const std::uint32_t old_s = at(from_.layout_->stored_of_event, event);
      if (old_s == kNone) continue;
      std::vector<std::uint32_t> slots;  // by slot now: the one before
      for (const std::uint32_t field : stored[s].fields) {
        const auto& of_event = moving_.fields[event];
        const auto old =
            static_cast<std::uint32_t>(std::find(of_event.begin(), of_event.end(), field) - of_event.begin());
        slots.push_back(old < of_event.size() ? from_.layout_->slot_of(old_s, old) : kNone);
      }
      for (std::uint32_t c = 0; c < to_.rows_.size(); ++c) ring(c, s, old_s, slots);
    }
  }

  void ring(std::uint32_t customer, std::uint32_t s, std::uint32_t old_s, const std::vector<std::uint32_t>& slots) {
    const Ring& old = from_.rings_[from_.ring_index(customer, old_s)];
    if (old.count == 0) return;
    const std::uint32_t old_size = from_.record_bytes(from_.layout_->stored[old_s]);
    const std::uint32_t size = to_.record_bytes(to_.layout_->stored[s]);
    Ring& ring = to_.rings_[to_.ring_index(customer, s)];
    ring = {.block = to_.events_.take(old.count * size), .begin = 0, .count = old.count};
    const char* in = from_.events_.at(old.block) + std::size_t{old.begin} * old_size;
    char* out = to_.events_.at(ring.block);
    for (std::uint32_t i = 0; i < old.count; ++i, in += old_size, out += size) {
      std::memset(out, 0, size);
      std::memcpy(out, in, sizeof(Moment));
      for (std::size_t slot = 0; slot < slots.size(); ++slot) {
        if (slots[slot] == kNone) continue;
        std::memcpy(out + sizeof(Moment) + slot * sizeof(StoredField),
                    in + sizeof(Moment) + slots[slot] * sizeof(StoredField), sizeof(StoredField));
      }
    }
  }

  /// The playbook that stands for an old one where only its name counts.
  std::uint32_t playbook(std::uint32_t old) const {
    const MovedPlaybook& moved = moving_.playbooks[old];
    return moved.version != kNone ? moved.version : moved.newest;
  }

  void contacts() {
    if (!to_.layout_->keeps_contacts) return;
    to_.contacts_.resize(to_.rows_.size());
    for (std::uint32_t c = 0; c < to_.rows_.size(); ++c) {
      for (std::uint32_t i = 0; i < from_.contact_count(c); ++i) {
        Contact contact = from_.contact(c, i);
        contact.playbook = playbook(contact.playbook);
        contact.message = at(moving_.messages, contact.message);
        if (contact.playbook != kNone) to_.add_contact(c, contact);
      }
    }
  }

  void occurrences() {
    const std::size_t schedules = to_.layout_->schedules.size();
    to_.occurrences_.assign(to_.rows_.size() * schedules, {});
    for (std::uint32_t s = 0; s < schedules; ++s) {
      if (moving_.schedules[s] == kNone) continue;
      for (std::uint32_t c = 0; c < to_.rows_.size(); ++c)
        to_.occurrence(c, s) = from_.occurrence(c, moving_.schedules[s]);
    }
  }

  void journey(const Journey& old) {
    const Playbook& older = from_.program_->playbooks[old.playbook];
    const MovedPlaybook& moved = moving_.playbooks[old.playbook];
    CHECK_OR_DIE(moved.newest != kNone, "a playbook in which somebody was keeps its name");
    const auto end = static_cast<std::uint32_t>(older.steps.size());
    Journey journey = old;
    journey.next = kNone;
    const bool watched = is_watched(older, old, now_);
    bool in_newest = true;
    if (is_live(old.status) || watched) {
      Carried carried = moved.steps[watched ? end : std::min(old.step, end)];
      // His message is what the version of then says, and his journey goes on from its answer.
      if ((old.flags & kWithChannel) != 0 && carried.kind != Carried::Kind::same)
        carried = {Carried::Kind::pinned, old.step};
      CHECK_OR_DIE(carried.kind != Carried::Kind::refused, "a program that is refused is not put in");
      in_newest = carried.kind != Carried::Kind::pinned;  // also where an edit goes back to what an older version does
      journey.step = carried.step;
      if (carried.kind == Carried::Kind::follows && !watched) journey.flags |= kAimed;
      if (carried.kind == Carried::Kind::moved && !watched) {
        journey.status = JourneyStatus::runnable;
        journey.reached = now_;
        journey.due = kNever;
        journey.visit = 0;
        journey.channel = 0;
        journey.flags &= static_cast<std::uint8_t>(~kPausedSend);
      }
    } else if (old.status == JourneyStatus::finished) {
      journey.flags |= kWatchOver;
    }
    journey.playbook = in_newest ? moved.newest : moved.version;
    CHECK_OR_DIE(journey.playbook != kNone, "who is pinned finds his version");
    const Playbook& newer = to_.program_->playbooks[journey.playbook];
    if (!is_live(journey.status)) journey.step = std::min(journey.step, static_cast<std::uint32_t>(newer.steps.size()));
    journey.entry = entry(old.entry);
    journey.arms = arms(old.arms);
    journey.kept = kept(old, moving_.kept[old.playbook][in_newest ? 1 : 0], newer, journey);
    to_.journeys_.push_back(journey);
  }

  /// One whose message is out all the same.
  void ended_out(const Journey& old) {
    Journey journey = old;
    journey.next = kNone;
    const Carried::Kind kind = moving_.playbooks[old.playbook].steps[old.step].kind;
    const bool in_newest = kind == Carried::Kind::same;
    journey.playbook = in_newest ? moving_.playbooks[old.playbook].newest : moving_.playbooks[old.playbook].version;
    CHECK_OR_DIE(journey.playbook != kNone, "the version of a message that is out is kept");
    journey.entry = entry(old.entry);
    journey.arms = arms(old.arms);
    journey.kept =
        kept(old, moving_.kept[old.playbook][in_newest ? 1 : 0], to_.program_->playbooks[journey.playbook], journey);
    to_.ended_out.push_back(journey);
  }

  std::uint32_t entry(std::uint32_t block) {
    if (block == kNoBlock) return kNoBlock;
    std::string_view old = from_.pool.text(block);
    std::uint32_t event = 0;
    std::memcpy(&event, old.data(), sizeof event);
    old.remove_prefix(sizeof event);
    const std::uint32_t to = at(moving_.events, event);
    if (to == kNone) return kNoBlock;
    std::string blob(reinterpret_cast<const char*>(&to), sizeof to);
    return to_.pool.keep(blob + moving_.moved_fields(event, old));
  }

  std::uint32_t arms(std::uint32_t block) {
    if (block == kNoBlock) return kNoBlock;
    std::string out;
    std::string_view old = from_.pool.text(block);
    while (old.size() >= 16) {  // u32 event, i64 at, u32 length, fields
      std::uint32_t event = 0, length = 0;
      std::memcpy(&event, old.data(), 4);
      std::memcpy(&length, old.data() + 12, 4);
      const std::uint32_t to = at(moving_.events, event);
      if (to != kNone) {
        const std::string fields = moving_.moved_fields(event, old.substr(16, length));
        const auto size = static_cast<std::uint32_t>(fields.size());
        out.append(reinterpret_cast<const char*>(&to), 4);
        out.append(old.substr(4, 8));
        out.append(reinterpret_cast<const char*>(&size), 4);
        out += fields;
      }
      old.remove_prefix(16 + length);
    }
    return out.empty() ? kNoBlock : to_.pool.keep(out);
  }

  std::uint32_t kept(const Journey& old, const MovedKept& moved, const Playbook& newer, const Journey& journey) {
    std::string out;
    FieldReader reader(from_.pool.text(old.kept));
    std::uint16_t index = 0;
    Value value;
    std::vector<Value> elements;
    std::vector<bool> rounds(newer.steps.size());
    while (reader.next(index, value)) {
      if (!move_kept(moved, newer, index, value)) continue;
      if (value.kind == program::ValueKind::list) {
        read_list(value, elements);
        value = Value::of_list(elements.data(), value.extra);
      }
      append_field(out, index, value);
      if (index >= kKeptRound && index < kKeptRoundBegan && index - kKeptRound < static_cast<int>(rounds.size()))
        rounds[index - kKeptRound] = true;
    }
    // Who comes into the middle of a `repeat` is in its first round.
    for (std::uint32_t end = journey.step; is_live(journey.status) && end < newer.steps.size(); ++end) {
      if (newer.steps[end].kind != program::StepKind::round_end) continue;
      const std::uint32_t repeat = newer.steps[end].target;
      if (repeat >= journey.step || rounds[repeat]) continue;
      append_field(out, static_cast<std::uint16_t>(kKeptRound + repeat), Value::number(1));
      append_field(out, static_cast<std::uint16_t>(kKeptRoundBegan + repeat), Value::moment(journey.reached));
    }
    return out.empty() ? kNoBlock : to_.pool.keep(out);
  }

  /// Those of every customer, in their order again. What a forgotten one left is in nobody's list.
  void journeys() {
    for (Customer& row : to_.rows_) {
      std::uint32_t j = row.first_journey;
      row.first_journey = kNone;
      for (; j != kNone; j = from_.journeys_[j].next) journey(from_.journeys_[j]);
    }
    for (std::uint32_t j = 0; j < to_.journeys_.size(); ++j) to_.link(j, to_.journeys_[j].number);
    for (const Journey& out : from_.ended_out) ended_out(out);
  }

  void rare() {
    for (const auto& [customer, waiting] : from_.entries) {
      for (PendingEntry entry : waiting) {
        if (moving_.way(entry.playbook, entry.enter)) to_.entries[customer].push_back(entry);
      }
    }
    to_.jobs = std::move(from_.jobs);
    for (auto& [customer, open] : to_.jobs) {
      for (Job& job : open) job.playbook = playbook(job.playbook);
    }
  }

  /// Counts go on under the version, or, where that is no more, under the newest of its name.
  void figures() {
    for (std::uint32_t p = 0; p < from_.figures.size(); ++p) {
      const std::uint32_t to = playbook(p);
      if (to == kNone) continue;
      const PlaybookFigures& old = from_.figures[p];
      PlaybookFigures& figures = to_.figures[to];
      figures.entered += old.entered;
      figures.goal += old.goal;
      figures.left += old.left;
      figures.finished += old.finished;
      figures.held_out += old.held_out;
      figures.held_out_goal += old.held_out_goal;
      const MovedKept& moved = moving_.kept[p][to == moving_.playbooks[p].version ? 0 : 1];
      add(figures.reached, old.reached, moved.steps);
      add(figures.arm_entered, old.arm_entered, moved.shares);
      add(figures.arm_goal, old.arm_goal, moved.shares);
    }
    for (const SendFigures& old : from_.sends) {
      const std::uint32_t to = playbook(old.playbook);
      const std::uint32_t message = at(moving_.messages, old.message);
      if (to == kNone || message == kNone) continue;
      SendFigures& figures = to_.send_figures(to, message, to_.channel_name(old.channel));
      figures.accepted += old.accepted;
      for (std::size_t r = 0; r < kRefusals; ++r) figures.skipped[r] += old.skipped[r];
    }
  }

  State& from_;
  const Moving& moving_;
  Moment now_;
  State to_;
};

State migrate(State&& before, const Moving& moving, Moment now) {
  return Migration(std::move(before), moving, now).run();
}

}  // namespace tend::state
