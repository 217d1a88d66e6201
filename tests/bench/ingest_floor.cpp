// The floor of taking batches: no more than a server has to do to have read them.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <simdjson.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "tests/bench/ingest_peers.hpp"

namespace tend::bench {
namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"success\":true}\n";

std::uint64_t fnv(std::string_view text) {
  std::uint64_t hash = 1469598103934665603ull;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ull;
  return hash;
}

struct Connection {
  std::vector<char> bytes = std::vector<char>(1 << 18);
  std::size_t size = 0;
};

simdjson::ondemand::parser parser;
std::uint64_t sum = 0;  // so that nothing is left out

void read_batch(char* json, std::size_t size) {
  auto document = parser.iterate(json, size, size + simdjson::SIMDJSON_PADDING);
  for (auto item : document["batch"]) {
    simdjson::ondemand::object object;
    std::string_view type, message, user, event, timestamp;
    if (item.get_object().get(object) || object["type"].get(type) || object["messageId"].get(message) ||
        object["userId"].get(user) || object["event"].get(event))
      std::abort();
    simdjson::ondemand::object properties;
    double amount = 0, quantity = 0;
    if (object["properties"].get_object().get(properties) || properties["amount"].get(amount) ||
        properties["quantity"].get(quantity) || object["timestamp"].get(timestamp))
      std::abort();
    sum += fnv(type) + fnv(message) + fnv(user) + fnv(event) + fnv(timestamp) + static_cast<std::uint64_t>(quantity);
  }
}

/// False when the other side is gone.
bool answer(int socket, Connection& one) {
  const ssize_t got =
      recv(socket, one.bytes.data() + one.size, one.bytes.size() - one.size - simdjson::SIMDJSON_PADDING, 0);
  if (got <= 0) return false;
  one.size += static_cast<std::size_t>(got);
  for (;;) {
    char* const begin = one.bytes.data();
    const auto* end = static_cast<char*>(memmem(begin, one.size, "\r\n\r\n", 4));
    if (end == nullptr) return true;
    const auto* length = static_cast<char*>(memmem(begin, one.size, "Content-Length: ", 16));
    const std::size_t body = length != nullptr ? static_cast<std::size_t>(std::atol(length + 16)) : 0;
    const std::size_t head = static_cast<std::size_t>(end + 4 - begin);
    if (one.size < head + body) return true;
    read_batch(begin + head, body);
    if (send(socket, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) return false;
    one.size -= head + body;
    std::memmove(begin, begin + head + body, one.size);
  }
}

}  // namespace

void serve_floor(int listener) {
  fcntl(listener, F_SETFL, O_NONBLOCK);
  const int epoll = epoll_create1(0);
  epoll_event event{EPOLLIN, {.fd = listener}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  std::vector<std::unique_ptr<Connection>> connections(4096);
  epoll_event events[256];
  for (;;) {
    const int count = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      const int socket = events[i].data.fd;
      if (socket != listener) {
        if (!answer(socket, *connections[static_cast<std::size_t>(socket)])) close(socket);
        continue;
      }
      for (int taken = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK); taken >= 0;
           taken = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) {
        const int on = 1;
        setsockopt(taken, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections[static_cast<std::size_t>(taken)] = std::make_unique<Connection>();
        epoll_event one{EPOLLIN, {.fd = taken}};
        epoll_ctl(epoll, EPOLL_CTL_ADD, taken, &one);
      }
    }
  }
}

}  // namespace tend::bench
