// From the JSON of a request to typed inputs, or one sentence that says what is wrong with it.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/serve/live.hpp"

namespace tend::serve {

/// Segment's calls, a batch of them, and CloudEvents in their three modes: the attributes beside the body, one event,
/// a list of them.
enum class Route { track, identify, alias, page, screen, group, batch, cloud_binary, cloud_event, cloud_batch };

inline constexpr std::int64_t kAheadMsMax = env::kDay;  // a timestamp may be

struct BodyLimits {
  std::size_t depth = 64;
  std::size_t call_bytes = 32u << 10;
  std::size_t calls = 2500;  // of a batch
};

/// The attributes of a CloudEvent that come beside its body.
struct CloudAttributes {
  std::string specversion, id, source, type, subject, time;
};

struct BodyRequest {
  Route route = Route::track;
  env::Moment now = 0;                     // when it came: decides what is too far ahead, and how wrong its clock goes
  const CloudAttributes* cloud = nullptr;  // of cloud_binary
  run::SeenKey seen_key = {};
  /// Not empty: a call that came once already, at `now`, and is read again. It happened then where it does not say
  /// when, and is told apart by this name where it has no id of its own.
  std::string_view again = {};
  /// Told the `writeKey` of a body that is well-formed, empty where it has none. Gives the source that its messages are
  /// told apart by, or says why it is refused.
  std::function<Result<std::string>(std::string_view write_key)> source = {};
};

/// A call of a list that cannot be taken; those beside it are.
struct RefusedCall {
  std::size_t item = 0;  // from 0
  std::string reason;
  std::string json;  // as it came
};

struct ReadBody {
  std::vector<PostedInput> inputs;
  std::size_t calls = 0;  // that are well
  /// Names of properties, traits and calls that the playbooks do not declare, each once, in the order of their coming.
  std::vector<std::string> ignored;
  std::size_t ignored_values = 0;
  std::vector<RefusedCall> refused;
  std::string source;
  std::string sent;  // `sentAt` of the whole, as it came
  /// Not empty: nothing is taken, and why.
  std::string problem;
  bool unauthorized = false;        // the problem is who it comes from
  std::optional<std::size_t> item;  // of a list, from 0: where the problem is
};

/// Reads bodies in the shapes of Segment's HTTP API and of CloudEvents 1.0. A list is taken or refused as a whole where
/// its JSON is concerned; calls in it that no playbook can take are told apart. Two inputs of one call have the same
/// PostedInput::seen.
/// Thread: one at a time; each thread has its own, for the parser's memory is used again.
class BodyReader {
 public:
  /// Lifetime: `program` outlives it.
  explicit BodyReader(const program::Program& program, const BodyLimits& limits = {});
  BodyReader(BodyReader&&) noexcept;
  ~BodyReader();

  /// Shape: `body` grows by what the parser reads beyond its end. `spare`: old inputs, whose memory is used again.
  ReadBody read(const BodyRequest& request, std::string& body, std::vector<PostedInput> spare = {});

 private:
  struct Inside;  // simdjson stays inside
  std::unique_ptr<Inside> inside_;
};

}  // namespace tend::serve
