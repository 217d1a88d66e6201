// What `tend serve` is held against when it takes batches: servers that keep nothing.
#pragma once

namespace tend::bench {

/// The floor: epoll by hand, one core, Content-Length alone, simdjson reads every field, nothing is kept. Serves on the
/// listening socket until the process is ended.
void serve_floor(int listener);

/// What one writes first: Beast, and nlohmann for the JSON, nothing is kept.
void serve_beast(int listener);

}  // namespace tend::bench
