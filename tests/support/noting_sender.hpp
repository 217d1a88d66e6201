// A channel for tests: takes every message, and one can look what came.
#pragma once
#include <string>
#include <vector>

#include "engine/run/sender.hpp"

namespace tend::test {

/// Accepts everything and notes it down.
struct NotingSender final : run::Sender {
  std::vector<std::string> lines;  // `customer message`
  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override {
    for (const run::Send& send : sends) lines.push_back(std::string(send.customer) + " " + std::string(send.message));
    return std::vector<run::Answer>(sends.size());
  }
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override {
    return std::vector<run::Settled>(sends.size(), run::Settled::never);
  }
  bool needs_dispatch_record(std::string_view) const override { return false; }
};

}  // namespace tend::test
