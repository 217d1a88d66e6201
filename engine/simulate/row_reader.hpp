// One row of a source: its cells become a customer's id, a moment, and the typed fields of an event or of a customer.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/env/moment.hpp"
#include "engine/env/result.hpp"
#include "engine/env/zone.hpp"
#include "engine/run/intake.hpp"
#include "engine/simulate/source_columns.hpp"

namespace tend::simulate {

struct Rows;

/// Lifetime: what it is made from outlives it.
class RowReader {
 public:
  RowReader(const ResolvedSource& resolved, const env::Zone& zone) : resolved_(resolved), zone_(zone) {}

  /// Shape: a cell for each of ResolvedSource::columns. Errors: the sentence about the first cell that cannot be read.
  Result<void> read(std::span<const run::Cell> cells);

  const ResolvedSource& resolved() const { return resolved_; }

  env::Moment latest = env::kNoMoment;  // rows of after it are refused; none: of no time are
  // What the last row held. Lifetime: `customer` that of its cells.
  std::string_view customer;
  env::Moment at = env::kNoMoment;
  std::string event_blob;
  std::string attributes_blob;

 private:
  Result<void> read_attribute(const SourceColumn& column, const run::Cell& cell);

  const ResolvedSource& resolved_;
  const env::Zone& zone_;
  run::ValueStorage storage_;
  const SourceColumn* consent_told_ = nullptr;  // the last one of the row
  std::string last_zone_;                       // a name of a time zone that was found to be one
};

/// Puts what the reader read last behind `rows`, first what it says of the customer.
void append_row(Rows& rows, const RowReader& reader, std::uint16_t source);

}  // namespace tend::simulate
