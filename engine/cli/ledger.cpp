// `tend ledger`: what budgets paid to whom, over a data folder: balances, the statement of an account, settlement by
// person and partner, and taking an entry back.
#include <CLI/CLI.hpp>
#include <memory>

#include "engine/cli/ledger_report.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/env/clock.hpp"
#include "engine/env/files.hpp"
#include "engine/env/zone.hpp"
#include "engine/log/segment_log.hpp"
#include "engine/run/data_folder.hpp"
#include "engine/run/read_ledger.hpp"

namespace tend::cli {
namespace {

struct Arguments {
  std::string data = "data";
  std::string statement;
  bool settle = false;
  std::string from, to;
  std::string format = "human";
  std::string lang;
  std::string entry, reason;  // reverse
};

Result<program::Program> program_of(const run::DataFolder& folder) {
  auto hash = env::read_whole_file(env::real_files(), env::join_path(folder.programs(), "CURRENT"));
  if (!hash) return tl::unexpected(hash.error());
  auto stored = run::load_program(folder, *hash);
  if (!stored) return tl::unexpected(stored.error());
  auto program = program::deserialize(stored->program);
  if (!program)
    return fail(ErrorCode::version, "the program in `" + folder.path + "` was written by another version of tend");
  return std::move(*program);
}

Result<env::Moment> moment_or(const std::string& text, const char* option, const env::Zone& zone,
                              env::Moment otherwise) {
  if (text.empty()) return otherwise;
  const auto moment = env::parse_moment(text, zone);
  if (!moment) return fail(ErrorCode::usage, std::string(option) + ": `" + text + "` is not a date or moment");
  return *moment;
}

Result<std::string> report(const Arguments& arguments) {
  auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.data);
  if (!folder) return tl::unexpected(folder.error());
  auto program = program_of(*folder);
  if (!program) return tl::unexpected(program.error());
  auto ledger = run::read_ledger(env::real_files(), arguments.data);
  if (!ledger) return tl::unexpected(ledger.error());
  auto log = log::open_log_for_reading(env::real_files(), folder->log());
  if (!log) return tl::unexpected(log.error());
  auto until = run::last_tick(**log, std::nullopt);
  if (!until) return tl::unexpected(until.error());
  for (const std::string& wrong : ledger->wrong) say("tend: the ledger does not add up: " + wrong);

  const env::Zone* found = env::find_zone(program->timezone);
  const env::Zone& zone = found != nullptr ? *found : env::utc();
  const LedgerReport what{*program, *ledger, *until, tongue_of(arguments.lang, "")};
  if (arguments.settle) {
    auto from = moment_or(arguments.from, "--from", zone, INT64_MIN);
    if (!from) return tl::unexpected(from.error());
    auto to = moment_or(arguments.to, "--to", zone, INT64_MAX);
    if (!to) return tl::unexpected(to.error());
    const auto lines = run::settle(ledger->entries, *from, *to);
    return arguments.format == "json" ? settlement_json(what, lines) : settlement_csv(what, lines);
  }
  if (!arguments.statement.empty()) {
    const auto lines = run::statement(ledger->entries, arguments.statement);
    if (lines.empty())
      return fail(ErrorCode::not_found, "the account `" + arguments.statement + "` has no entry in `" + arguments.data +
                                            "`: it is written like customer:ID, staff:ID, partner:NAME, budget:NAME");
    return arguments.format == "json" ? statement_json(what, arguments.statement, lines)
                                      : statement_text(what, arguments.statement, lines);
  }
  const env::Date today = *until == env::kNoMoment ? 0 : env::date_of(zone, *until);
  const auto standings = run::budget_standings(*program, ledger->entries, today);
  const auto balances = run::balances(ledger->entries);
  return arguments.format == "json" ? ledger_json(what, standings, balances) : ledger_text(what, standings, balances);
}

int run_ledger(const Arguments& arguments) {
  if ((!arguments.from.empty() || !arguments.to.empty()) && !arguments.settle)
    return complain({ErrorCode::usage, "--from and --to go with --settle"});
  auto text = report(arguments);
  if (!text) return complain(text.error());
  return print(*text) ? kFine : kFailed;
}

int run_reverse(const Arguments& arguments) {
  const auto number = run::parse_entry(arguments.entry);
  if (!number) {
    return complain({ErrorCode::usage, "`" + arguments.entry +
                                           "` is no entry: they are numbered like 12-345, as `tend "
                                           "ledger --statement` shows them"});
  }
  auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.data);
  if (!folder) return complain(folder.error());
  auto program = program_of(*folder);
  if (!program) return complain(program.error());
  auto entry =
      run::reverse_entry(env::real_files(), arguments.data, *number, arguments.reason, env::real_clock().now());
  if (!entry) return complain(entry.error());
  const text::Tongue tongue = tongue_of(arguments.lang, "");
  return print(reversal_text(*program, *entry, tongue)) ? kFine : kFailed;
}

}  // namespace

void add_ledger(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("ledger", "what budgets paid to whom: balances, statements, settlement");
  const auto add_common = [&](CLI::App* to) {
    to->add_option("--data", arguments->data, "the data folder of `serve` or `replay`")->capture_default_str();
    to->add_option("--lang", arguments->lang, "the tongue of what people read")->check(CLI::IsMember({"en", "zh"}));
  };
  add_common(verb);
  auto* statement = verb->add_option("--statement", arguments->statement,
                                     "every entry of one account: customer:ID, staff:ID, partner:NAME, budget:NAME");
  verb->add_flag("--settle", arguments->settle, "what each person and partner is owed, as CSV")->excludes(statement);
  verb->add_option("--from", arguments->from, "of --settle: from this moment on");
  verb->add_option("--to", arguments->to, "of --settle: up to this moment, without it");
  verb->add_option("--format", arguments->format, "human (or CSV), json")->check(CLI::IsMember({"human", "json"}));
  CLI::App* reverse = verb->add_subcommand("reverse", "take an entry back, by an entry of its own");
  reverse->add_option("ENTRY", arguments->entry, "its number, as in --statement")->required();
  reverse->add_option("--reason", arguments->reason, "why, for whoever reads the statement")->required();
  add_common(reverse);
  verb->callback([arguments, verb, reverse, &exit_code] {
    exit_code = reverse->parsed() ? run_reverse(*arguments) : run_ledger(*arguments);
    (void)verb;
  });
}

}  // namespace tend::cli
