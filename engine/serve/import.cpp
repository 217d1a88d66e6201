// A body of bytes rather than of JSON: rows are typed already, and typed values have no text of their own.
#include "engine/serve/import.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/env/zone.hpp"
#include "engine/log/record.hpp"
#include "engine/run/intake.hpp"
#include "engine/serve/look_target.hpp"
#include "engine/state/bytes.hpp"
#include "engine/state/consent.hpp"
#include "engine/state/input.hpp"

namespace tend::serve {
namespace {

using program::Type;
using program::TypeInfo;
using program::Value;
using program::ValueKind;

constexpr std::string_view kMark = "tend.import/1\n";
constexpr std::int64_t kDaysMax = 4'000'000;  // a little more than the years that can be written
constexpr std::int64_t kMonthsMax = 8 * 12 * 999'999;
constexpr std::int64_t kSpanMsMax = 8 * 7 * env::kDay * 999'999;

bool take_view(std::string_view& in, std::string_view& text) {
  std::uint64_t size = 0;
  if (!state::take(in, size) || size > in.size()) return false;
  text = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

bool is_currency(program::Currency currency) {
  for (; currency != 0; currency >>= 8) {
    const char c = static_cast<char>(currency & 0xFF);
    if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

bool within(std::int64_t value, std::int64_t least, std::int64_t most) { return value >= least && value <= most; }

/// Could reading a cell of this type have given that?
bool is_of(const TypeInfo& type, const Value& value) {
  if (value.missing()) return true;
  switch (type.type) {
    case Type::boolean: return value.kind == ValueKind::boolean;
    case Type::number: return value.kind == ValueKind::number && std::isfinite(value.d);
    case Type::money: return value.kind == ValueKind::money && is_currency(value.extra);
    case Type::percent: return value.kind == ValueKind::percent;
    case Type::text:
    case Type::staff:
    case Type::customer: return value.kind == ValueKind::text && is_utf8(value.str());
    case Type::one_of:
      return value.kind == ValueKind::text &&
             std::find(type.members.begin(), type.members.end(), value.str()) != type.members.end();
    case Type::date: return value.kind == ValueKind::date && within(value.i, -kDaysMax, kDaysMax);
    case Type::time_of_day: return value.kind == ValueKind::time_of_day && within(value.i, 0, env::kDay - 1);
    case Type::moment:
      return value.kind == ValueKind::moment && within(value.i, -kDaysMax * env::kDay, kDaysMax * env::kDay);
    case Type::duration:
      return value.kind == ValueKind::duration && within(static_cast<std::int32_t>(value.extra), 0, kMonthsMax) &&
             within(value.i, 0, kSpanMsMax);
    case Type::list: {
      if (value.kind != ValueKind::list) return false;
      std::vector<Value> elements;
      state::read_list(value, elements);
      const TypeInfo element{type.element, Type::none, type.members};
      return std::all_of(elements.begin(), elements.end(),
                         [&](const Value& one) { return !one.missing() && is_of(element, one); });
    }
    case Type::none: break;
  }
  return false;
}

bool is_attribute(const program::Program& program, std::uint16_t index, const Value& value) {
  if (index >= state::kTagAdd)
    return index <= state::kConsentSource && value.kind == ValueKind::text && is_utf8(value.str());
  if (index >= program.attributes.size() || !is_of(program.attributes[index].type, value)) return false;
  const bool zone = index == program::kTimezoneAttribute && !value.missing();
  return !zone || env::find_zone(std::string(value.str())) != nullptr;
}

bool is_row(const program::Program& program, const ImportRow& row) {
  const auto id = run::parse_customer_id(row.customer);
  if (!id || *id != row.customer || !is_utf8(row.customer)) return false;
  if (row.at != env::kNoMoment && !within(row.at, -kDaysMax * env::kDay, kDaysMax * env::kDay)) return false;
  const bool event = row.event != program::kNone;
  if (event && (row.event >= program.events.size() || row.at == env::kNoMoment)) return false;
  // Whether the blob is whole fields to its last byte.
  std::string bytes;
  state::AttributesInput whole{.moment = 0, .customer = row.customer, .fields = row.fields};
  state::encode(bytes, whole);
  if (!state::decode(bytes, whole)) return false;
  state::FieldReader reader(row.fields);
  std::uint16_t index = 0;
  Value value;
  bool consents = false;
  while (reader.next(index, value)) {
    consents = consents || index == state::kConsentGiven || index == state::kConsentWithdrawn;
    if (!event && state::is_about_consent(index) && !consents) return false;  // about one before it
    const bool fine = event ? index < program.events[row.event].fields.size() &&
                                  is_of(program.events[row.event].fields[index].type, value)
                            : is_attribute(program, index, value);
    if (!fine) return false;
  }
  return true;
}

}  // namespace

std::string encode_import(const ImportBatch& batch) {
  std::string out(kMark);
  state::put_text(out, batch.program);
  state::put_text(out, batch.before);
  state::put_text(out, batch.after);
  state::put(out, static_cast<std::uint64_t>(batch.rows.size()));
  for (const ImportRow& row : batch.rows) {
    state::put(out, row.at);
    state::put(out, row.event);
    state::put_text(out, row.customer);
    state::put_text(out, row.fields);
  }
  return out;
}

std::optional<ImportBatch> decode_import(std::string_view body) {
  if (!body.starts_with(kMark)) return std::nullopt;
  body.remove_prefix(kMark.size());
  ImportBatch batch;
  std::string_view program, before, after;
  std::uint64_t rows = 0;
  if (!take_view(body, program) || !take_view(body, before) || !take_view(body, after) || !state::take(body, rows))
    return std::nullopt;
  if (after.size() > log::kCursorBytesMax) return std::nullopt;
  batch.program = program;
  batch.before = before;
  batch.after = after;
  for (; rows > 0; --rows) {
    ImportRow& row = batch.rows.emplace_back();
    if (!state::take(body, row.at) || !state::take(body, row.event) || !take_view(body, row.customer) ||
        !take_view(body, row.fields))
      return std::nullopt;
  }
  if (!body.empty()) return std::nullopt;
  return batch;
}

Result<void> check_import(const program::Program& program, const std::vector<ImportRow>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!is_row(program, rows[i]))
      return fail(ErrorCode::invalid, "row " + std::to_string(i) + " holds what no source can hold");
  }
  return {};
}

Result<ImportTaken> take_import(run::Engine& engine, const ImportBatch& batch, env::Moment now) {
  if (engine.cursor() == batch.after) return ImportTaken{};
  if (engine.running().hash != batch.program)
    return fail(ErrorCode::invalid, "other playbooks came into force meanwhile: import again");
  if (engine.cursor() != batch.before)
    return fail(ErrorCode::invalid, "another import went on meanwhile: import again");
  if (auto fine = check_import(engine.running().program, batch.rows); !fine) return tl::unexpected(fine.error());
  if (engine.next_due() <= now) engine.add_tick_where_due(now);
  ImportTaken taken;
  for (const ImportRow& row : batch.rows) {
    if (row.event == program::kNone) {
      engine.add(state::AttributesInput{.moment = now, .customer = row.customer, .fields = row.fields});
      ++taken.attributes;
    } else {
      engine.add(state::EventInput{.moment = now,
                                   .at = std::min(row.at, now),
                                   .customer = row.customer,
                                   .event = row.event,
                                   .fields = row.fields});
      ++taken.events;
    }
  }
  engine.set_cursor(batch.after);
  if (auto done = engine.commit(); !done) return tl::unexpected(done.error());
  return taken;
}

std::string import_place_json(run::Engine& engine) {
  const nlohmann::ordered_json json = {
      {"format", "tend.import/1"}, {"program", engine.running().hash}, {"cursor", engine.cursor()}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<ImportStand> read_import_place_json(const std::string& json) {
  const nlohmann::json read = nlohmann::json::parse(json, nullptr, false);
  if (!read.is_object() || !read.contains("program") || !read["program"].is_string() || !read.contains("cursor") ||
      !read["cursor"].is_string())
    return fail(ErrorCode::io, "the answer of `tend serve` cannot be read");
  return ImportStand{read["program"], read["cursor"]};
}

}  // namespace tend::serve
