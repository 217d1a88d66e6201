// Cells by their columns' roles, each with the sentence about what cannot be read.
#include "engine/simulate/row_reader.hpp"

#include <utility>

#include "dsl/text/must.hpp"
#include "engine/run/decimal.hpp"
#include "engine/simulate/sources.hpp"
#include "engine/state/consent.hpp"
#include "engine/state/input.hpp"

namespace tend::simulate {
namespace {

using program::Value;
using run::Cell;
using run::CellKind;

tl::unexpected<Error> in_column(const SourceColumn& column, const Error& error) {
  return fail(error.code, "column `" + column.column + "`: " + error.message);
}

void append(Rows& rows, const RowReader& reader, std::uint16_t source, std::uint32_t event, std::string_view blob) {
  SourceRow row;
  row.at = reader.at;
  row.offset = rows.data.size();
  row.customer_size = static_cast<std::uint16_t>(reader.customer.size());
  row.fields_size = static_cast<std::uint32_t>(blob.size());
  row.event = event;
  row.source = source;
  rows.data.append(reader.customer).append(blob);
  rows.rows.push_back(row);
}

}  // namespace

Result<void> RowReader::read_attribute(const SourceColumn& column, const Cell& cell) {
  // A key that is not there says nothing; an empty cell says that there is nothing.
  if (cell.kind == CellKind::absent) return {};
  const auto value = run::parse_cell(column.type, cell, {&zone_, column.currency, &storage_, resolved_.own});
  if (!value) return in_column(column, value.error());
  switch (column.role) {
    case ColumnRole::attribute:
      if (column.index == program::kTimezoneAttribute && !value->missing() && value->str() != last_zone_) {
        last_zone_ = value->str();
        if (env::find_zone(last_zone_) == nullptr) {
          const std::string unknown = std::exchange(last_zone_, {});
          return in_column(column,
                           {ErrorCode::invalid, run::quoted(unknown) + " is not a time zone like `Asia/Shanghai`"});
        }
      }
      state::append_field(attributes_blob, column.index, *value);
      return {};
    case ColumnRole::tags:
      for (std::uint32_t i = 0; !value->missing() && i < value->extra; ++i) {
        const std::string_view entry = value->list[i].str();
        const bool removes = entry.starts_with('-');
        const std::string_view tag = removes ? run::trim_blanks(entry.substr(1)) : entry;
        if (tag.empty()) return in_column(column, {ErrorCode::invalid, "`-` names no tag"});
        state::append_field(attributes_blob, removes ? state::kTagRemove : state::kTagAdd, Value::string(tag));
      }
      return {};
    case ColumnRole::consent:
      if (value->missing()) return {};
      state::append_field(attributes_blob, value->truth() ? state::kConsentGiven : state::kConsentWithdrawn,
                          Value::string(column.purpose));
      consent_told_ = &column;
      return {};
    case ColumnRole::consent_text:
    case ColumnRole::consent_evidence:
      // It stands behind the consent that it is about (resolve_source).
      if (value->missing() || consent_told_ == nullptr || consent_told_->purpose != column.purpose) return {};
      state::append_field(attributes_blob,
                          column.role == ColumnRole::consent_text ? state::kConsentText : state::kConsentEvidence,
                          *value);
      return {};
    case ColumnRole::suppressed:
      if (value->missing()) return {};
      state::append_field(attributes_blob, value->truth() ? state::kSuppressed : state::kUnsuppressed,
                          Value::string(column.purpose));
      return {};
    case ColumnRole::customer:
    case ColumnRole::at:
    case ColumnRole::field: break;
  }
  CHECK_OR_DIE(false, "not a column of attributes");
  return {};
}

Result<void> RowReader::read(std::span<const Cell> cells) {
  storage_.clear();
  customer = {};
  at = env::kNoMoment;
  event_blob.clear();
  attributes_blob.clear();
  consent_told_ = nullptr;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const SourceColumn& column = resolved_.columns[i];
    if (column.role == ColumnRole::customer) {
      const auto id = run::parse_customer_id(cells[i]);
      if (!id) return in_column(column, id.error());
      customer = *id;
    } else if (column.role == ColumnRole::at) {
      const auto moment = run::parse_cell(column.type, cells[i], {&zone_, 0, nullptr});
      if (!moment) return in_column(column, moment.error());
      if (moment->missing()) return in_column(column, {ErrorCode::invalid, "there is no date"});
      at = moment->i;
      if (latest != env::kNoMoment && at > latest)
        return in_column(column, {ErrorCode::invalid, "`" + env::format_moment(at) + "` is more than a day ahead"});
    } else if (column.role == ColumnRole::field) {
      const auto value = run::parse_cell(column.type, cells[i], {&zone_, column.currency, &storage_, resolved_.own});
      if (!value) return in_column(column, value.error());
      if (!value->missing()) state::append_field(event_blob, column.index, *value);
    } else if (const auto done = read_attribute(column, cells[i]); !done) {
      return done;
    }
  }
  if (consent_told_ != nullptr)
    state::append_field(attributes_blob, state::kConsentSource, Value::string("source:" + resolved_.name));
  return {};
}

void append_row(Rows& rows, const RowReader& reader, std::uint16_t source) {
  const ResolvedSource& resolved = reader.resolved();
  if (resolved.has_attributes) append(rows, reader, source, kAttributesRow, reader.attributes_blob);
  if (resolved.event != program::kNone) append(rows, reader, source, resolved.event, reader.event_blob);
}

}  // namespace tend::simulate
