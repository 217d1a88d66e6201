// What conditions of a new program read of the time before it, and the program before did not keep: found again in the
// inputs that the data folder has, and put into the log with the deploy, so that no start has to look for it again.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/log/record.hpp"
#include "engine/run/partitions.hpp"
#include "engine/run/programs.hpp"

namespace tend::run {

/// Told of each input, a customer's in their order; a partition's programs (with no customer) come before what was
/// numbered by them.
using VisitInput = std::function<Result<void>(std::string_view customer, const log::Record&)>;
/// All inputs since the folder began. False where they cannot be had.
using ReadInputs = std::function<Result<bool>(const VisitInput&)>;

/// More is not worth a batch of its own size in the log: then nothing is filled.
inline constexpr std::uint64_t kPastBytesMax = 256ull << 20;

struct Past {
  struct Filled {
    std::uint32_t event = 0;  // of the next program
    std::uint64_t customers = 0;
    std::uint64_t events = 0;
  };
  std::vector<Filled> filled;          // by name of the event
  std::vector<std::uint32_t> unknown;  // by name: conditions see what comes from the deploy on
  struct Record {
    std::uint16_t partition = 0;
    std::string payload;  // state::PastInput
  };
  std::vector<Record> records;  // by partition, customer (bytes), event
};

/// Works it out for a deploy at `moment`. What a playbook emits, what tend itself makes an event of, and what customers
/// had who were merged does not stand in the inputs alone and stays as it is. Errors: of `read`, and of programs that
/// cannot be loaded; `corrupt` for an input that its program cannot take.
/// Requires: nothing outstanding; `next` is not in force yet.
Result<Past> past_of(const Running& before, const Running& next, const Partitions& partitions, Programs& programs,
                     const DataFolder& folder, env::Moment moment, const ReadInputs& read);

}  // namespace tend::run
