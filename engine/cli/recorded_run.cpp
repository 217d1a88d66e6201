#include "engine/cli/recorded_run.hpp"

#include "engine/cli/terminal.hpp"
#include "engine/env/zone.hpp"

namespace tend::cli {
namespace {

Result<env::Moment> moment_of(const std::string& text, const char* option, const env::Zone& zone) {
  const auto moment = env::parse_moment(text, zone);
  if (!moment)
    return fail(ErrorCode::usage, std::string(option) + " `" + text +
                                      "` is not a moment: write one like 2026-03-01 or \"2026-03-01 10:00\"");
  return *moment;
}

void say_of_sources(const simulate::Rows& rows) {
  for (const simulate::SourceReport& source : rows.sources) {
    for (const std::string& note : source.notes) say("tend: " + note);
    if (source.rejected == 0) continue;
    for (const std::string& message : source.messages) say("tend: " + message);
    say("tend: " + source.path + ": " + std::to_string(source.rejected) + " of " + std::to_string(source.lines) +
        " rows cannot be read" + (source.rejects_file.empty() ? "" : "; they are in " + source.rejects_file));
  }
  if (rows.customers_not_described > 0) {
    say("tend: " + std::to_string(rows.customers_not_described) +
        " customers have events and stand in no source of customers (one is `" + rows.customer_not_described +
        "`): they were made from their events");
  }
}

}  // namespace

void add_recorded_options(CLI::App& verb, RecordedArguments& arguments) {
  verb.add_option("WORKSPACE", arguments.workspace, "a folder with tend.toml (default: the one you are in)");
  verb.add_option(
      "--from", arguments.from,
      "the first moment, in the policy's zone; what is older is history (default: the day of the first row)");
  verb.add_option("--to", arguments.to, "the moment at which it ends (default: the day after the last row)");
  verb.add_option("--format", arguments.format, "human or json")->check(CLI::IsMember({"human", "json"}));
  verb.add_option("--sends", arguments.sends, "write a JSON line per accepted message to this file");
  verb.add_option("--lang", arguments.lang, "the tongue of the summary")->check(CLI::IsMember({"en", "zh"}));
  verb.add_flag("--strict", arguments.strict, "stop at the first row that cannot be read");
}

Result<Prepared> prepare(const RecordedArguments& arguments, const std::string& rejects_folder) {
  Prepared prepared;
  auto compiled = compile_workspace(arguments.workspace, tongue_of(arguments.lang, {}));
  if (!compiled) return tl::unexpected(compiled.error());
  prepared.compiled = std::move(*compiled);
  const program::Program& program = prepared.compiled->program;
  const env::Zone& zone = *env::find_zone(program.timezone);

  simulate::SourceOptions sources{.strict = arguments.strict, .rejects_folder = rejects_folder};
  if (!arguments.from.empty()) {
    auto from = moment_of(arguments.from, "--from", zone);
    if (!from) return tl::unexpected(from.error());
    sources.from = *from;
  }
  if (!arguments.to.empty()) {
    auto to = moment_of(arguments.to, "--to", zone);
    if (!to) return tl::unexpected(to.error());
    sources.to = *to;
  }
  if (sources.from != env::kNoMoment && sources.to != env::kNoMoment && sources.to <= sources.from) {
    return fail(ErrorCode::usage, "--to has to be later than --from");
  }
  if (prepared.compiled->workspace.sources.empty()) {
    return fail(ErrorCode::invalid,
                "there is nothing to run over: name a file of events in tend.toml, under [sources.NAME]");
  }
  auto rows = simulate::load_sources(prepared.compiled->workspace, program, sources);
  if (!rows) return tl::unexpected(rows.error());
  prepared.rows = std::move(*rows);
  say_of_sources(prepared.rows);

  const auto midnight = [&zone](env::Moment moment, int days) {
    return env::clock(zone, env::date_of(zone, moment) + days, 0);
  };
  prepared.options.from = sources.from;
  prepared.options.to = sources.to;
  if (prepared.rows.rows.empty() && (sources.from == env::kNoMoment || sources.to == env::kNoMoment)) {
    return fail(ErrorCode::invalid, "the sources hold no row that can be read, so there is nothing to run over");
  }
  if (sources.from == env::kNoMoment) {
    prepared.options.from = midnight(prepared.rows.rows.front().at, 0);
    for (simulate::SourceRow& row : prepared.rows.rows) {
      if (prepared.rows.is_register(row)) row.at = prepared.options.from;  // registers stand where the run begins
    }
  }
  if (sources.to == env::kNoMoment) prepared.options.to = midnight(prepared.rows.rows.back().at, 1);
  if (prepared.options.to <= prepared.options.from)
    return fail(ErrorCode::usage, "the run would end before it begins: check --from and --to");
  return prepared;
}

bool print_run(const RecordedArguments& arguments, const Prepared& prepared, const run::Figures& figures) {
  const simulate::RunHead head{
      .from = prepared.options.from, .to = prepared.options.to, .default_channel = prepared.compiled->default_channel};
  const text::Tongue tongue = tongue_of(arguments.lang, prepared.compiled->workspace.language);
  return print(arguments.format == "json"
                   ? simulate::run_json(head, figures, prepared.compiled->program, prepared.compiled->places)
                   : simulate::run_summary(head, figures, prepared.compiled->program, tongue == text::Tongue::zh));
}

}  // namespace tend::cli
