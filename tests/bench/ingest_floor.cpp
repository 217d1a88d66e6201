// The floor of taking batches: no more than a server has to do to have read them. And what it costs to keep them, at
// the very least: a bare log that is synced before the answers, and a table of the messages.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <simdjson.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/crc32c.hpp"
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

/// A log that is written round and round, so that the disk is asked for no new space, and the messages there were.
class Kept {
 public:
  Kept()
      : file_(open(".", O_TMPFILE | O_RDWR, 0600)),
        ids_(static_cast<std::uint64_t*>(
            mmap(nullptr, kIds * sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    if (file_ < 0 || ids_ == MAP_FAILED) std::abort();
    madvise(ids_, kIds * sizeof(std::uint64_t), MADV_HUGEPAGE);
    std::memset(ids_, 0, kIds * sizeof(std::uint64_t));
    const std::string zeros(kFileBytes, '\0');
    write(zeros, 0);
  }

  /// False for a message that was there already.
  bool is_new(std::uint64_t id) {
    std::size_t at = id % kIds;
    while (ids_[at] != 0 && ids_[at] != id) at = (at + 1) % kIds;
    if (ids_[at] == id) return false;
    ids_[at] = id;
    return true;
  }

  void add(std::string_view user, double amount, double quantity, std::string_view timestamp) {
    const std::uint32_t size = static_cast<std::uint32_t>(user.size() + timestamp.size());
    batch_.append(reinterpret_cast<const char*>(&size), sizeof size);
    batch_.append(reinterpret_cast<const char*>(&amount), sizeof amount);
    batch_.append(reinterpret_cast<const char*>(&quantity), sizeof quantity);
    batch_.append(user).append(timestamp);
  }

  /// What was added is on the disk then.
  void sync() {
    if (batch_.empty()) return;
    const std::uint32_t crc = env::crc32c(batch_);
    batch_.append(reinterpret_cast<const char*>(&crc), sizeof crc);
    if (at_ + batch_.size() > kFileBytes) at_ = 0;
    write(batch_, at_);
    at_ += batch_.size();
    batch_.clear();
  }

 private:
  static constexpr std::size_t kIds = std::size_t{1} << 25;
  static constexpr std::size_t kFileBytes = 64u << 20;

  void write(std::string_view bytes, std::size_t at) {
    if (pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at)) != static_cast<ssize_t>(bytes.size()) ||
        fdatasync(file_) != 0)
      std::abort();
  }

  int file_;  // in the folder where the bench was started, without a name
  std::uint64_t* ids_;
  std::string batch_;
  std::size_t at_ = 0;
};

std::optional<Kept> kept;  // none: nothing is kept

struct Connection {
  std::vector<char> bytes = std::vector<char>(1 << 18);
  std::size_t size = 0;
  int answers = 0;  // owed
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
    const std::uint64_t id = fnv(message);
    if (kept && kept->is_new(id)) kept->add(user, amount, quantity, timestamp);
    sum += fnv(type) + id + fnv(user) + fnv(event) + fnv(timestamp) + static_cast<std::uint64_t>(quantity);
  }
}

/// Reads the calls that have come. False when the other side is gone.
bool take(int socket, Connection& one) {
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
    ++one.answers;
    one.size -= head + body;
    std::memmove(begin, begin + head + body, one.size);
  }
}

void answer(int socket, Connection& one) {
  for (; one.answers > 0; --one.answers) {
    if (send(socket, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) return;
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
        Connection& one = *connections[static_cast<std::size_t>(socket)];
        if (!take(socket, one)) close(socket);
        if (!kept) answer(socket, one);
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
    if (!kept) continue;
    kept->sync();
    for (int i = 0; i < count; ++i) {
      const int socket = events[i].data.fd;
      if (socket != listener) answer(socket, *connections[static_cast<std::size_t>(socket)]);
    }
  }
}

void serve_keeping_floor(int listener) {
  kept.emplace();
  serve_floor(listener);
}

}  // namespace tend::bench
