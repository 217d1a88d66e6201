// A server on loopback that does what a test says: it may hang, break off, or answer anything at all.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/test.hpp"

namespace tend::channel {

/// One connection, seen from the server.
class Peer {
 public:
  Peer(int socket, std::atomic<bool>& over) : socket_(socket), over_(over) {}
  void say(const std::string& text) const {
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t sent = ::send(socket_, text.data() + at, text.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return;
      at += static_cast<std::size_t>(sent);
    }
  }
  /// What comes, up to and with `end`; empty when the other side has gone or the test is over.
  std::string hear(const std::string& end) {
    while (kept_.find(end) == std::string::npos) {
      if (!fill()) return {};
    }
    const std::size_t size = kept_.find(end) + end.size();
    std::string out = kept_.substr(0, size);
    kept_.erase(0, size);
    return out;
  }
  /// A request with its body, by its Content-Length.
  std::string hear_request() {
    std::string request = hear("\r\n\r\n");
    const std::size_t at = request.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(request.substr(at + 16));
    while (kept_.size() < length) {
      if (!fill()) return {};
    }
    request += kept_.substr(0, length);
    kept_.erase(0, length);
    return request;
  }
  /// Until the test is over or the other side goes.
  void hang() {
    while (fill()) {
    }
  }

 private:
  bool fill() {
    while (!over_) {
      pollfd waiting{socket_, POLLIN, 0};
      if (::poll(&waiting, 1, 10) == 0) continue;
      char bytes[4096];
      const ssize_t got = ::recv(socket_, bytes, sizeof(bytes), 0);
      if (got > 0) kept_.append(bytes, static_cast<std::size_t>(got));
      return got > 0;
    }
    return false;
  }
  int socket_;
  std::atomic<bool>& over_;
  std::string kept_;
};

class LittleServer {
 public:
  /// `serve` is called for each connection, on a thread of its own.
  explicit LittleServer(std::function<void(Peer&)> serve) : serve_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 128) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
  }
  ~LittleServer() {
    over_ = true;
    accepting_.join();
    for (std::thread& thread : threads_) thread.join();
    ::close(listener_);
  }
  std::string port() const { return std::to_string(port_); }
  int connections() const { return connections_; }

 private:
  void accept_all() {
    while (!over_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 10) <= 0) continue;
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      ++connections_;
      threads_.emplace_back([this, socket] {
        Peer peer(socket, over_);
        serve_(peer);
        ::shutdown(socket, SHUT_RDWR);
        ::close(socket);
      });
    }
  }
  std::function<void(Peer&)> serve_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> over_ = false;
  std::atomic<int> connections_ = 0;
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

}  // namespace tend::channel
