// `tend check` of large workspaces: a thousand files of sixty lines, then ten thousand. The limit beside them: reading
// the same files and parsing them, in this process and in the same run.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "dsl/syntax/parse.hpp"
#include "tests/bench/figure.hpp"

extern char** environ;

namespace tend::bench {
namespace {

constexpr const char* kShop = R"(customer {
  name text private
  city text
  birthday date
  level one of "normal", "silver", "gold"
  language text
}
event order { id text, amount money, sku text, store text }
event visit { store text }
event reply { text text }
activity is order, visit, reply
policy { timezone "Asia/Shanghai"; cap 2 messages per 7 days }
)";

/// Sixty lines: what one campaign of a shop looks like. `@` stands for its number.
constexpr const char* kCampaign = R"tend(# Campaign @: customers who fall silent get a care message, then an offer.
trait spend_@ = total(order.amount) over 365 days
trait orders_@ = count(order where amount > 50 CNY) over 90 days
segment loyal_@ = spend_@ >= 1000 CNY and order within 120 days
segment close_@ = customer.city in ["Leeds", "York"] or visit within 30 days

message care_@ care {
  text "{{ customer.name default "Dear customer" }}, it has been a while. Is all well? Reply T to stop."
}
message offer_@ {
  text "{{ customer.name default "Dear customer" }}, 10 CNY off at {{ last(order.store) default "our shop" }}. Reply T to stop."
}
message thanks_@ care {
  text "Thank you for order {{ entry.id default "of yours" }}! Reply T to stop."
}

playbook win_back_@ "Win back, campaign @" {
  enter when inactive for 60 days
  where orders_@ >= 1 and not tagged "staff_@" and close_@
  again after 180 days
  goal order within 30 days
  leave when tagged "complaint"

  send care_@
  wait up to 7 days {
    on reply where text contains "yes" {
      tag "answered_@"
      stop "conversation started"
    }
    on visit {
      tag "came_@"
    }
  }
  if spend_@ >= 500 CNY and customer.level = "gold" {
    tag "valuable_@"
    send offer_@
  } else if in segment loyal_@ {
    send offer_@
  } else {
    tag "later_@"
  }
  wait 14 days
  if order within 14 days {
    stop "came back"
  }
  untag "answered_@"
}

playbook thank_@ "Thanks, campaign @" {
  enter on order where amount >= 100 CNY
  where age(customer.birthday) >= 18 and consents to sms
  again after 30 days
  goal visit within 30 days
  wait 2 hours
  send thanks_@
  set customer.level = "silver"
  wait until 10:00
}
# Ask the team before changing this one.
)tend";

std::string numbered(std::string_view text, std::size_t number) {
  std::string out;
  for (const char c : text) out += c == '@' ? std::to_string(number) : std::string(1, c);
  return out;
}

void write_workspace(const std::string& folder, std::size_t files) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/shop.tend") << kShop;
  std::ofstream(folder + "/tend.toml") << "[channels.sms]\nadapter = \"file\"\npath = \"outbox.jsonl\"\n";
  for (std::size_t i = 1; i < files; ++i)
    std::ofstream(folder + "/campaign" + std::to_string(i) + ".tend") << numbered(kCampaign, i);
}

struct Run {
  double seconds = 0;
  double megabytes = 0;
};

/// The fastest of `runs`; the greatest memory. Its report goes nowhere.
Run check(const std::string& tend, const std::string& folder, int runs) {
  Run best;
  for (int run = 0; run < runs; ++run) {
    std::string program = tend, verb = "check", path = folder;
    char* words[] = {program.data(), verb.data(), path.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    pid_t pid = 0;
    const double begin = seconds();
    if (posix_spawn(&pid, tend.c_str(), &actions, nullptr, words, environ) != 0)
      throw std::runtime_error("cannot start " + tend);
    int status = 0;
    rusage usage{};
    wait4(pid, &status, 0, &usage);
    const double took = seconds() - begin;
    posix_spawn_file_actions_destroy(&actions);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error("check of " + folder + " failed");
    best.seconds = run == 0 ? took : std::min(best.seconds, took);
    best.megabytes = std::max(best.megabytes, static_cast<double>(usage.ru_maxrss) / 1024);
  }
  return best;
}

/// Reads all files and parses them.
double read_and_parse(const std::string& folder) {
  const double begin = seconds();
  diagnostic::Sink sink;
  std::vector<text::Source> sources;
  std::vector<syntax::File> trees;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".tend") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    sources.push_back({entry.path().string(), text.str()});
  }
  for (std::uint32_t i = 0; i < sources.size(); ++i) trees.push_back(syntax::parse(sources[i], i, sink));
  if (sink.errors() > 0) throw std::runtime_error("the campaigns of the bench do not parse");
  return seconds() - begin;
}

}  // namespace

void bench_check_large(const std::string& scratch, const std::string& tend) {
  const std::string thousand = scratch + "/thousand", many = scratch + "/ten_thousand";
  write_workspace(thousand, 1'000);
  write_workspace(many, 10'000);
  double floor = read_and_parse(thousand);
  for (int run = 0; run < 2; ++run) floor = std::min(floor, read_and_parse(thousand));
  const Run small = check(tend, thousand, 5);
  report({"check of 1,000 files, whole process", small.seconds, "s", "reading and parsing them in one process", floor});
  report({"check of 1,000 files, peak memory", small.megabytes, "MB", "", 0});
  const Run large = check(tend, many, 2);
  report({"check of 10,000 files, whole process", large.seconds, "s", "the check of 1,000", small.seconds});
  report({"check of 10,000 files, peak memory", large.megabytes, "MB", "", 0});
}

}  // namespace tend::bench
