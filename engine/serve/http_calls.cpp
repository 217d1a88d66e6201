// The calls, on the connections' threads: what the engine has to say comes from its own.
#ifdef __SANITIZE_THREAD__
// As in http.cpp: the sanitizer does not know fences.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#endif
#include "engine/serve/http_calls.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "engine/channel/program/program.hpp"
#include "engine/serve/awaited.hpp"
#include "engine/serve/inflate.hpp"
#include "engine/serve/link_page.hpp"
#include "engine/serve/look_target.hpp"
#include "engine/serve/plan.hpp"
#include "engine/state/consent.hpp"

namespace tend::serve {
namespace {

/// A call in the shape of a list of one, as it came: read again, it says the same.
std::string list_of(const DeadLetter& letter) {
  if (letter.cloud) return "[" + letter.call + "]";
  const std::string sent = letter.sent.empty() ? std::string() : R"(,"sentAt":")" + letter.sent + "\"";
  return R"({"batch":[)" + letter.call + "]" + sent + "}";
}

constexpr std::string_view kCustomers = "/v1/customers/";

Answer forbidden(std::string_view sentence) { return refusal(http::status::forbidden, sentence); }

/// What `tend channels` shows of the channels, and which of them somebody, or trouble with an account, has paused.
std::string with_pauses(const std::string& channels, const std::vector<std::string>& paused) {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(channels);
  const auto is_paused = [&](const std::string& what) {
    return std::find(paused.begin(), paused.end(), what) != paused.end();
  };
  for (auto& one : json["channels"])
    one["paused"] = is_paused("everything") || is_paused("channel:" + one["channel"].get<std::string>());
  return json.dump() + "\n";
}

}  // namespace

/// Whether this key may do that now; none: it may.
std::optional<Answer> HttpCalls::refuse_key(const std::shared_ptr<KnownKey>& key, const Place& place,
                                            std::string_view path) {
  if (key == nullptr) return refusal(http::status::unauthorized, "this key is not known");
  if (!key->key.may(*place.scope))
    return forbidden("this key may not do that: it has not the scope `" + std::string(scope_name(*place.scope)) + "`");
  const bool of_customers =
      (place.what == What::look && path.starts_with(kCustomers)) ||
      (place.what == What::order && place.order != OrderKind::pause && place.order != OrderKind::resume);
  if (!key->condition.all.empty() && !of_customers)
    return forbidden("this key is bound to some customers: it sees and changes nothing else");
  if (const unsigned wait = key->wait_seconds(std::chrono::steady_clock::now()); wait > 0) {
    Answer answer = refusal(http::status::too_many_requests, "this key has its rate: come again");
    answer.come_again_seconds = wait;
    return answer;
  }
  return std::nullopt;
}

tl::expected<HttpCalls::Caller, Answer> HttpCalls::admit(const Request& head) {
  const auto place = place_at(path_of(head));
  if (services_.keys == nullptr || !place || !place->scope) return Caller{};
  const auto text = key_in(head);
  Caller caller;
  std::optional<Answer> refused;
  if (!text) {
    refused = refusal(http::status::unauthorized, "`Authorization` cannot be read");
  } else if (!text->empty()) {
    caller.key = services_.keys->find(*text);
    refused = refuse_key(caller.key, *place, path_of(head));
  } else if (place->what != What::calls) {
    refused =
        refusal(http::status::unauthorized, "a key is needed: `Authorization: Bearer` with one of `tend keys add`");
  }
  if (!refused) return caller;
  note(head, *place, caller, *refused);
  return tl::unexpected(std::move(*refused));
}

/// Orders, looks at a customer and refusals are written down; what comes in is counted.
void HttpCalls::note(const Request& request, const Place& place, const Caller& caller, const Answer& answer) {
  if (services_.audit == nullptr) return;
  const bool refused = answer.status == http::status::unauthorized || answer.status == http::status::forbidden;
  const std::string_view path = path_of(request);
  const bool told = place.what == What::calls || (place.what == What::receipts && caller.key == nullptr);
  const bool noted = (place.posts && !told) || (place.what == What::look && path.starts_with(kCustomers));
  if (!refused && !noted) return;
  AuditEntry entry{.at = services_.live->now(), .status = static_cast<unsigned>(answer.status)};
  if (caller.key) {
    entry.key = caller.key->key.id;
    entry.name = caller.key->key.name;
  } else if (services_.keys == nullptr) {
    entry.key = "open";
  }
  entry.what = std::string(as_view(request.method_string())) + " " + std::string(path) + answer.did;
  // What was done is done: a full disk stops the engine by itself.
  (void)(refused ? services_.audit->add_refusal(std::move(entry)) : services_.audit->add(entry));
}

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
  ReadBody result = reader->read(request, body, services_.live->spare_inputs());
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
      counts->out = engine->outbox().counts();
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

asio::awaitable<Answer> HttpCalls::take(const Executor& executor, const Place& place, Request& request,
                                        const Caller& caller) {
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
  BodyRequest what{.route = place.route, .now = now, .seen_key = services_.live->seen_key()};
  std::shared_ptr<KnownKey> known = caller.key;
  std::optional<Answer> refused_key;
  what.source = [&](std::string_view write_key) -> Result<std::string> {
    if (services_.keys == nullptr) return key->empty() ? std::string(write_key) : *key;
    if (known == nullptr) {
      known = services_.keys->find(write_key);
      refused_key = refuse_key(known, place, path_of(request));
      if (refused_key) return fail(ErrorCode::invalid, "refused");
    }
    return known->key.name;  // who gets a new key under his name is the same source
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
  if (refused_key) co_return std::move(*refused_key);
  if (!read.problem.empty()) co_return refusal(http::status::bad_request, read.problem, read.item);
  for (PostedInput& input : read.inputs) {
    if (input.consents)
      state::append_field(input.fields, state::kConsentSource,
                          program::Value::string(known != nullptr ? "key:" + known->key.name : "http"));
  }
  if (known != nullptr) known->charge(std::max<std::size_t>(1, read.calls + read.refused.size()));
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
/// A letter is taken once, however often it is read: its place is its name where it has none.
asio::awaitable<Answer> HttpCalls::retry_letters(const Executor& executor) {
  if (services_.letters == nullptr) co_return refusal(http::status::not_found, "no calls are kept here");
  if (retrying_.exchange(true)) {
    Answer answer = refusal(http::status::service_unavailable, "they are being read again just now: come again");
    answer.come_again_seconds = 1;
    co_return answer;
  }
  const auto reading = std::shared_ptr<void>(nullptr, [this](void*) { retrying_ = false; });
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
    for (std::size_t i = 0; i < letters->size(); ++i) {
      DeadLetter& letter = (*letters)[i];
      std::string body = list_of(letter);
      const std::string place = name + " " + std::to_string(i) + " " + line_of(letter);
      BodyRequest what{.route = letter.cloud ? Route::cloud_batch : Route::batch,
                       .now = letter.at,
                       .seen_key = services_.live->seen_key(),
                       .again = place};
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
asio::awaitable<Answer> HttpCalls::order(const Executor& executor, OrderKind kind, const std::string& body,
                                         const Caller& caller) {
  auto order = read_order(kind, body);
  if (!order) co_return refusal(http::status::bad_request, order.error().message);
  std::string did = told_of(*order);
  std::function<Result<void>(run::Engine&)> check;
  if (caller.key != nullptr && !caller.key->condition.all.empty()) {
    check = [key = caller.key, customers = order->customers](run::Engine& engine) -> Result<void> {
      for (const std::string& customer : customers) {
        if (!meets(engine, key->condition, customer))
          return fail(ErrorCode::not_found, "there is a customer among them who is none of this key's");
      }
      return {};
    };
  }
  auto awaited = std::make_shared<Awaited<Result<std::string>>>(executor);
  services_.live->carry_out(
      std::move(*order),
      [self = owner_.lock(), executor, awaited](Result<std::string> told) {
        bring(executor, awaited, std::move(told));
      },
      std::move(check));
  Answer answer = answer_of(co_await arrival(awaited));
  answer.did = std::move(did);
  co_return answer;
}

/// A batch of `tend import`.
asio::awaitable<Answer> HttpCalls::import(const Executor& executor, std::string body) {
  const auto kept = std::make_shared<const std::string>(std::move(body));
  auto batch = decode_import(*kept);
  if (!batch) co_return refusal(http::status::bad_request, "this is not a request of `tend import`");
  std::string did = " " + std::to_string(batch->rows.size()) + " rows";
  auto awaited = std::make_shared<Awaited<Result<std::string>>>(executor);
  services_.live->import(kept, std::move(*batch), [self = owner_.lock(), executor, awaited](const Result<void>& done) {
    bring(executor, awaited, done ? Result<std::string>("{\"success\":true}\n") : tl::unexpected(done.error()));
  });
  Answer answer = answer_of(co_await arrival(awaited));
  answer.did = std::move(did);
  co_return answer;
}

asio::awaitable<Answer> HttpCalls::look(const Executor& executor, std::string_view target, const Caller& caller) {
  auto look = read_look(target, services_.live->channels(), services_.book);
  if (!look) co_return refusal(http::status::bad_request, look.error().message);
  if (caller.key != nullptr && !caller.key->condition.all.empty()) {
    // Read already, so it is there; somebody else's customer is as good as none.
    const std::string_view path = target.substr(0, target.find('?'));
    const std::string id = *percent_decoded(path.substr(kCustomers.size()), false);
    look = Look(
        [key = caller.key, id, inner = std::move(*look)](run::Engine& engine, env::Moment now) -> Result<std::string> {
          if (!meets(engine, key->condition, id)) return fail(ErrorCode::not_found, "there is no such customer");
          return inner(engine, now);
        });
  }
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

/// With a key of ours, or what looks like one: platforms may send in this header what they like.
bool HttpCalls::is_told_by_key(const Request& request) const {
  const auto text = key_in(request);
  return services_.keys != nullptr && text && text->starts_with(kKeyPrefix);
}

asio::awaitable<Result<void>> HttpCalls::keep_news(const Executor& executor, std::string_view channel,
                                                   channel::News news) {
  auto kept = std::make_shared<Awaited<Result<void>>>(executor);
  take_news(*services_.live, services_.news_place(channel), std::move(news.receipts), std::move(news.inbound),
            [self = owner_.lock(), executor, kept](const Result<void>& done) { bring(executor, kept, done); });
  co_return co_await arrival(kept);
}

/// A program of the operator's own tells what became of messages, whatever the channel's adapter is.
asio::awaitable<Answer> HttpCalls::take_told(const Executor& executor, const Place& place, const Request& request,
                                             const std::shared_ptr<KnownKey>& key) {
  Place by_key = place;
  by_key.scope = Scope::receipts;
  if (auto refused = refuse_key(key, by_key, path_of(request))) co_return std::move(*refused);
  if (request.method() != http::verb::post)
    co_return refusal(http::status::bad_request, "receipts are brought by POST");
  auto news = channel::parse_news(request.body());
  if (!news) co_return refusal(http::status::bad_request, news.error().message);
  const auto own = std::find_if(news->inbound.begin(), news->inbound.end(),
                                [](const channel::Inbound& one) { return is_own_event(one.event); });
  if (own != news->inbound.end())
    co_return refusal(http::status::bad_request, "the event `" + own->event + "` is made by tend itself");
  const std::size_t receipts = news->receipts.size(), inbound = news->inbound.size();
  key->charge(receipts + inbound);
  const Result<void> done = co_await keep_news(executor, place.channel, std::move(*news));
  if (!done) co_return refusal(http::status::service_unavailable, "this was not taken: " + done.error().message);
  Answer answer;
  answer.body =
      "{\"success\":true,\"receipts\":" + std::to_string(receipts) + ",\"inbound\":" + std::to_string(inbound) + "}\n";
  co_return answer;
}

/// A platform calls. It is answered when what it said is durable: else it comes again.
asio::awaitable<Answer> HttpCalls::receipts(const Executor& executor, const Place& place, Request& request,
                                            const Caller& caller) {
  const std::string_view channel = place.channel;
  if (services_.sender == nullptr || !services_.sender->has_remote(channel))
    co_return refusal(http::status::not_found, "no channel of this name takes calls");
  if (is_told_by_key(request)) co_return co_await take_told(executor, place, request, caller.key);
  const std::string_view target = as_view(request.target());
  channel::CallbackRequest call{
      .method = std::string(as_view(request.method_string())),
      .url = "http://" + std::string(as_view(request[http::field::host])) + std::string(target),
      .query = std::string(target.substr(std::min(target.size(), target.find('?') + 1))),
      .headers = {},
      .body = std::move(request.body())};
  if (target.find('?') == std::string_view::npos) call.query.clear();
  for (const auto& field : request) {
    std::string name(as_view(field.name_string()));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    call.headers[name] = std::string(as_view(field.value()));
  }
  auto called = std::make_shared<Awaited<channel::Callback>>(executor);
  services_.sender->call_back(channel, std::move(call),
                              [self = owner_.lock(), executor, called](channel::Callback callback) {
                                bring(executor, called, std::move(callback));
                              });
  channel::Callback callback = co_await arrival(called);
  if (!callback.receipts.empty() || !callback.inbound.empty()) {
    channel::News news{std::move(callback.receipts), std::move(callback.inbound)};
    const Result<void> done = co_await keep_news(executor, channel, std::move(news));
    if (!done) co_return refusal(http::status::service_unavailable, "this was not taken: " + done.error().message);
  }
  Answer answer;
  answer.status = static_cast<http::status>(callback.status);
  answer.type = callback.type;
  answer.body = std::move(callback.body);
  co_return answer;
}

asio::awaitable<Result<void>> HttpCalls::take_receipt(const Executor& executor, const NewsPlace& from,
                                                      channel::Receipt receipt) {
  auto kept = std::make_shared<Awaited<Result<void>>>(executor);
  take_news(*services_.live, from, {std::move(receipt)}, {},
            [self = owner_.lock(), executor, kept](const Result<void>& done) { bring(executor, kept, done); });
  co_return co_await arrival(kept);
}

/// Somebody follows an address of his message. Unsubscribing is answered when it is durable; whoever wants to go on is
/// let go on also where that he came cannot be kept.
asio::awaitable<Answer> HttpCalls::link(const Executor& executor, const Place& place, const Request& request) {
  using channel::LinkKind;
  Answer answer;
  answer.type = "text/html; charset=utf-8";
  const std::string_view languages = as_view(request[http::field::accept_language]);
  const auto link = services_.links != nullptr ? services_.links->read(place.token) : std::nullopt;
  if (!link || link->kind != place.link) {
    answer.status = http::status::not_found;
    answer.body = link_page(LinkPage::unknown, languages);
    co_return answer;
  }
  if (link->kind == LinkKind::unsubscribe && request.method() == http::verb::get) {
    answer.body = link_page(LinkPage::ask, languages);  // those who only look at addresses unsubscribe nobody
    co_return answer;
  }
  channel::Receipt receipt{.kind = link->kind == LinkKind::unsubscribe ? channel::ReceiptKind::unsubscribed
                                   : link->kind == LinkKind::click     ? channel::ReceiptKind::clicked
                                                                       : channel::ReceiptKind::opened,
                           .key = state::format_key(link->key),
                           .customer = link->customer,
                           .playbook = link->playbook,
                           .message = link->message,
                           .target = link->target};
  // By name: g++ 12 destroys twice what a brace makes within a co_await.
  const NewsPlace from{.book = services_.book, .channel = link->channel, .address = {}, .limits = services_.limits};
  const Result<void> done = co_await take_receipt(executor, from, std::move(receipt));
  switch (link->kind) {
    case LinkKind::unsubscribe:
      if (!done) answer.status = http::status::service_unavailable;
      if (!done) answer.come_again_seconds = 60;
      answer.body = link_page(done ? LinkPage::done : LinkPage::later, languages);
      break;
    case LinkKind::click:
      if (!done) services_.live->count_lost_news(1);
      answer.status = http::status::found;
      answer.location = link->target;
      break;
    case LinkKind::open:
      if (!done) services_.live->count_lost_news(1);
      answer.type = "image/gif";
      answer.body = std::string(empty_picture());
      break;
  }
  co_return answer;
}

asio::awaitable<Answer> HttpCalls::answer(asio::any_io_executor executor, Request& request, Caller caller) {
  const auto place = place_at(path_of(request));
  if (!place) co_return refusal(http::status::not_found, "there is nothing at this path");
  if (place->what == What::receipts) {
    if (is_told_by_key(request)) caller.key = services_.keys->find(*key_in(request));  // charged by what it tells
  } else if (caller.key != nullptr && place->what != What::calls) {
    caller.key->charge(1);
  }
  Answer answer = co_await answer_place(executor, *place, request, caller);
  note(request, *place, caller, answer);
  co_return answer;
}

asio::awaitable<Answer> HttpCalls::answer_place(const Executor& executor, const Place& place, Request& request,
                                                const Caller& caller) {
  switch (place.what) {
    case What::calls: co_return co_await take(executor, place, request, caller);
    case What::program: co_return co_await change(executor, path_of(request) == "/v1/apply", request.body());
    case What::order: co_return co_await order(executor, place.order, request.body(), caller);
    case What::look: co_return co_await look(executor, as_view(request.target()), caller);
    case What::import: co_return co_await import(executor, std::move(request.body()));
    case What::letters: co_return co_await retry_letters(executor);
    case What::receipts: co_return co_await receipts(executor, place, request, caller);
    case What::link: co_return co_await link(executor, place, request);
    case What::channels:
    case What::health:
    case What::metrics:
    case What::figures: break;
  }
  Answer answer;
  if (place.what == What::channels) {
    if (!services_.channels) co_return refusal(http::status::not_found, "there are no channels here");
    const std::optional<EngineCounts> counts = co_await engine_counts(executor);
    answer.body = counts ? with_pauses(services_.channels(), counts->paused) : services_.channels();
    co_return answer;
  }
  if (place.what == What::health) {
    const std::string trouble = services_.live->trouble();
    if (!trouble.empty()) co_return refusal(http::status::service_unavailable, "nothing is taken for now: " + trouble);
    answer.body = "{\"status\":\"ok\"}\n";
    co_return answer;
  }
  const std::optional<EngineCounts> engine = co_await engine_counts(executor);
  if (place.what == What::metrics) {
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
