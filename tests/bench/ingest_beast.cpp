// Beast with a reserved buffer, one thread or two, nlohmann for the JSON: what is written without measuring.
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/bench/ingest_peers.hpp"

namespace tend::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

std::atomic<std::size_t> sum{0};  // so that nothing is left out

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : stream_(std::move(socket)) { buffer_.reserve(128 << 10); }
  void read() {
    request_ = {};
    http::async_read(stream_, buffer_, request_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->answer();
    });
  }

 private:
  void answer() {
    const auto json = nlohmann::json::parse(request_.body());
    std::size_t seen = 0;
    for (const auto& item : json["batch"]) {
      seen += item["type"].get<std::string>().size() + item["messageId"].get<std::string>().size() +
              item["userId"].get<std::string>().size() + item["event"].get<std::string>().size() +
              item["timestamp"].get<std::string>().size() +
              static_cast<std::size_t>(item["properties"]["quantity"].get<double>()) +
              static_cast<std::size_t>(item["properties"]["amount"].get<double>());
    }
    sum += seen;
    response_ = {http::status::ok, 11};
    response_.set(http::field::content_type, "application/json");
    response_.body() = "{\"success\":true}\n";
    response_.prepare_payload();
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->read();
    });
  }
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept(asio::make_strand(acceptor.get_executor()), [&](beast::error_code error, tcp::socket socket) {
    if (error) return;
    socket.set_option(tcp::no_delay(true));
    std::make_shared<Session>(std::move(socket))->read();
    accept(acceptor);
  });
}

}  // namespace

void serve_beast(int listener) {
  asio::io_context io(1);
  tcp::acceptor acceptor(io, tcp::v4(), listener);
  accept(acceptor);
  io.run();
}

void serve_beast_on_two(int listener) {
  asio::io_context io(2);
  tcp::acceptor acceptor(io, tcp::v4(), listener);
  accept(acceptor);
  std::thread other([&] { io.run(); });
  io.run();
  other.join();
}

}  // namespace tend::bench
