// The columns that a source reads, resolved against what the playbooks declare. Between tend.toml and the rows.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/env/result.hpp"
#include "engine/simulate/workspace.hpp"

namespace tend::simulate {

enum class ColumnRole : std::uint8_t {
  customer,    // the id
  at,          // when it happened
  field,       // of the event
  attribute,   // of the customer
  suppressed,  // never write to him: on the channel `purpose`; empty: on all
  tags,        // a list; an entry with `-` in front is taken away
  // The last three: what is beside a consent stands behind it.
  consent,           // true given, false withdrawn
  consent_text,      // the wording that he agreed to
  consent_evidence,  // what shows it
};

struct SourceColumn {
  ColumnRole role = ColumnRole::customer;
  std::string column;  // name in the file
  program::TypeInfo type;
  program::Currency currency = 0;
  std::uint16_t index = 0;  // field, attribute
  std::string purpose;      // consent: channel or purpose
  std::uint32_t line = 0;   // of tend.toml
};

struct ResolvedSource {
  std::string name;
  std::uint32_t event = program::kNone;            // Program::events; kNone where the source has attributes only
  std::vector<SourceColumn> columns;               // the customer's id first, then `at` where there is one
  bool has_attributes = false;                     // the source describes customers
  std::span<const program::DeclaredCurrency> own;  // currencies of one's own: the program's
};

/// Errors: `invalid` with tend.toml and line: an event, field or attribute that the playbooks do not declare (naming
/// those that they do), a currency for what is no money.
Result<ResolvedSource> resolve_source(const Workspace& workspace, const Source& source,
                                      const program::Program& program);

/// "`a`, `b`, `c`", at most 20 of them.
std::string list_names(const std::vector<std::string>& names);

}  // namespace tend::simulate
