// `tend why` over sources: the engine of `simulate`, with tracing on.
#include <algorithm>
#include <thread>

#include "engine/cli/terminal.hpp"
#include "engine/cli/why.hpp"

namespace tend::cli {

Result<std::string> why_in_sources(const WhyArguments& arguments, text::Tongue tongue) {
  auto prepared = prepare(arguments, "");
  if (!prepared) return tl::unexpected(prepared.error());
  Compiled& compiled = *prepared->compiled;
  if (compiled.default_channel.empty()) compiled.default_channel = "outbox";  // as in simulate
  const simulate::Rows& rows = prepared->rows;
  const bool found = std::any_of(rows.rows.begin(), rows.rows.end(), [&](const simulate::SourceRow& row) {
    return rows.customer(row) == arguments.customer;
  });
  if (!found) {
    return fail(ErrorCode::not_found,
                "there is no customer `" + arguments.customer + "` in the sources of this workspace");
  }
  if (!arguments.playbook.empty()) {
    if (auto named = playbook_named(compiled.program, arguments.playbook); !named) return tl::unexpected(named.error());
  }

  const journey::Plan plan(compiled.program, compiled.default_channel, compiled.workspace.teams);
  simulate::AcceptingSender sender;
  const run::EngineOptions options{.threads = std::max(1u, std::thread::hardware_concurrency()), .render = false};
  const auto engine = run::Engine::in_memory(plan, options, sender);
  run::Partitions& partitions = engine->partitions();
  const std::uint16_t partition = partitions.partition_of(arguments.customer);
  Teller teller(arguments, tongue, &partitions.state(partition));
  teller.go_over(compiled.program, compiled.places);
  partitions.trace(partition, &teller);
  {
    Progress progress("why");
    prepared->options.progress = [&progress](double share) { progress.at(share); };
    if (auto done = simulate::run_recorded(*engine, rows, prepared->options); !done)
      return tl::unexpected(done.error());
  }
  return teller.told() +
         end_of_story(partitions.state(partition), arguments.customer, prepared->options.to - 1, tongue);
}

}  // namespace tend::cli
