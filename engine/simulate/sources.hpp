// All sources of a workspace as one run of typed rows in the order in which a run takes them (docs/sources.md).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/env/files.hpp"
#include "engine/env/moment.hpp"
#include "engine/env/result.hpp"
#include "engine/simulate/workspace.hpp"
#include "engine/state/input.hpp"

namespace tend::simulate {

/// `event` of a row that holds attributes, tags and consent instead.
inline constexpr std::uint32_t kAttributesRow = program::kNone;

/// 32 bytes; the customer's id and the blob of fields stand behind each other in Rows::data.
struct SourceRow {
  env::Moment at = 0;
  std::uint64_t offset = 0;  // of the customer's id in Rows::data
  std::uint32_t fields_size = 0;
  std::uint32_t event = 0;  // Program::events, or kAttributesRow
  std::uint16_t customer_size = 0;
  std::uint16_t source = 0;  // Rows::sources
};

/// What became of one source.
struct SourceReport {
  std::string name;
  std::string path;
  bool is_register = false;
  std::uint64_t lines = 0;  // rows in the file that were not empty
  std::uint64_t rejected = 0;
  std::uint64_t after_to = 0;         // well-formed, and left out because they are not before `to`
  std::vector<std::string> messages;  // of the first rejected rows: `orders.csv:12: column `amount`: …`
  std::vector<std::string> notes;     // what is odd but no error: a key that no line has
  std::string rejects_file;           // path; empty where none was written
};

struct Rows {
  std::vector<SourceRow>
      rows;  // sorted by moment; at one moment registers first, then by source name, then as in the file
  std::string data;
  std::vector<SourceReport> sources;  // as Workspace::sources
  bool has_attributes = false;        // some source describes customers
  /// Where some source describes customers: how many have events and no row of that kind, and one of them.
  std::uint64_t customers_not_described = 0;
  std::string customer_not_described;

  std::string_view customer(const SourceRow& row) const { return {data.data() + row.offset, row.customer_size}; }
  std::string_view fields(const SourceRow& row) const {
    return {data.data() + row.offset + row.customer_size, row.fields_size};
  }
  bool is_register(const SourceRow& row) const { return sources[row.source].is_register; }
};

struct SourceOptions {
  env::Moment from = env::kNoMoment;    // where registers stand; none: at the first moment of the other sources
  env::Moment to = env::kNoMoment;      // rows from here on are left out; none: nothing is
  env::Moment latest = env::kNoMoment;  // rows of after it cannot be read; none: all can
  bool strict = false;                  // the first row that cannot be read ends everything
  std::string rejects_folder;           // where `NAME.rejects.csv` goes; empty: nowhere
  std::size_t messages_max = 5;         // per source
};

/// Reads and types every source. Clock times without offset are read in the policy's zone (Program::timezone).
/// Rows that cannot be read are counted, the first few told, and all of them written to `NAME.rejects.csv` as they
/// stood, with reason and line in front; the file of an earlier call goes when there are none any more. Nothing is
/// written when the call fails. Errors: `invalid` with file and line: tend.toml names an event, field, attribute or
/// column that is not there; with `strict` the first bad row. `not_found`, `io`.
Result<Rows> load_sources(const Workspace& workspace, const program::Program& program, const SourceOptions& options,
                          env::Files& files = env::real_files());

/// A row as the input that it becomes, taken at its own moment. Views point into `rows`.
state::EventInput event_input(const Rows& rows, const SourceRow& row);
state::AttributesInput attributes_input(const Rows& rows, const SourceRow& row);

}  // namespace tend::simulate
