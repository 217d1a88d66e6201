// What conditions read, roughly: enough to see that two of them have nothing to do with each other, so that most
// questions need not be asked.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "dsl/check/hold/hold.hpp"

namespace tend::check::hold {

/// Bits for attributes, events, tags and so on; several may share one. Nodes without a bit in common are independent.
class Reads {
 public:
  explicit Reads(const program::Program& program);

  std::uint64_t of(std::uint32_t node) const { return bits_[node]; }
  std::uint64_t of_event(std::uint32_t event) const;

  /// `impossible` for one condition, or for its opposite where not `holds`. False without a closer look where no two
  /// parts that `and` and `or` join read the same: then each is to be asked by itself.
  bool never(std::uint32_t node, bool holds = true) const;
  /// `impossible` for several claims, each of them possible; false without a closer look likewise.
  bool never_together(std::span<const Claim> claims, std::uint32_t happened = program::kNone) const;

 private:
  std::uint64_t own_bits(const program::Node& node) const;
  bool shares(std::uint32_t node, std::uint64_t& seen, std::size_t& nodes) const;
  bool is_open(std::uint32_t node) const;

  const program::Program& program_;
  std::vector<std::uint64_t> bits_;
};

}  // namespace tend::check::hold
