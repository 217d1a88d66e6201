#include "engine/serve/live.hpp"

#include <algorithm>
#include <chrono>

#include "dsl/text/must.hpp"
#include "engine/state/wheel.hpp"

namespace tend::serve {
namespace {

/// However far the next thing due is: a system clock that is set forward is noticed this soon.
constexpr std::int64_t kNapMsMax = 1000;
/// A data folder whose time is further ahead than this is worth a word.
constexpr std::int64_t kBehindMsMax = env::kMinute;
/// So many of the doctor's findings are told in full; all are counted.
constexpr std::uint64_t kFindingsToldMax = 20;

/// So many messages are asked of memory before they are looked at.
constexpr std::size_t kFetched = 16;

/// So much memory is kept for inputs to come.
constexpr std::size_t kSparesMax = 32;
constexpr std::size_t kSpareInputsMax = 256;
constexpr std::size_t kSpareBytesMax = 64u << 10;

}  // namespace

Result<std::unique_ptr<Live>> Live::start(run::DataFolder folder, LiveOptions options) {
  CHECK_OR_DIE(options.plan != nullptr && options.sender != nullptr, "a live engine needs a plan and a sender");
  std::unique_ptr<Live> live(new Live(std::move(options)));
  live->path_ = folder.path;
  live->files_ = folder.files;
  live->partitions_ = folder.partitions;
  live->seen_key_ = folder.seen_key;
  live->options_.sender->tell([raw = live.get()](run::Report report) { raw->report(std::move(report)); },
                              [raw = live.get()] { raw->wake(); });
  if (auto opened = live->open(std::move(folder)); !opened) {
    live->options_.sender->tell({}, {});
    return tl::unexpected(opened.error());
  }
  if (const std::int64_t behind = live->moments_.behind_ms(); behind > kBehindMsMax) {
    live->say("the data folder's time is " + env::format_moment(live->engine_->clock()) +
              ", ahead of this machine's clock: nothing happens by time until then");
  }
  live->go_on_forgetting();
  live->thread_ = std::thread([raw = live.get()] { raw->run(); });
  return live;
}

Live::~Live() {
  (void)stop();
  options_.sender->tell({}, {});
}

/// The engine as the data folder has it, deployed.
Result<void> Live::open(run::DataFolder folder) {
  run::EngineOptions options = options_.engine;
  options.recorded = false;
  options.now = [this] { return moments_.now(); };
  options.programs = &programs_;
  auto engine = run::Engine::open(std::move(folder), *options_.plan, options_.program_bytes, options_.places_bytes,
                                  options, *options_.sender);
  if (!engine) return tl::unexpected(engine.error());
  moments_.begin((*engine)->clock());
  const std::size_t told = add_reports(**engine);
  if (auto committed = (*engine)->commit(); !committed) return committed;
  forget_reports(told);
  (*engine)->find_out_about_called();
  if (auto committed = (*engine)->commit(); !committed) return committed;
  if (!(*engine)->deployed()) {
    (*engine)->add_deploy(moments_.now());
    if (auto committed = (*engine)->commit(); !committed) return committed;
  }
  engine_ = std::move(*engine);
  if (auto restored = seen_.restore(*engine_->log()); !restored) return restored;
  const bool first = plan_ == nullptr;
  plan_ = engine_->running().plan.get();
  if (first && engine_->running().from != run::program_hash(options_.program_bytes)) {
    say("the workspace has been edited since its playbooks were put into the data folder: the ones in force go on; "
        "`tend "
        "plan` shows what the edit would do, `tend apply` puts it in");
  }
  return {};
}

PostAnswer Live::post(const journey::Plan& plan, std::vector<PostedInput> inputs, Done done) {
  CHECK_OR_DIE(!inputs.empty(), "a post without inputs");
  Post post{encode(std::move(inputs)), 0, std::move(done), &plan};
  const std::size_t count = post.encoded.inputs.size();
  const auto left = mark_old(post);
  if (!left || *left == 0) {
    post.done(left ? Result<void>{} : tl::unexpected(left.error()));
    return PostAnswer::taken;
  }
  post.bytes = post.encoded.payloads.size() + count * sizeof(EncodedInput);
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || stopping_) return ended_ && !end_ ? PostAnswer::down : PostAnswer::stopping;
    if (!trouble_.empty()) return PostAnswer::down;
    // One post that is larger than the whole queue still finds its way when there is nothing else.
    const bool full =
        queue_inputs_ + count > options_.queue_inputs_max || queue_bytes_ + post.bytes > options_.queue_bytes_max;
    if (full && !queue_.empty()) return PostAnswer::busy;
    queue_inputs_ += count;
    queue_bytes_ += post.bytes;
    queue_.push_back(std::move(post));
  }
  changed_.notify_all();
  return PostAnswer::taken;
}

/// On the caller's thread, which has just made them.
EncodedInputs Live::encode(std::vector<PostedInput> inputs) {
  EncodedInputs encoded;
  {
    const std::lock_guard lock(mutex_);
    if (!encoded_spares_.empty()) {
      encoded = std::move(encoded_spares_.back());
      encoded_spares_.pop_back();
    }
  }
  encoded.assign(inputs, partitions_);
  if (inputs.size() > kSpareInputsMax) return encoded;
  const std::lock_guard lock(mutex_);
  if (spares_.size() < kSparesMax) spares_.push_back(std::move(inputs));
  return encoded;
}

/// Finds those that the history has, and gives how many others there are: here, on the caller's thread, where it holds
/// nobody else up.
Result<std::size_t> Live::mark_old(Post& post) {
  std::vector<EncodedInput>& inputs = post.encoded.inputs;
  std::vector<state::SeenId> ids;
  ids.reserve(inputs.size());
  for (const EncodedInput& input : inputs) {
    if (input.named && !input.follows) ids.push_back(input.seen);
  }
  if (ids.empty()) return inputs.size();
  std::vector<bool> found;
  const auto through = seen_.find_old(ids, moments_.now(), found);
  if (!through) return tl::unexpected(through.error());
  post.seen_through = *through;
  std::size_t next = 0, left = 0;
  bool old = false;
  for (EncodedInput& input : inputs) {
    if (!input.follows) old = input.named && found[next++];
    input.old |= old;
    if (!input.old) ++left;
  }
  duplicates_ += inputs.size() - left - post.old;
  post.old = inputs.size() - left;
  return left;
}

void Live::ask(std::function<void(run::Engine*)> question) {
  enqueue([question = std::move(question)](run::Engine* engine) -> Result<void> {
    question(engine);
    return {};
  });
}

void Live::deploy(std::string before, program::Program program, program::Places places, Done done) {
  enqueue([this, before = std::move(before), program = std::move(program), places = std::move(places),
           done = std::move(done)](run::Engine* engine) -> Result<void> {
    Result<void> deployed = fail(ErrorCode::io, "nothing is taken just now: come again");
    if (engine != nullptr && !before.empty() && engine->running().from != before) {
      deployed = fail(ErrorCode::invalid, "another edit was put in meanwhile: plan again");
    } else if (engine != nullptr) {
      deployed = engine->deploy(program, places, moments_.now());
      plan_ = engine->running().plan.get();
    }
    done(deployed);
    // Who is refused has changed nothing; anything else has to be looked at from what is durable.
    if (engine == nullptr || deployed || deployed.error().code == ErrorCode::invalid) return {};
    return deployed;
  });
}

void Live::carry_out(Order order, Tell tell, std::function<Result<void>(run::Engine&)> check) {
  enqueue([this, order = std::move(order), tell = std::move(tell),
           check = std::move(check)](run::Engine* engine) -> Result<void> {
    if (engine == nullptr) {
      tell(fail(ErrorCode::io, "nothing is taken just now: come again"));
      return {};
    }
    if (auto allowed = check ? check(*engine) : Result<void>{}; !allowed) {
      tell(tl::unexpected(allowed.error()));
      return {};
    }
    return serve::carry_out(*engine, order, order_place(), [this, tell](Result<std::string> told) {
      if (told) ++orders_;
      tell(std::move(told));
    });
  });
}

OrderPlace Live::order_place() {
  return {.channels = options_.channels,
          .now = [this] { return moments_.now(); },
          .erase_beside = options_.erase_beside,
          .beside =
              [this](auto job, auto then) {
                do_beside({std::move(job), std::move(then)});
              },
          .suppressions = options_.suppressions,
          .addresses = options_.addresses,
          .forgetting = options_.forgetting};
}

/// What the last engine has left of it.
void Live::go_on_forgetting() {
  if (options_.forgetting == nullptr) return;
  for (BeingForgotten& left : options_.forgetting->left()) {
    enqueue([this, left = std::move(left)](run::Engine* engine) -> Result<void> {
      if (engine == nullptr) return {};  // the next one
      return serve::go_on_forgetting(
          *engine, left, order_place(), [this, count = left.ids.size()](const Result<std::string>& told) {
            const bool done = told || told.error().code == ErrorCode::not_found;
            say(done ? "what was left of forgetting " + std::to_string(count) + " customer ids is done"
                     : "not all is erased of who was forgotten: " + told.error().message);
          });
    });
  }
}

void Live::import(std::shared_ptr<const std::string> body, ImportBatch batch, Done done) {
  enqueue([this, body = std::move(body), batch = std::move(batch),
           done = std::move(done)](run::Engine* engine) -> Result<void> {
    if (engine == nullptr) {
      done(fail(ErrorCode::io, "nothing is taken just now: come again"));
      return {};
    }
    const auto taken = take_import(*engine, batch, moments_.now());
    if (taken) {
      events_ += taken->events;
      attributes_ += taken->attributes;
      done({});
      return {};
    }
    done(tl::unexpected(taken.error()));
    // Who is refused has changed nothing; anything else has to be looked at from what is durable.
    return taken.error().code == ErrorCode::invalid ? Result<void>{} : tl::unexpected(taken.error());
  });
}

void Live::enqueue(Question question) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_ && trouble_.empty()) {
      questions_.push_back(std::move(question));
      question = nullptr;
    }
  }
  if (question) {
    (void)question(nullptr);
    return;
  }
  changed_.notify_all();
}

void Live::do_beside(Beside beside) {
  {
    const std::lock_guard lock(mutex_);
    beside_.push_back(std::move(beside));
    if (!beside_thread_.joinable()) beside_thread_ = std::thread([this] { work_beside(); });
  }
  changed_.notify_all();
}

/// Until the end. What has begun is finished then; the rest is not begun.
void Live::work_beside() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ended_ || !beside_.empty(); });
    if (beside_.empty()) return;
    Beside beside = std::move(beside_.front());
    beside_.pop_front();
    const bool begins = !stopping_ && !ended_;
    lock.unlock();
    if (begins) beside.job();
    enqueue(std::move(beside.then));
    lock.lock();
  }
}

void Live::report(run::Report report) {
  {
    const std::lock_guard lock(mutex_);
    reports_.push_back(std::move(report));
  }
  changed_.notify_all();
}

void Live::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

std::string Live::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

LiveCounts Live::counts() const {
  LiveCounts counts{.events = events_.load(),
                    .attributes = attributes_.load(),
                    .aliases = aliases_.load(),
                    .duplicates = duplicates_.load(),
                    .orders = orders_.load(),
                    .commits = commits_.load(),
                    .commit_us = commit_us_.load(),
                    .failures = failures_.load(),
                    .doctor_customers = doctor_customers_.load(),
                    .doctor_violations = doctor_violations_.load(),
                    .lost_news = lost_news_.load()};
  const std::lock_guard lock(mutex_);
  counts.queue_inputs = queue_inputs_;
  counts.queue_bytes = queue_bytes_;
  return counts;
}

Result<void> Live::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  changed_.notify_all();
  if (beside_thread_.joinable()) beside_thread_.join();
  const std::lock_guard lock(mutex_);
  return end_;
}

// ---- the engine's thread
// ----------------------------------------------------------------------------------------------------

/// Sleeps until there is a post, a question, something due by time, or the end, but no longer than a nap. False at the
/// end, when nothing is left to do.
bool Live::wait_for_work(std::vector<Post>& posts, std::vector<Question>& questions) {
  std::unique_lock lock(mutex_);
  const env::Moment due = std::min(engine_->next_due(), engine_->next_offer());
  const std::int64_t until = due == state::kNever ? kNapMsMax : moments_.base_ms_until(due);
  if (until > 0 && !engine_->is_busy() && !engine_->can_offer()) {
    changed_.wait_for(lock, std::chrono::milliseconds(std::min(until, kNapMsMax)), [this] {
      return woken_ || stopping_ || !queue_.empty() || !questions_.empty() || !reports_.empty();
    });
  }
  woken_ = false;
  take_posts(posts);
  questions.swap(questions_);
  return !(stopping_ && posts.empty() && questions.empty() && reports_.empty());
}

/// Requires: the lock.
void Live::take_posts(std::vector<Post>& posts) {
  std::size_t inputs = 0;
  auto end = queue_.begin();
  for (; end != queue_.end() && (inputs == 0 || inputs + end->encoded.inputs.size() <= options_.batch_inputs_max);
       ++end) {
    inputs += end->encoded.inputs.size();
    queue_bytes_ -= end->bytes;
  }
  queue_inputs_ -= inputs;
  posts.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
}

std::vector<PostedInput> Live::spare_inputs() {
  const std::lock_guard lock(mutex_);
  if (spares_.empty()) return {};
  std::vector<PostedInput> spare = std::move(spares_.back());
  spares_.pop_back();
  return spare;
}

void Live::keep_spares(std::vector<Post>& posts) {
  const std::lock_guard lock(mutex_);
  for (Post& post : posts) {
    if (encoded_spares_.size() >= kSparesMax) return;
    if (post.encoded.inputs.size() <= kSpareInputsMax && post.encoded.payloads.size() <= kSpareBytesMax)
      encoded_spares_.push_back(std::move(post.encoded));
  }
}

void Live::run() {
  std::vector<Post> posts;
  std::vector<Question> questions;
  while (wait_for_work(posts, questions)) {
    auto done = answer(questions);
    questions.clear();
    if (done) {
      done = step(posts);
    } else {
      for (const Post& post : posts) post.done(done);
    }
    keep_spares(posts);
    posts.clear();
    if (done) {
      examine();
    } else if (!repair(done.error())) {
      return;
    }
  }
  close();
}

/// A few customers at a time are asked whether all is well with them. What is not is tend's own fault, and told.
void Live::examine() {
  const auto now = std::chrono::steady_clock::now();
  if (now - examined_ < std::chrono::milliseconds(options_.doctor_ms)) return;
  examined_ = now;
  std::vector<const state::State*> states;
  for (std::uint32_t p = 0; p < engine_->partitions().count(); ++p) states.push_back(&engine_->partitions().state(p));
  std::vector<run::Finding> findings;
  doctor_customers_ += rounds_.step(engine_->plan(), states, options_.doctor_customers, findings);
  for (const run::Finding& finding : findings) {
    if (++doctor_violations_ <= kFindingsToldMax)
      say("this is a fault of tend itself, please report it: " + run::text_of(finding));
  }
}

/// Errors: of the engine. The questions behind the one that met it are told that there is none.
Result<void> Live::answer(std::vector<Question>& questions) {
  Result<void> done;
  for (const Question& question : questions) {
    if (done) {
      done = question(engine_.get());
    } else {
      (void)question(nullptr);
    }
  }
  return done;
}

/// Takes out those that were read by another program than the one in force.
void Live::refuse_outdated(std::vector<Post>& posts) const {
  std::erase_if(posts, [this](const Post& post) {
    if (post.plan == plan_) return false;
    post.done(fail(ErrorCode::io, "other playbooks came into force meanwhile: come again"));
    return true;
  });
}

void Live::take_input(const EncodedInput& input, std::string& payloads, env::Moment moment, Taken& taken) {
  const std::span<char> payload(payloads.data() + input.begin, input.size);
  state::take_at(input.kind, payload, moment);
  const std::string_view view(payload.data(), payload.size());
  if (input.kind == state::InputKind::merge) {
    state::MergeInput merge;
    CHECK_OR_DIE(decode(view, merge), "what was just encoded can be read");
    engine_->add(merge);
    ++taken.aliases;
    return;
  }
  engine_->add_encoded(input.kind, input.partition, view);
  ++(input.kind == state::InputKind::event ? taken.events : taken.attributes);
}

void Live::take_inputs(Post& post, env::Moment moment, Taken& taken) {
  const std::vector<EncodedInput>& inputs = post.encoded.inputs;
  bool old = false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const EncodedInput& input = inputs[i];
    if (i + kFetched < inputs.size()) seen_.fetch(inputs[i + kFetched].seen);
    if (input.old) continue;  // counted
    if (!input.follows) {
      old = input.named && !seen_.take(input.seen, moment);
      if (input.named && !old) seen_now_.append(reinterpret_cast<const char*>(input.seen.data()), input.seen.size());
    }
    if (old) {
      ++duplicates_;
    } else {
      take_input(input, post.encoded.payloads, moment, taken);
    }
  }
}

/// One batch: what is due by time, then what was posted.
Result<void> Live::step(std::vector<Post>& posts) {
  refuse_outdated(posts);
  const env::Moment moment = moments_.now();
  if (engine_->next_due() <= moment) engine_->add_tick_where_due(moment);
  seen_now_.clear();
  Taken taken;
  Result<void> looked;
  for (Post& post : posts) {
    // The history has taken more in while it waited.
    if (looked && post.seen_through < seen_.forgotten_through()) {
      if (const auto left = mark_old(post); !left) looked = tl::unexpected(left.error());
    }
    if (looked) take_inputs(post, moment, taken);
  }
  if (!looked) {
    for (const Post& post : posts) post.done(looked);
    return looked;
  }
  if (!seen_now_.empty()) engine_->add(state::SeenInput{.moment = moment, .ids = seen_now_});
  const std::size_t reports = add_reports(*engine_);
  if (engine_->batch_size() == 0 && !engine_->is_busy() && !engine_->can_offer()) {
    forget_reports(reports);
    for (const Post& post : posts) post.done({});  // who is somebody already does not become it again
    return {};
  }

  bool answered = false;
  const auto began = std::chrono::steady_clock::now();
  auto committed = engine_->commit([&] {
    answered = true;
    // Now, not at the end: after an error further on, an old report would be taken for the answer to a new call.
    forget_reports(reports);
    events_ += taken.events;
    attributes_ += taken.attributes;
    aliases_ += taken.aliases;
    for (const Post& post : posts) post.done({});
  });
  commit_us_ += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began).count());
  ++commits_;
  seen_.committed(engine_->log()->last_segment());
  if (committed && !answered) forget_reports(reports);  // nobody waited for any of them
  if (committed) return {};
  ++failures_;
  if (!answered) {
    for (const Post& post : posts) post.done(committed);
  }
  return committed;
}

/// Gives how many they are.
std::size_t Live::add_reports(run::Engine& engine) {
  const std::lock_guard lock(mutex_);
  for (run::Report& report : reports_) {
    if (options_.look_at_refusal && state::is_refusal(report.answer.outcome)) options_.look_at_refusal(engine, report);
    engine.add(report);
  }
  return reports_.size();
}

/// The first of those that are not durable yet are. Else they are told anew to the engine that comes next.
void Live::forget_reports(std::size_t count) {
  const std::lock_guard lock(mutex_);
  reports_.erase(reports_.begin(), reports_.begin() + static_cast<std::ptrdiff_t>(count));
}

/// The engine anew from what is durable. False when it cannot be had any more, or the end came first; the loop is then
/// over.
bool Live::repair(Error error) {
  say("nothing is taken for now: " + error.message);
  std::int64_t wait_ms = options_.retry_ms;
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      trouble_ = error.message;
    }
    refuse_queued(error);
    engine_.reset();
    const bool may_pass = error.code == ErrorCode::io;
    if (!may_pass || pause_ms(wait_ms)) {
      bool stopping = false;
      {
        const std::lock_guard lock(mutex_);
        stopping = stopping_;
        ended_ = true;
        end_ = tl::unexpected(error);
      }
      refuse_queued(error);
      if (!stopping && options_.on_lost) options_.on_lost();
      return false;
    }
    wait_ms = std::min(2 * wait_ms, options_.retry_ms_max);
    auto folder = run::open_data_folder(*files_, path_, partitions_);
    const auto opened = folder ? open(std::move(*folder)) : tl::unexpected(folder.error());
    if (opened) break;
    if (opened.error().message != error.message) say("nothing is taken for now: " + opened.error().message);
    error = opened.error();
  }
  {
    const std::lock_guard lock(mutex_);
    trouble_.clear();
  }
  go_on_forgetting();
  say("events are taken again");
  return true;
}

void Live::refuse_queued(const Error& error) {
  std::vector<Post> posts;
  std::vector<Question> questions;
  {
    const std::lock_guard lock(mutex_);
    posts.swap(queue_);
    questions.swap(questions_);
    queue_inputs_ = queue_bytes_ = 0;
  }
  for (const Post& post : posts) post.done(tl::unexpected(error));
  for (const Question& question : questions) (void)question(nullptr);
}

/// True if the end came meanwhile.
bool Live::pause_ms(std::int64_t ms) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_; });
}

void Live::close() {
  constexpr int kCommitsMax = 100;  // what has no end is settled by the next start
  Result<void> snapshots;
  for (int i = 0; i < kCommitsMax && snapshots && engine_->is_busy(); ++i) snapshots = engine_->commit();
  if (snapshots) snapshots = engine_->snapshot_all();
  engine_.reset();
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    end_ = snapshots;
  }
  refuse_queued({ErrorCode::io, "tend is stopping"});  // questions that came in the last moment
}

}  // namespace tend::serve
