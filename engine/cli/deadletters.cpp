// `tend deadletters`: what came in lists and no playbook could take, and taking it once they can.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "engine/channel/escape.hpp"
#include "engine/cli/operator.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/serve/client.hpp"
#include "engine/serve/dead_letters.hpp"

namespace tend::cli {
namespace {

constexpr std::chrono::seconds kRetryMax{600};
constexpr std::size_t kReasonsShown = 50;

struct Arguments : OperatorArguments {
  bool retry = false;
  bool lines = false;
};

int retry_letters(const run::DataFolder& folder, bool json) {
  auto address = run::read_serving(folder);
  if (!address) return complain(address.error());
  if (address->empty())
    return complain(
        {ErrorCode::not_found, "no `tend serve` runs on `" + folder.path + "`: it takes them, start it first"});
  auto answer = serve::post_json(*address, "/v1/deadletters/retry", "{}", kRetryMax);
  if (!answer) return complain(answer.error());
  if (answer->status != 200) return complain(serve::error_of(*answer));
  const auto told = nlohmann::ordered_json::parse(answer->body, nullptr, false);
  if (json || !told.is_object()) return print(answer->body) ? kFine : kFailed;
  return print(std::to_string(told.value("taken", 0)) + " taken, " + std::to_string(told.value("left", 0)) +
               " cannot be taken still\n")
             ? kFine
             : kFailed;
}

int run_deadletters(const Arguments& arguments) {
  auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.folder());
  if (!folder) return complain(folder.error());
  if (arguments.retry) return retry_letters(*folder, arguments.json());
  struct Reason {
    std::size_t count = 0;
    env::Moment last = 0;
  };
  std::map<std::string, Reason> reasons;
  std::size_t count = 0;
  bool printed = true;
  const auto read = serve::read_dead_letters(env::real_files(), folder->dead_letters(),
                                             [&](const serve::DeadLetter& letter) -> Result<void> {
                                               ++count;
                                               if (arguments.json() || arguments.lines) {
                                                 printed &= print(serve::line_of(letter));
                                                 return {};
                                               }
                                               Reason& reason = reasons[letter.reason];
                                               ++reason.count;
                                               reason.last = std::max(reason.last, letter.at);
                                               return {};
                                             });
  if (!read) return complain(read.error());
  if (arguments.json() || arguments.lines) return printed ? kFine : kFailed;
  std::string text = count == 0 ? "no dead letters\n" : std::to_string(count) + " dead letters\n";
  std::vector<std::pair<std::string, Reason>> sorted(reasons.begin(), reasons.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  for (std::size_t i = 0; i < sorted.size() && i < kReasonsShown; ++i) {
    text += "  " + std::to_string(sorted[i].second.count) + " × ";
    channel::append_visible(text, sorted[i].first);
    text += " (last " + env::format_moment(sorted[i].second.last) + ")\n";
  }
  if (sorted.size() > kReasonsShown)
    text += "  and " + std::to_string(sorted.size() - kReasonsShown) + " other reasons\n";
  return print(text) ? kFine : kFailed;
}

}  // namespace

void add_deadletters(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("deadletters", "calls that no playbook could take, by reason; taking them again");
  verb->add_flag("--retry", arguments->retry, "let the running `tend serve` read them once more");
  verb->add_flag("--json", arguments->lines, "all of them, a JSON line each (as --format json)");
  add_operator_options(*verb, *arguments);
  verb->callback([arguments, &exit_code] { exit_code = run_deadletters(*arguments); });
}

}  // namespace tend::cli
