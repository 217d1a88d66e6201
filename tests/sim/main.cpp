// tend_sim: the whole engine in one process under faults that a seed chooses, held against the same engine undisturbed
// and against what the model expects.
//
//   tend_sim [--live] [--seed N | --seeds A:B] [--tell] [--print] FOLDER…
//   FOLDER   a workspace; expected.json, sends.jsonl and faults.json in it are looked at where they are there
//   --seeds  fault seeds A to B - 1 over each folder (default 0:1)
//   --live   serve's loop, posts and a clock that is set, instead of recorded time
//   --tell   what happened, life by life
//   --print  the figures and sends of the undisturbed run
//
// Exit code: 0 all held, 1 something did not (a line says what, and the command that repeats it), 3 wrong usage.
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "tests/sim/live_sim.hpp"
#include "tests/sim/recorded_sim.hpp"

namespace {

using namespace tend;

/// What repeats the run under way; printed too when a check of the engine ends the process.
char command[4096];

void on_abort(int number) {
  (void)!write(STDOUT_FILENO, command, std::strlen(command));
  signal(number, SIG_DFL);
  raise(number);
}

struct Arguments {
  std::uint64_t first = 0, end = 1;
  bool live = false;
  bool tell = false;
  bool print = false;
  std::vector<std::string> folders;
};

bool read_number(std::string_view text, std::uint64_t& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

bool read_arguments(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--live") {
      arguments.live = true;
    } else if (word == "--tell") {
      arguments.tell = true;
    } else if (word == "--print") {
      arguments.print = true;
    } else if (word == "--seed" && i + 1 < argc) {
      if (!read_number(argv[++i], arguments.first)) return false;
      arguments.end = arguments.first + 1;
    } else if (word == "--seeds" && i + 1 < argc) {
      const std::string_view range = argv[++i];
      const std::size_t colon = range.find(':');
      if (colon == std::string_view::npos || !read_number(range.substr(0, colon), arguments.first) ||
          !read_number(range.substr(colon + 1), arguments.end))
        return false;
    } else if (word.starts_with("--")) {
      return false;
    } else {
      arguments.folders.emplace_back(word);
    }
  }
  return !arguments.folders.empty() && arguments.first < arguments.end;
}

/// False where something did not hold.
bool run_folder(const std::string& program, const std::string& folder, const Arguments& arguments) {
  const auto again = [&](std::uint64_t seed) {
    return "again: " + program + (arguments.live ? " --live" : "") + " --tell --seed " + std::to_string(seed) + " " +
           folder + "\n";
  };
  std::snprintf(command, sizeof command, "%s", again(arguments.first).c_str());
  auto subject = sim::load_subject(folder);
  if (!subject) {
    std::printf("%s: cannot be run: %s\n", folder.c_str(), subject.error().message.c_str());
    return false;
  }
  auto undisturbed = sim::run_undisturbed(*subject);
  if (!undisturbed) {
    std::printf("%s: undisturbed it ends with: %s\n", folder.c_str(), undisturbed.error().message.c_str());
    return false;
  }
  if (arguments.print)
    std::printf("%s%s", undisturbed->figures.c_str(), simulate::sends_jsonl(undisturbed->sends).c_str());
  bool held = true;
  const std::string other = difference_from_model(*subject, *undisturbed);
  if (!other.empty()) {
    std::printf("%s: undisturbed: %s\n%s", folder.c_str(), other.c_str(), command);
    held = false;
  }
  sim::Report sum;
  for (std::uint64_t seed = arguments.first; seed < arguments.end; ++seed) {
    std::snprintf(command, sizeof command, "%s", again(seed).c_str());
    const auto tell = [](const std::string& line) { std::printf("  %s\n", line.c_str()); };
    const auto told =
        arguments.tell ? std::function<void(const std::string&)>(tell) : std::function<void(const std::string&)>();
    const sim::Report report = arguments.live ? sim::run_live_under_faults(*subject, seed, told)
                                              : sim::run_recorded_under_faults(*subject, *undisturbed, seed, told);
    sum.lives += report.lives;
    sum.crashes += report.crashes;
    sum.full_disks += report.full_disks;
    sum.dropped_segments += report.dropped_segments;
    sum.sends += report.sends;
    sum.settled_as_sent += report.settled_as_sent;
    if (report.failure.empty()) continue;
    held = false;
    std::printf("%s: seed %llu: %s\n%s", folder.c_str(), static_cast<unsigned long long>(seed), report.failure.c_str(),
                command);
  }
  std::printf(
      "%s: %s: %llu runs, %d lives, %d crashes, %d full disks, %d dropped segments, %llu messages, %llu of them taken "
      "as sent\n",
      folder.c_str(), held ? "held" : "FAILED", static_cast<unsigned long long>(arguments.end - arguments.first),
      sum.lives, sum.crashes, sum.full_disks, sum.dropped_segments, static_cast<unsigned long long>(sum.sends),
      static_cast<unsigned long long>(sum.settled_as_sent));
  std::fflush(stdout);
  return held;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!read_arguments(argc, argv, arguments)) {
    std::fprintf(stderr, "usage: tend_sim [--live] [--seed N | --seeds A:B] [--tell] [--print] FOLDER...\n");
    return 3;
  }
  for (const int number : {SIGABRT, SIGSEGV, SIGFPE}) signal(number, on_abort);
  bool held = true;
  for (const std::string& folder : arguments.folders) held &= run_folder(argv[0], folder, arguments);
  return held ? 0 : 1;
}
