#include "engine/cli/terminal.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tend::cli {

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage: return kUsage;
    case ErrorCode::not_found:
    case ErrorCode::invalid:
    case ErrorCode::unsupported: return kProblems;
    case ErrorCode::io:
    case ErrorCode::in_use:
    case ErrorCode::version:
    case ErrorCode::corrupt: return kFailed;
  }
  return kFailed;
}

int complain(const Error& error) {
  say("tend: " + error.message);
  return exit_code_of(error.code);
}

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

bool wants_colour(int descriptor) {
  const char* no_colour = std::getenv("NO_COLOR");
  if (no_colour != nullptr && *no_colour != '\0') return false;
  const char* terminal = std::getenv("TERM");
  return is_terminal(descriptor) && terminal != nullptr && std::strcmp(terminal, "dumb") != 0;
}

void say(std::string_view line) { std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data()); }

bool print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return true;
  say(std::string("tend: cannot write the result: ") + std::strerror(errno));
  return false;
}

text::Tongue tongue_of(std::string_view asked, std::string_view workspace_language) {
  if (!asked.empty()) return asked == "zh" ? text::Tongue::zh : text::Tongue::en;
  if (!workspace_language.empty()) return workspace_language == "zh" ? text::Tongue::zh : text::Tongue::en;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0')
      return std::strncmp(value, "zh", 2) == 0 ? text::Tongue::zh : text::Tongue::en;
  }
  return text::Tongue::en;
}

Progress::Progress(std::string what) : what_(std::move(what)), shown_(is_terminal(2)) {}

Progress::~Progress() {
  if (last_ >= 0) std::fprintf(stderr, "\r\033[K");
}

void Progress::at(double share) {
  const int percent = static_cast<int>(share * 100);
  if (!shown_ || percent == last_) return;
  last_ = percent;
  std::fprintf(stderr, "\r%s %3d%%\033[K", what_.c_str(), percent);
  std::fflush(stderr);
}

}  // namespace tend::cli
