// The load of the ingest bench: connections of this process, each with one call under way.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/figure.hpp"
#include "tests/bench/ingest_peers.hpp"

namespace tend::bench {
namespace {

[[noreturn]] void give_up(const std::string& what) { throw std::runtime_error("ingest bench: " + what); }

/// A call whose messages and customers are new each time: digits are written over in place.
class Call {
 public:
  explicit Call(int connection) : number_(static_cast<std::uint64_t>(connection) << 40) {
    std::string body = "{\"batch\":[";
    for (int i = 0; i < kEvents; ++i) {
      body += i > 0 ? ",{\"type\":\"track\",\"messageId\":\"" : "{\"type\":\"track\",\"messageId\":\"";
      messages_.push_back(body.size());
      body += "00000000000000000000\",\"userId\":\"customer-";
      customers_.push_back(body.size());
      body +=
          "000000\",\"event\":\"order\",\"properties\":{\"amount\":12.5,\"quantity\":3},\"timestamp\":"
          "\"2026-01-01T00:00:00Z\"}";
    }
    body += "],\"sentAt\":\"2026-01-01T00:00:01Z\"}";
    const std::string head =
        "POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n";
    for (std::size_t& at : messages_) at += head.size();
    for (std::size_t& at : customers_) at += head.size();
    bytes_ = head + body;
  }
  const std::string& next() {
    for (int i = 0; i < kEvents; ++i) {
      write(messages_[static_cast<std::size_t>(i)], 20, number_);
      write(customers_[static_cast<std::size_t>(i)], 6, number_ * 2654435761u % 100'000);
      ++number_;
    }
    return bytes_;
  }

 private:
  void write(std::size_t at, int digits, std::uint64_t value) {
    for (int d = digits - 1; d >= 0; --d, value /= 10)
      bytes_[at + static_cast<std::size_t>(d)] = static_cast<char>('0' + value % 10);
  }
  std::string bytes_;
  std::vector<std::size_t> messages_, customers_;
  std::uint64_t number_;
};

struct Client {
  int socket = -1;
  Call call{0};
  const std::string* sending = nullptr;
  std::size_t sent = 0;
  std::string answer;
  double began = 0;
  double due = 0;
};

/// No two connections of this process, ever, send the same message.
int next_connection() {
  static int last = 0;
  return ++last;
}

}  // namespace

Load drive(std::uint16_t port, double pause, double seconds_long) {
  std::vector<Client> clients(kConnections);
  const int epoll = epoll_create1(0);
  for (int i = 0; i < kConnections; ++i) {
    Client& one = clients[static_cast<std::size_t>(i)];
    one.call = Call(next_connection());
    one.socket = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(one.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) give_up("nobody listens");
    const int on = 1;
    setsockopt(one.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(one.socket, F_SETFL, O_NONBLOCK);
    epoll_event event{EPOLLIN, {.u32 = static_cast<std::uint32_t>(i)}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, one.socket, &event);
  }
  const double begin = seconds(), end = begin + seconds_long;
  std::uint64_t answered = 0;
  std::vector<double> latencies;
  for (int i = 0; i < kConnections; ++i) clients[static_cast<std::size_t>(i)].due = begin + pause * i / kConnections;
  const auto push = [&](Client& one) {
    while (one.sent < one.sending->size()) {
      const ssize_t sent =
          send(one.socket, one.sending->data() + one.sent, one.sending->size() - one.sent, MSG_NOSIGNAL);
      if (sent <= 0) return;
      one.sent += static_cast<std::size_t>(sent);
    }
  };
  const auto begin_call = [&](Client& one) {
    one.sending = &one.call.next();
    one.sent = 0;
    push(one);
  };
  epoll_event events[kConnections];
  for (double now = begin; now < end; now = seconds()) {
    double next = end;
    for (Client& one : clients) {
      if (one.sending == nullptr && one.due <= now) begin_call(one);
      if (one.sending != nullptr && one.sent < one.sending->size()) {
        push(one);
        next = std::min(next, now + 0.001);
      } else if (one.sending == nullptr) {
        next = std::min(next, one.due);
      }
    }
    const int wait_ms = std::max(0, static_cast<int>((next - now) * 1000));
    const int count = epoll_wait(epoll, events, kConnections, wait_ms);
    for (int i = 0; i < count; ++i) {
      Client& one = clients[events[i].data.u32];
      char bytes[4096];
      const ssize_t got = recv(one.socket, bytes, sizeof bytes, 0);
      if (got <= 0) give_up("a connection was closed");
      one.answer.append(bytes, static_cast<std::size_t>(got));
      if (one.answer.find("{\"success\":true}") == std::string::npos) {
        if (one.answer.size() > 2000 || one.answer.find("HTTP/1.1 200") != 0) give_up("refused: " + one.answer);
        continue;
      }
      one.answer.clear();
      one.sending = nullptr;
      const double done = seconds();
      latencies.push_back(done - one.due);
      one.due = pause > 0 ? one.due + pause : done;
      ++answered;
    }
  }
  for (const Client& one : clients) close(one.socket);
  close(epoll);
  std::sort(latencies.begin(), latencies.end());
  Load load;
  load.events_per_second = static_cast<double>(answered) * kEvents / (seconds() - begin);
  if (!latencies.empty()) load.p99_ms = latencies[latencies.size() * 99 / 100] * 1e3;
  return load;
}

}  // namespace tend::bench
