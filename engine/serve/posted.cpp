#include "engine/serve/posted.hpp"

#include "engine/env/draw.hpp"

namespace tend::serve {
namespace {

/// With no moment yet: state::take_at gives it one.
void append_payload(std::string& payloads, const PostedInput& input) {
  switch (input.kind) {
    case state::InputKind::event:
      return encode(
          payloads,
          state::EventInput{.at = input.at, .customer = input.customer, .event = input.event, .fields = input.fields});
    case state::InputKind::merge:
      return encode(payloads, state::MergeInput{.customer = input.customer, .into = input.into});
    default: return encode(payloads, state::AttributesInput{.customer = input.customer, .fields = input.fields});
  }
}

}  // namespace

void EncodedInputs::assign(std::span<const PostedInput> posted, unsigned partitions) {
  payloads.clear();
  inputs.clear();
  inputs.reserve(posted.size());
  for (const PostedInput& input : posted) {
    const std::size_t begin = payloads.size();
    append_payload(payloads, input);
    inputs.push_back({.seen = input.seen,
                      .begin = static_cast<std::uint32_t>(begin),
                      .size = static_cast<std::uint32_t>(payloads.size() - begin),
                      .partition = static_cast<std::uint16_t>(env::partition_of(input.customer, partitions)),
                      .kind = input.kind,
                      .named = input.seen != state::SeenId{},
                      .follows = input.follows});
  }
}

}  // namespace tend::serve
