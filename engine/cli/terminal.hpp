// How the verbs talk: errors in one sentence, exit codes, whether a person is looking.
#pragma once
#include <string>
#include <string_view>

#include "dsl/text/tongue.hpp"
#include "engine/env/result.hpp"

namespace tend::cli {

/// Exit codes of every verb.
inline constexpr int kFine = 0;
inline constexpr int kProblems = 1;  // in what was asked about
inline constexpr int kChanges = 2;   // of what would be done
inline constexpr int kUsage = 3;
inline constexpr int kFailed = 4;  // the tool itself could not

int exit_code_of(ErrorCode code);

/// Prints `tend: message` to stderr and gives the exit code.
int complain(const Error& error);

/// Is stdout (1) or stderr (2) a terminal that wants colours?
bool wants_colour(int descriptor);
bool is_terminal(int descriptor);

/// A line to stderr.
void say(std::string_view line);

/// Writes all of it to stdout; false if that failed (a closed pipe, a full disk).
bool print(std::string_view text);

/// The tongue to answer in: what was asked for, else the workspace's, else the environment's (LC_ALL, LC_MESSAGES,
/// LANG).
text::Tongue tongue_of(std::string_view asked, std::string_view workspace_language);

/// A line of progress on a terminal, rewritten in place; nothing elsewhere.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  void at(double share);

 private:
  std::string what_;
  int last_ = -1;
  bool shown_;
};

}  // namespace tend::cli
