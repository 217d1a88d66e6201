// Batches of 100 events over HTTP: `tend serve`, which keeps each of them durably and once, beside a floor and a peer
// that keep nothing, in turn.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/bench/figure.hpp"
#include "tests/bench/ingest_peers.hpp"

namespace tend::bench {
namespace {

constexpr double kSeconds = 5;
constexpr int kRounds = 3;

[[noreturn]] void give_up(const std::string& what) { throw std::runtime_error("ingest bench: " + what); }

struct Server {
  pid_t pid = 0;
  std::uint16_t port = 0;
};

int listen_somewhere(std::uint16_t& port) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 512) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    give_up("no port");
  port = ntohs(address.sin_port);
  return listener;
}

Server start(void (*serve)(int)) {
  Server server;
  const int listener = listen_somewhere(server.port);
  server.pid = fork();
  if (server.pid == 0) {
    serve(listener);
    _exit(0);
  }
  close(listener);
  return server;
}

Server start_tend(const std::string& tend, const std::string& folder) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/shop.tend") << "event order { amount number; quantity number }\nactivity is order\npolicy { "
                                          "timezone \"UTC\" }\nplaybook many { enter on order where quantity > 1000; "
                                          "again always; send thanks }\nmessage thanks { text \"Thank you!\" }\n";
  std::ofstream(folder + "/tend.toml") << "[channels.outbox]\nadapter = \"file\"\npath = \"outbox.jsonl\"\n";
  int out[2];
  if (pipe(out) != 0) give_up("no pipe");
  Server server;
  server.pid = fork();
  if (server.pid == 0) {
    dup2(out[1], 1);
    execl(tend.c_str(), "tend", "serve", folder.c_str(), "--open", "--listen", "127.0.0.1:0", nullptr);
    _exit(127);
  }
  close(out[1]);
  char line[200] = {};
  if (read(out[0], line, sizeof line - 1) <= 0) give_up("serve does not start");
  const char* colon = std::strrchr(line, ':');
  server.port = static_cast<std::uint16_t>(colon == nullptr ? 0 : std::atoi(colon + 1));
  close(out[0]);
  return server;
}

void stop(const Server& server) {
  kill(server.pid, SIGKILL);
  waitpid(server.pid, nullptr, 0);
}

/// Of the process and its threads, so far.
double processor_seconds(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));  // from the third on
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double resident_mb(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  double size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

struct Measured {
  double events_per_second = 0;
  double cpu_us = 0;  // of an event
};

Measured measure_and_stop(const Server& server) {
  const double before = processor_seconds(server.pid);
  const Load load = drive(server.port, 0, kSeconds);
  const double spent = processor_seconds(server.pid) - before;
  stop(server);
  return {load.events_per_second, spent * 1e6 / (load.events_per_second * kSeconds)};
}

/// What a process has in memory, looked at every second for as long as this lives: it goes up and down with what is
/// sorted just now.
class Resident {
 public:
  explicit Resident(pid_t pid) : thread_([this, pid] { look(pid); }) {}
  ~Resident() {
    if (thread_.joinable()) stop();
  }
  Resident(const Resident&) = delete;
  Resident& operator=(const Resident&) = delete;

  /// In MB, one for each second, at least one.
  const std::vector<double>& stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
    return seen_;
  }

 private:
  void look(pid_t pid) {
    std::unique_lock lock(mutex_);
    do {
      seen_.push_back(resident_mb(pid));
    } while (!changed_.wait_for(lock, std::chrono::seconds(1), [this] { return stopped_; }));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::vector<double> seen_;
  std::thread thread_;  // last: it uses the others
};

double median(std::vector<double> of) {
  std::sort(of.begin(), of.end());
  return of[of.size() / 2];
}

}  // namespace

void bench_ingest(const std::string& scratch, const std::string& tend, bool with_peers) {
  struct Peer {
    const char* name;
    void (*serve)(int);
    std::vector<double> rates, ratios, cpu;
  };
  std::vector<Peer> peers = {{"epoll and simdjson, nothing kept", serve_floor, {}, {}, {}},
                             {"the same, a bare log and a table of messages", serve_keeping_floor, {}, {}, {}},
                             {"Beast and nlohmann, nothing kept", serve_beast, {}, {}, {}},
                             {"Beast and nlohmann on two threads", serve_beast_on_two, {}, {}, {}}};
  if (!with_peers) peers.clear();
  std::vector<double> rates, cpu, latencies;
  for (int round = 0; round < kRounds; ++round) {
    const std::string folder = scratch + "/ingest-" + std::to_string(round);
    const Measured whole = measure_and_stop(start_tend(tend, folder));
    std::filesystem::remove_all(folder);
    const Server half = start_tend(tend, folder);  // anew, so that nothing is left to be done of before
    const double pause = kConnections * kEvents / (whole.events_per_second / 2);
    latencies.push_back(drive(half.port, pause, 2 * kSeconds).p99_ms);
    stop(half);
    std::filesystem::remove_all(folder);
    rates.push_back(whole.events_per_second);
    cpu.push_back(whole.cpu_us);
    std::printf("  round %d: %.0f events/s, %.2f us each, p99 at half %.1f ms\n", round + 1, whole.events_per_second,
                whole.cpu_us, latencies.back());
    for (Peer& peer : peers) {
      const Measured measured = measure_and_stop(start(peer.serve));
      peer.rates.push_back(measured.events_per_second);
      peer.cpu.push_back(measured.cpu_us);
      peer.ratios.push_back(whole.events_per_second / measured.events_per_second);
      std::printf("    %s: %.0f, %.2f us: %.3f\n", peer.name, measured.events_per_second, measured.cpu_us,
                  peer.ratios.back());
    }
  }
  for (const Peer& peer : peers) {
    report({"durable, deduplicated events over HTTP", median(rates), "events/s", peer.name,
            median(rates) / median(peer.ratios)});
    report({"processor time of one, history included", median(cpu), "us", peer.name, median(peer.cpu)});
  }
  if (!with_peers) report({"durable, deduplicated events over HTTP", median(rates), "events/s", "", 0});
  report({"latency at half of that, p99", median(latencies), "ms", "", 0});
}

void bench_ingest_memory(const std::string& scratch, const std::string& tend, unsigned minutes) {
  constexpr double kModerate = 20'000;  // events per second
  const Server server = start_tend(tend, scratch + "/ingest-memory");
  for (unsigned minute = 1; minute <= minutes; ++minute) {
    Resident resident(server.pid);
    const Load load = drive(server.port, kConnections * kEvents / kModerate, 60);
    const std::vector<double>& seen = resident.stop();
    const std::string at = "minute " + std::to_string(minute) + " of 20,000 events/s";
    report({at + ": resident, least", *std::min_element(seen.begin(), seen.end()), "MB", "", 0});
    report({at + ": resident, mean", std::accumulate(seen.begin(), seen.end(), 0.0) / static_cast<double>(seen.size()),
            "MB", "", 0});
    report({at + ": resident, most", *std::max_element(seen.begin(), seen.end()), "MB", "", 0});
    report({at + ": p99", load.p99_ms, "ms", "", 0});
  }
  stop(server);
}

}  // namespace tend::bench
