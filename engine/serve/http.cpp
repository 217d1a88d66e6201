// The one file that sees Beast. A connection is a coroutine that lives on one of the threads; what it waits for (bytes,
// the engine's thread) it waits for without holding that thread. Threads share no connections and no queue, so none has
// to wake another.
#ifdef __SANITIZE_THREAD__
// The sanitizer does not know fences; the mutex of Asio's scheduler orders the same things.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#endif
#include "engine/serve/http.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <charconv>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/serve/awaited.hpp"
#include "engine/serve/http_calls.hpp"

namespace tend::serve {

using asio::ip::tcp;
using ErrorOf = boost::system::error_code;

namespace {

constexpr std::size_t kBufferBytes = 128u << 10;
constexpr std::size_t kBehindBody = 64;             // simdjson looks so far; with less room a body is moved
constexpr std::size_t kFirstReadBytes = 64u << 10;  // most requests whole
constexpr std::chrono::milliseconds kFinishMax{2000};
constexpr std::chrono::milliseconds kLingerMax{1000};
constexpr std::size_t kLingerBytesMax = 4u << 20;

using Parser = http::request_parser<http::string_body>;

}  // namespace

/// What the answer has to know of its request.
struct Asked {
  unsigned version = 11;
  bool head_alone = false;  // by HEAD: the answer's head, and nothing behind it
};

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

/// What runs on one thread, until it is stopped.
struct OneThread {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> at_work{io.get_executor()};
};

/// What the engine's thread is to call holds this alive; coroutines do not, for they live in `ios`.
struct HttpServer::Inside : std::enable_shared_from_this<HttpServer::Inside> {
  explicit Inside(const HttpOptions& o)
      : options(o), calls(options), ios(std::max(1u, o.threads)), acceptor(ios.front().io) {}

  HttpOptions options;
  tcp::endpoint endpoint;
  HttpCalls calls;
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> busy{0};  // requests whose answer is not written yet
  std::optional<asio::ssl::context> tls;
  std::vector<OneThread> ios;  // end before what their coroutines use
  tcp::acceptor acceptor;
  std::size_t next_io = 0;  // of the acceptor's thread
  std::vector<std::thread> threads;

  asio::awaitable<void> accept();
  asio::awaitable<void> connection(beast::tcp_stream stream, std::unique_ptr<Counted> open_now);
  asio::awaitable<void> tls_connection(beast::ssl_stream<beast::tcp_stream> stream, std::unique_ptr<Counted> open_now);
  template <typename Stream>
  asio::awaitable<bool> request(Stream& stream, beast::flat_buffer& buffer);
  template <typename Stream>
  asio::awaitable<bool> write(Stream& stream, Answer answer, const Asked& asked, bool keep_alive);
  template <typename Stream>
  asio::awaitable<void> linger(Stream& stream);
  void turn_away(tcp::socket socket);
};

namespace {

using Serializer = http::response_serializer<http::string_body>;

/// What the socket takes at once of an answer, which mostly is all of it: nobody has to wait then, and nothing has to
/// see to it that the wait ends. True when it took all.
bool write_at_once(beast::tcp_stream& stream, Serializer& answer, ErrorOf& error) {
  stream.socket().non_blocking(true, error);
  while (!error && !answer.is_done()) {
    answer.next(error, [&](ErrorOf& failed, const auto& buffers) {
      const std::size_t written = stream.socket().write_some(buffers, failed);
      if (!failed) answer.consume(written);
    });
  }
  if (error == asio::error::would_block || error == asio::error::try_again) error = {};
  return !error && answer.is_done();
}

/// As far as the bytes go that are there: mostly that is the whole request, and nobody waits.
void parse_what_came(Parser& parser, beast::flat_buffer& buffer, ErrorOf& error) {
  if (parser.is_done() || buffer.size() == 0) return;
  buffer.consume(parser.put(buffer.data(), error));
  if (error == http::error::need_more) error = {};
}

/// What is to be written has to be sealed first.
bool write_at_once(beast::ssl_stream<beast::tcp_stream>& /*stream*/, Serializer& /*answer*/, ErrorOf& /*error*/) {
  return false;
}

}  // namespace

template <typename Stream>
asio::awaitable<bool> HttpServer::Inside::write(Stream& stream, Answer answer, const Asked& asked, bool keep_alive) {
  http::response<http::string_body> response(answer.status, asked.version);
  response.set(http::field::content_type, beast::string_view(answer.type.data(), answer.type.size()));
  response.set(http::field::cache_control, "no-store");
  if (answer.allow != nullptr) response.set(http::field::allow, answer.allow);
  if (answer.status == http::status::unauthorized) response.set(http::field::www_authenticate, "Bearer");
  if (!answer.location.empty()) response.set(http::field::location, answer.location);
  if (answer.type.starts_with("text/html")) {
    response.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'");
    response.set("Referrer-Policy", "no-referrer");
    response.set("X-Robots-Tag", "noindex");
  }
  if (answer.come_again_seconds > 0) response.set(http::field::retry_after, std::to_string(answer.come_again_seconds));
  response.body() = std::move(answer.body);
  response.keep_alive(keep_alive);
  response.prepare_payload();
  if (asked.head_alone) response.body().clear();  // its length is told all the same
  ++calls.by_class[static_cast<unsigned>(answer.status) / 100 % calls.by_class.size()];
  Serializer serializer(response);
  ErrorOf failed;
  if (write_at_once(stream, serializer, failed)) co_return keep_alive;
  if (failed) co_return false;
  beast::get_lowest_layer(stream).expires_after(options.write_max);
  const auto [error, bytes] = co_await http::async_write(stream, serializer, kAwait);
  co_return !error && keep_alive;
}

/// Before a connection is closed on somebody who still talks: else the system would take the answer back.
template <typename Stream>
asio::awaitable<void> HttpServer::Inside::linger(Stream& stream) {
  ErrorOf ignored;
  beast::get_lowest_layer(stream).socket().shutdown(tcp::socket::shutdown_send, ignored);
  beast::get_lowest_layer(stream).expires_after(kLingerMax);
  std::vector<char> sink(16u << 10);
  for (std::size_t total = 0; total < kLingerBytesMax;) {
    const auto [error, bytes] = co_await stream.async_read_some(asio::buffer(sink), kAwait);
    if (error) break;
    total += bytes;
  }
}

/// One request and its answer. False when the connection is over.
template <typename Stream>
asio::awaitable<bool> HttpServer::Inside::request(Stream& stream, beast::flat_buffer& buffer) {
  if (buffer.size() == 0) {
    beast::get_lowest_layer(stream).expires_after(options.idle_max);
    const auto [error, bytes] = co_await stream.async_read_some(buffer.prepare(kFirstReadBytes), kAwait);
    if (error) co_return false;
    buffer.commit(bytes);
  }
  Parser parser;
  parser.header_limit(options.header_bytes_max);
  parser.body_limit(options.program_bytes_max);
  ErrorOf error;
  parse_what_came(parser, buffer, error);
  if (!error && !parser.is_header_done()) {
    beast::get_lowest_layer(stream).expires_after(options.header_max);
    const auto [failed, read] = co_await http::async_read_header(stream, buffer, parser, kAwait);
    error = failed;
  }
  const Counted busy_now(busy);
  std::optional<Answer> early;
  HttpCalls::Caller caller;
  const auto brings_program = [&] {
    const auto place = place_at(path_of(parser.get()));
    return place && (place->what == What::program || place->what == What::import);
  };
  const auto too_long = [&] {
    const std::size_t most = brings_program() ? options.program_bytes_max : options.body_bytes_max;
    return refusal(http::status::payload_too_large, "the body is longer than " + std::to_string(most) + " bytes");
  };
  if (!error) {
    early = refuse_by_header(parser.get(), !calls.asks_for_keys());
    if (!early) {
      auto admitted = calls.admit(parser.get());
      if (admitted) caller = std::move(*admitted);
      if (!admitted) early = std::move(admitted.error());
    }
    if (!brings_program()) {
      // Of a length that is told, this is asked here; of one that is not, while the body comes.
      parser.body_limit(options.body_bytes_max);
      if (!early && parser.content_length().value_or(0) > options.body_bytes_max) early = too_long();
    }
    if (!early && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
      http::response<http::empty_body> go_on(http::status::continue_, parser.get().version());
      beast::get_lowest_layer(stream).expires_after(options.write_max);
      const auto [failed, written] = co_await http::async_write(stream, go_on, kAwait);
      if (failed) co_return false;
    }
    if (!early) {
      // With room for what the reader looks at behind the end, so that it need not move it.
      parser.get().body().reserve(parser.content_length().value_or(0) + kBehindBody);
      parser.eager(true);
      parse_what_came(parser, buffer, error);
    }
    if (!early && !error && !parser.is_done()) {
      beast::get_lowest_layer(stream).expires_after(options.body_max);
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
  beast::get_lowest_layer(stream).expires_never();
  Request request = parser.release();
  const Asked asked{request.version() == 10 ? 10U : 11U, request.method() == http::verb::head};
  // A body that was not read would be taken for the next request.
  const bool read_whole = !error && (!early || ((request.method() == http::verb::get || asked.head_alone) &&
                                                !request.has_content_length() && !request.chunked()));
  Answer reply;
  if (early) {
    reply = std::move(*early);
  } else if (stopping) {
    reply = refusal(http::status::service_unavailable, "tend is stopping");
  } else {
    const asio::any_io_executor executor = stream.get_executor();
    reply = co_await calls.answer(executor, request, std::move(caller));
  }
  const bool keep_alive = read_whole && request.keep_alive() && !stopping;
  const bool goes_on = co_await write(stream, std::move(reply), asked, keep_alive);
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

asio::awaitable<void> HttpServer::Inside::tls_connection(beast::ssl_stream<beast::tcp_stream> stream,
                                                         std::unique_ptr<Counted> open_now) {
  beast::get_lowest_layer(stream).expires_after(options.header_max);
  const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
  if (!error) {
    beast::flat_buffer buffer;
    buffer.reserve(kBufferBytes);
    while (co_await request(stream, buffer)) {
    }
    beast::get_lowest_layer(stream).expires_after(kLingerMax);
    co_await stream.async_shutdown(kAwait);
  }
  beast::get_lowest_layer(stream).close();
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
  ++calls.by_class[5];
}

asio::awaitable<void> HttpServer::Inside::accept() {
  asio::steady_timer pause(acceptor.get_executor());
  while (!stopping) {
    auto [error, socket] = co_await acceptor.async_accept(ios[next_io++ % ios.size()].io, kAwait);
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return;
    if (error) {  // out of descriptors, or the other side is gone already
      pause.expires_after(std::chrono::milliseconds(50));
      co_await pause.async_wait(kAwait);
      continue;
    }
    if (calls.connections >= options.connections_max) {
      turn_away(std::move(socket));
      continue;
    }
    ErrorOf ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto executor = socket.get_executor();
    beast::tcp_stream stream(std::move(socket));
    auto open_now = std::make_unique<Counted>(calls.connections);
    if (tls) {
      asio::co_spawn(executor,
                     tls_connection(beast::ssl_stream<beast::tcp_stream>(std::move(stream), *tls), std::move(open_now)),
                     asio::detached);
    } else {
      asio::co_spawn(executor, connection(std::move(stream), std::move(open_now)), asio::detached);
    }
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

namespace {

Result<void> open_tls(const HttpOptions& options, std::optional<asio::ssl::context>& tls) {
  if (options.tls_cert.empty()) return {};
  tls.emplace(asio::ssl::context::tls_server);
  ErrorOf error;
  tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                       asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1,
                   error);
  if (!error) tls->use_certificate_chain_file(options.tls_cert, error);
  if (error)
    return fail(ErrorCode::invalid, "the certificate `" + options.tls_cert + "` cannot be used: " + error.message());
  tls->use_private_key_file(options.tls_key, asio::ssl::context::pem, error);
  if (error) return fail(ErrorCode::invalid, "the key `" + options.tls_key + "` does not fit: " + error.message());
  return {};
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::bind(const HttpOptions& options) {
  auto inside = std::make_shared<Inside>(options);
  if (auto opened = open_tls(options, inside->tls); !opened) return tl::unexpected(opened.error());
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
  return (inside_->tls ? "https://" : "") + host + ":" + std::to_string(inside_->endpoint.port());
}

Result<void> HttpServer::start(const HttpServices& services) {
  inside_->calls.begin(services, inside_);
  ErrorOf error;
  inside_->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    return fail(ErrorCode::in_use, "another process listens at `" + address() + "`: choose another port with --listen");
  }
  if (error) return fail(ErrorCode::io, "cannot listen at `" + address() + "`: " + error.message());
  asio::co_spawn(inside_->acceptor.get_executor(), inside_->accept(), asio::detached);
  for (OneThread& one : inside_->ios) inside_->threads.emplace_back([inside = inside_, &one] { one.io.run(); });
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
  for (OneThread& one : inside_->ios) one.io.stop();
  for (std::thread& thread : inside_->threads) thread.join();
  inside_->threads.clear();
}

}  // namespace tend::serve
