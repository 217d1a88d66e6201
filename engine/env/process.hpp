// The seam for other programs: run one, wait for it, take what it says. No shell: words stay words.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "engine/env/result.hpp"

namespace tend::env {

/// What a program left behind.
struct ProcessEnd {
  int exit_code = 0;  // 128 + the signal where one ended it
  std::string out;
  std::string err;
};

/// Words of the command, the program's name first. Tests put their own in its place.
using RunProcess = std::function<Result<ProcessEnd>(const std::vector<std::string>& words)>;

/// What the started program's environment differs in from ours.
struct ProcessEnvironment {
  std::vector<std::string> removed;  // names
  std::vector<std::string> added;    // `NAME=value`
};

/// Starts `words[0]`, found on PATH, its stdin empty, and waits for its end.
/// Errors: `not_found` where there is no such program; `io`. A program that ends with a failure is none.
/// Thread: safe.
Result<ProcessEnd> run_process(const std::vector<std::string>& words, const ProcessEnvironment& environment = {});

}  // namespace tend::env
