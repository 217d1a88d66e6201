// How a verb asks a running server, over HTTP on this machine.
#ifdef __SANITIZE_THREAD__
// As in http.cpp: the sanitizer does not know fences.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#endif
#include "engine/serve/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "engine/serve/http.hpp"

namespace tend::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
constexpr std::uint64_t kAnswerBytesMax = 256u << 20;

Result<HttpAnswer> call(http::verb verb, const std::string& address, const std::string& target, const std::string& body,
                        const char* type, std::chrono::seconds within) {
  const auto place = parse_listen(address);
  if (!place) return tl::unexpected(place.error());
  asio::io_context io;
  beast::tcp_stream stream(io);
  boost::system::error_code error;
  // One step after the other; the stream's deadline holds for each of them.
  const auto step = [&](auto start) {
    error = {};
    stream.expires_after(within);
    start([&error](boost::system::error_code done, auto&&...) { error = done; });
    io.restart();
    io.run();
    return !error;
  };
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(place->host, error), place->port);
  http::request<http::string_body> request(verb, target, 11);
  request.set(http::field::host, address);
  if (type != nullptr) request.set(http::field::content_type, type);
  request.body() = body;
  request.prepare_payload();
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kAnswerBytesMax);
  const bool answered = !error && step([&](auto done) { stream.async_connect(endpoint, done); }) &&
                        step([&](auto done) { http::async_write(stream, request, done); }) &&
                        step([&](auto done) { http::async_read(stream, buffer, parser, done); });
  if (!answered) return fail(ErrorCode::io, "`tend serve` on " + address + " does not answer: " + error.message());
  return HttpAnswer{static_cast<unsigned>(parser.get().result_int()), parser.get().body()};
}

}  // namespace

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
