// `tend customer show|export|forget`: what is known of one customer, all of it as a file, and forgetting him.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "engine/cli/customer_consents.hpp"
#include "engine/cli/customer_past.hpp"
#include "engine/cli/operate_text.hpp"
#include "engine/cli/operator.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/serve/look_target.hpp"

namespace tend::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLastSends = 10;

struct Arguments : OperatorArguments {
  std::string customer;
};

/// What is known of him now.
Result<Json> known_of(const Arguments& arguments) {
  auto op = Operator::open(arguments);
  if (!op) return tl::unexpected(op.error());
  auto told = (*op)->look("/v1/customers/" + serve::percent_encoded(arguments.customer));
  if (!told) return tl::unexpected(told.error());
  return Json::parse(*told);
}

int run_show(const Arguments& arguments) {
  auto known = known_of(arguments);
  if (!known) return complain(known.error());
  const std::string id = (*known)["customer"];
  auto past = past_of(arguments, id, false);
  if (!past) return complain(past.error());
  Json sends = Json::array();
  const Json& all = (*past)["sends"];
  for (std::size_t i = all.size() - std::min(all.size(), kLastSends); i < all.size(); ++i) sends.push_back(all[i]);
  if (!arguments.json()) return print(customer_text(*known, sends, arguments.tongue())) ? kFine : kFailed;
  (*known)["last_sends"] = std::move(sends);
  return print(known->dump(2, ' ', false, Json::error_handler_t::replace) + "\n") ? kFine : kFailed;
}

/// All that the data folder has of him: also of one who was forgotten, and under an id that he had before.
int run_export(const Arguments& arguments) {
  auto known = known_of(arguments);
  if (!known && known.error().code != ErrorCode::not_found) return complain(known.error());
  Json pasts = Json::array();
  std::vector<std::string> ids;
  if (known) ids.push_back((*known)["customer"]);
  if (ids.empty() || ids.front() != arguments.customer) ids.push_back(arguments.customer);
  for (const std::string& id : ids) {
    auto past = past_of(arguments, id, true);
    if (!past) return complain(past.error());
    if (!(*past)["inputs"].empty()) pasts.push_back(std::move(*past));
  }
  if (!known && pasts.empty()) return complain(known.error());
  Json json{{"format", "tend.export/1"}, {"customer", arguments.customer}};
  json["known"] = known ? std::move(*known) : Json(nullptr);
  json["past"] = std::move(pasts);
  return print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n") ? kFine : kFailed;
}

/// Also of one who was forgotten, as long as the folder has it.
int run_consents(const Arguments& arguments) {
  auto known = known_of(arguments);
  if (!known && known.error().code != ErrorCode::not_found) return complain(known.error());
  const std::string id = known ? (*known)["customer"].get<std::string>() : arguments.customer;
  auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.folder());
  if (!folder) return complain(folder.error());
  Json entries = Json::array();
  for (const std::string& one : id == arguments.customer ? std::vector{id} : std::vector{arguments.customer, id}) {
    auto consents = consents_of(*folder, one);
    if (!consents) return complain(consents.error());
    for (Json& entry : *consents) entries.push_back(std::move(entry));
  }
  if (!known && entries.empty()) return complain(known.error());
  if (!arguments.json()) return print(consents_text(entries, arguments.tongue())) ? kFine : kFailed;
  const Json json{{"format", "tend.consents/1"}, {"customer", id}, {"consents", std::move(entries)}};
  return print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n") ? kFine : kFailed;
}

int run_forget(const Arguments& arguments) {
  auto op = Operator::open(arguments);
  if (!op) return complain(op.error());
  auto told = (*op)->carry_out({.kind = serve::OrderKind::forget, .customers = {arguments.customer}});
  if (!told) return complain(told.error());
  if (auto finished = (*op)->finish(); !finished) return complain(finished.error());
  return print(arguments.json() ? *told : forget_text(Json::parse(*told), arguments.tongue())) ? kFine : kFailed;
}

}  // namespace

void add_customer(CLI::App& app, int& exit_code) {
  CLI::App* verb =
      app.add_subcommand("customer", "what is known of one customer; all of it as a file; forgetting them");
  verb->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*run)(const Arguments&)) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* one = verb->add_subcommand(name, help);
    one->add_option("ID", arguments->customer, "the customer's id")->required();
    add_operator_options(*one, *arguments);
    one->callback([arguments, run, &exit_code] { exit_code = run(*arguments); });
  };
  add("show", "attributes, tags, consents, where they stand in which playbook, open tasks, last messages", run_show);
  add("consents", "what they consented to and what not, since when, by which text, and what shows it", run_consents);
  add("export", "everything that the data folder has of them, as JSON, with what happened and why", run_export);
  add("forget", "the engine knows nothing of them any more; says what remains and where", run_forget);
}

}  // namespace tend::cli
