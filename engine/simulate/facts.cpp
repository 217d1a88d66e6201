#include "engine/simulate/facts.hpp"

#include <charconv>

namespace tend::simulate {
namespace {

/// `08:30`; -1 for anything else.
std::int32_t clock_ms(std::string_view text) {
  int hours = 0;
  int minutes = 0;
  if (text.size() != 5 || text[2] != ':') return -1;
  const auto [hours_end, hours_error] = std::from_chars(text.data(), text.data() + 2, hours);
  const auto [minutes_end, minutes_error] = std::from_chars(text.data() + 3, text.data() + 5, minutes);
  const bool read = hours_error == std::errc() && minutes_error == std::errc() && hours_end == text.data() + 2 &&
                    minutes_end == text.data() + 5;
  if (!read || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return -1;
  return (hours * 60 + minutes) * 60'000;
}

}  // namespace

bool read_hours(std::string_view text, channel::Limits& limits) {
  if (text.size() != 11 || text[5] != '-') return false;
  const std::int32_t from = clock_ms(text.substr(0, 5));
  const std::int32_t to = clock_ms(text.substr(6));
  if (from < 0 || to < 0 || from == to) return false;
  limits.open_from = from;
  limits.open_to = to;
  return true;
}

std::int64_t read_span(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || count <= 0 || count > 10'000) return 0;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit == "s") return count * 1'000;
  if (unit == "min") return count * 60'000;
  if (unit == "h") return count * 3'600'000;
  if (unit == "d") return count * 86'400'000;
  return 0;
}

check::ChannelFacts facts_of(const channel::ChannelConfig& config) {
  const channel::Limits& limits = config.limits;
  check::ChannelFacts facts;
  facts.name = config.name;
  facts.adapter = config.adapter;
  facts.needs_confirmation = limits.confirmation_ms > 0;
  facts.confirmation_deadline.ms = limits.confirmation_ms;
  facts.has_window = limits.has_window;
  facts.carries_private = limits.carries_private;
  facts.needs_opt_out = limits.needs_opt_out;
  facts.length_max = limits.length;
  facts.variables_max = limits.variables;
  facts.approved_only = limits.approved_only;
  facts.approved = limits.approved;
  facts.items = limits.items;
  if (limits.open_from >= 0) facts.closed.push_back({limits.open_to, limits.open_from, config.name});
  return facts;
}

}  // namespace tend::simulate
