// `tend plan` and `tend apply` between the command and whoever holds the data folder: what is asked, and what an apply
// would do as JSON (docs/deploys.md).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/run/engine.hpp"

namespace tend::serve {

/// A program on its way to be planned or put in.
struct ProgramRequest {
  std::string before;   // hash of the program that was put in last, as the asker knows it; empty: whichever it is
  std::string program;  // bytes (docs/formats/program.md)
  std::string places;
};
std::string encode(const ProgramRequest& request);
/// Errors: none for bytes that are no request; what stands in them is looked at later.
std::optional<ProgramRequest> decode_program_request(std::string_view body);

/// Program and places of a request, read and held against themselves and the channels that are there.
struct ReadProgram {
  program::Program program;
  program::Places places;
};
/// Errors: `invalid`: not a program of this version of tend, or it sends through a channel that is not among
/// `channels`.
Result<ReadProgram> read_program(const ProgramRequest& request, const std::vector<std::string>& channels);

/// What an apply would do to whom, as `tend.plan/1`: `changes` false where the program is in force already; `refused`
/// the sentence of a refused edit, else null. `moment` is when it would be put in. Requires: the engine has everything
/// committed.
Result<std::string> plan_json(run::Engine& engine, const ReadProgram& now, const std::string& hash, env::Moment moment);

}  // namespace tend::serve
