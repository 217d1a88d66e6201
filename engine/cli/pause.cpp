// `tend pause` and `tend resume`: everything, a playbook or a channel stands still, and goes on.
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "engine/cli/operate_text.hpp"
#include "engine/cli/operator.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"

namespace tend::cli {
namespace {

struct Arguments : OperatorArguments {
  std::string what;
};

/// What is meant, as orders have it: empty for everything. In either tongue; nothing where it is none of these.
std::optional<std::string> meant(std::string_view what) {
  if (what == "everything" || what == "全部") return "";
  for (const auto& [sort, zh] : {std::pair{"playbook:", "剧本："}, std::pair{"channel:", "渠道："}}) {
    std::string half(zh);  // people also type the narrow colon
    half.replace(half.size() - 3, 3, ":");
    for (const std::string_view prefix : {std::string_view(sort), std::string_view(zh), std::string_view(half)}) {
      if (what.starts_with(prefix)) return sort + std::string(what.substr(prefix.size()));
    }
  }
  return std::nullopt;
}

int run_pause(const Arguments& arguments, serve::OrderKind kind) {
  const auto what = meant(arguments.what);
  if (!what) {
    const std::string name = arguments.what.substr(arguments.what.find(':') + 1);  // all of it where there is none
    return complain({ErrorCode::usage, "`" + arguments.what + "` is nothing to pause: write `everything`, `playbook:" +
                                           name + "` or `channel:" + name + "`"});
  }
  auto op = Operator::open(arguments);
  if (!op) return complain(op.error());
  serve::Order order{.kind = kind};
  order.what = *what;
  auto told = (*op)->carry_out(order);
  if (!told) return complain(told.error());
  if (auto finished = (*op)->finish(); !finished) return complain(finished.error());
  const auto json = nlohmann::ordered_json::parse(*told);
  return print(arguments.json() ? *told : pause_text(json, arguments.tongue())) ? kFine : kFailed;
}

void add_one(CLI::App& app, int& exit_code, const char* name, const char* help, serve::OrderKind kind) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(name, help);
  verb->add_option("WHAT", arguments->what, "everything, playbook:NAME or channel:NAME")->required();
  add_operator_options(*verb, *arguments);
  verb->callback([arguments, kind, &exit_code] { exit_code = run_pause(*arguments, kind); });
}

}  // namespace

void add_pause(CLI::App& app, int& exit_code) {
  add_one(app, exit_code, "pause", "nobody enters, nothing is sent and nothing goes on until it is resumed",
          serve::OrderKind::pause);
  add_one(app, exit_code, "resume", "what was paused goes on, with what fell due meanwhile", serve::OrderKind::resume);
}

}  // namespace tend::cli
