// `tend tasks` and `tend confirm`: what people have to do, and what they say about it.
#include <CLI/CLI.hpp>
#include <memory>

#include "engine/cli/operate_text.hpp"
#include "engine/cli/operator.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/serve/look_target.hpp"

namespace tend::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Arguments : OperatorArguments {
  std::string person;
  std::string customer, what, playbook, reason;  // confirm
  std::uint32_t journey = 0;
  bool refused = false;
};

int run_tasks(const Arguments& arguments) {
  auto op = Operator::open(arguments);
  if (!op) return complain(op.error());
  const std::string query = arguments.person.empty() ? "" : "?person=" + serve::percent_encoded(arguments.person);
  auto told = (*op)->look("/v1/tasks" + query);
  if (!told) return complain(told.error());
  return print(arguments.json() ? *told : tasks_text(Json::parse(*told), arguments.tongue())) ? kFine : kFailed;
}

int run_confirm(const Arguments& arguments) {
  if (!arguments.reason.empty() && !arguments.refused)
    return complain({ErrorCode::usage, "--reason says why something was not done: it goes with --refused"});
  auto op = Operator::open(arguments);
  if (!op) return complain(op.error());
  auto told = (*op)->carry_out({.kind = serve::OrderKind::confirm,
                                .what = arguments.what,
                                .customers = {arguments.customer},
                                .playbook = arguments.playbook,
                                .journey = arguments.journey,
                                .done = !arguments.refused,
                                .reason = arguments.reason});
  if (!told) return complain(told.error());
  if (auto finished = (*op)->finish(); !finished) return complain(finished.error());
  return print(arguments.json() ? *told : confirm_text(Json::parse(*told), arguments.tongue())) ? kFine : kFailed;
}

}  // namespace

void add_tasks(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("tasks", "what people have to do: tasks, and messages that they have to send");
  verb->add_option("PERSON", arguments->person, "only this person's");
  add_operator_options(*verb, *arguments);
  verb->callback([arguments, &exit_code] { exit_code = run_tasks(*arguments); });

  auto confirmed = std::make_shared<Arguments>();
  CLI::App* confirm = app.add_subcommand("confirm", "a task is done, a message is sent by its person; or not");
  confirm->add_option("CUSTOMER", confirmed->customer, "the customer's id")->required();
  confirm->add_option("WHAT", confirmed->what, "the task's label or the message's name, as `tend tasks` has it")
      ->required();
  confirm->add_flag("--refused", confirmed->refused, "it was not done");
  confirm->add_option("--reason", confirmed->reason, "of a message: why it was not sent");
  confirm->add_option("--playbook", confirmed->playbook, "where several playbooks ask for the same");
  confirm->add_option("--journey", confirmed->journey, "where several journeys of a playbook do: its number");
  add_operator_options(*confirm, *confirmed);
  confirm->callback([confirmed, &exit_code] { exit_code = run_confirm(*confirmed); });
}

}  // namespace tend::cli
