// From the JSON of a request to typed inputs, or one sentence that says what is wrong with it.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/serve/live.hpp"

namespace tend::serve {

enum class Route { track, identify, alias, batch };

inline constexpr std::size_t kBodyDepthMax = 32;
inline constexpr std::size_t kIgnoredNamesMax = 20;     // told of in one answer
inline constexpr std::int64_t kAheadMsMax = env::kDay;  // a timestamp may be

/// What a body says. The whole is taken or nothing of it.
struct ReadBody {
  std::vector<PostedInput> inputs;
  /// Names of properties and traits that the playbooks do not declare, each once, in the order of their coming.
  std::vector<std::string> ignored;
  std::size_t ignored_values = 0;
  /// Not empty: nothing is taken, and why.
  std::string problem;
  std::optional<std::size_t> item;  // of a batch, from 0: where the problem is
};

/// Reads bodies in the shapes of Segment's HTTP API: track, identify, alias, batch of these.
/// Thread: one at a time; each thread has its own, for the parser's memory is used again.
class BodyReader {
 public:
  /// Lifetime: `program` outlives it.
  explicit BodyReader(const program::Program& program);
  BodyReader(BodyReader&&) noexcept;
  ~BodyReader();

  /// Shape: `body` grows by what the parser reads beyond its end. `now` decides what is too far ahead.
  ReadBody read(Route route, std::string& body, env::Moment now);

 private:
  struct Inside;  // simdjson stays in read_body.cpp
  std::unique_ptr<Inside> inside_;
};

}  // namespace tend::serve
