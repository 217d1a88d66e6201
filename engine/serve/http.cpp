// The one file that sees Beast. A connection is a coroutine on a strand of its own; what it waits for (bytes, the
// engine's thread) it waits for without holding a thread.
#ifdef __SANITIZE_THREAD__
// The sanitizer does not know fences; the mutex of Asio's scheduler orders the same things.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#endif
#include "engine/serve/http.hpp"

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/serve/answers.hpp"
#include "engine/serve/look_target.hpp"
#include "engine/serve/order.hpp"
#include "engine/serve/plan.hpp"
#include "engine/serve/read_body.hpp"

namespace tend::serve {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using ErrorOf = boost::system::error_code;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kBufferBytes = 128u << 10;
constexpr std::chrono::milliseconds kFinishMax{2000};
constexpr std::chrono::milliseconds kLingerMax{1000};
constexpr std::size_t kLingerBytesMax = 4u << 20;

using Request = http::request<http::string_body>;
using Parser = http::request_parser<http::string_body>;

struct Answer {
  http::status status = http::status::ok;
  std::string body;
  std::string_view type = "application/json";
  const char* allow = nullptr;  // of 405
  bool come_again = false;      // Retry-After
};

Answer refusal(http::status status, std::string_view sentence, std::optional<std::size_t> item = std::nullopt) {
  Answer answer;
  answer.status = status;
  answer.body = error_json(sentence, item);
  answer.come_again = status == http::status::service_unavailable;
  return answer;
}

/// What the engine's thread told.
Answer answer_of(Result<std::string> told) {
  if (!told) {
    const ErrorCode code = told.error().code;
    return refusal(code == ErrorCode::not_found ? http::status::not_found
                   : code == ErrorCode::invalid ? http::status::conflict
                                                : http::status::service_unavailable,
                   told.error().message);
  }
  Answer answer;
  answer.body = std::move(*told);
  return answer;
}

std::string_view as_view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// A page in a browser may be led to this port under a name of its own: only names of this machine are answered.
bool is_own_name(std::string_view host) {
  if (host.empty()) return false;
  if (host.front() == '[') {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    host = host.substr(1, end - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  if (beast::iequals({host.data(), host.size()}, "localhost")) return true;
  ErrorOf error;
  asio::ip::make_address(std::string(host), error);
  return !error;
}

/// `application/json`, with or without `charset=utf-8`.
bool is_json(std::string_view type) {
  const auto trim = [](std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
  };
  const auto same = [](std::string_view a, beast::string_view b) { return beast::iequals({a.data(), a.size()}, b); };
  const std::size_t semicolon = type.find(';');
  if (!same(trim(type.substr(0, semicolon)), "application/json")) return false;
  if (semicolon == std::string_view::npos) return true;
  const std::string_view parameter = trim(type.substr(semicolon + 1));
  const std::size_t equals = parameter.find('=');
  if (!same(parameter.substr(0, equals), "charset")) return true;
  return equals != std::string_view::npos &&
         (same(parameter.substr(equals + 1), "utf-8") || same(parameter.substr(equals + 1), "\"utf-8\""));
}

std::optional<Route> route_of(std::string_view path) {
  if (path == "/v1/track") return Route::track;
  if (path == "/v1/identify") return Route::identify;
  if (path == "/v1/batch") return Route::batch;
  if (path == "/v1/alias") return Route::alias;
  return std::nullopt;
}

/// What brings a program, as bytes.
bool is_program_path(std::string_view path) { return path == "/v1/plan" || path == "/v1/apply"; }

std::string_view path_of(const Request& request) {
  const std::string_view target = as_view(request.target());
  return target.substr(0, target.find('?'));
}

bool is_get_path(std::string_view path) {
  return path == "/healthz" || path == "/metrics" || path == "/v1/figures" || is_look_path(path);
}

/// What can be said from the header alone; none when the body is wanted.
std::optional<Answer> refuse_by_header(const Request& request) {
  const std::string_view path = path_of(request);
  if (!is_own_name(as_view(request[http::field::host]))) {
    return refusal(http::status::misdirected_request, "this server is `localhost` or an IP address, nothing else");
  }
  const bool posts = route_of(path).has_value() || order_at(path).has_value() || is_program_path(path);
  if (!posts && !is_get_path(path)) return refusal(http::status::not_found, "there is nothing at this path");
  if (request.method() != (posts ? http::verb::post : http::verb::get)) {
    Answer answer = refusal(http::status::method_not_allowed, posts ? "this path takes POST" : "this path takes GET");
    answer.allow = posts ? "POST" : "GET";
    return answer;
  }
  if (!posts) return std::nullopt;
  const std::string_view type = as_view(request[http::field::content_type]);
  if (is_program_path(path) && type != "application/octet-stream")
    return refusal(http::status::unsupported_media_type, "a program comes as `Content-Type: application/octet-stream`");
  if (!is_program_path(path) && !is_json(type)) {
    return refusal(http::status::unsupported_media_type,
                   "the body must come as `Content-Type: application/json` in UTF-8");
  }
  const std::string_view encoding = as_view(request[http::field::content_encoding]);
  if (!encoding.empty() && encoding != "identity")
    return refusal(http::status::unsupported_media_type, "compressed bodies are not taken");
  return std::nullopt;
}

/// What another thread will bring. Both sides work on the connection's strand.
template <typename T>
struct Awaited {
  explicit Awaited(const asio::any_io_executor& executor) : timer(executor) {
    timer.expires_at(asio::steady_timer::time_point::max());
  }
  asio::steady_timer timer;
  std::optional<T> value;
};

template <typename T>
void bring(const asio::any_io_executor& executor, std::shared_ptr<Awaited<T>> awaited, T value) {
  asio::post(executor, [awaited = std::move(awaited), value = std::move(value)]() mutable {
    awaited->value = std::move(value);
    awaited->timer.cancel();
  });
}

template <typename T>
asio::awaitable<T> arrival(std::shared_ptr<Awaited<T>> awaited) {
  while (!awaited->value) co_await awaited->timer.async_wait(kAwait);
  co_return std::move(*awaited->value);
}

}  // namespace

/// Counts for as long as it lives.
class Counted {
 public:
  explicit Counted(std::atomic<std::size_t>& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<std::size_t>& count_;
};

/// What the engine's thread is to call holds this alive; coroutines do not, for they live in `io`.
struct HttpServer::Inside : std::enable_shared_from_this<HttpServer::Inside> {
  explicit Inside(const HttpOptions& o)
      : options(o), io(static_cast<int>(o.threads)), acceptor(asio::make_strand(io)) {}

  HttpOptions options;
  tcp::endpoint endpoint;
  Live* live = nullptr;
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> busy{0};  // requests whose answer is not written yet
  std::atomic<std::uint64_t> ignored_values{0};
  std::array<std::atomic<std::uint64_t>, 6> by_class{};
  std::mutex readers_mutex;
  const journey::Plan* readers_plan = nullptr;       // by which they read
  std::vector<std::unique_ptr<BodyReader>> readers;  // that nobody uses just now
  asio::io_context io;                               // ends before what its coroutines use
  tcp::acceptor acceptor;
  std::vector<std::thread> threads;

  asio::awaitable<void> accept();
  asio::awaitable<void> connection(beast::tcp_stream stream, std::unique_ptr<Counted> open_now);
  asio::awaitable<bool> request(beast::tcp_stream& stream, beast::flat_buffer& buffer);
  asio::awaitable<Answer> answer(const asio::any_io_executor& executor, Request& request);
  asio::awaitable<Answer> take(const asio::any_io_executor& executor, Route route, std::string& body);
  asio::awaitable<Answer> change(const asio::any_io_executor& executor, bool applies, const std::string& body);
  asio::awaitable<Answer> order(const asio::any_io_executor& executor, OrderKind kind, const std::string& body);
  asio::awaitable<Answer> look(const asio::any_io_executor& executor, std::string_view target);
  asio::awaitable<std::optional<EngineCounts>> engine_counts(const asio::any_io_executor& executor);
  asio::awaitable<bool> write(beast::tcp_stream& stream, Answer answer, unsigned version, bool keep_alive);
  asio::awaitable<void> linger(beast::tcp_stream& stream);
  ReadBody read(const journey::Plan& plan, Route route, std::string& body);
  HttpCounts counts() const;
  void turn_away(tcp::socket socket);
};

ReadBody HttpServer::Inside::read(const journey::Plan& plan, Route route, std::string& body) {
  std::unique_ptr<BodyReader> reader;
  {
    const std::lock_guard lock(readers_mutex);
    if (readers_plan != &plan) readers.clear();
    readers_plan = &plan;
    if (!readers.empty()) {
      reader = std::move(readers.back());
      readers.pop_back();
    }
  }
  if (reader == nullptr) reader = std::make_unique<BodyReader>(plan.program);
  ReadBody result = reader->read(route, body, live->now());
  const std::lock_guard lock(readers_mutex);
  if (readers_plan == &plan) readers.push_back(std::move(reader));
  return result;
}

HttpCounts HttpServer::Inside::counts() const {
  HttpCounts counts;
  for (std::size_t i = 0; i < by_class.size(); ++i) counts.by_class[i] = by_class[i].load();
  counts.ignored_values = ignored_values.load();
  counts.connections = connections.load();
  return counts;
}

asio::awaitable<std::optional<EngineCounts>> HttpServer::Inside::engine_counts(const asio::any_io_executor& executor) {
  auto awaited = std::make_shared<Awaited<std::optional<EngineCounts>>>(executor);
  live->ask([self = shared_from_this(), executor, awaited](run::Engine* engine) {
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

asio::awaitable<Answer> HttpServer::Inside::take(const asio::any_io_executor& executor, Route route,
                                                 std::string& body) {
  const journey::Plan& plan = live->plan();
  ReadBody read = this->read(plan, route, body);
  if (!read.problem.empty()) co_return refusal(http::status::bad_request, read.problem, read.item);
  if (!read.inputs.empty()) {
    auto awaited = std::make_shared<Awaited<Result<void>>>(executor);
    const PostAnswer posted = live->post(plan, std::move(read.inputs),
                                         [self = shared_from_this(), executor, awaited](const Result<void>& durable) {
                                           bring(executor, awaited, durable);
                                         });
    switch (posted) {
      case PostAnswer::taken: break;
      case PostAnswer::busy:
        co_return refusal(http::status::service_unavailable,
                          "more comes in than the disk or the channels can take: come again");
      case PostAnswer::stopping: co_return refusal(http::status::service_unavailable, "tend is stopping");
      case PostAnswer::down:
        co_return refusal(http::status::service_unavailable, "nothing is taken for now: " + live->trouble());
    }
    const Result<void> durable = co_await arrival(awaited);
    if (!durable)
      co_return refusal(http::status::service_unavailable, "this was not taken: " + durable.error().message);
  }
  ignored_values += read.ignored_values;
  Answer answer;
  answer.body = success_json(read);
  co_return answer;
}

/// Plans a program, or puts it in.
asio::awaitable<Answer> HttpServer::Inside::change(const asio::any_io_executor& executor, bool applies,
                                                   const std::string& body) {
  const auto request = decode_program_request(body);
  if (!request) co_return refusal(http::status::bad_request, "this is not a request of `tend plan` or `tend apply`");
  auto read = read_program(*request, live->channels());
  if (!read) co_return refusal(http::status::bad_request, read.error().message);
  auto awaited = std::make_shared<Awaited<Result<std::string>>>(executor);
  const auto tell = [self = shared_from_this(), executor, awaited](Result<std::string> answer) {
    bring(executor, awaited, std::move(answer));
  };
  if (applies) {
    live->deploy(request->before, std::move(read->program), std::move(read->places), [tell](const Result<void>& done) {
      tell(done ? Result<std::string>("{\"success\":true}\n") : tl::unexpected(done.error()));
    });
  } else {
    const std::string hash = run::program_hash(request->program);
    live->ask([tell, now = std::move(*read), hash, moment = live->now()](run::Engine* engine) {
      tell(engine != nullptr ? plan_json(*engine, now, hash, moment)
                             : fail(ErrorCode::io, "nothing can be planned just now: come again"));
    });
  }
  co_return answer_of(co_await arrival(awaited));
}

/// What an operator does by hand.
asio::awaitable<Answer> HttpServer::Inside::order(const asio::any_io_executor& executor, OrderKind kind,
                                                  const std::string& body) {
  auto order = read_order(kind, body);
  if (!order) co_return refusal(http::status::bad_request, order.error().message);
  auto awaited = std::make_shared<Awaited<Result<std::string>>>(executor);
  live->carry_out(std::move(*order), [self = shared_from_this(), executor, awaited](Result<std::string> told) {
    bring(executor, awaited, std::move(told));
  });
  co_return answer_of(co_await arrival(awaited));
}

asio::awaitable<Answer> HttpServer::Inside::look(const asio::any_io_executor& executor, std::string_view target) {
  auto look = read_look(target, live->channels());
  if (!look) co_return refusal(http::status::bad_request, look.error().message);
  auto awaited = std::make_shared<Awaited<Result<std::string>>>(executor);
  live->ask(
      [self = shared_from_this(), executor, awaited, look = std::move(*look), now = live->now()](run::Engine* engine) {
        bring(executor, awaited,
              engine != nullptr
                  ? look(*engine, now)
                  : Result<std::string>(fail(ErrorCode::io, "nothing can be looked at just now: come again")));
      });
  co_return answer_of(co_await arrival(awaited));
}

asio::awaitable<Answer> HttpServer::Inside::answer(const asio::any_io_executor& executor, Request& request) {
  const std::string_view target = as_view(request.target());
  const std::string path(target.substr(0, target.find('?')));
  if (const auto route = route_of(path)) co_return co_await take(executor, *route, request.body());
  if (is_program_path(path)) co_return co_await change(executor, path == "/v1/apply", request.body());
  if (const auto kind = order_at(path)) co_return co_await order(executor, *kind, request.body());
  if (is_look_path(path)) co_return co_await look(executor, target);
  Answer answer;
  if (path == "/healthz") {
    const std::string trouble = live->trouble();
    if (!trouble.empty()) co_return refusal(http::status::service_unavailable, "nothing is taken for now: " + trouble);
    answer.body = "{\"status\":\"ok\"}\n";
    co_return answer;
  }
  const std::optional<EngineCounts> engine = co_await engine_counts(executor);
  if (path == "/metrics") {
    answer.type = "text/plain; version=0.0.4; charset=utf-8";
    answer.body = metrics_text(engine ? *engine->program : live->plan().program, live->counts(), counts(), engine);
    co_return answer;
  }
  if (!engine) co_return refusal(http::status::service_unavailable, "the figures cannot be had just now");
  answer.body = figures_json(engine->figures, *engine->program, *engine->places, live->now());
  co_return answer;
}

asio::awaitable<bool> HttpServer::Inside::write(beast::tcp_stream& stream, Answer answer, unsigned version,
                                                bool keep_alive) {
  http::response<http::string_body> response(answer.status, version);
  response.set(http::field::content_type, beast::string_view(answer.type.data(), answer.type.size()));
  response.set(http::field::cache_control, "no-store");
  if (answer.allow != nullptr) response.set(http::field::allow, answer.allow);
  if (answer.come_again) response.set(http::field::retry_after, "1");
  response.body() = std::move(answer.body);
  response.keep_alive(keep_alive);
  response.prepare_payload();
  ++by_class[static_cast<unsigned>(answer.status) / 100 % by_class.size()];
  stream.expires_after(options.write_max);
  const auto [error, bytes] = co_await http::async_write(stream, response, kAwait);
  co_return !error && keep_alive;
}

/// Before a connection is closed on somebody who still talks: else the system would take the answer back.
asio::awaitable<void> HttpServer::Inside::linger(beast::tcp_stream& stream) {
  ErrorOf ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream.expires_after(kLingerMax);
  std::vector<char> sink(16u << 10);
  for (std::size_t total = 0; total < kLingerBytesMax;) {
    const auto [error, bytes] = co_await stream.async_read_some(asio::buffer(sink), kAwait);
    if (error) break;
    total += bytes;
  }
}

/// One request and its answer. False when the connection is over.
asio::awaitable<bool> HttpServer::Inside::request(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
  if (buffer.size() == 0) {
    stream.expires_after(options.idle_max);
    const auto [error, bytes] = co_await stream.async_read_some(buffer.prepare(16u << 10), kAwait);
    if (error) co_return false;
    buffer.commit(bytes);
  }
  Parser parser;
  parser.header_limit(options.header_bytes_max);
  parser.body_limit(options.program_bytes_max);
  stream.expires_after(options.header_max);
  auto [error, bytes] = co_await http::async_read_header(stream, buffer, parser, kAwait);
  const Counted busy_now(busy);
  std::optional<Answer> early;
  const auto too_long = [&] {
    const std::size_t most =
        is_program_path(path_of(parser.get())) ? options.program_bytes_max : options.body_bytes_max;
    return refusal(http::status::payload_too_large, "the body is longer than " + std::to_string(most) + " bytes");
  };
  if (!error) {
    early = refuse_by_header(parser.get());
    if (!is_program_path(path_of(parser.get()))) {
      // Of a length that is told, this is asked here; of one that is not, while the body comes.
      parser.body_limit(options.body_bytes_max);
      if (!early && parser.content_length().value_or(0) > options.body_bytes_max) early = too_long();
    }
    if (!early && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
      http::response<http::empty_body> go_on(http::status::continue_, parser.get().version());
      stream.expires_after(options.write_max);
      const auto [failed, written] = co_await http::async_write(stream, go_on, kAwait);
      if (failed) co_return false;
    }
    if (!early) {
      stream.expires_after(options.body_max);
      const auto [failed, read] = co_await http::async_read(stream, buffer, parser, kAwait);
      error = failed;
    }
  }
  if (error) {
    if (error == http::error::body_limit) {
      early = too_long();
    } else if (error == http::error::header_limit) {
      early = refusal(http::status::request_header_fields_too_large,
                      "the header is longer than " + std::to_string(options.header_bytes_max) + " bytes");
    } else if (error == beast::error::timeout) {
      co_return false;
    } else if (error.category() == http::make_error_code(http::error::bad_method).category() &&
               error != http::error::end_of_stream && error != http::error::partial_message) {
      early = refusal(http::status::bad_request, "this is not an HTTP request");
    } else {
      co_return false;
    }
  }
  stream.expires_never();
  Request request = parser.release();
  // A body that was not read would be taken for the next request.
  const bool read_whole =
      !error &&
      (!early || (request.method() == http::verb::get && !request.has_content_length() && !request.chunked()));
  const unsigned version = request.version() == 10 ? 10 : 11;
  Answer reply;
  if (early) {
    reply = std::move(*early);
  } else if (stopping) {
    reply = refusal(http::status::service_unavailable, "tend is stopping");
  } else {
    const asio::any_io_executor executor = stream.get_executor();
    reply = co_await answer(executor, request);
  }
  const bool keep_alive = read_whole && request.keep_alive() && !stopping;
  const bool goes_on = co_await write(stream, std::move(reply), version, keep_alive);
  if (!read_whole) co_await linger(stream);
  co_return goes_on;
}

asio::awaitable<void> HttpServer::Inside::connection(beast::tcp_stream stream, std::unique_ptr<Counted> open_now) {
  beast::flat_buffer buffer;
  buffer.reserve(kBufferBytes);
  while (co_await request(stream, buffer)) {
  }
  ErrorOf ignored;
  stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
  stream.close();
  open_now.reset();
}

void HttpServer::Inside::turn_away(tcp::socket socket) {
  static constexpr std::string_view kFull =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Type: "
      "application/json\r\nContent-Length: 55\r\n\r\n"
      "{\"success\":false,\"error\":\"too many open connections\"} \n";
  ErrorOf ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(kFull.data(), kFull.size()), ignored);
  socket.shutdown(tcp::socket::shutdown_both, ignored);
  ++by_class[5];
}

asio::awaitable<void> HttpServer::Inside::accept() {
  asio::steady_timer pause(acceptor.get_executor());
  while (!stopping) {
    auto [error, socket] = co_await acceptor.async_accept(asio::make_strand(io), kAwait);
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return;
    if (error) {  // out of descriptors, or the other side is gone already
      pause.expires_after(std::chrono::milliseconds(50));
      co_await pause.async_wait(kAwait);
      continue;
    }
    if (connections >= options.connections_max) {
      turn_away(std::move(socket));
      continue;
    }
    ErrorOf ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto executor = socket.get_executor();
    asio::co_spawn(executor, connection(beast::tcp_stream(std::move(socket)), std::make_unique<Counted>(connections)),
                   asio::detached);
  }
}

// ---- addresses
// --------------------------------------------------------------------------------------------------------------

Result<ListenAddress> parse_listen(std::string_view text) {
  const auto refuse = [&] {
    return fail(ErrorCode::usage,
                "`" + std::string(text) + "` is no address to listen at: write one like `127.0.0.1:7700`");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  ListenAddress address;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (error != std::errc() || end != digits.data() + digits.size()) return refuse();
  std::string_view host = text.substr(0, colon);
  if (host.empty() || host == "localhost") return address;
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  ErrorOf bad;
  const auto parsed = asio::ip::make_address(std::string(host), bad);
  if (bad || parsed.is_v6() != bracketed) return refuse();
  address.host = parsed.to_string();
  return address;
}

Result<void> require_loopback(const ListenAddress& address) {
  ErrorOf bad;
  const auto parsed = asio::ip::make_address(address.host, bad);
  if (!bad && parsed.is_loopback()) return {};
  return fail(ErrorCode::usage, "without keys tend listens to this machine only: `" + address.host +
                                    "` can be reached by others, use `127.0.0.1`");
}

// ---- the server
// -------------------------------------------------------------------------------------------------------------

HttpServer::HttpServer(std::shared_ptr<Inside> inside) : inside_(std::move(inside)) {}
HttpServer::~HttpServer() { finish(); }

Result<std::unique_ptr<HttpServer>> HttpServer::bind(const HttpOptions& options) {
  auto inside = std::make_shared<Inside>(options);
  const std::string where = options.listen.host + ":" + std::to_string(options.listen.port);
  ErrorOf error;
  const auto address = asio::ip::make_address(options.listen.host, error);
  const tcp::endpoint endpoint(address, options.listen.port);
  if (!error) inside->acceptor.open(endpoint.protocol(), error);
  if (!error) inside->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) inside->acceptor.bind(endpoint, error);
  if (!error) inside->endpoint = inside->acceptor.local_endpoint(error);
  if (error == asio::error::address_in_use)
    return fail(ErrorCode::in_use, "another process listens at `" + where + "`: choose another port with --listen");
  if (error) return fail(ErrorCode::io, "cannot listen at `" + where + "`: " + error.message());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(inside)));
}

std::string HttpServer::address() const {
  const auto address = inside_->endpoint.address();
  const std::string host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return host + ":" + std::to_string(inside_->endpoint.port());
}

Result<void> HttpServer::start(Live& live) {
  inside_->live = &live;
  ErrorOf error;
  inside_->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    return fail(ErrorCode::in_use, "another process listens at `" + address() + "`: choose another port with --listen");
  }
  if (error) return fail(ErrorCode::io, "cannot listen at `" + address() + "`: " + error.message());
  asio::co_spawn(inside_->acceptor.get_executor(), inside_->accept(), asio::detached);
  for (unsigned i = 0; i < std::max(1u, inside_->options.threads); ++i) {
    inside_->threads.emplace_back([inside = inside_] { inside->io.run(); });
  }
  return {};
}

void HttpServer::stop_taking() {
  if (inside_->stopping.exchange(true)) return;
  asio::post(inside_->acceptor.get_executor(), [inside = inside_.get()] {
    ErrorOf ignored;
    inside->acceptor.close(ignored);
  });
}

void HttpServer::finish() {
  stop_taking();
  const auto until = std::chrono::steady_clock::now() + kFinishMax;
  while (!inside_->threads.empty() && inside_->busy > 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  inside_->io.stop();
  for (std::thread& thread : inside_->threads) thread.join();
  inside_->threads.clear();
}

}  // namespace tend::serve
