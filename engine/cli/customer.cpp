// `tend customer show|export|forget`: what is known of one customer, all of it as a file, and forgetting him.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <set>

#include "engine/cli/customer_consents.hpp"
#include "engine/cli/customer_ids.hpp"
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
struct ForgetArguments : OperatorArguments {
  std::vector<std::string> customers;
  std::string file, column;
};

/// What is known of him now.
Result<Json> known_of(const Arguments& arguments) {
  auto op = Operator::open(arguments);
  if (!op) return tl::unexpected(op.error());
  auto told = (*op)->look("/v1/customers/" + serve::percent_encoded(arguments.customer) + "?formerly=yes");
  if (!told) return tl::unexpected(told.error());
  return Json::parse(*told);
}

/// The id that he has, then those that he had; of one who was forgotten, what was asked for.
std::vector<std::string> ids_of(const Arguments& arguments, const Result<Json>& known) {
  if (!known) return {arguments.customer};
  std::vector<std::string> ids = {(*known)["customer"].get<std::string>()};
  for (const Json& id : known->value("formerly", Json::array())) ids.push_back(id.get<std::string>());
  if (std::find(ids.begin(), ids.end(), arguments.customer) == ids.end()) ids.push_back(arguments.customer);
  return ids;
}

/// The ledger of consents under all of these ids, oldest first.
Result<Json> consents_under(const Arguments& arguments, const std::vector<std::string>& ids) {
  auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.folder());
  if (!folder) return tl::unexpected(folder.error());
  std::vector<Json> entries;
  for (const std::string& id : ids) {
    auto consents = consents_of(*folder, id);
    if (!consents) return tl::unexpected(consents.error());
    for (Json& entry : *consents) entries.push_back(std::move(entry));
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Json& a, const Json& b) { return a["at"] < b["at"]; });
  return Json(entries);
}

int run_show(const Arguments& arguments) {
  auto known = known_of(arguments);
  if (!known) return complain(known.error());
  auto consents = consents_under(arguments, ids_of(arguments, known));
  if (!consents) return complain(consents.error());
  if (Json why = suppressions_in(*consents); !why.empty()) (*known)["suppressed"] = std::move(why);
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
  for (const std::string& id : ids_of(arguments, known)) {
    auto past = past_of(arguments, id, true);
    if (!past) return complain(past.error());
    if (!(*past)["inputs"].empty()) pasts.push_back(std::move(*past));
  }
  if (!known && pasts.empty()) return complain(known.error());
  auto consents = consents_under(arguments, ids_of(arguments, known));
  if (!consents) return complain(consents.error());
  Json json{{"format", "tend.export/1"}, {"customer", arguments.customer}, {"consents", std::move(*consents)}};
  json["known"] = known ? std::move(*known) : Json(nullptr);
  json["past"] = std::move(pasts);
  return print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n") ? kFine : kFailed;
}

/// Also of one who was forgotten, as long as the folder has it.
int run_consents(const Arguments& arguments) {
  auto known = known_of(arguments);
  if (!known && known.error().code != ErrorCode::not_found) return complain(known.error());
  const std::string id = known ? (*known)["customer"].get<std::string>() : arguments.customer;
  auto entries = consents_under(arguments, ids_of(arguments, known));
  if (!entries) return complain(entries.error());
  if (!known && entries->empty()) return complain(known.error());
  const Json bounces = known ? known->value("soft_bounces", Json::array()) : Json::array();
  if (!arguments.json()) {
    const std::string text = consents_text(*entries, arguments.tongue()) + bounces_text(bounces, arguments.tongue());
    return print(text) ? kFine : kFailed;
  }
  Json json{{"format", "tend.consents/1"}, {"customer", id}, {"consents", std::move(*entries)}};
  if (!bounces.empty()) json["soft_bounces"] = bounces;
  return print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n") ? kFine : kFailed;
}

int forget_one(const ForgetArguments& arguments, const std::string& id, Operator& op) {
  auto told = op.carry_out({.kind = serve::OrderKind::forget, .customers = {id}, .single = true});
  if (!told) return complain(told.error());
  if (auto finished = op.finish(); !finished) return complain(finished.error());
  return print(arguments.json() ? *told : forget_text(Json::parse(*told), arguments.tongue())) ? kFine : kFailed;
}

/// Adds what one call did to what the calls before it did.
void add_up(Json& sum, Json answer) {
  for (const char* key : {"forgotten", "waiting", "unknown", "records", "dead_letters"})
    sum[key] = sum.value(key, std::uint64_t{0}) + answer.value(key, std::uint64_t{0});
  for (Json& one : answer["customers"]) sum["customers"].push_back(std::move(one));
}

/// As many as go into a call are one writing of everything.
int forget_many(const ForgetArguments& arguments, const std::vector<std::string>& ids, Operator& op) {
  Json sum{{"success", true}};
  Progress progress("forgetting");
  for (std::size_t begin = 0, end = 0; begin < ids.size(); begin = end) {
    end = call_end(ids, begin);
    const std::vector<std::string> some(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                                        ids.begin() + static_cast<std::ptrdiff_t>(end));
    auto told = op.carry_out({.kind = serve::OrderKind::forget, .customers = some});
    if (told) {
      add_up(sum, Json::parse(*told));
    } else if (told.error().code == ErrorCode::not_found) {
      add_up(sum, Json{{"unknown", some.size()}, {"customers", Json::array()}});
    } else {
      return complain(told.error());
    }
  }
  if (auto finished = op.finish(); !finished) return complain(finished.error());
  const bool nobody = sum["unknown"] == ids.size() && sum["dead_letters"] == 0;
  if (nobody)
    return complain({ErrorCode::not_found, "there is none of these " + std::to_string(ids.size()) + " customers"});
  return print(arguments.json() ? sum.dump() + "\n" : forget_many_text(sum, arguments.tongue())) ? kFine : kFailed;
}

int run_forget(const ForgetArguments& arguments) {
  std::vector<std::string> ids = arguments.customers;
  if (!arguments.file.empty()) {
    auto more = read_customer_ids(arguments.file, arguments.column);
    if (!more) return complain(more.error());
    ids.insert(ids.end(), more->begin(), more->end());
  }
  if (ids.empty()) return complain({ErrorCode::usage, "say who is to be forgotten: ids, or `--from FILE`"});
  std::set<std::string> seen;
  std::erase_if(ids, [&](const std::string& id) { return !seen.insert(id).second; });
  auto op = Operator::open(arguments);
  if (!op) return complain(op.error());
  const bool single = arguments.file.empty() && ids.size() == 1;
  return single ? forget_one(arguments, ids.front(), **op) : forget_many(arguments, ids, **op);
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
  auto arguments = std::make_shared<ForgetArguments>();
  CLI::App* forget =
      verb->add_subcommand("forget", "the engine knows nothing of them any more; says what remains and where");
  forget->add_option("ID", arguments->customers, "the customers' ids; many at once cost no more than one");
  forget->add_option("--from", arguments->file,
                     "a file of ids, one a line or a table with a header; `-`: standard input");
  forget->add_option("--column", arguments->column, "the table's column with the ids");
  add_operator_options(*forget, *arguments);
  forget->callback([arguments, &exit_code] { exit_code = run_forget(*arguments); });
}

}  // namespace tend::cli
