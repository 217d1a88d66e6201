// What `tend serve` is held against when it takes batches: servers that keep nothing, one that keeps them and does
// nothing else; and the load for all of them.
#pragma once
#include <cstdint>

namespace tend::bench {

/// The floor: epoll by hand, one core, Content-Length alone, simdjson reads every field, nothing is kept. Serves on the
/// listening socket until the process is ended.
void serve_floor(int listener);

/// The same, but each round of calls is in a log on the disk before it is answered, no message twice: what keeping
/// costs at the very least. It keeps nobody's state, no history and no message for longer than it runs, and could not
/// start again.
void serve_keeping_floor(int listener);

/// What one writes first: Beast, and nlohmann for the JSON, nothing is kept; on one thread as the floor, or on two.
void serve_beast(int listener);
void serve_beast_on_two(int listener);

inline constexpr int kConnections = 32;
inline constexpr int kEvents = 100;  // of a call

struct Load {
  double events_per_second = 0;
  double p99_ms = 0;
};

/// Drives a server for some seconds with calls of 100 events, no message twice. `pause`: seconds between two calls of
/// one connection; 0: one after the other. Latency counts from when a call was due, so a server that falls behind
/// cannot hide it.
Load drive(std::uint16_t port, double pause, double seconds_long);

}  // namespace tend::bench
