// `tend start` and `tend stop`: customers are let into a playbook by hand, and taken out of it.
#include <CLI/CLI.hpp>
#include <memory>

#include "engine/cli/customer_ids.hpp"
#include "engine/cli/operate_text.hpp"
#include "engine/cli/operator.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"

namespace tend::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Arguments : OperatorArguments {
  std::string playbook;
  std::string file;
  std::string column;
};

/// Adds what one call did to what the calls before it did.
void add_up(Json& sum, Json answer) {
  if (sum.is_null()) {
    sum = std::move(answer);
    return;
  }
  for (const char* key : {"entered", "held_out", "stopped"}) {
    if (answer.contains(key)) sum[key] = sum[key].get<std::uint64_t>() + answer[key].get<std::uint64_t>();
  }
  for (const auto& [reason, count] : answer["refused"].items())
    sum["refused"][reason] = sum["refused"].value(reason, std::uint64_t{0}) + count.get<std::uint64_t>();
  for (Json& one : answer["customers"]) sum["customers"].push_back(std::move(one));
}

int run_start(const Arguments& arguments, serve::OrderKind kind) {
  const bool starts = kind == serve::OrderKind::start;
  auto ids = read_customer_ids(arguments.file, arguments.column);
  if (!ids) return complain(ids.error());
  auto op = Operator::open(arguments);
  if (!op) return complain(op.error());
  Json sum;
  std::size_t begin = 0;
  Result<void> failed;
  Progress progress(starts ? "starting" : "stopping");
  do {
    const std::size_t end = call_end(*ids, begin);
    serve::Order order{.kind = kind, .what = arguments.playbook};
    order.customers.assign(ids->begin() + static_cast<std::ptrdiff_t>(begin),
                           ids->begin() + static_cast<std::ptrdiff_t>(end));
    auto told = (*op)->carry_out(order);
    if (!told) {
      failed = tl::unexpected(told.error());
      break;
    }
    add_up(sum, Json::parse(*told));
    begin = end;
    progress.at(ids->empty() ? 1 : static_cast<double>(begin) / static_cast<double>(ids->size()));
  } while (begin < ids->size());
  // What was done before it failed is durable, and is told.
  if (!sum.is_null()) {
    const std::string text = arguments.json() ? sum.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"
                                              : customers_text(sum, starts, arguments.tongue());
    if (!print(text)) return kFailed;
  }
  if (!failed) {
    if (begin > 0)
      say("tend: " + std::to_string(begin) + " of " + std::to_string(ids->size()) + " customers were asked for");
    return complain(failed.error());
  }
  if (auto finished = (*op)->finish(); !finished) return complain(finished.error());
  return kFine;
}

void add_one(CLI::App& app, int& exit_code, const char* name, const char* help, serve::OrderKind kind) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(name, help);
  verb->add_option("PLAYBOOK", arguments->playbook, "its name")->required();
  verb->add_option("--customers", arguments->file,
                   "a file of customers' ids: one a line, or a table with a header; `-` reads standard input")
      ->required();
  verb->add_option("--column", arguments->column, "the table's column that has the ids, where there are several");
  add_operator_options(*verb, *arguments);
  verb->callback([arguments, kind, &exit_code] { exit_code = run_start(*arguments, kind); });
}

}  // namespace

void add_start(CLI::App& app, int& exit_code) {
  add_one(app, exit_code, "start", "let customers into a playbook by hand: its `where`, `again` and `holdout` hold",
          serve::OrderKind::start);
  add_one(app, exit_code, "stop", "take customers out of a playbook: their journeys through it end as left",
          serve::OrderKind::stop);
}

}  // namespace tend::cli
