// `tend import`: the rows of the workspace's sources become inputs of a data folder, each once, however often it is
// called or killed: how far it is stands in the same write as the rows.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "engine/cli/import_target.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/env/clock.hpp"
#include "engine/serve/read_body.hpp"
#include "engine/simulate/csv.hpp"
#include "engine/simulate/database_rows.hpp"
#include "engine/simulate/import_place.hpp"
#include "engine/simulate/rejects_file.hpp"

namespace tend::cli {
namespace {

constexpr std::size_t kBatchRows = 5'000;
constexpr std::size_t kBatchBytes = 4u << 20;
constexpr std::size_t kMessagesMax = 5;  // of rejected rows, for each source

struct Arguments : OperatorArguments {
  std::vector<std::string> names;  // of sources; empty: all
};

/// What an import has come to.
struct Import {
  ImportTarget& target;
  simulate::ImportPlace place;
  std::uint64_t imported = 0, before = 0, rejected = 0;
};

/// What is dated later is a slip of somebody's, as over HTTP: it would count as happening now. A file that is imported
/// again brings such rows when their time has come: in the order of time they stand behind all that were taken.
env::Moment latest_moment() { return env::real_clock().now() + serve::kAheadMsMax; }

bool is_file(const simulate::Source& source) { return source.postgres.empty(); }

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

Result<void> put(Import& import, const simulate::Rows& rows, const std::vector<std::size_t>& indices) {
  auto cursor = simulate::write_import_place(import.place);
  if (!cursor) return tl::unexpected(cursor.error());
  if (auto done = import.target.put(rows, indices, *cursor); !done) return done;
  import.imported += indices.size();
  return {};
}

/// Where a file's rows go on. Errors: of the disk; other playbooks than those by which a part of it was taken.
Result<void> find_place(Import& import, const simulate::Source& source, std::uint64_t rows) {
  auto content = env::read_whole_file(env::real_files(), source.path);
  if (!content) return tl::unexpected(content.error());
  const std::string hash = run::program_hash(*content);
  simulate::FilePlace& place = import.place.files[source.name];
  if (place.content != hash) {
    place = {hash, import.target.program_hash(), 0};
  } else if (place.rows >= rows) {
    place.rows = rows;  // other playbooks may refuse more of its rows
  } else if (place.program != import.target.program_hash()) {
    return fail(ErrorCode::invalid, "other playbooks came into force after " + std::to_string(place.rows) +
                                        " rows of `" + source.name +
                                        "`: put the ones of then in again (`tend apply`) to go on");
  }
  import.before += place.rows;
  return {};
}

/// Puts in what is not in yet of the sources that are files, in the order of time.
Result<void> import_files(Import& import, simulate::Workspace workspace) {
  std::erase_if(workspace.sources, [](const simulate::Source& source) { return !is_file(source); });
  if (workspace.sources.empty()) return {};
  const simulate::SourceOptions options{.latest = latest_moment(), .rejects_folder = workspace.folder};
  auto rows = simulate::load_sources(workspace, import.target.program(), options);
  if (!rows) return tl::unexpected(rows.error());
  import.rejected += tell_rejected(*rows);
  std::vector<std::uint64_t> of_source(workspace.sources.size());
  for (const simulate::SourceRow& row : rows->rows) ++of_source[row.source];
  std::vector<simulate::FilePlace*> places;
  for (std::size_t i = 0; i < workspace.sources.size(); ++i) {
    if (auto found = find_place(import, workspace.sources[i], of_source[i]); !found) return found;
    places.push_back(&import.place.files[workspace.sources[i].name]);
  }
  Progress progress("import");
  std::vector<std::uint64_t> passed(places.size());
  std::vector<std::size_t> indices;
  std::size_t bytes = 0;
  const std::vector<simulate::FilePlace> begun = [&] {
    std::vector<simulate::FilePlace> out;
    for (const simulate::FilePlace* place : places) out.push_back(*place);
    return out;
  }();
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    const std::size_t source = rows->rows[i].source;
    if (passed[source]++ < begun[source].rows) continue;
    indices.push_back(i);
    ++places[source]->rows;
    bytes += rows->rows[i].fields_size;
    if (indices.size() < kBatchRows && bytes < kBatchBytes && i + 1 < rows->rows.size()) continue;
    if (auto done = put(import, *rows, indices); !done) return done;
    indices.clear();
    bytes = 0;
    progress.at(static_cast<double>(i + 1) / static_cast<double>(rows->rows.size()));
  }
  return indices.empty() ? Result<void>{} : put(import, *rows, indices);
}

/// Puts in what is new in a database, in the order of its cursor.
Result<void> import_database(Import& import, const simulate::Workspace& workspace, const simulate::Source& source) {
  const program::Program& program = import.target.program();
  const auto resolved = simulate::resolve_source(workspace, source, program);
  if (!resolved) return tl::unexpected(resolved.error());
  auto database = simulate::Postgres::open(workspace, source);
  if (!database) return tl::unexpected(database.error());
  const env::Zone* const zone = env::find_zone(program.timezone);
  if (zone == nullptr) return fail(ErrorCode::invalid, "there is no time zone `" + program.timezone + "`");
  auto reading = simulate::DatabaseRows::open(workspace, source, *resolved, *zone, std::move(*database),
                                              import.place.databases[source.name]);
  if (!reading) return tl::unexpected(reading.error());
  (*reading)->refuse_after(latest_moment());
  auto rejects = simulate::RejectsFile::open(env::real_files(),
                                             simulate::path_in(workspace.folder, source.name + ".import.rejects.csv"),
                                             (*reading)->rejects_header());
  if (!rejects) return tl::unexpected(rejects.error());
  std::uint64_t rejected = 0;
  const auto reject = [&](const simulate::DatabaseReject& row) -> Result<void> {
    if (++rejected <= kMessagesMax) say(row.where + ": " + row.why);
    rejects->add(simulate::csv_cell(row.why) + "," + row.raw);
    return {};
  };
  while (true) {
    simulate::Rows rows;
    const auto more = (*reading)->next(rows, 0, reject);
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
    // First what cannot be read: behind the place nobody looks for it again.
    if (auto done = rejects->write(); !done) return done;
    std::vector<std::size_t> indices(rows.rows.size());
    for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = i;
    import.place.databases[source.name] = (*reading)->place();
    if (auto done = put(import, rows, indices); !done) return done;
  }
  for (const std::string& note : (*reading)->notes()) say(note);
  if (rejected > kMessagesMax) say(source.name + ": " + std::to_string(rejected) + " rows cannot be read");
  if (rejected > 0) say("they stand, with the reasons, in " + rejects->path());
  import.rejected += rejected;
  return {};
}

/// Registers first: what is known of customers is known when something happens to them.
Result<void> import_all(Import& import, const simulate::Workspace& workspace) {
  for (const bool registers : {true, false}) {
    if (!registers) {
      if (auto done = import_files(import, workspace); !done) return done;
    }
    for (const simulate::Source& source : workspace.sources) {
      if (is_file(source) || source.at.empty() != registers) continue;
      if (auto done = import_database(import, workspace, source); !done) return done;
    }
  }
  return {};
}

int run_import(const Arguments& arguments) {
  auto target = ImportTarget::open(arguments);
  if (!target) return complain(target.error());
  auto workspace = chosen((*target)->workspace(), arguments.names);
  if (!workspace) return complain(workspace.error());
  Import import{**target, simulate::read_import_place((*target)->cursor())};
  if (auto done = import_all(import, *workspace); !done) return complain(done.error());
  if (auto finished = (*target)->finish(); !finished) return complain(finished.error());
  std::string text = std::to_string(import.imported) + " rows imported";
  if (import.before > 0) text += ", " + std::to_string(import.before) + " were before";
  if (import.rejected > 0) text += ", " + std::to_string(import.rejected) + " cannot be read";
  if (arguments.json())
    text = "{\"imported\":" + std::to_string(import.imported) + ",\"before\":" + std::to_string(import.before) +
           ",\"rejected\":" + std::to_string(import.rejected) + "}";
  return print(text + "\n") ? (import.rejected > 0 ? kProblems : kFine) : kFailed;
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
