#include "engine/run/engine.hpp"

#include <algorithm>
#include <tuple>

#include "dsl/text/must.hpp"
#include "engine/expr/functions.hpp"
#include "engine/run/replay_log.hpp"

namespace tend::run {
namespace {

using state::InputKind;

constexpr std::uint8_t kind_byte(InputKind kind) { return static_cast<std::uint8_t>(kind); }

}  // namespace

Engine::Engine(const journey::Plan& plan, const EngineOptions& options, Sender& sender, unsigned partitions)
    : options_(options),
      sender_(sender),
      partitions_(plan, partitions, options.threads),
      posted_(partitions),
      next_snapshot_(partitions) {
  partitions_.set_render(options.render);
  if (options.programs == nullptr) own_programs_ = std::make_unique<Programs>(plan.default_channel, plan.teams);
  programs_ = options.programs != nullptr ? options.programs : own_programs_.get();
  partitions_.set_programs(*programs_);
  go_over();
}

Engine::~Engine() = default;

std::unique_ptr<Engine> Engine::in_memory(const journey::Plan& plan, const EngineOptions& options, Sender& sender) {
  std::unique_ptr<Engine> engine(new Engine(plan, options, sender, options.partitions));
  for (std::uint32_t p = 0; p < engine->partitions_.count(); ++p)
    engine->partitions_.state(p).recorded = options.recorded;
  return engine;
}

Result<std::unique_ptr<Engine>> Engine::open(DataFolder folder, const journey::Plan& plan,
                                             std::string_view program_bytes, std::string_view places_bytes,
                                             const EngineOptions& options, Sender& sender) {
  std::unique_ptr<Engine> engine(new Engine(plan, options, sender, folder.partitions));
  engine->folder_ = std::move(folder);
  auto opened = log::open_log(*engine->folder_.files, engine->folder_.log(),
                              {.partitions = engine->folder_.partitions, .segment_bytes = options.segment_bytes});
  if (!opened) return tl::unexpected(opened.error());
  engine->log_ = std::move(opened->log);
  engine->cursor_ = engine->log_->last_cursor();
  if (opened->cut && options.say) {
    options.say("an unfinished batch at the end of the log was cut off: " + opened->cut->path + " at byte " +
                std::to_string(opened->cut->at));
  }

  auto in_force = current_program(engine->folder_);
  if (!in_force) return tl::unexpected(in_force.error());
  if (in_force->empty() || engine->log_->last_batch() == 0) {
    *in_force = program_hash(program_bytes);
    if (auto stored = store_program(engine->folder_, program_bytes, places_bytes); !stored)
      return tl::unexpected(stored.error());
  }
  auto running = engine->programs_->load(engine->folder_, *in_force);
  if (!running) return tl::unexpected(running.error());
  engine->running_ = *running;
  engine->background_ = std::make_unique<Background>(options.background_in_turn);
  engine->ahead_ = std::make_unique<Background>(options.background_in_turn, false);
  if (auto recovered = engine->recover(); !recovered) return tl::unexpected(recovered.error());
  if (options.looks_only) return engine;
  if (auto written = set_current_program(engine->folder_, engine->running_->hash); !written)
    return tl::unexpected(written.error());
  return engine;
}

/// The partitions have gone over to another program, all of them.
void Engine::go_over() {
  plan_of_desk_ = &partitions_.plan();
  desk_.emplace(*plan_of_desk_, partitions_.states());
  const Running* running = programs_->find_plan(partitions_.plan());
  if (running != nullptr) running_ = running;
  fill_outbox();
}

Result<void> Engine::recover() {
  std::vector<std::uint64_t> after(partitions_.count(), 0);
  if (auto restored = restore(after); !restored) return restored;

  ReplayHooks hooks;
  if (auto begun = begin_telling(); !begun) return begun;
  if (!told_through_.empty()) hooks.on_effects = [this] { return tell_changes(); };
  hooks.on_record = [&](const log::Record& record) -> Result<void> {
    const auto kind = static_cast<InputKind>(record.kind);
    if (kind == InputKind::dispatch) dispatched_.insert(std::string(record.payload));
    if (kind == InputKind::outcome) {
      state::OutcomeInput outcome;
      if (decode(record.payload, outcome)) dispatched_.erase(state::format_key(outcome.key));
    }
    return {};
  };
  auto others_read = replay_log(*log_, folder_, *programs_, after, partitions_, hooks);
  if (!others_read) return tl::unexpected(others_read.error());
  others_read_ = std::max(others_read_, *others_read);
  go_over();
  if (options_.changes != nullptr && told_through_.empty()) {
    const std::vector<std::uint64_t> heads(log_->heads().begin(), log_->heads().end());
    if (auto begun = options_.changes->begin(heads); !begun) return begun;
    if (auto told = begin_telling(); !told) return told;
  }

  if (options_.looks_only) return {};
  hands_over_ = false;
  if (auto claimed = log_->claim(options_.node); !claimed) return tl::unexpected(claimed.error());
  const bool fresh =
      std::all_of(log_->heads().begin(), log_->heads().end(), [](std::uint64_t head) { return head == 0; });
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    const auto partition = static_cast<std::uint16_t>(p);
    if (fresh) batch_.add(kind_byte(InputKind::program), partition, running_->hash);
  }
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    state::State& state = partitions_.state(p);
    // What the receiver has taken is no longer on its way; what nobody has answered is asked again.
    std::erase_if(state.outgoing, [&](const state::Outgoing& message) {
      const auto& taken = partitions_.state(partitions_.partition_of(message.receiver)).taken;
      const auto last = taken.find(static_cast<std::uint16_t>(p));
      return last != taken.end() && message.number <= last->second;
    });
    posted_[p] = !state.outgoing.empty();
    std::vector<journey::AskEffect> asks;
    journey::collect_asks(plan(), state, asks);
    for (journey::AskEffect& ask : asks) questions_.push_back({static_cast<std::uint16_t>(p), std::move(ask)});
  }
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    for (const auto& [customer, inputs] : partitions_.state(p).pending) {
      state::MergeInput merge;
      for (const state::PendingInput& input : inputs) {
        if (input.kind == InputKind::merge && decode(input.payload, merge))
          merging_.emplace(merge.customer, merge.into);
      }
    }
  }
  // What a crash left is settled in the mode it was caused in; only then the mode may change.
  if (auto settled = settle(); !settled) return settled;
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    if ((partitions_.state(p).recorded == options_.recorded || options_.keeps_mode) && !fresh) continue;
    batch_.add(kind_byte(InputKind::mode), static_cast<std::uint16_t>(p),
               std::string_view(options_.recorded ? "\1" : "\0", 1));
  }
  return commit({}, options_.recorded && plan().ranks);
}

/// Finds out what was told in earlier lives; nothing where nobody has ever listened.
Result<void> Engine::begin_telling() {
  if (options_.changes == nullptr) return {};
  partitions_.set_told(options_.changes->told());
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    const auto through = options_.changes->through(static_cast<std::uint16_t>(p));
    if (!through) return {};
    told_through_.push_back(*through);
  }
  return {};
}

/// Of what was just applied: what a restart applies once more is told once.
Result<void> Engine::tell_changes() {
  if (told_through_.empty()) return {};
  changes_.clear();
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    for (const journey::ChangeEffect& effect : partitions_.effects(p).changes) {
      if (effect.position <= told_through_[p]) continue;
      changes_.push_back({&effect, static_cast<std::uint16_t>(p), &partitions_.state(p), &partitions_.plan(p).program});
    }
  }
  if (changes_.empty()) return {};
  if (auto told = options_.changes->tell(changes_); !told) return told;
  for (const Change& change : changes_) told_through_[change.partition] = change.effect->position;
  changes_kept_ = false;
  return {};
}

Result<void> Engine::settle() {
  std::vector<PartitionEffect> from;
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    journey::Effects& effects = partitions_.effects(p);
    effects.clear();
    journey::collect_outstanding(plan(), partitions_.state(p), effects);
    for (std::uint32_t i = 0; i < effects.sends.size(); ++i) from.push_back({static_cast<std::uint16_t>(p), i});
  }
  // In recorded time a crash may have been between the halves of a moment: who runs it knows.
  const bool only_ranks = options_.recorded && plan().ranks;
  hand_to_slow(from);
  if (from.empty()) return commit({}, only_ranks);
  build_sends(from);
  auto known = sender_.settle(sends_);
  if (!known) return tl::unexpected(known.error());

  std::vector<PartitionEffect> never;
  std::vector<Answer> answers(from.size());
  std::vector<std::size_t> asked;  // places of `never`
  std::size_t before = 0, unknown = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    Settled settled = (*known)[i];
    if (settled == Settled::unknown && !dispatched_.contains(state::format_key(sends_[i].key)))
      settled = Settled::never;
    if (settled == Settled::never) {
      never.push_back(from[i]);
      asked.push_back(i);
      continue;
    }
    ++(settled == Settled::handed_over ? before : unknown);
    if (settled == Settled::unknown) answers[i].outcome = state::OutcomeKind::unknown_accepted;
  }
  if (options_.say) {
    options_.say(
        std::to_string(from.size()) + " messages had no recorded outcome: " + std::to_string(before) +
        " had gone out, " + std::to_string(never.size()) + " had not and go out now" +
        (unknown == 0 ? "" : ", of " + std::to_string(unknown) + " the channel cannot say: they are taken as sent"));
  }
  if (!never.empty()) {
    build_sends(never);
    auto answered = ask_channels(sends_, never);
    if (!answered) return tl::unexpected(answered.error());
    for (std::size_t i = 0; i < asked.size(); ++i) answers[asked[i]] = std::move((*answered)[i]);
    build_sends(from);
  }
  // All outcomes in the order in which the messages were made: each is a turn of its own, and no crash may show.
  const env::Moment now = options_.now ? options_.now() : env::kNoMoment;
  for (std::size_t i = 0; i < from.size(); ++i) add_outcome(sends_[i], from[i], answers[i], now);
  dispatched_.clear();
  return commit({}, only_ranks);
}

void Engine::add(const state::EventInput& input) {
  encode(batch_.begin(kind_byte(InputKind::event), partitions_.partition_of(input.customer)), input);
  batch_.end();
}

void Engine::add(const state::AttributesInput& input) {
  encode(batch_.begin(kind_byte(InputKind::attributes), partitions_.partition_of(input.customer)), input);
  batch_.end();
}

void Engine::add_tick(env::Moment moment) { add_tick_where_due(moment, std::vector<bool>(partitions_.count(), true)); }

void Engine::add_tick_where_due(env::Moment moment, const std::vector<bool>& also) {
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    const bool told = p < also.size() && also[p];
    if (!told && partitions_.state(p).wheel.next_due() > moment) continue;
    state::encode_moment(batch_.begin(kind_byte(InputKind::tick), static_cast<std::uint16_t>(p)), moment);
    batch_.end();
  }
}

void Engine::add_deploy(env::Moment moment) {
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    state::encode_moment(batch_.begin(kind_byte(InputKind::deploy), static_cast<std::uint16_t>(p)), moment);
    batch_.end();
  }
}

void Engine::add(const state::EntryInput& input) {
  encode(batch_.begin(kind_byte(InputKind::entry), partitions_.partition_of(input.customer)), input);
  batch_.end();
}

void Engine::add(const state::StopInput& input) {
  encode(batch_.begin(kind_byte(InputKind::stop), partitions_.partition_of(input.customer)), input);
  batch_.end();
}

void Engine::add(const state::ConfirmInput& input) {
  encode(batch_.begin(kind_byte(InputKind::confirm), partitions_.partition_of(input.customer)), input);
  batch_.end();
}

void Engine::add(const state::ForgetInput& input) {
  encode(batch_.begin(kind_byte(InputKind::forget), partitions_.partition_of(input.customer)), input);
  batch_.end();
}

std::string_view Engine::became(std::string_view customer) const {
  for (;;) {
    const auto& known = partitions_.state(partitions_.partition_of(customer)).became;
    const auto other = known.find(customer);
    if (other != known.end()) {
      customer = other->second;
      continue;
    }
    const auto now = merging_.find(customer);
    if (now == merging_.end()) return customer;
    customer = now->second;
  }
}

void Engine::add(const state::MergeInput& input) {
  if (became(input.into) == became(input.customer)) return;
  merging_.emplace(input.customer, input.into);
  encode(batch_.begin(kind_byte(InputKind::merge), partitions_.partition_of(input.customer)), input);
  batch_.end();
}

void Engine::add(const state::SeenInput& input) {
  encode(batch_.begin(kind_byte(InputKind::seen), 0), input);
  batch_.end();
}

void Engine::add(const state::PauseInput& input) {
  if (!input.paused) outbox_.resume();
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    encode(batch_.begin(kind_byte(InputKind::pause), static_cast<std::uint16_t>(p)), input);
    batch_.end();
  }
}

Result<void> Engine::commit() { return commit({}, false); }
Result<void> Engine::commit_timers() { return commit({}, true); }
Result<void> Engine::commit(const std::function<void()>& durable) { return commit(durable, false); }

Result<void> Engine::commit(const std::function<void()>& durable, bool only_ranks) {
  // Live, each answer comes later than what asked for it: playbooks that set each other off could go on for ever.
  constexpr int kRoundsMax = 32;
  bool first = true;
  for (int round = 0;; ++round) {
    if (round >= kRoundsMax && !partitions_.state(0).recorded && is_busy()) return {};
    if (unreleased_) {
      if (auto released = release(); !released) return released;
    }
    if (!deploying_) offer();
    if (batch_.empty() && !cursor_set_)
      ask_around(only_ranks);  // only when no send is out: what a customer causes himself is first
    if (batch_.empty() && !cursor_set_) break;
    const bool reads = plan().reads_others;
    Result<void> applied;
    const auto apply = [&] { applied = partitions_.apply(batch_); };
    if (may_write_later()) {
      unlogged_.take_over(batch_);
      apply();
    } else if (auto written = write(apply); !written) {
      return written;
    }
    if (applied && &plan() != plan_of_desk_) go_over();
    if (log_ && (reads || plan().reads_others)) others_read_ = log_->last_batch();
    batch_.clear();
    if (!merging_.empty() && !partitions_.anything_pending()) merging_.clear();
    cursor_set_ = outcomes_ = false;
    if (!applied) return applied;
    if (auto told = tell_changes(); !told) return told;
    if (first && durable) durable();
    first = false;
    gather_questions();
    if (auto called = call_slow(); !called) return called;
    if (auto released = release(); !released) return released;
  }
  return log_ ? keep_house() : Result<void>{};
}

/// Where recorded time goes from moment to moment, a sync for each would take longer than all else. What leads to no
/// message is written with the next batch that does, before anything of it goes out: a crash before that loses what
/// the sources give once more. But not what a channel answered, and not where the log says which partitions stood
/// beside each other.
bool Engine::may_write_later() const {
  constexpr std::uint64_t kUnloggedMax = 1u << 20;
  return log_ && plan().crosses && !plan().reads_others && !outcomes_ && partitions_.state(0).recorded &&
         partitions_.state(0).deployed && unlogged_.bytes() + batch_.bytes() < kUnloggedMax;
}

/// Makes the batch durable, and what was left for later before it. It is applied while the disk takes it. Errors: where
/// the sync fails the state is ahead of what is durable, and as the log then takes nothing more, neither does the
/// engine: it has to be opened anew.
Result<void> Engine::write(const std::function<void()>& apply) {
  if (auto written = write_all(); !written) return written;
  if (!log_) {
    apply();
    return {};
  }
  if (auto appended = log_->append(batch_, apply); !appended) return appended;
  log_bytes_ += batch_.bytes();
  return {};
}

Result<void> Engine::write_all() {
  if (!log_) return {};
  if (auto appended = log_->append(unlogged_); !appended) return appended;
  log_bytes_ += unlogged_.bytes();
  unlogged_.clear();
  return {};
}

/// Keeps what the batch asked for until nobody has a send out.
void Engine::gather_questions() {
  for (const std::string& sentence : plan().tables.functions().news()) {
    if (options_.say) options_.say(sentence);
  }
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    journey::Effects& effects = partitions_.effects(p);
    for (journey::AskEffect& ask : effects.asks) questions_.push_back({static_cast<std::uint16_t>(p), std::move(ask)});
    posted_[p] = posted_[p] || effects.messages;
    for (const std::string_view channel : effects.broken_channels) {
      const std::string what = "channel:" + std::string(channel);
      if (options_.say) options_.say("the account of channel `" + std::string(channel) + "` was refused: it is paused");
      add(state::PauseInput{
          .moment = options_.now ? options_.now() : partitions_.state(p).clock, .paused = true, .what = what});
    }
  }
}

/// What an answer or a message is taken by: its sender, and his place (docs/semantics.md §2.5).
struct Engine::Letter {
  env::Moment moment = 0;
  std::string from;
  std::uint32_t playbook = 0, journey = 0, step = 0, visit = 0;
  InputKind kind = InputKind::answer;
  std::uint16_t partition = 0;  // the receiver's
  std::string payload;
  auto place() const { return std::tie(moment, from, playbook, journey, step, visit); }
};

/// One round between customers: what was asked is answered, what was sent is taken, all of it in one order.
void Engine::ask_around(bool only_ranks) {
  // Who waits for his rank has not done all of his turn: what the others ask comes after it.
  only_ranks |= std::any_of(questions_.begin(), questions_.end(), [](const journey::Question& question) {
    return question.ask.kind == state::AnswerKind::rank;
  });
  std::vector<journey::Question> now;
  const auto later = [&](const journey::Question& question) {
    return only_ranks && question.ask.kind != state::AnswerKind::rank;
  };
  for (journey::Question& question : questions_) {
    if (!later(question)) now.push_back(question);
  }
  std::erase_if(questions_, [&](const journey::Question& question) { return !later(question); });
  std::vector<Letter> letters;
  if (!now.empty()) {
    const auto moment = [this](env::Moment at) { return options_.now ? std::max(options_.now(), at) : at; };
    desk_->answer(std::move(now), moment, [&](std::uint16_t partition, const state::AnswerInput& answer) {
      Letter& letter = letters.emplace_back();
      letter = {answer.moment,
                std::string(answer.customer),
                answer.playbook,
                answer.journey,
                answer.step,
                answer.visit,
                InputKind::answer,
                partition,
                {}};
      encode(letter.payload, answer);
    });
  }
  if (!only_ranks) collect_messages(letters);
  std::stable_sort(letters.begin(), letters.end(),
                   [](const Letter& a, const Letter& b) { return a.place() < b.place(); });
  for (const Letter& letter : letters) batch_.add(kind_byte(letter.kind), letter.partition, letter.payload);
}

void Engine::collect_messages(std::vector<Letter>& letters) {
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    if (!posted_[p]) continue;
    posted_[p] = false;
    for (const state::Outgoing& outgoing : partitions_.state(p).outgoing) {
      state::MessageInput message;
      CHECK_OR_DIE(decode(outgoing.payload, message), "what a turn sends can be read");
      if (options_.now) message.moment = std::max(options_.now(), message.moment);
      Letter& letter = letters.emplace_back();
      letter = {message.moment,
                std::string(message.from),
                message.by_playbook,
                message.journey,
                message.step,
                message.visit,
                InputKind::message,
                partitions_.partition_of(message.customer),
                {}};
      encode(letter.payload, message);
    }
    partitions_.state(p).outgoing.clear();
  }
}

/// Shape: its items are appended to `items`; who has all of them says where its own are.
Send Engine::send_of(const journey::Effects& effects, const journey::SendEffect& effect, std::uint16_t partition,
                     std::vector<RenderedItem>& items) const {
  const program::Program& program = plan().program;
  const program::Message& message = program.messages[effect.message];
  for (std::uint32_t i = 0; i < effect.items; ++i) {
    const journey::ItemEffect& item = effects.items[effect.first_item + i];
    items.push_back({.kind = message.items[item.kind].kind,
                     .text = std::string_view(effects.arena).substr(item.begin, item.end - item.begin),
                     .field = item.field == program::kNone ? std::string_view()
                                                           : message.items[item.kind].fields[item.field].name});
  }
  return {.key = effect.key,
          .at = effect.at,
          .customer = partitions_.state(partition).customer_id(effect.customer),
          .playbook = program.playbooks[effect.playbook].name,
          .message = message.name,
          .channel = effect.channel,
          .items = {}};
}

void Engine::build_sends(std::span<const PartitionEffect> from) {
  sends_.clear();
  items_.clear();
  first_items_.clear();
  for (const PartitionEffect& f : from) {
    const journey::Effects& effects = partitions_.effects(f.partition);
    first_items_.push_back(items_.size());
    sends_.push_back(send_of(effects, effects.sends[f.send], f.partition, items_));
  }
  for (std::size_t i = 0; i < sends_.size(); ++i) {
    const std::size_t end = i + 1 < sends_.size() ? first_items_[i + 1] : items_.size();
    sends_[i].items = std::span<const RenderedItem>(items_).subspan(first_items_[i], end - first_items_[i]);
  }
}

Result<void> Engine::release() {
  const std::vector<PartitionEffect>& from = partitions_.sends();
  if (from.empty()) return {};
  unreleased_ = true;
  if (auto written = write_all(); !written) return written;
  unreleased_ = false;
  std::vector<PartitionEffect> now = from;
  hand_to_slow(now);
  if (now.empty()) return {};
  build_sends(now);
  return hand_over(sends_, now);
}

Result<void> Engine::hand_over(std::span<const Send> sends, std::span<const PartitionEffect> from) {
  auto answers = ask_channels(sends, from);
  if (!answers) return tl::unexpected(answers.error());
  const env::Moment now = options_.now ? options_.now() : env::kNoMoment;
  for (std::size_t i = 0; i < sends.size(); ++i) add_outcome(sends[i], from[i], (*answers)[i], now);
  return {};
}

/// Says in the log what goes to channels that cannot tell afterwards, then hands over.
Result<std::vector<Answer>> Engine::ask_channels(std::span<const Send> sends, std::span<const PartitionEffect> from) {
  if (log_) {
    dispatch_.clear();
    for (std::size_t i = 0; i < sends.size(); ++i) {
      if (sender_.needs_dispatch_record(sends[i].channel))
        dispatch_.add(kind_byte(InputKind::dispatch), from[i].partition, state::format_key(sends[i].key));
    }
    if (!dispatch_.empty()) {
      if (auto appended = log_->append(dispatch_); !appended) return tl::unexpected(appended.error());
    }
  }
  auto answers = sender_.hand_over(sends);
  CHECK_OR_DIE(!answers || answers->size() == sends.size(), "a sender answers every send");
  return answers;
}

void Engine::add_outcome(const Send& send, const PartitionEffect& from, const Answer& answer, env::Moment now) {
  const journey::SendEffect& effect = partitions_.effects(from.partition).sends[from.send];
  const bool accepted = state::is_accepted(answer.outcome);
  if (accepted && options_.on_accepted) options_.on_accepted(send);
  state::OutcomeInput outcome{.moment = std::max(now, send.at),
                              .customer = send.customer,
                              .playbook = effect.playbook,
                              .journey = effect.journey,
                              .message = effect.message,
                              .key = send.key,
                              .outcome = answer.outcome,
                              .channel = send.channel,
                              .reason = answer.reason};
  encode(batch_.begin(kind_byte(InputKind::outcome), from.partition), outcome);
  batch_.end();
  outcomes_ = true;
}

env::Moment Engine::clock() const {
  env::Moment clock = env::kNoMoment;
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) clock = std::max(clock, partitions_.state(p).clock);
  return clock;
}

}  // namespace tend::run
