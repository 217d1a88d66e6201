// What the HTTP interface answers: JSON for calls and figures, Prometheus' text for metrics.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expr/functions.hpp"
#include "engine/run/figures.hpp"
#include "engine/serve/live.hpp"
#include "engine/serve/read_body.hpp"

namespace tend::serve {

/// `{"success":true}`, with the names that were passed over and the calls that were refused.
std::string success_json(const ReadBody& body);
/// `{"success":false,"error":…}`, with the number of the item in a batch.
std::string error_json(std::string_view sentence, std::optional<std::size_t> item = std::nullopt);

/// The figures as of `now`, playbooks by name, with what `holdout` and `split` make of them (docs/serve.md). Shape:
/// `places` of a program of which nothing is known may be empty.
std::string figures_json(const run::Figures& figures, const program::Program& program, const program::Places& places,
                         env::Moment now);

/// What the HTTP interface itself counts.
struct HttpCounts {
  std::array<std::uint64_t, 6> by_class{};  // answers by the first digit of their status
  std::uint64_t ignored_values = 0;
  std::uint64_t refused_calls = 0;
  std::size_t connections = 0;
};

/// What the engine's thread was asked for; not known while there is no engine.
struct EngineCounts {
  run::Figures figures;
  const program::Program* program = nullptr;  // which they are of
  const program::Places* places = nullptr;
  std::uint64_t log_batches = 0;
  std::uint64_t log_segments = 0;
  std::vector<expr::FunctionTrouble> functions;
  std::map<std::string, run::Outbox::Count, std::less<>> out;  // by channel: messages that are out
  std::vector<std::string> paused;                             // `everything`, `playbook:NAME`, `channel:NAME`
};

std::string metrics_text(const program::Program& program, const LiveCounts& live, const HttpCounts& http,
                         const std::optional<EngineCounts>& engine);

}  // namespace tend::serve
