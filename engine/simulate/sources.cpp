// Sources: resolve all names first, then read file by file, row by row; what cannot be read is set aside with its
// reason.
#include "engine/simulate/sources.hpp"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "dsl/text/must.hpp"
#include "engine/env/zone.hpp"
#include "engine/simulate/csv.hpp"
#include "engine/simulate/database_rows.hpp"
#include "engine/simulate/encoding.hpp"
#include "engine/simulate/json_lines.hpp"
#include "engine/simulate/postgres.hpp"
#include "engine/simulate/row_reader.hpp"
#include "engine/simulate/sort_rows.hpp"
#include "engine/simulate/source_columns.hpp"

namespace tend::simulate {
namespace {

using run::Cell;
using run::CellKind;

/// One source while it is read.
struct Loading {
  const Source& source;
  const ResolvedSource& resolved;
  const SourceOptions& options;
  Rows& rows;
  SourceReport& report;
  std::uint16_t number = 0;
  std::string rejects;  // lines of the rejects file, without its header
  std::string rejects_header;
  char delimiter = ',';
  bool quote_rejects = false;  // the original line is no row of a table
  RowReader reader;

  Result<void> take(std::span<const Cell> cells, std::uint64_t line, std::string_view raw);
  Result<void> count_rejected(const std::string& message);
  Result<void> reject(std::uint64_t line, std::string_view raw, const std::string& why);
};

/// Errors: with `strict` the message.
Result<void> Loading::count_rejected(const std::string& message) {
  if (options.strict) return fail(ErrorCode::invalid, message);
  ++report.rejected;
  if (report.messages.size() < options.messages_max) report.messages.push_back(message);
  return {};
}

Result<void> Loading::reject(std::uint64_t line, std::string_view raw, const std::string& why) {
  if (auto counted = count_rejected(source.path + ":" + std::to_string(line) + ": " + why); !counted) return counted;
  if (options.rejects_folder.empty()) return {};
  rejects += csv_cell(why);
  rejects += delimiter;
  rejects += std::to_string(line);
  rejects += delimiter;
  if (quote_rejects) {
    rejects += csv_cell(raw);
  } else {
    rejects += raw;
  }
  rejects += '\n';
  return {};
}

Result<void> Loading::take(std::span<const Cell> cells, std::uint64_t line, std::string_view raw) {
  if (const auto read = reader.read(cells); !read) return reject(line, raw, read.error().message);
  if (!report.is_register && options.to != env::kNoMoment && reader.at >= options.to) {
    ++report.after_to;
    return {};
  }
  append_row(rows, reader, number);
  return {};
}

/// Where each wanted column stands. Errors: a column that is not there, or stands there twice.
Result<std::vector<std::size_t>> find_columns(const Workspace& workspace, const Source& source,
                                              const ResolvedSource& resolved, const CsvReader& reader) {
  const std::vector<std::string>& header = reader.header();
  std::vector<std::size_t> places;
  for (const SourceColumn& column : resolved.columns) {
    const auto found = std::find(header.begin(), header.end(), column.column);
    const auto refuse = [&](const std::string& why) {
      return fail(ErrorCode::invalid, workspace.config + ":" + std::to_string(column.line) + ": " + why);
    };
    if (found == header.end()) {
      return refuse("`" + source.path + "` has no column `" + column.column + "`: its columns are " +
                    list_names(header));
    }
    if (std::find(found + 1, header.end(), column.column) != header.end()) {
      return refuse("`" + source.path + "` has two columns `" + column.column +
                    "`, and it is not clear which is meant");
    }
    places.push_back(static_cast<std::size_t>(found - header.begin()));
  }
  return places;
}

Result<void> read_table(const Workspace& workspace, Loading& loading, std::string_view text) {
  auto reader = CsvReader::open(loading.source.path, text);
  if (!reader) return tl::unexpected(reader.error());
  const auto places = find_columns(workspace, loading.source, loading.resolved, *reader);
  if (!places) return tl::unexpected(places.error());
  loading.delimiter = reader->delimiter();
  loading.rejects_header =
      std::string("reason") + loading.delimiter + "line" + loading.delimiter + std::string(reader->raw_header()) + "\n";
  std::vector<Cell> cells(places->size());
  for (Cell& cell : cells) cell.kind = CellKind::text;
  CsvRow row;
  while (reader->next(row)) {
    ++loading.report.lines;
    if (!row.problem.empty()) {
      if (const auto done = loading.reject(row.line, row.raw, row.problem); !done) return done;
      continue;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i].text = row.cells[(*places)[i]];
    if (const auto done = loading.take(cells, row.line, row.raw); !done) return done;
  }
  return {};
}

Result<void> read_lines(Loading& loading, std::string text) {
  std::vector<std::string> wanted;
  for (const SourceColumn& column : loading.resolved.columns) wanted.push_back(column.column);
  JsonLinesReader reader(std::move(text), wanted);
  loading.rejects_header = "reason,line,json\n";
  loading.quote_rejects = true;
  JsonRow row;
  while (reader.next(row)) {
    ++loading.report.lines;
    const auto done = row.problem.empty() ? loading.take(row.cells, row.line, row.raw)
                                          : loading.reject(row.line, row.raw, row.problem);
    if (!done) return done;
  }
  if (loading.report.lines == 0) return {};
  for (const std::string& name : reader.never_seen()) {
    loading.report.notes.push_back("no line of `" + loading.source.path + "` has the key `" + name +
                                   "`: the first line has " + list_names(reader.first_keys()));
  }
  return {};
}

/// All rows of a database's query.
Result<void> read_database(const Workspace& workspace, const env::Zone& zone, Loading& loading) {
  auto database = Postgres::open(workspace, loading.source);
  if (!database) return tl::unexpected(database.error());
  auto reading = DatabaseRows::open(workspace, loading.source, loading.resolved, zone, std::move(*database), {});
  if (!reading) return tl::unexpected(reading.error());
  loading.rejects_header = (*reading)->rejects_header() + "\n";
  const auto reject = [&](const DatabaseReject& row) -> Result<void> {
    if (auto counted = loading.count_rejected(row.where + ": " + row.why); !counted) return counted;
    if (!loading.options.rejects_folder.empty()) loading.rejects += csv_cell(row.why) + "," + row.raw + "\n";
    return {};
  };
  std::vector<SourceRow>& rows = loading.rows.rows;
  const bool cuts = !loading.report.is_register && loading.options.to != env::kNoMoment;
  while (true) {
    const std::size_t before = rows.size();
    const auto more = (*reading)->next(loading.rows, loading.number, reject);
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
    if (!cuts) continue;
    const auto late = std::stable_partition(rows.begin() + static_cast<std::ptrdiff_t>(before), rows.end(),
                                            [&](const SourceRow& row) { return row.at < loading.options.to; });
    const auto left_out = static_cast<std::uint64_t>(rows.end() - late);
    const bool pairs = loading.resolved.has_attributes && loading.resolved.event != program::kNone;
    loading.report.after_to += pairs ? left_out / 2 : left_out;
    rows.erase(late, rows.end());
  }
  loading.report.lines = (*reading)->lines();
  return {};
}

bool is_json_lines(std::string_view file) {
  return file.ends_with(".jsonl") || file.ends_with(".ndjson") || file.ends_with(".json");
}

/// Room for the rows of a file, so that the vector does not copy itself again and again.
void reserve_rows(Rows& rows, const Source& source, std::string_view text) {
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  rows.rows.reserve(rows.rows.size() + lines * (source.event.empty() || source.attributes.empty() ? 1 : 2));
}

/// Reads one source into `loading.rows`.
Result<void> read_source(const Workspace& workspace, const env::Zone& zone, Loading& loading, env::Files& files) {
  if (!loading.source.postgres.empty()) return read_database(workspace, zone, loading);
  auto bytes = env::read_whole_file(files, loading.source.path);
  if (!bytes) {
    return fail(bytes.error().code, workspace.config + ":" + std::to_string(loading.source.line) + ": source `" +
                                        loading.source.name + "`: " + bytes.error().message);
  }
  auto text = to_utf8(std::move(*bytes), loading.source.path);
  if (!text) return tl::unexpected(text.error());
  reserve_rows(loading.rows, loading.source, *text);
  return is_json_lines(loading.source.file) ? read_lines(loading, std::move(*text))
                                            : read_table(workspace, loading, *text);
}

/// Registers stand where the run starts, or with the first thing that happens.
void place_registers(Rows& rows, env::Moment from) {
  if (from == env::kNoMoment) {
    for (const SourceRow& row : rows.rows) {
      if (!rows.is_register(row) && (from == env::kNoMoment || row.at < from)) from = row.at;
    }
    if (from == env::kNoMoment) from = 0;
  }
  for (SourceRow& row : rows.rows) {
    if (rows.is_register(row)) row.at = from;
  }
}

/// Membership only: the order of the sets is never asked.
void count_not_described(Rows& rows) {
  std::unordered_set<std::string_view> known;
  for (const SourceRow& row : rows.rows) {
    if (row.event == kAttributesRow) known.insert(rows.customer(row));
  }
  for (const SourceRow& row : rows.rows) {
    if (row.event == kAttributesRow || !known.insert(rows.customer(row)).second) continue;
    if (rows.customers_not_described++ == 0) rows.customer_not_described = rows.customer(row);
  }
}

/// Writes what was set aside, or takes the file of an earlier call away.
Result<void> write_rejects(const Loading& loading, env::Files& files) {
  if (loading.options.rejects_folder.empty()) return {};
  const std::string path = path_in(loading.options.rejects_folder, loading.source.name + ".rejects.csv");
  if (loading.report.rejected == 0) {
    const auto exists = files.exists(path);
    if (!exists) return tl::unexpected(exists.error());
    const auto removed = *exists ? files.remove(path) : Result<void>();
    return !removed && removed.error().code == ErrorCode::not_found ? Result<void>() : removed;  // by another call
  }
  // The mark tells spreadsheets that it is UTF-8. Imports, simulations and checks of CI may read one workspace at once.
  const std::string own = path + "." + std::to_string(getpid());
  auto written = env::write_whole_file(files, own, "\xef\xbb\xbf" + loading.rejects_header + loading.rejects);
  if (written) written = files.rename(own, path);
  if (written) written = files.sync_folder(env::folder_of(path));
  if (written) loading.report.rejects_file = path;
  return written;
}

}  // namespace

Result<Rows> load_sources(const Workspace& workspace, const program::Program& program, const SourceOptions& options,
                          env::Files& files) {
  const env::Zone* const zone = env::find_zone(program.timezone);
  if (zone == nullptr) return fail(ErrorCode::invalid, "there is no time zone `" + program.timezone + "`");
  if (workspace.sources.size() > std::numeric_limits<std::uint16_t>::max())
    return fail(ErrorCode::invalid, workspace.config + ": more than 65535 sources");

  Rows rows;
  std::vector<ResolvedSource> resolved;
  for (const Source& source : workspace.sources) {
    auto one = resolve_source(workspace, source, program);
    if (!one) return tl::unexpected(one.error());
    resolved.push_back(std::move(*one));
    SourceReport& report = rows.sources.emplace_back();
    report.name = source.name;
    report.path = source.path;
    report.is_register = source.at.empty();
    rows.has_attributes = rows.has_attributes || !source.attributes.empty();
  }
  std::vector<Loading> loadings;
  for (std::size_t i = 0; i < workspace.sources.size(); ++i) {
    loadings.push_back({workspace.sources[i],
                        resolved[i],
                        options,
                        rows,
                        rows.sources[i],
                        static_cast<std::uint16_t>(i),
                        {},
                        {},
                        ',',
                        false,
                        RowReader(resolved[i], *zone)});
    loadings.back().reader.latest = options.latest;
  }
  // Registers are read first, so that a stable sort leaves them first at their moment.
  for (const bool registers : {true, false}) {
    for (Loading& loading : loadings) {
      if (loading.report.is_register != registers) continue;
      if (const auto done = read_source(workspace, *zone, loading, files); !done) return tl::unexpected(done.error());
    }
  }
  place_registers(rows, options.from);
  sort_by_moment(rows.rows);
  if (rows.has_attributes) count_not_described(rows);
  for (const Loading& loading : loadings) {
    if (const auto done = write_rejects(loading, files); !done) return tl::unexpected(done.error());
  }
  return rows;
}

state::EventInput event_input(const Rows& rows, const SourceRow& row) {
  DCHECK_OR_DIE(row.event != kAttributesRow, "a row of attributes is no event");
  return {row.at, row.at, rows.customer(row), row.event, rows.fields(row)};
}

state::AttributesInput attributes_input(const Rows& rows, const SourceRow& row) {
  DCHECK_OR_DIE(row.event == kAttributesRow, "an event is no row of attributes");
  return {row.at, rows.customer(row), rows.fields(row)};
}

}  // namespace tend::simulate
