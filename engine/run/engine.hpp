// The loop's heart: a batch of inputs is written, applied while the disk takes it, and once it is durable what it asked
// of the world is released; the answers are the next batch. The same code runs live, in `replay` and, without a log, in
// `simulate`.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/journey/desk.hpp"
#include "engine/log/segment_log.hpp"
#include "engine/run/background.hpp"
#include "engine/run/changes.hpp"
#include "engine/run/data_folder.hpp"
#include "engine/run/deploy.hpp"
#include "engine/run/outbox.hpp"
#include "engine/run/partitions.hpp"
#include "engine/run/programs.hpp"
#include "engine/run/seen.hpp"
#include "engine/run/sender.hpp"
#include "engine/run/snapshots.hpp"

namespace tend::run {

/// The view of the log by customer, kept by engine/history; the engine tells it of sealed segments.
struct HistoryHook {
  /// Makes one sealed segment part of the history; called on the background thread, or where nothing is erased on any.
  std::function<Result<void>(std::uint32_t segment)> index_segment;
  /// The last segment that is in it; 0 if none. From any thread.
  std::function<std::uint32_t()> indexed_through;
  /// Reads all inputs since the folder began, what only the log has included; called on the loop's thread.
  std::function<Result<void>(const VisitInput&)> visit;
  /// Takes the customers out of the history as far as it holds these segments of the log, which are indexed; gives how
  /// many records they had. From any thread; meanwhile index_segment leaves its segment for later.
  std::function<Result<std::uint64_t>(std::span<const std::string> customers, std::uint32_t through)> erase = {};
  /// Those of whom the history or the log has a record, in their order.
  std::function<Result<std::vector<std::string>>(std::span<const std::string> customers)> knows = {};
  /// Of messages from outside; for whoever takes them in.
  SeenHook seen = {};
};

struct EngineOptions {
  unsigned partitions = 64;  // of a new data folder
  unsigned threads = 2;
  std::string node = "local";  // who holds the log, for operators
  bool recorded = true;        // customers stand still while a send is out; else live
  bool render = true;
  std::uint64_t segment_bytes = 64ull << 20;
  std::uint64_t snapshot_bytes =
      128ull << 20;                        // a round begins when the log has grown by this, and by what the last took
  std::uint64_t house_bytes = 4ull << 20;  // so often it looks after snapshots, history and the log's old segments
  /// A simulation's: see Background. Empty: on a thread of its own.
  std::function<bool()> background_in_turn = {};
  /// Live: what time it is; outcomes are taken then. Empty in recorded time: they are taken at their send's moment.
  std::function<env::Moment()> now = {};
  /// Told of each accepted send, in the order of release.
  std::function<void(const Send&)> on_accepted = {};
  /// Told in a sentence what a restart settled or what was repaired.
  std::function<void(const std::string&)> say = {};
  HistoryHook history = {};
  /// Live: who is told of changes that platforms keep too. Null: nobody. Lifetime: outlives the engine.
  ChangeListener* changes = nullptr;
  /// Only to look: nothing is claimed, settled or written, and nothing can be committed.
  bool looks_only = false;
  /// Goes on in recorded or live time as the data folder did, whatever `recorded` says.
  bool keeps_mode = false;
  /// Where the programs of the data folder are kept for as long as it lives; null: with the engine.
  Programs* programs = nullptr;
};

/// Lifetime: plan and sender outlive the engine. Thread: one at a time.
class Engine {
 public:
  /// Without a log: nothing survives it.
  static std::unique_ptr<Engine> in_memory(const journey::Plan& plan, const EngineOptions& options, Sender& sender);

  /// Opens or makes the data folder's engine: newest snapshots, the rest of the log, then every send that a crash left
  /// without an outcome is settled. A folder in which something ran goes on with the program that it has in force;
  /// running() says which that is. Shape: `program_bytes` is what `plan` was made from: the program of a new folder.
  /// Errors: `in_use`, `version`, `corrupt` with the exact place.
  static Result<std::unique_ptr<Engine>> open(DataFolder folder, const journey::Plan& plan,
                                              std::string_view program_bytes, std::string_view places_bytes,
                                              const EngineOptions& options, Sender& sender);
  ~Engine();

  // ---- what goes into the next batch
  void add(const state::EventInput& input);
  void add(const state::AttributesInput& input);
  /// An event or attributes, encoded already. Requires: the partition is the customer's.
  void add_encoded(state::InputKind kind, std::uint16_t partition, std::string_view payload) {
    batch_.add(static_cast<std::uint8_t>(kind), partition, payload);
  }
  void add_tick(env::Moment moment);  // for every partition
  /// Only for partitions where something is due by then, and those of `also`.
  void add_tick_where_due(env::Moment moment, const std::vector<bool>& also = {});
  void add_deploy(env::Moment moment);
  /// Somebody lets a customer in by hand. Nothing happens for a customer or playbook that nobody knows.
  void add(const state::EntryInput& input);
  /// Somebody ends a customer's journeys through a playbook by hand.
  void add(const state::StopInput& input);
  void add(const state::ConfirmInput& input);
  void add(const state::ForgetInput& input);
  /// Left out where `into` turned out to be `customer` already: nobody becomes another one in a circle.
  void add(const state::MergeInput& input);
  /// These messages are taken with this batch. Shape: what Seen::take let through.
  void add(const state::SeenInput& input);
  /// What a channel that takes its time says of a message. One that it was not handed is passed over.
  void add(const Report& report);
  /// After a start, when the reports of before have been added and are durable: each channel is asked what became of
  /// the messages that it was handed; the next commit has those of which nobody can tell. Slow channels are handed
  /// nothing before: a report of before could be taken for the answer.
  void find_out_about_called();
  /// Messages wait for a channel that has room for them: the next commit hands them over.
  bool can_offer() const;
  /// When the next of those that wait for a moment may be handed over, where there is room; kNever where none does.
  env::Moment next_offer() const;
  const Outbox& outbox() const { return outbox_; }
  /// Messages of these customers that only wait, for room, a moment or the end of a pause, do not go: the next commit
  /// has them refused.
  void drop_waiting(std::span<const std::string> customers);
  /// Pauses or resumes in every partition.
  void add(const state::PauseInput& input);
  void set_cursor(std::string_view cursor) {
    batch_.set_cursor(cursor);
    cursor_set_ = true;
    cursor_ = cursor;
  }
  /// Live: answers are in that the last commit has not gone on with. The next one does.
  bool is_busy() const { return !batch_.empty() || unreleased_; }
  /// What a commit would write, failed ones included.
  std::uint32_t batch_size() const { return batch_.size() + unlogged_.size(); }

  /// Makes the batch durable, applies it, releases what it caused, and goes on with the answers until nothing is
  /// outstanding; live only for some rounds, so that nobody can keep it for himself: see is_busy(). Errors: of the disk
  /// (a batch that cannot be written is not applied and stays; after a failed sync no commit succeeds any more, and
  /// what the engine says of its customers is not to be relied on), of a channel that cannot be used at all (what is
  /// outstanding is settled by the next open).
  Result<void> commit();

  /// As commit, but tells `durable` as soon as the batch itself is durable and applied, before anything is released.
  Result<void> commit(const std::function<void()>& durable);

  /// As commit, for the first half of a moment in recorded time: what is due by time has happened, inputs from outside
  /// have not. Rankings are answered, for their entries are due by time too; all else is asked around with the second.
  Result<void> commit_timers();
  /// What putting this program in would do. Shape: as the checker made it.
  /// Requires: everything is committed.
  Result<Prepared> prepare(const program::Program& now, const program::Places& places);
  /// What a prepared program reads of the time before it and would be given at its deploy at `moment`: it is found
  /// again in log or history.
  Result<Past> past_of(const Running& next, env::Moment moment);
  /// Puts it in at `moment`: one input for all, durable when this returns. Those inside are carried as its `on edit`
  /// says. Errors: `invalid` with who stands where, if a `move` does not cover him: nothing has changed then; of the
  /// disk and channels as of commit. Requires: everything is committed. Source: docs/semantics.md §13
  Result<void> deploy(const program::Program& now, const program::Places& places, env::Moment moment);

  /// Who this customer turned out to be, himself where nobody else. Lifetime: of the id and the engine's next change.
  std::string_view became(std::string_view customer) const;

  /// Of the program in force.
  const journey::Plan& plan() const { return partitions_.plan(); }
  bool deployed() const { return partitions_.state(0).deployed; }
  /// How far its sources are, as set_cursor said last, before or after a restart.
  const std::string& cursor() const { return cursor_; }
  env::Moment next_due() const { return partitions_.next_due(); }
  /// The latest moment that any partition's time has reached.
  env::Moment clock() const;
  Partitions& partitions() { return partitions_; }
  /// What is in force. Lifetime: EngineOptions::programs, or the engine's.
  /// Requires: not in memory alone, or deployed anew.
  const Running& running() const { return *running_; }
  log::Log* log() { return log_.get(); }
  const DataFolder& folder() const { return folder_; }

  /// Snapshots of every partition, written when it returns; none while it is busy. Not needed for safety, it makes the
  /// next start short.
  Result<void> snapshot_all();
  // Nothing of customers whom the state has forgotten stays in the data folder's log, snapshots and history:
  //   through = begin_erasing(); history().index_segment(through); drop_log(through); history().erase(customers,
  //   through)
  // The history comes last: as long as it tells of them, whoever asks for the erasure once more, as after a crash,
  // finds that it is not done. What the history does may be done on another thread, while inputs are taken: what comes
  // of the same customers meanwhile stands behind `through` and stays.

  /// All partitions are written down anew, older snapshots go, the log goes on in a new segment. Gives the last one
  /// before it. Costs a writing of the state. Requires: not busy; a history.
  Result<std::uint32_t> begin_erasing();
  /// The log's segments up to this one go. Requires: they are in the history.
  Result<void> drop_log(std::uint32_t through);
  const HistoryHook& history() const { return options_.history; }
  bool can_erase() const { return log_ && options_.history.erase && options_.history.knows; }
  /// Writes what recorded time has left for later: the end of a run calls it.
  Result<void> write_all();

 private:
  Engine(const journey::Plan& plan, const EngineOptions& options, Sender& sender, unsigned partitions);
  Result<void> recover();
  Result<void> restore(std::vector<std::uint64_t>& after);
  void go_over();
  Result<void> settle();
  Result<void> release();
  bool may_write_later() const;
  Result<void> write(const std::function<void()>& apply);
  void gather_questions();
  Result<void> begin_telling();
  Result<void> tell_changes();
  void ask_around(bool only_ranks);
  Result<void> commit(const std::function<void()>& durable, bool only_ranks);
  struct Letter;
  void collect_messages(std::vector<Letter>& letters);
  Result<void> hand_over(std::span<const Send> sends, std::span<const PartitionEffect> from);
  Result<std::vector<Answer>> ask_channels(std::span<const Send> sends, std::span<const PartitionEffect> from);
  /// `now`: when answers come, live; kNoMoment: at their send's moment.
  void add_outcome(const Send& send, const PartitionEffect& from, const Answer& answer, env::Moment now);
  void build_sends(std::span<const PartitionEffect> from);
  // ---- engine_slow.cpp
  Send send_of(const journey::Effects& effects, const journey::SendEffect& effect, std::uint16_t partition,
               std::vector<RenderedItem>& items) const;
  void fill_outbox();
  const state::Journey* find_out(const Out& out) const;
  void hand_to_slow(std::vector<PartitionEffect>& from);
  void add_outcome(std::string_view channel, const Out& out, const Answer& answer, env::Moment earliest);
  void offer();
  bool with_send(std::string_view channel, const Out& out, const std::function<void(const Send&)>& give);
  bool may_be_handed(const std::string& channel) const;
  Result<void> call_slow();
  Result<void> keep_house();
  Result<void> keep_changes();
  void post_snapshot(std::uint16_t partition);
  void go_on_with_snapshots();

  EngineOptions options_;
  Sender& sender_;
  DataFolder folder_;
  Partitions partitions_;
  std::unique_ptr<log::Log> log_;
  log::Batch batch_;
  log::Batch dispatch_;
  log::Batch unlogged_;                // applied and not written: may_write_later()
  bool outcomes_ = false;              // batch_ has some
  bool unreleased_ = false;            // the disk failed between applying a batch and releasing what it asks for
  std::optional<journey::Desk> desk_;  // of the plan in force
  const journey::Plan* plan_of_desk_ = nullptr;
  std::vector<journey::Question> questions_;  // to the desk, since it was last asked
  std::vector<bool> posted_;                  // by partition: messages lie in State::outgoing
  std::string cursor_;
  bool cursor_set_ = false;
  std::map<std::string, std::string, std::less<>> merging_;  // by the batch: who becomes whom
  std::unique_ptr<Programs> own_programs_;
  Programs* programs_ = nullptr;
  const Running* running_ = nullptr;
  std::set<std::string> dispatched_;  // keys with a dispatch record and no outcome; only while recovering
  std::string blob_;                  // reused

  std::vector<Send> sends_;  // of one release, with what they point to
  std::vector<RenderedItem> items_;
  std::vector<std::uint64_t> first_items_;

  // channels that take their time
  Outbox outbox_;
  std::vector<std::pair<std::string, Out>> waiting_;  // from when this batch is durable
  std::vector<std::pair<std::string, Out>> calling_;  // when this batch is durable
  struct Returned {
    std::string channel;
    Out out;
    env::Moment again;
  };
  std::vector<Returned> returned_;  // from when this batch is durable
  bool hands_over_ = true;          // false between a start and find_out_about_called
  bool deploying_ = false;          // numbers are about to change: nobody is called in this batch
  journey::Effects slow_effects_;

  // changes for who keeps platforms in step
  std::vector<std::uint64_t> told_through_;  // by partition
  std::vector<Change> changes_;              // reused
  bool changes_kept_ = true;                 // what was told outlives the machine's end

  // snapshots and trimming
  std::uint64_t log_bytes_ = 0;  // appended since the last round of snapshots began
  std::uint64_t checked_bytes_ = 0;
  std::uint64_t round_bytes_ = 0;           // of the snapshots of the last round
  std::uint32_t next_snapshot_ = 0;         // partition of the round under way; count() when there is none
  std::uint32_t last_posted_segment_ = 0;   // to the history
  std::uint64_t others_read_ = 0;           // the last batch by a program in which customers read one another
  Snapshots snapshots_;                     // on the disk
  std::mutex snapshot_mutex_;               // for them
  std::unique_ptr<Background> background_;  // last: finishes before what it uses goes
  std::unique_ptr<Background> ahead_;       // the same; makes the log's next segments, while the other one indexes
};

}  // namespace tend::run
