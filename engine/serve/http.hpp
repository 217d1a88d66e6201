// The HTTP interface: who may listen where, connections and their limits, and which call does what. Beast and Asio stay
// in http.cpp.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/channel/live_sender.hpp"
#include "engine/serve/audit.hpp"
#include "engine/serve/dead_letters.hpp"
#include "engine/serve/keys.hpp"
#include "engine/serve/live.hpp"
#include "engine/serve/news.hpp"
#include "engine/serve/read_body.hpp"

namespace tend::serve {

struct ListenAddress {
  std::string host = "127.0.0.1";  // an IP address
  std::uint16_t port = 7700;       // 0: one that is free
};

/// Reads `127.0.0.1:7700`, `[::1]:7700`, `localhost:7700`, `:7700` (loopback).
/// Errors: `usage` for anything else, names of hosts among them.
Result<ListenAddress> parse_listen(std::string_view text);

/// Without keys only this machine may be let in.
/// Errors: `usage` for an address that others can reach.
Result<void> require_loopback(const ListenAddress& address);

struct HttpOptions {
  ListenAddress listen;
  unsigned threads = 2;
  std::size_t connections_max = 1024;       // more are answered 503 and closed
  std::size_t body_bytes_max = 500u << 10;  // 413; compressed and not
  BodyLimits body;
  std::size_t program_bytes_max = 64u << 20;   // of a body that brings a program
  std::uint32_t header_bytes_max = 16u << 10;  // 431
  std::string tls_cert, tls_key;               // files of PEM, both or none: the chain, the key
  // Each is for the whole of what it names, however many bytes come meanwhile.
  std::chrono::milliseconds idle_max{75'000};
  std::chrono::milliseconds header_max{10'000};
  std::chrono::milliseconds body_max{30'000};
  std::chrono::milliseconds write_max{30'000};
};

/// What stands behind the calls. Lifetime: all of it outlives the server's finish().
struct HttpServices {
  Live* live = nullptr;
  DeadLetters* letters = nullptr;  // none: what a list has that cannot be taken is only told
  Keys* keys = nullptr;            // none: whoever reaches it may do everything
  Audit* audit = nullptr;
  channel::LiveSender* sender = nullptr;  // none: no platform calls
  history::SentBook* book = nullptr;
  const SoftLimits* limits = nullptr;          // of soft bounces; none: nobody counts them
  const channel::Links* links = nullptr;       // none: messages carry no addresses of ours
  std::function<std::string()> channels = {};  // how they are, as JSON

  NewsPlace news_place(std::string_view channel) const {
    return {.book = book, .channel = std::string(channel), .address = sender->slow(channel)->to, .limits = limits};
  }
};

/// The calls of docs/serve.md.
/// Thread: one at a time; the connections have threads of their own.
class HttpServer {
 public:
  /// Takes the port; nobody is let in yet.
  /// Errors: `in_use`; `io` when the address is none of this machine's; `invalid` for a certificate or its key.
  static Result<std::unique_ptr<HttpServer>> bind(const HttpOptions& options);
  /// finish() if nobody called it.
  ~HttpServer();

  /// `127.0.0.1:7700`, with the port that it is; with TLS `https://` before it.
  std::string address() const;

  /// Lets connections in. Errors: `in_use`.
  Result<void> start(const HttpServices& services);

  /// No new connections; calls on open ones are answered 503.
  void stop_taking();

  /// Waits a moment for the answers under way, then serves nobody any more; connections end with the server.
  void finish();

 private:
  struct Inside;
  explicit HttpServer(std::shared_ptr<Inside> inside);
  std::shared_ptr<Inside> inside_;
};

}  // namespace tend::serve
