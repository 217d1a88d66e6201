// The calls, on the connections' threads: what the engine has to say comes from its own.
#ifdef __SANITIZE_THREAD__
// As in http.cpp: the sanitizer does not know fences.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#endif
#include "engine/serve/http_calls.hpp"

#include "engine/serve/awaited.hpp"
#include "engine/serve/inflate.hpp"
#include "engine/serve/look_target.hpp"
#include "engine/serve/plan.hpp"

namespace tend::serve {
namespace {

/// A call in the shape of a list of one, as it came: read again, it says the same.
std::string list_of(const DeadLetter& letter) {
  if (letter.cloud) return "[" + letter.call + "]";
  const std::string sent = letter.sent.empty() ? std::string() : R"(,"sentAt":")" + letter.sent + "\"";
  return R"({"batch":[)" + letter.call + "]" + sent + "}";
}

}  // namespace

ReadBody HttpCalls::read(const journey::Plan& plan, const BodyRequest& request, std::string& body) {
  std::unique_ptr<BodyReader> reader;
  {
    const std::lock_guard lock(readers_mutex_);
    if (readers_plan_ != &plan) readers_.clear();
    readers_plan_ = &plan;
    if (!readers_.empty()) {
      reader = std::move(readers_.back());
      readers_.pop_back();
    }
  }
  if (reader == nullptr) reader = std::make_unique<BodyReader>(plan.program, options_.body);
  ReadBody result = reader->read(request, body);
  const std::lock_guard lock(readers_mutex_);
  if (readers_plan_ == &plan) readers_.push_back(std::move(reader));
  return result;
}

HttpCounts HttpCalls::counts() const {
  HttpCounts counts;
  for (std::size_t i = 0; i < by_class.size(); ++i) counts.by_class[i] = by_class[i].load();
  counts.ignored_values = ignored_values_.load();
  counts.refused_calls = refused_calls_.load();
  counts.connections = connections.load();
  return counts;
}

asio::awaitable<std::optional<EngineCounts>> HttpCalls::engine_counts(const Executor& executor) {
  auto awaited = std::make_shared<Awaited<std::optional<EngineCounts>>>(executor);
  services_.live->ask([self = owner_.lock(), executor, awaited](run::Engine* engine) {
    std::optional<EngineCounts> counts;
    if (engine != nullptr) {
      counts.emplace();
      counts->figures = run::collect_figures(engine->partitions());
      counts->program = &engine->running().program;
      counts->paused = paused_in(*engine);
      counts->places = &engine->running().places;
      counts->functions = engine->running().plan->tables.functions().trouble();
      if (engine->log() != nullptr) {
        counts->log_batches = engine->log()->last_batch();
        counts->log_segments = engine->log()->segments().size();
      }
    }
    bring(executor, awaited, std::move(counts));
  });
  co_return co_await arrival(awaited);
}

/// None: it is durable.
asio::awaitable<std::optional<Answer>> HttpCalls::post(const Executor& executor, const journey::Plan& plan,
                                                       std::vector<PostedInput> inputs) {
  if (inputs.empty()) co_return std::nullopt;
  auto awaited = std::make_shared<Awaited<Result<void>>>(executor);
  const PostAnswer posted = services_.live->post(
      plan, std::move(inputs),
      [self = owner_.lock(), executor, awaited](const Result<void>& durable) { bring(executor, awaited, durable); });
  switch (posted) {
    case PostAnswer::taken: break;
    case PostAnswer::busy:
      co_return refusal(http::status::too_many_requests,
                        "more comes in than the disk or the channels can take: come again");
    case PostAnswer::stopping: co_return refusal(http::status::service_unavailable, "tend is stopping");
    case PostAnswer::down:
      co_return refusal(http::status::service_unavailable, "nothing is taken for now: " + services_.live->trouble());
  }
  const Result<void> durable = co_await arrival(awaited);
  if (!durable) co_return refusal(http::status::service_unavailable, "this was not taken: " + durable.error().message);
  co_return std::nullopt;
}

/// Keeps what a list has that cannot be taken.
Result<void> HttpCalls::bury(const ReadBody& read, bool cloud, env::Moment now) {
  refused_calls_ += read.refused.size();
  if (services_.letters == nullptr || read.refused.empty()) return {};
  std::vector<DeadLetter> letters;
  for (const RefusedCall& refused : read.refused)
    letters.push_back({now, read.source, cloud, read.sent, refused.reason, refused.json});
  return services_.letters->add(letters);
}

asio::awaitable<Answer> HttpCalls::take(const Executor& executor, const Place& place, Request& request) {
  std::string unpacked;
  std::string* body = &request.body();
  if (encoding_of(request) == Encoding::packed) {
    switch (inflate(*body, options_.body_bytes_max, unpacked)) {
      case Inflated::good: break;
      case Inflated::broken: co_return refusal(http::status::bad_request, "the compressed body cannot be unpacked");
      case Inflated::too_long:
        co_return refusal(http::status::payload_too_large,
                          "the body is longer than " + std::to_string(options_.body_bytes_max) + " bytes");
    }
    body = &unpacked;
  }
  const auto key = key_in(request);
  if (!key) co_return refusal(http::status::unauthorized, "`Authorization` cannot be read");
  const env::Moment now = services_.live->now();
  BodyRequest what{.route = place.route, .now = now};
  what.source = [&](std::string_view write_key) -> Result<std::string> {
    return key->empty() ? std::string(write_key) : *key;
  };
  CloudAttributes cloud;
  if (place.route == Route::cloud_binary) {
    what.route = cloud_route(request);
    if (what.route == Route::cloud_binary) {
      auto attributes = cloud_attributes(request);
      if (!attributes) co_return refusal(http::status::bad_request, "a `ce-` header cannot be read");
      cloud = std::move(*attributes);
      if (body->empty()) *body = "{}";
    }
    what.cloud = &cloud;
  }
  const journey::Plan& plan = services_.live->plan();
  ReadBody read = this->read(plan, what, *body);
  if (read.unauthorized) co_return refusal(http::status::unauthorized, read.problem);
  if (!read.problem.empty()) co_return refusal(http::status::bad_request, read.problem, read.item);
  if (auto refused = co_await post(executor, plan, std::move(read.inputs))) co_return std::move(*refused);
  ignored_values_ += read.ignored_values;
  // Behind the others: who is told nothing comes again, and finds those taken.
  if (auto buried = bury(read, what.route == Route::cloud_batch, now); !buried)
    co_return refusal(http::status::service_unavailable, "this was not taken: " + buried.error().message);
  Answer answer;
  answer.body = success_json(read);
  co_return answer;
}

/// Reads every letter once more by the playbooks of today. Who still cannot be taken is kept anew, with today's reason.
asio::awaitable<Answer> HttpCalls::retry_letters(const Executor& executor) {
  if (services_.letters == nullptr) co_return refusal(http::status::not_found, "no calls are kept here");
  const auto failed = [](const Error& error) { return refusal(http::status::service_unavailable, error.message); };
  auto names = services_.letters->close_files();
  if (!names) co_return failed(names.error());
  std::size_t taken = 0, left = 0;
  for (const std::string& name : *names) {
    auto letters = services_.letters->read(name);
    if (!letters) co_return failed(letters.error());
    const journey::Plan& plan = services_.live->plan();
    std::vector<PostedInput> inputs;
    std::vector<DeadLetter> still;
    for (DeadLetter& letter : *letters) {
      std::string body = list_of(letter);
      BodyRequest what{.route = letter.cloud ? Route::cloud_batch : Route::batch, .now = letter.at};
      what.source = [&](std::string_view) -> Result<std::string> { return letter.source; };
      ReadBody read = this->read(plan, what, body);
      if (read.problem.empty() && read.refused.empty()) {
        ++taken;
        std::move(read.inputs.begin(), read.inputs.end(), std::back_inserter(inputs));
        continue;
      }
      letter.reason = read.problem.empty() ? read.refused.front().reason : read.problem;
      still.push_back(std::move(letter));
    }
    if (auto refused = co_await post(executor, plan, std::move(inputs))) co_return std::move(*refused);
    left += still.size();
    if (auto kept = services_.letters->add(still); !kept) co_return failed(kept.error());
    if (auto removed = services_.letters->remove(name); !removed) co_return failed(removed.error());
  }
  Answer answer;
  answer.body = "{\"success\":true,\"taken\":" + std::to_string(taken) + ",\"left\":" + std::to_string(left) + "}\n";
  co_return answer;
}

/// Plans a program, or puts it in.
asio::awaitable<Answer> HttpCalls::change(const Executor& executor, bool applies, const std::string& body) {
  const auto request = decode_program_request(body);
  if (!request) co_return refusal(http::status::bad_request, "this is not a request of `tend plan` or `tend apply`");
  auto read = read_program(*request, services_.live->channels());
  if (!read) co_return refusal(http::status::bad_request, read.error().message);
  auto awaited = std::make_shared<Awaited<Result<std::string>>>(executor);
  const auto tell = [self = owner_.lock(), executor, awaited](Result<std::string> answer) {
    bring(executor, awaited, std::move(answer));
  };
  if (applies) {
    services_.live->deploy(request->before, std::move(read->program), std::move(read->places),
                           [tell](const Result<void>& done) {
                             tell(done ? Result<std::string>("{\"success\":true}\n") : tl::unexpected(done.error()));
                           });
  } else {
    const std::string hash = run::program_hash(request->program);
    services_.live->ask([tell, now = std::move(*read), hash, moment = services_.live->now()](run::Engine* engine) {
      tell(engine != nullptr ? plan_json(*engine, now, hash, moment)
                             : fail(ErrorCode::io, "nothing can be planned just now: come again"));
    });
  }
  co_return answer_of(co_await arrival(awaited));
}

/// What an operator does by hand.
asio::awaitable<Answer> HttpCalls::order(const Executor& executor, OrderKind kind, const std::string& body) {
  auto order = read_order(kind, body);
  if (!order) co_return refusal(http::status::bad_request, order.error().message);
  auto awaited = std::make_shared<Awaited<Result<std::string>>>(executor);
  services_.live->carry_out(std::move(*order), [self = owner_.lock(), executor, awaited](Result<std::string> told) {
    bring(executor, awaited, std::move(told));
  });
  co_return answer_of(co_await arrival(awaited));
}

asio::awaitable<Answer> HttpCalls::look(const Executor& executor, std::string_view target) {
  auto look = read_look(target, services_.live->channels());
  if (!look) co_return refusal(http::status::bad_request, look.error().message);
  auto awaited = std::make_shared<Awaited<Result<std::string>>>(executor);
  services_.live->ask([self = owner_.lock(), executor, awaited, look = std::move(*look),
                       now = services_.live->now()](run::Engine* engine) {
    bring(executor, awaited,
          engine != nullptr
              ? look(*engine, now)
              : Result<std::string>(fail(ErrorCode::io, "nothing can be looked at just now: come again")));
  });
  co_return answer_of(co_await arrival(awaited));
}

asio::awaitable<Answer> HttpCalls::answer(asio::any_io_executor executor, Request& request) {
  const auto place = place_at(path_of(request));
  if (!place) co_return refusal(http::status::not_found, "there is nothing at this path");
  switch (place->what) {
    case What::calls: co_return co_await take(executor, *place, request);
    case What::program: co_return co_await change(executor, path_of(request) == "/v1/apply", request.body());
    case What::order: co_return co_await order(executor, place->order, request.body());
    case What::look: co_return co_await look(executor, as_view(request.target()));
    case What::letters: co_return co_await retry_letters(executor);
    case What::health:
    case What::metrics:
    case What::figures: break;
  }
  Answer answer;
  if (place->what == What::health) {
    const std::string trouble = services_.live->trouble();
    if (!trouble.empty()) co_return refusal(http::status::service_unavailable, "nothing is taken for now: " + trouble);
    answer.body = "{\"status\":\"ok\"}\n";
    co_return answer;
  }
  const std::optional<EngineCounts> engine = co_await engine_counts(executor);
  if (place->what == What::metrics) {
    answer.type = "text/plain; version=0.0.4; charset=utf-8";
    answer.body = metrics_text(engine ? *engine->program : services_.live->plan().program, services_.live->counts(),
                               counts(), engine);
    co_return answer;
  }
  if (!engine) co_return refusal(http::status::service_unavailable, "the figures cannot be had just now");
  answer.body = figures_json(engine->figures, *engine->program, *engine->places, services_.live->now());
  co_return answer;
}

}  // namespace tend::serve
