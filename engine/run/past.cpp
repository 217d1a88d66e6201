#include "engine/run/past.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "engine/state/input.hpp"
#include "engine/state/moving.hpp"

namespace tend::run {
namespace {

using program::kNone;
using state::InputKind;

constexpr std::int64_t kMonthMsMax = 31 * env::kDay + 2 * env::kHour;

std::int64_t length_of(const program::Duration& keep) { return keep.months * kMonthMsMax + keep.ms; }

bool longer(const state::StoredEvent& now, const state::StoredEvent& before) {
  if (before.forever) return false;
  return now.forever || length_of(now.keep) > length_of(before.keep);
}

/// Events of which `now` reads more than `before` kept. `undeclared`: those that `before` did not have at all, of which
/// an earlier program may have.
void compare(const program::Program& before, const state::Layout& before_layout, const program::Program& now,
             const state::Layout& now_layout, std::set<std::uint32_t>& lacking, std::set<std::uint32_t>& undeclared) {
  const state::Moving moving(before, before_layout, now, now_layout);
  for (const state::StoredEvent& stored : now_layout.stored) {
    const auto old_event = static_cast<std::uint32_t>(
        std::find(moving.events.begin(), moving.events.end(), stored.event) - moving.events.begin());
    if (old_event == moving.events.size()) {
      undeclared.insert(stored.event);
      continue;
    }
    const std::uint32_t index = before_layout.stored_of_event[old_event];
    bool known = index != kNone && !longer(stored, before_layout.stored[index]);
    for (const std::uint32_t field : stored.fields) {
      const auto& fields = moving.fields[old_event];
      const auto old = static_cast<std::uint32_t>(std::find(fields.begin(), fields.end(), field) - fields.begin());
      known = known && (old == fields.size() || before_layout.slot_of(index, old) != kNone);
    }
    if (!known) lacking.insert(stored.event);
  }
}

/// Had any program of this folder an event of that name?
bool was_declared(Programs& programs, const DataFolder& folder, const std::string& event) {
  constexpr std::string_view kProgram = ".program";
  if (folder.files == nullptr) return false;
  const auto names = folder.files->list(folder.programs());
  if (!names) return false;
  return std::any_of(names->begin(), names->end(), [&](const std::string& name) {
    if (!name.ends_with(kProgram)) return false;
    const auto running = programs.load(folder, name.substr(0, name.size() - kProgram.size()));
    return running && find_event((*running)->program, event);
  });
}

/// Events that playbooks made: they are no inputs.
void find_emitted(const program::Program& program, std::set<std::string>& names) {
  for (const program::Playbook& playbook : program.playbooks) {
    for (const program::Step& step : playbook.steps) {
      if (step.kind == program::StepKind::emit && step.event != kNone) names.insert(program.events[step.event].name);
    }
  }
}

class Search {
 public:
  Search(const Running& next, Programs& programs, const DataFolder& folder, env::Moment moment,
         std::set<std::uint32_t> wanted)
      : next_(next), programs_(programs), folder_(folder), moment_(moment), wanted_(std::move(wanted)) {}

  Result<void> take(std::string_view customer, const log::Record& record);
  /// Puts what was found into `past`; false where it is too much.
  bool gather(const Partitions& partitions, Past& past) const;
  const std::set<std::string>& emitted() const { return emitted_; }

 private:
  struct Kept {
    std::string events;  // append_past
    std::uint64_t count = 0;
  };
  Result<void> take_event(const log::Record& record);
  bool can_be_seen(const state::StoredEvent& stored, env::Moment at) const {
    return stored.forever || at + length_of(stored.keep) > moment_;
  }

  const Running& next_;
  Programs& programs_;
  const DataFolder& folder_;
  env::Moment moment_;
  std::set<std::uint32_t> wanted_;
  ProgramsInLog in_log_;
  std::map<const Running*, std::unique_ptr<state::Moving>> movings_;
  std::set<std::string> emitted_;
  std::set<std::string, std::less<>> merged_;
  std::map<std::string, std::map<std::uint32_t, Kept>, std::less<>> found_;  // customer, event
  std::uint64_t bytes_ = 0;
};

Result<void> Search::take(std::string_view customer, const log::Record& record) {
  switch (static_cast<InputKind>(record.kind)) {
    case InputKind::program: {
      auto loaded = programs_.load(folder_, std::string(record.payload));
      if (!loaded) return tl::unexpected(loaded.error());
      in_log_.note(record.partition, record.position, **loaded);
      if (!movings_.contains(*loaded)) {
        find_emitted((*loaded)->program, emitted_);
        movings_[*loaded] = std::make_unique<state::Moving>((*loaded)->program, (*loaded)->plan->layout, next_.program,
                                                            next_.plan->layout);
      }
      return {};
    }
    case InputKind::event: return take_event(record);
    case InputKind::forget:
      if (const auto found = found_.find(customer); found != found_.end()) found_.erase(found);
      return {};
    case InputKind::merge: {
      state::MergeInput merge;
      if (!decode(record.payload, merge)) return {};
      merged_.emplace(merge.customer);
      merged_.emplace(merge.into);
      return {};
    }
    default: return {};
  }
}

Result<void> Search::take_event(const log::Record& record) {
  state::EventInput input;
  const Running* running = in_log_.at(record.partition, record.position);
  if (running == nullptr || !decode(record.payload, input) || input.event >= running->program.events.size())
    return fail(ErrorCode::corrupt, "record " + std::to_string(record.position) + " of partition " +
                                        std::to_string(record.partition) + " is an input that its program cannot take");
  const state::Moving& moving = *movings_.at(running);
  const std::uint32_t event = moving.events[input.event];
  if (event == kNone || !wanted_.contains(event)) return {};
  const state::Layout& layout = next_.plan->layout;
  const std::uint32_t index = layout.stored_of_event[event];
  const state::StoredEvent& stored = layout.stored[index];
  if (!can_be_seen(stored, input.at)) return {};
  const std::string moved = moving.moved_fields(input.event, input.fields);
  std::string fields;
  state::FieldReader reader(moved);
  std::uint16_t field = 0;
  program::Value value;
  std::vector<program::Value> elements;
  while (reader.next(field, value)) {
    if (layout.slot_of(index, field) == kNone) continue;
    if (value.kind == program::ValueKind::list) {
      state::read_list(value, elements);
      value = program::Value::of_list(elements.data(), value.extra);
    }
    state::append_field(fields, field, value);
  }
  Kept& kept = found_[std::string(input.customer)][event];
  const std::size_t size = kept.events.size();
  if (bytes_ > kPastBytesMax) return {};
  state::append_past(kept.events, input.at, fields);
  bytes_ += kept.events.size() - size;
  ++kept.count;
  return {};
}

bool Search::gather(const Partitions& partitions, Past& past) const {
  std::uint64_t most = 0;
  std::map<std::uint32_t, Past::Filled> filled;
  for (const auto& [customer, events] : found_) {
    if (merged_.contains(customer)) continue;
    const std::uint16_t partition = partitions.partition_of(customer);
    for (const auto& [event, kept] : events) {
      if (emitted_.contains(next_.program.events[event].name)) continue;
      most = std::max<std::uint64_t>(most, kept.events.size());
      Past::Record& record = past.records.emplace_back();
      record.partition = partition;
      encode(record.payload,
             state::PastInput{.moment = moment_, .customer = customer, .event = event, .events = kept.events});
      Past::Filled& one = filled[event];
      one.event = event;
      ++one.customers;
      one.events += kept.count;
    }
  }
  std::stable_sort(past.records.begin(), past.records.end(),
                   [](const Past::Record& a, const Past::Record& b) { return a.partition < b.partition; });
  for (const auto& [event, one] : filled) past.filled.push_back(one);
  return bytes_ <= kPastBytesMax && most < log::kPayloadBytesMax / 2;
}

}  // namespace

Result<Past> past_of(const Running& before, const Running& next, const Partitions& partitions, Programs& programs,
                     const DataFolder& folder, env::Moment moment, const ReadInputs& read) {
  std::set<std::uint32_t> lacking, undeclared;
  compare(before.program, before.plan->layout, next.program, next.plan->layout, lacking, undeclared);
  Past past;
  std::set<std::uint32_t> wanted;
  for (const std::uint32_t event : lacking) {
    if (event >= program::kBuiltinEventCount) wanted.insert(event);
  }
  for (const std::uint32_t event : undeclared) {
    if (was_declared(programs, folder, next.program.events[event].name)) wanted.insert(event);
  }
  Search search(next, programs, folder, moment, wanted);
  bool whole = false;
  if (!wanted.empty()) {
    auto done =
        read([&](std::string_view customer, const log::Record& record) { return search.take(customer, record); });
    if (!done) return tl::unexpected(done.error());
    whole = *done && search.gather(partitions, past);
    if (!whole) past = {};
  }
  for (const std::uint32_t event : lacking) {
    const bool known =
        whole && event >= program::kBuiltinEventCount && !search.emitted().contains(next.program.events[event].name);
    if (!known) past.unknown.push_back(event);
  }
  const auto by_name = [&](std::uint32_t a, std::uint32_t b) {
    return next.program.events[a].name < next.program.events[b].name;
  };
  std::sort(past.unknown.begin(), past.unknown.end(), by_name);
  std::sort(past.filled.begin(), past.filled.end(),
            [&](const Past::Filled& a, const Past::Filled& b) { return by_name(a.event, b.event); });
  return past;
}

}  // namespace tend::run
