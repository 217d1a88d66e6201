// How a verb asks a running server, over HTTP on this machine.
#ifdef __SANITIZE_THREAD__
// As in http.cpp: the sanitizer does not know fences.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#endif
#include "engine/serve/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "engine/serve/http.hpp"

namespace tend::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
constexpr std::uint64_t kAnswerBytesMax = 256u << 20;
constexpr std::string_view kTls = "https://";

std::string& key_of_caller() {
  static std::string key;
  return key;
}

/// One step after the other; the stream's deadline holds for each of them.
class Steps {
 public:
  Steps(asio::io_context& io, beast::tcp_stream& stream, std::chrono::seconds within)
      : io_(io), stream_(stream), within_(within) {}
  template <typename Start>
  bool step(Start start) {
    error = {};
    stream_.expires_after(within_);
    start([this](boost::system::error_code done, auto&&...) { error = done; });
    io_.restart();
    io_.run();
    return !error;
  }
  boost::system::error_code error;

 private:
  asio::io_context& io_;
  beast::tcp_stream& stream_;
  std::chrono::seconds within_;
};

template <typename Stream>
bool exchange(Steps& steps, Stream& stream, const http::request<http::string_body>& request,
              http::response_parser<http::string_body>& parser) {
  beast::flat_buffer buffer;
  return steps.step([&](auto done) { http::async_write(stream, request, done); }) &&
         steps.step([&](auto done) { http::async_read(stream, buffer, parser, done); });
}

Result<HttpAnswer> call(http::verb verb, const std::string& address, const std::string& target, const std::string& body,
                        const char* type, std::chrono::seconds within) {
  const bool secret = address.starts_with(kTls);
  const std::string where = secret ? address.substr(kTls.size()) : address;
  const auto place = parse_listen(where);
  if (!place) return tl::unexpected(place.error());
  asio::io_context io;
  // The address stands in a data folder of this machine and is this machine's: there is no other name to hold a
  // certificate against.
  asio::ssl::context tls(asio::ssl::context::tls_client);
  beast::ssl_stream<beast::tcp_stream> stream(io, tls);
  beast::tcp_stream& plain = beast::get_lowest_layer(stream);
  Steps steps(io, plain, within);
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(place->host, steps.error), place->port);
  http::request<http::string_body> request(verb, target, 11);
  request.set(http::field::host, where);
  if (!key_of_caller().empty()) request.set(http::field::authorization, "Bearer " + key_of_caller());
  if (type != nullptr) request.set(http::field::content_type, type);
  request.body() = body;
  request.prepare_payload();
  http::response_parser<http::string_body> parser;
  parser.body_limit(kAnswerBytesMax);
  bool answered = !steps.error && steps.step([&](auto done) { plain.async_connect(endpoint, done); });
  if (answered && secret)
    answered = steps.step([&](auto done) { stream.async_handshake(asio::ssl::stream_base::client, done); });
  answered = answered && (secret ? exchange(steps, stream, request, parser) : exchange(steps, plain, request, parser));
  if (!answered)
    return fail(ErrorCode::io, "`tend serve` on " + address + " does not answer: " + steps.error.message());
  return HttpAnswer{static_cast<unsigned>(parser.get().result_int()), parser.get().body()};
}

}  // namespace

void use_key(std::string key) { key_of_caller() = std::move(key); }

Result<HttpAnswer> get(const std::string& address, const std::string& target, std::chrono::seconds within) {
  return call(http::verb::get, address, target, {}, nullptr, within);
}

Result<HttpAnswer> post_json(const std::string& address, const std::string& path, const std::string& body,
                             std::chrono::seconds within) {
  return call(http::verb::post, address, path, body, "application/json", within);
}

Result<HttpAnswer> post_bytes(const std::string& address, const std::string& path, const std::string& body,
                              std::chrono::seconds within) {
  return call(http::verb::post, address, path, body, "application/octet-stream", within);
}

Error error_of(const HttpAnswer& answer) {
  const nlohmann::json json = nlohmann::json::parse(answer.body, nullptr, false);
  std::string sentence = "the answer of `tend serve` cannot be read";
  if (json.is_object() && json.contains("error") && json["error"].is_string()) sentence = json["error"];
  const bool refused = answer.status >= 400 && answer.status < 500;
  return {answer.status == 404 ? ErrorCode::not_found : refused ? ErrorCode::invalid : ErrorCode::io, sentence};
}

}  // namespace tend::serve
