// Bodies of every route, compressed and not, with CloudEvents' attributes beside them: whatever comes is taken or
// refused with a sentence, within its limits.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/serve/inflate.hpp"
#include "engine/serve/read_body.hpp"
#include "tests/support/compile.hpp"

using namespace tend;
using namespace tend::serve;

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

const program::Program& shop() {
  static const program::Program program = test::compile_or_throw(
      "customer { city text; age number; level one of \"gold\", \"silver\" }\n"
      "event order { amount money; quantity number; items list of text }\nevent page { name text; title text }\n"
      "activity is order\nmessage a { text \"a\" }\nplaybook p { enter on order; again always; send a }\n");
  return program;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static BodyReader reader(shop(), {.depth = 16, .call_bytes = 2000, .calls = 20});
  constexpr std::size_t kBytesMax = 20'000;
  const auto route = static_cast<Route>(data[0] % 10);
  std::string body(reinterpret_cast<const char*>(data + 2), size - 2);
  if (data[1] & 1) {
    std::string packed = std::move(body);
    if (inflate(packed, kBytesMax, body) != Inflated::good) return 0;
    require(body.size() <= kBytesMax);
  }
  CloudAttributes cloud{"1.0", "1", "/s", "order", "c", (data[1] & 2) != 0 ? "2026-01-01T00:00:00Z" : ""};
  if ((data[1] & 4) != 0) cloud.type = cloud.subject = cloud.id = body.substr(0, 40);
  BodyRequest request{.route = route, .now = 1'772'323'200'000, .cloud = &cloud};
  request.source = [](std::string_view key) -> Result<std::string> { return std::string(key); };
  const std::string before = body;
  const ReadBody read = reader.read(request, body);
  const bool is_list = route == Route::batch || route == Route::cloud_batch;
  if (!read.problem.empty()) {
    require(read.inputs.empty() && read.refused.empty());
    require(read.problem.find('\n') == std::string::npos || !is_list);
    return 0;
  }
  require(read.calls + read.refused.size() <= 20);
  require(is_list || read.refused.empty());
  for (const RefusedCall& refused : read.refused)
    require(!refused.reason.empty() && before.find(refused.json) != std::string::npos);
  for (const PostedInput& input : read.inputs) {
    require(!input.customer.empty());
    require(input.at == env::kNoMoment || input.at <= request.now + kAheadMsMax);
  }
  return 0;
}
