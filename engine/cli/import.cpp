// `tend import`: the rows of the workspace's sources become inputs of a data folder, each once, however often it is
// called or killed: how far it is stands in the same write as the rows.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <memory>

#include "engine/cli/operator.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/run/data_folder.hpp"
#include "engine/simulate/sources.hpp"

namespace tend::cli {
namespace {

constexpr std::size_t kBatchRows = 5'000;
constexpr int kRoundsMax = 1'000;  // of answers to what a batch caused
constexpr std::string_view kCursor = "import/1 ";

struct Arguments : OperatorArguments {
  std::vector<std::string> names;  // of sources; empty: all
};

/// How far an import is: `import/1 FILES PROGRAM ROWS`.
struct Place {
  std::string files, program;
  std::uint64_t rows = 0;
};

std::string text_of(const Place& place) {
  return std::string(kCursor) + place.files + " " + place.program + " " + std::to_string(place.rows);
}

/// None for a cursor of somebody else.
std::optional<Place> read_place(std::string_view text) {
  if (!text.starts_with(kCursor)) return std::nullopt;
  text.remove_prefix(kCursor.size());
  const std::size_t first = text.find(' '), second = text.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  Place place{std::string(text.substr(0, first)), std::string(text.substr(first + 1, second - first - 1)), 0};
  const std::string_view digits = text.substr(second + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), place.rows);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return place;
}

/// What the files hold, as a hash.
Result<std::string> hash_of(const simulate::Workspace& workspace) {
  std::string all;
  for (const simulate::Source& source : workspace.sources) {
    auto content = env::read_whole_file(env::real_files(), source.path);
    if (!content) return tl::unexpected(content.error());
    all += source.name + " " + run::program_hash(*content) + "\n";
  }
  return run::program_hash(all);
}

Result<simulate::Workspace> chosen(const simulate::Workspace& whole, const std::vector<std::string>& names) {
  simulate::Workspace workspace = whole;
  for (const std::string& name : names) {
    if (std::none_of(whole.sources.begin(), whole.sources.end(), [&](const auto& s) { return s.name == name; }))
      return fail(ErrorCode::usage, "tend.toml has no source `" + name + "`");
  }
  if (!names.empty()) {
    std::erase_if(workspace.sources, [&](const simulate::Source& source) {
      return std::find(names.begin(), names.end(), source.name) == names.end();
    });
  }
  if (workspace.sources.empty()) return fail(ErrorCode::invalid, "tend.toml has no sources to import");
  return workspace;
}

/// What could not be read, as `simulate` tells it.
std::uint64_t tell_rejected(const simulate::Rows& rows) {
  std::uint64_t rejected = 0;
  for (const simulate::SourceReport& source : rows.sources) {
    rejected += source.rejected;
    for (const std::string& message : source.messages) say(message);
    if (source.rejected > source.messages.size())
      say(source.path + ": " + std::to_string(source.rejected) + " rows cannot be read");
    if (!source.rejects_file.empty()) say("they stand, with the reasons, in " + source.rejects_file);
  }
  return rejected;
}

Result<void> commit(run::Engine& engine) {
  auto done = engine.commit();
  for (int round = 0; done && engine.is_busy() && round < kRoundsMax; ++round) done = engine.commit();
  return done;
}

/// Puts in what is not in yet. Gives how many rows that were.
Result<std::uint64_t> put_in(run::Engine& engine, const simulate::Rows& rows, Place place,
                             const std::function<env::Moment()>& clock) {
  const std::uint64_t began = place.rows;
  Progress progress("import");
  while (place.rows < rows.rows.size()) {
    const env::Moment now = clock();
    if (engine.next_due() <= now) engine.add_tick_where_due(now);
    const std::uint64_t end = std::min<std::uint64_t>(rows.rows.size(), place.rows + kBatchRows);
    for (; place.rows < end; ++place.rows) {
      const simulate::SourceRow& row = rows.rows[place.rows];
      if (row.event == simulate::kAttributesRow) {
        engine.add(state::AttributesInput{.moment = now, .customer = rows.customer(row), .fields = rows.fields(row)});
      } else {
        engine.add(state::EventInput{.moment = now,
                                     .at = std::min(row.at, now),
                                     .customer = rows.customer(row),
                                     .event = row.event,
                                     .fields = rows.fields(row)});
      }
    }
    engine.set_cursor(text_of(place));
    if (auto done = commit(engine); !done) return tl::unexpected(done.error());
    progress.at(static_cast<double>(place.rows) / static_cast<double>(rows.rows.size()));
  }
  return place.rows - began;
}

int run_import(const Arguments& arguments) {
  auto op = Operator::open(arguments);
  if (!op) return complain(op.error());
  auto folder = (*op)->live_folder();
  if (!folder) return complain(folder.error());
  run::Engine& engine = *folder->engine;
  auto workspace = chosen(*folder->workspace, arguments.names);
  if (!workspace) return complain(workspace.error());
  auto files = hash_of(*workspace);
  if (!files) return complain(files.error());
  simulate::SourceOptions options{.from = folder->now(), .rejects_folder = workspace->folder};
  auto rows = simulate::load_sources(*workspace, engine.running().program, options);
  if (!rows) return complain(rows.error());
  const std::uint64_t rejected = tell_rejected(*rows);

  Place place{*files, engine.running().hash, 0};
  if (const auto before = read_place(engine.cursor()); before && before->files == place.files) {
    if (before->rows < rows->rows.size() && before->program != place.program)
      return complain(
          {ErrorCode::invalid, "other playbooks came into force after " + std::to_string(before->rows) +
                                   " rows of these files: put the ones of then in again (`tend apply`) to go on"});
    place.rows = before->rows;
  }
  auto taken = put_in(engine, *rows, place, folder->now);
  if (!taken) return complain(taken.error());
  if (auto finished = (*op)->finish(); !finished) return complain(finished.error());
  const std::uint64_t before = rows->rows.size() - *taken;
  std::string text = std::to_string(*taken) + " rows imported";
  if (before > 0) text += ", " + std::to_string(before) + " were before";
  if (rejected > 0) text += ", " + std::to_string(rejected) + " cannot be read";
  if (arguments.json())
    text = "{\"imported\":" + std::to_string(*taken) + ",\"before\":" + std::to_string(before) +
           ",\"rejected\":" + std::to_string(rejected) + "}";
  return print(text + "\n") ? (rejected > 0 ? kProblems : kFine) : kFailed;
}

}  // namespace

void add_import(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("import", "put the rows of the workspace's sources into the data folder, once");
  verb->add_option("SOURCE", arguments->names, "names of sources in tend.toml (default: all)");
  add_operator_options(*verb, *arguments);
  verb->callback([arguments, &exit_code] { exit_code = run_import(*arguments); });
}

}  // namespace tend::cli
