// The live loop: one thread owns the engine; others post inputs and are told when they are durable.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/run/doctor.hpp"
#include "engine/run/engine.hpp"
#include "engine/serve/import.hpp"
#include "engine/serve/moments.hpp"
#include "engine/serve/order.hpp"
#include "engine/serve/posted.hpp"

namespace tend::serve {

/// Told once: the inputs are durable, or the sentence that says why they may not be. Called on the engine's thread, so
/// it must be quick.
using Done = std::function<void(const Result<void>&)>;

enum class PostAnswer {
  taken,  // Done will be called
  busy,   // the queue is full: come again
  down,   // trouble() says why
  stopping,
};

struct LiveOptions {
  const journey::Plan* plan = nullptr;
  std::string program_bytes;
  std::string places_bytes;
  std::vector<std::string> channels;  // names of those that are set up
  run::EngineOptions engine;          // `recorded` and `now` are Live's to set
  run::Sender* sender = nullptr;
  TimeOptions time;
  /// Told of what operators should know, in sentences without personal data. From the engine's thread.
  std::function<void(const std::string&)> say;
  /// See OrderPlace; called on a thread of its own.
  std::function<Result<std::uint64_t>(const std::vector<std::string>& ids)> erase_beside = {};
  channel::SuppressionList* suppressions = nullptr;   // the same
  std::map<std::string, std::string> addresses = {};  // the same
  Forgetting* forgetting = nullptr;                   // the same
  /// Looks at what a channel told of a message that it refused, before the engine is told; may say that its customer is
  /// never to be written to there again. From the engine's thread; told twice where the engine could not take it.
  std::function<void(run::Engine&, run::Report&)> look_at_refusal = {};
  /// Told when the engine is gone for good and nobody has called stop(), which then gives the error. From the engine's
  /// thread.
  std::function<void()> on_lost;
  std::size_t queue_inputs_max = 200'000;
  std::size_t queue_bytes_max = 64u << 20;
  std::size_t batch_inputs_max = 65'536;
  std::int64_t retry_ms = 1000;  // before the engine is opened again after an error; doubles up to retry_ms_max
  std::int64_t retry_ms_max = 10'000;
  /// The doctor looks at this many customers between two batches, at most this often: a hundredth of the loop's time.
  std::uint32_t doctor_customers = 200;
  std::int64_t doctor_ms = 100;
};

/// What the loop did since the process began.
struct LiveCounts {
  std::uint64_t events = 0;  // durable
  std::uint64_t attributes = 0;
  std::uint64_t aliases = 0;
  std::uint64_t duplicates = 0;  // inputs whose message was taken before
  std::uint64_t orders = 0;      // that were durable
  std::uint64_t commits = 0;
  std::uint64_t commit_us = 0;          // spent in them, with what they sent
  std::uint64_t failures = 0;           // of commits
  std::uint64_t doctor_customers = 0;   // looked at
  std::uint64_t doctor_violations = 0;  // found by it: there should never be one
  std::uint64_t lost_news = 0;          // of platforms, about messages or people that nobody knows
  std::size_t queue_inputs = 0;
  std::size_t queue_bytes = 0;
};

/// The queue grows while the disk is busy and is one batch when it is free: group commit without a timer. The engine's
/// thread gives the moments: an input is taken at the clock's, and its `at` is never after that. After an error of the
/// disk or a channel the engine is opened anew from what is durable, again and again until it works; posts are answered
/// `down` until then. Those of the batch that failed were told the error: they are not taken, save when the disk failed
/// in a way that leaves it open (a failed sync); then they may be. Thread: stop() from one, all else from any.
class Live {
 public:
  /// Opens the engine in `folder` (which the caller has locked), deploys the program if none is, and starts the loop.
  /// Errors: as Engine::open. Lifetime: plan, sender and clock outlive it.
  static Result<std::unique_ptr<Live>> start(run::DataFolder folder, LiveOptions options);
  /// stop() if nobody called it.
  ~Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  /// All of them in one batch, in their order; those of messages that were taken in the last seven days are passed over
  /// (`done` is told as if they had been taken now). They are told to come again where another program than `plan` is
  /// in force when their turn comes: what they are numbered by is another one then. Requires: at least one; what
  /// engine/run/intake.hpp lets through.
  PostAnswer post(const journey::Plan& plan, std::vector<PostedInput> inputs, Done done);

  /// Inputs that were posted and are done with: whoever fills them anew uses their memory again. Mostly there are some.
  std::vector<PostedInput> spare_inputs();

  /// Calls `question` on the engine's thread between two batches; with null where there is no engine just now.
  void ask(std::function<void(run::Engine*)> question);

  /// Puts a program in between two batches, at the clock's moment (Engine::deploy). `done` is told on the engine's
  /// thread, as of a post; a refused edit leaves everything as it is.
  /// Shape: `before` is the hash of the program that must have been put in last; empty: whichever it is.
  void deploy(std::string before, program::Program program, program::Places places, Done done);

  /// Carries out what an operator orders, between two batches, at the clock's moment. `tell` is told on the engine's
  /// thread.
  /// Shape: `check` may refuse it, on the engine's thread, right before; empty: everything goes.
  void carry_out(Order order, Tell tell, std::function<Result<void>(run::Engine&)> check = {});

  /// Takes a batch of `tend import` between two batches, at the clock's moment (take_import). `done` is told on the
  /// engine's thread. Shape: `body` as of encode_import, read already into `batch`, whose views point into it.
  void import(std::shared_ptr<const std::string> body, ImportBatch batch, Done done);

  /// Takes no more, finishes the queue, writes snapshots, closes the data folder.
  /// Errors: what ended the engine, or kept the last snapshots from being written.
  Result<void> stop();

  void count_lost_news(std::size_t count) { lost_news_ += count; }

  /// What a channel that takes its time tells. Never refused: while there is no engine it waits.
  void report(run::Report report);

  /// Looks at the clock now. For clocks that are set by hand.
  void wake();

  env::Moment now() { return moments_.now(); }
  /// What ids of messages are hashed with here.
  const run::SeenKey& seen_key() const { return seen_key_; }
  /// What is in force. It stays valid when another program is put in.
  const journey::Plan& plan() const { return *plan_.load(); }
  const std::vector<std::string>& channels() const { return options_.channels; }
  /// The sentence that says why nothing is taken just now; empty when all is well.
  std::string trouble() const;
  LiveCounts counts() const;

 private:
  struct Post {
    EncodedInputs encoded;
    std::size_t bytes = 0;
    Done done;
    const journey::Plan* plan = nullptr;
    std::uint32_t seen_through = 0;  // the history's segments that its messages were looked for in
    std::size_t old = 0;             // inputs of messages that it has
  };
  /// Something to do with the engine between two batches; null where there is none just now. An error is the engine's.
  using Question = std::function<Result<void>(run::Engine*)>;
  /// Something long that needs no engine, and what to do with the engine then.
  struct Beside {
    std::function<void()> job;
    Question then;
  };

  explicit Live(LiveOptions options)
      : options_(std::move(options)),
        programs_(options_.plan->default_channel, options_.plan->teams),
        seen_(options_.engine.history.seen),
        moments_(options_.time) {}
  Result<void> open(run::DataFolder folder);
  void run();
  bool wait_for_work(std::vector<Post>& posts, std::vector<Question>& questions);
  Result<void> answer(std::vector<Question>& questions);
  void enqueue(Question question);
  void do_beside(Beside beside);
  OrderPlace order_place();
  void go_on_forgetting();
  void work_beside();
  void refuse_outdated(std::vector<Post>& posts) const;
  void take_posts(std::vector<Post>& posts);
  EncodedInputs encode(std::vector<PostedInput> inputs);
  void keep_spares(std::vector<Post>& posts);
  Result<std::size_t> mark_old(Post& post);
  struct Taken {
    std::uint64_t events = 0, attributes = 0, aliases = 0;
  };
  void take_inputs(Post& post, env::Moment moment, Taken& taken);
  void take_input(const EncodedInput& input, std::string& payloads, env::Moment moment, Taken& taken);
  std::size_t add_reports(run::Engine& engine);
  void forget_reports(std::size_t count);
  Result<void> step(std::vector<Post>& posts);
  void examine();
  bool repair(Error error);
  void refuse_queued(const Error& error);
  bool pause_ms(std::int64_t ms);
  void close();
  void say(const std::string& sentence) const {
    if (options_.say) options_.say(sentence);
  }

  LiveOptions options_;
  run::Programs programs_;  // of all times: whoever reads an input may still do it by the last one
  run::Seen seen_;
  std::atomic<const journey::Plan*> plan_{nullptr};
  Moments moments_;
  std::string path_;
  env::Files* files_ = nullptr;
  unsigned partitions_ = 0;
  run::SeenKey seen_key_;
  std::unique_ptr<run::Engine> engine_;  // of the loop's thread, once that runs

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Post> queue_;
  std::vector<Question> questions_;
  std::vector<std::vector<PostedInput>> spares_;
  std::vector<EncodedInputs> encoded_spares_;
  std::vector<run::Report> reports_;  // not durable yet
  std::deque<Beside> beside_;
  std::size_t queue_inputs_ = 0;
  std::size_t queue_bytes_ = 0;
  std::string trouble_;
  bool woken_ = false;
  bool stopping_ = false;
  bool ended_ = false;  // the loop: nothing is taken or asked any more
  Result<void> end_;    // how it ended

  std::string seen_now_;  // the ids of one batch, one behind the other; used again
  std::atomic<std::uint64_t> duplicates_{0}, events_{0}, attributes_{0}, aliases_{0}, orders_{0}, commits_{0},
      commit_us_{0}, failures_{0};
  std::atomic<std::uint64_t> doctor_customers_{0}, doctor_violations_{0}, lost_news_{0};
  run::Rounds rounds_;  // of the doctor
  std::chrono::steady_clock::time_point examined_{};
  std::thread thread_;
  std::thread beside_thread_;  // from the first job on
};

}  // namespace tend::serve
