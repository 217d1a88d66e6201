// The items of a body are collected as scalars first (keys come in any order) and typed by the program then.
#include "engine/serve/read_body.hpp"

#include <simdjson.h>

#include <algorithm>
#include <deque>

#include "dsl/diagnostic/suggest.hpp"
#include "dsl/text/must.hpp"
#include "engine/env/zone.hpp"
#include "engine/run/decimal.hpp"
#include "engine/run/intake.hpp"

namespace tend::serve {
namespace {

namespace ondemand = simdjson::ondemand;
using program::Type;
using program::TypeInfo;
using program::Value;
using run::Cell;
using run::CellKind;

/// Events that only the engine makes.
constexpr std::string_view kOwnEvents[] = {"added", "sent", "failed", "task_done", "task_refused"};
constexpr std::size_t kNameBytesShown = 80;

struct Named {
  std::string_view name;
  Cell cell;
};

/// One call of track, identify or alias as it is written.
struct Item {
  Cell type, user, anonymous, previous, event, timestamp;
  std::vector<Named> properties;
  std::vector<Named> traits;
  std::vector<Named> consent;
  bool has_properties = false, has_traits = false;

  void clear() {
    type = user = anonymous = previous = event = timestamp = Cell();
    properties.clear();
    traits.clear();
    consent.clear();
    has_properties = has_traits = false;
  }
};

std::string shown(std::string_view name) {
  if (name.size() <= kNameBytesShown) return std::string(name);
  std::size_t end = kNameBytesShown;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return std::string(name.substr(0, end)) + "…";
}

std::string ticks(std::string_view name) { return "`" + shown(name) + "`"; }

std::string_view trim_token(std::string_view token) {
  const std::size_t end = token.find_last_not_of(" \t\r\n");
  return end == std::string_view::npos ? std::string_view() : token.substr(0, end + 1);
}

}  // namespace

struct BodyReader::Inside {
  explicit Inside(const program::Program& p) : program(p), zone(*env::find_zone(p.timezone)) {}

  const program::Program& program;
  const env::Zone& zone;
  ondemand::parser parser;
  std::deque<std::vector<Cell>> lists;
  run::ValueStorage storage;
  Item item;
  ReadBody body;
  env::Moment now = 0;

  // Each is false after a problem, which then stands in `body`.
  bool refuse(std::string sentence) {
    body.problem = std::move(sentence);
    return false;
  }
  bool broken(simdjson::error_code error);
  bool read_scalar(ondemand::value value, Cell& cell);
  bool read_value(ondemand::value value, Cell& cell, std::size_t depth);
  bool walk(ondemand::value value, std::size_t depth);
  template <typename Take>
  bool each_field(ondemand::value value, std::size_t depth, Take take);
  bool read_named(ondemand::value value, std::string_view what, std::size_t depth, std::vector<Named>& named);
  bool read_traits(ondemand::value value, std::size_t depth);
  bool read_item_key(std::string_view key, ondemand::value value, std::size_t depth);
  bool read_batch(ondemand::value value);
  bool read_document(Route route, std::string_view json, std::size_t capacity);

  bool take(Route route);
  bool take_track();
  bool take_identify();
  bool take_alias();
  bool customer(PostedInput& input);
  bool moment(env::Moment& at);
  bool find_event(std::uint32_t& event);
  bool default_currency(const std::vector<Named>& named, program::Currency& currency);
  bool take_trait(const Named& trait, program::Currency currency, std::string& fields);
  bool take_tags(const Cell& cell, std::string& fields);
  bool take_consent(std::string& fields);
  void ignore(std::string_view name);
};

// ---- JSON to cells
// ----------------------------------------------------------------------------------------------------------

bool BodyReader::Inside::broken(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR: return refuse("the body is not UTF-8");
    case simdjson::EMPTY: return refuse("the body is empty");
    case simdjson::DEPTH_ERROR: return refuse("the body is nested deeper than " + std::to_string(kBodyDepthMax));
    default: return refuse("the body is not well-formed JSON");
  }
}

/// Shape: lists and objects are left as they are, `cell.kind` is object then.
bool BodyReader::Inside::read_scalar(ondemand::value value, Cell& cell) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return broken(error);
  cell = Cell();
  simdjson::error_code error = simdjson::SUCCESS;
  switch (type) {
    case ondemand::json_type::string:
      cell.kind = CellKind::text;
      error = value.get_string().get(cell.text);
      break;
    case ondemand::json_type::number: {
      cell.kind = CellKind::number;
      cell.text = trim_token(value.raw_json_token());
      double number = 0;  // read only to see that it is one
      error = value.get_double().get(number);
      break;
    }
    case ondemand::json_type::boolean: {
      bool truth = false;
      cell.kind = CellKind::boolean;
      error = value.get_bool().get(truth);
      cell.text = truth ? "true" : "false";
      break;
    }
    case ondemand::json_type::null: {
      bool null = false;
      cell.kind = CellKind::null;
      error = simdjson::simdjson_result<bool>(value.is_null()).get(null);
      if (!error && !null) error = simdjson::N_ATOM_ERROR;
      break;
    }
    case ondemand::json_type::array:
    case ondemand::json_type::object: cell.kind = CellKind::object; break;
  }
  return error ? broken(error) : true;
}

template <typename Take>
bool BodyReader::Inside::each_field(ondemand::value value, std::size_t depth, Take take) {
  if (depth > kBodyDepthMax) return broken(simdjson::DEPTH_ERROR);
  ondemand::object object;
  if (const auto error = value.get_object().get(object)) return broken(error);
  for (auto field : object) {
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return broken(error);
    ondemand::value inner;
    if (const auto error = field.value().get(inner)) return broken(error);
    if (!take(key, inner)) return false;
  }
  return true;
}

/// Looks at a value that nobody wants: what is taken in is well-formed as a whole.
bool BodyReader::Inside::walk(ondemand::value value, std::size_t depth) {
  if (depth > kBodyDepthMax) return broken(simdjson::DEPTH_ERROR);
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return broken(error);
  if (type == ondemand::json_type::object) {
    return each_field(value, depth, [&](std::string_view, ondemand::value inner) { return walk(inner, depth + 1); });
  }
  if (type != ondemand::json_type::array) {
    Cell cell;
    return read_scalar(value, cell);
  }
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) return broken(error);
  for (auto element : array) {
    ondemand::value inner;
    if (const auto error = element.get(inner)) return broken(error);
    if (!walk(inner, depth + 1)) return false;
  }
  return true;
}

bool BodyReader::Inside::read_value(ondemand::value value, Cell& cell, std::size_t depth) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return broken(error);
  if (type == ondemand::json_type::object) {
    cell = Cell();
    cell.kind = CellKind::object;
    return walk(value, depth);
  }
  if (type != ondemand::json_type::array) return read_scalar(value, cell);
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) return broken(error);
  std::vector<Cell>& elements = lists.emplace_back();
  bool flat = true;
  for (auto element : array) {
    ondemand::value inner;
    if (const auto error = element.get(inner)) return broken(error);
    ondemand::json_type inner_type{};
    if (const auto error = inner.type().get(inner_type)) return broken(error);
    if (inner_type == ondemand::json_type::object || inner_type == ondemand::json_type::array) {
      flat = false;
      if (!walk(inner, depth + 1)) return false;
    } else if (!read_scalar(inner, elements.emplace_back())) {
      return false;
    }
  }
  cell = Cell();
  cell.kind = flat ? CellKind::list : CellKind::object;
  cell.elements = elements.data();
  cell.count = static_cast<std::uint32_t>(elements.size());
  return true;
}

/// An object of values by name; null is as good as absent. Errors: a name that comes twice.
bool BodyReader::Inside::read_named(ondemand::value value, std::string_view what, std::size_t depth,
                                    std::vector<Named>& named) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return broken(error);
  if (type == ondemand::json_type::null) return walk(value, depth);
  if (type != ondemand::json_type::object) return refuse("`" + std::string(what) + "` is not an object");
  return each_field(value, depth, [&](std::string_view key, ondemand::value inner) {
    if (std::any_of(named.begin(), named.end(), [&](const Named& n) { return n.name == key; })) {
      return refuse("`" + std::string(what) + "` has " + ticks(key) + " twice");
    }
    named.push_back({key, Cell()});
    return read_value(inner, named.back().cell, depth + 1);
  });
}

bool BodyReader::Inside::read_traits(ondemand::value value, std::size_t depth) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return broken(error);
  if (type != ondemand::json_type::object) return read_named(value, "traits", depth, item.traits);
  bool has_consent = false;
  return each_field(value, depth, [&](std::string_view key, ondemand::value inner) {
    if (key == "consent" && has_consent) return refuse("`traits` has `consent` twice");
    if (key == "consent") {
      has_consent = true;
      return read_named(inner, "traits.consent", depth + 1, item.consent);
    }
    if (std::any_of(item.traits.begin(), item.traits.end(), [&](const Named& n) { return n.name == key; })) {
      return refuse("`traits` has " + ticks(key) + " twice");
    }
    item.traits.push_back({key, Cell()});
    return read_value(inner, item.traits.back().cell, depth + 1);
  });
}

/// What is not ours (`context`, `integrations`, `messageId`, …) is looked at and left.
bool BodyReader::Inside::read_item_key(std::string_view key, ondemand::value value, std::size_t depth) {
  struct Known {
    std::string_view name;
    Cell* cell;
  };
  for (const Known& known :
       {Known{"type", &item.type}, Known{"userId", &item.user}, Known{"anonymousId", &item.anonymous},
        Known{"previousId", &item.previous}, Known{"event", &item.event}, Known{"timestamp", &item.timestamp}}) {
    if (key != known.name) continue;
    if (known.cell->kind != CellKind::absent) return refuse("`" + std::string(key) + "` comes twice");
    return read_value(value, *known.cell, depth);
  }
  if (key == "properties" || key == "traits") {
    bool& had = key == "traits" ? item.has_traits : item.has_properties;
    if (had) return refuse("`" + std::string(key) + "` comes twice");
    had = true;
    return key == "traits" ? read_traits(value, depth) : read_named(value, "properties", depth, item.properties);
  }
  return walk(value, depth);
}

bool BodyReader::Inside::read_batch(ondemand::value value) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return broken(error);
  if (type != ondemand::json_type::array) return refuse("`batch` is not a list");
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) return broken(error);
  std::size_t number = 0;
  for (auto element : array) {
    body.item = number++;
    ondemand::value object;
    if (const auto error = element.get(object)) return broken(error);
    if (const auto error = object.type().get(type)) return broken(error);
    if (type != ondemand::json_type::object) return refuse("the item is not an object");
    item.clear();
    lists.clear();
    if (!each_field(object, 2,
                    [&](std::string_view key, ondemand::value inner) { return read_item_key(key, inner, 3); }))
      return false;
    if (!take(Route::batch)) return false;
  }
  body.item.reset();
  return true;
}

bool BodyReader::Inside::read_document(Route route, std::string_view json, std::size_t capacity) {
  ondemand::document document;
  if (const auto error = parser.iterate(simdjson::padded_string_view(json.data(), json.size(), capacity)).get(document))
    return broken(error);
  ondemand::json_type type{};
  if (const auto error = document.type().get(type)) return broken(error);
  if (type != ondemand::json_type::object) return refuse("the body is not a JSON object");
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) return broken(error);
  bool has_batch = false;
  item.clear();
  lists.clear();
  for (auto field : object) {
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return broken(error);
    ondemand::value value;
    if (const auto error = field.value().get(value)) return broken(error);
    if (route != Route::batch) {
      if (!read_item_key(key, value, 1)) return false;
    } else if (key != "batch") {
      if (!walk(value, 1)) return false;
    } else {
      if (has_batch) return refuse("`batch` comes twice");
      has_batch = true;
      if (!read_batch(value)) return false;
    }
  }
  // Past the last value there is no place left in the document.
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return broken(simdjson::TAPE_ERROR);
  if (route == Route::batch) return has_batch ? true : refuse("`batch`, the list of calls, is missing");
  return take(route);
}

// ---- cells to inputs
// --------------------------------------------------------------------------------------------------------

void BodyReader::Inside::ignore(std::string_view name) {
  ++body.ignored_values;
  const std::string text = shown(name);
  if (body.ignored.size() >= kIgnoredNamesMax ||
      std::find(body.ignored.begin(), body.ignored.end(), text) != body.ignored.end())
    return;
  body.ignored.push_back(text);
}

bool BodyReader::Inside::take(Route route) {
  storage.clear();
  if (route == Route::track) return take_track();
  if (route == Route::identify) return take_identify();
  if (route == Route::alias) return take_alias();
  if (item.type.kind == CellKind::absent) return refuse("`type` is missing: it is `track`, `identify` or `alias`");
  if (item.type.kind == CellKind::text && item.type.text == "track") return take_track();
  if (item.type.kind == CellKind::text && item.type.text == "identify") return take_identify();
  if (item.type.kind == CellKind::text && item.type.text == "alias") return take_alias();
  return refuse((item.type.kind == CellKind::text ? ticks(item.type.text) : "`type`") +
                " is not a call that is taken: those are `track`, `identify` and `alias`");
}

bool BodyReader::Inside::customer(PostedInput& input) {
  const auto given = [](const Cell& cell) { return cell.kind != CellKind::absent && cell.kind != CellKind::null; };
  const bool by_user = given(item.user);
  if (!by_user && !given(item.anonymous)) return refuse("`userId` is missing");
  const auto id = run::parse_customer_id(by_user ? item.user : item.anonymous);
  if (!id) return refuse(std::string(by_user ? "`userId`" : "`anonymousId`") + ": " + id.error().message);
  input.customer = *id;
  return true;
}

bool BodyReader::Inside::moment(env::Moment& at) {
  at = env::kNoMoment;
  if (item.timestamp.kind == CellKind::absent || item.timestamp.kind == CellKind::null) return true;
  if (item.timestamp.kind != CellKind::text) return refuse("`timestamp` is not a text like `2026-03-01T10:00:00Z`");
  const auto parsed = env::parse_moment(item.timestamp.text, zone);
  if (!parsed) return refuse("`timestamp`: " + run::quoted(item.timestamp.text) + " is not a date with a time");
  if (*parsed > now + kAheadMsMax)
    return refuse("`timestamp`: " + run::quoted(item.timestamp.text) + " is more than a day ahead");
  at = *parsed;
  return true;
}

bool BodyReader::Inside::find_event(std::uint32_t& event) {
  if (item.event.kind == CellKind::absent || item.event.kind == CellKind::null) return refuse("`event` is missing");
  if (item.event.kind != CellKind::text) return refuse("`event` is not a text");
  const std::string_view name = item.event.text;
  if (std::find(std::begin(kOwnEvents), std::end(kOwnEvents), name) != std::end(kOwnEvents)) {
    return refuse("the event " + ticks(name) + " is made by tend itself");
  }
  if (const auto found = program::find_event(program, name)) {
    event = *found;
    return true;
  }
  std::vector<std::string> names;
  for (std::size_t i = program::kBuiltinEventCount; i < program.events.size(); ++i)
    names.push_back(program.events[i].name);
  std::string sentence = "there is no event " + ticks(name);
  if (const auto meant = diagnostic::did_you_mean(shown(name), names))
    return refuse(sentence + ": did you mean `" + *meant + "`?");
  if (names.empty()) return refuse(sentence + ": the playbooks declare none");
  sentence += ": there are ";
  for (std::size_t i = 0; i < names.size() && i < kIgnoredNamesMax; ++i)
    sentence += (i == 0 ? "`" : ", `") + names[i] + "`";
  if (names.size() > kIgnoredNamesMax) sentence += " and " + std::to_string(names.size() - kIgnoredNamesMax) + " more";
  return refuse(sentence);
}

/// `currency` beside an amount, as Segment's ecommerce calls have it: of money that does not name its own.
bool BodyReader::Inside::default_currency(const std::vector<Named>& named, program::Currency& currency) {
  currency = 0;
  const auto found = std::find_if(named.begin(), named.end(), [](const Named& n) { return n.name == "currency"; });
  if (found == named.end() || found->cell.kind != CellKind::text) return true;
  const std::string_view code = found->cell.text;
  const bool well_formed = !code.empty() && code.size() <= 4 && std::all_of(code.begin(), code.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  if (well_formed) currency = program::pack_currency(code);
  return true;
}

bool BodyReader::Inside::take_track() {
  PostedInput input;
  input.kind = state::InputKind::event;
  if (!customer(input) || !find_event(input.event) || !moment(input.at)) return false;
  const program::Event& event = program.events[input.event];
  program::Currency currency = 0;
  if (!default_currency(item.properties, currency)) return false;
  for (const Named& property : item.properties) {
    const auto field = program::find_field(event, property.name);
    if (!field) {
      if (property.name != "currency") ignore(property.name);
      continue;
    }
    const auto value =
        run::parse_cell(event.fields[*field].type, property.cell, {&zone, currency, &storage, program.currencies});
    if (!value) return refuse(ticks(property.name) + " of `" + event.name + "`: " + value.error().message);
    if (!value->missing()) state::append_field(input.fields, static_cast<std::uint16_t>(*field), *value);
  }
  body.inputs.push_back(std::move(input));
  return true;
}

bool BodyReader::Inside::take_tags(const Cell& cell, std::string& fields) {
  static const TypeInfo kTexts{Type::list, Type::text, {}};
  const auto value = run::parse_cell(kTexts, cell, {&zone, 0, &storage});
  if (!value) return refuse("`tags`: " + value.error().message);
  for (std::uint32_t i = 0; !value->missing() && i < value->extra; ++i) {
    const std::string_view entry = value->list[i].str();
    const bool removes = entry.starts_with('-');
    const std::string_view tag = removes ? run::trim_blanks(entry.substr(1)) : entry;
    if (tag.empty()) return refuse("`tags`: `-` names no tag");
    state::append_field(fields, removes ? state::kTagRemove : state::kTagAdd, Value::string(tag));
  }
  return true;
}

bool BodyReader::Inside::take_consent(std::string& fields) {
  static const TypeInfo kTruth{Type::boolean, Type::none, {}};
  for (const Named& entry : item.consent) {
    if (entry.name.empty()) return refuse("`consent` names no channel or purpose");
    const auto value = run::parse_cell(kTruth, entry.cell, {&zone, 0, &storage});
    if (!value) return refuse("`consent` for " + ticks(entry.name) + ": " + value.error().message);
    if (value->missing()) continue;
    state::append_field(fields, value->truth() ? state::kConsentGiven : state::kConsentWithdrawn,
                        Value::string(entry.name));
  }
  return true;
}

/// Null clears an attribute.
bool BodyReader::Inside::take_trait(const Named& trait, program::Currency currency, std::string& fields) {
  if (trait.name == "tags") return take_tags(trait.cell, fields);
  const auto attribute = program::find_attribute(program, trait.name);
  if (!attribute) {
    if (trait.name != "currency") ignore(trait.name);
    return true;
  }
  const auto value =
      run::parse_cell(program.attributes[*attribute].type, trait.cell, {&zone, currency, &storage, program.currencies});
  if (!value) return refuse(ticks(trait.name) + " of the customer: " + value.error().message);
  if (*attribute == program::kTimezoneAttribute && !value->missing() && env::find_zone(value->str()) == nullptr) {
    return refuse("`timezone`: " + ticks(value->str()) + " is not a time zone like `Asia/Shanghai`");
  }
  state::append_field(fields, static_cast<std::uint16_t>(*attribute), *value);
  return true;
}

bool BodyReader::Inside::take_identify() {
  PostedInput input;
  input.kind = state::InputKind::attributes;
  if (!customer(input) || !moment(input.at)) return false;
  program::Currency currency = 0;
  if (!default_currency(item.traits, currency)) return false;
  for (const Named& trait : item.traits) {
    if (!take_trait(trait, currency, input.fields)) return false;
  }
  if (!take_consent(input.fields)) return false;
  body.inputs.push_back(std::move(input));
  return true;
}

/// Whoever was known as `previousId` is `userId` from now on.
bool BodyReader::Inside::take_alias() {
  PostedInput input;
  input.kind = state::InputKind::merge;
  const auto id = [&](const Cell& cell, const char* key, std::string& text) {
    if (cell.kind == CellKind::absent || cell.kind == CellKind::null)
      return refuse("`" + std::string(key) + "` is missing");
    const auto read = run::parse_customer_id(cell);
    if (!read) return refuse("`" + std::string(key) + "`: " + read.error().message);
    text = *read;
    return true;
  };
  env::Moment at = env::kNoMoment;
  if (!id(item.previous, "previousId", input.customer) || !id(item.user, "userId", input.into) || !moment(at))
    return false;
  if (input.customer == input.into) return refuse("`previousId` and `userId` are the same");
  body.inputs.push_back(std::move(input));
  return true;
}

// ---- the public face
// --------------------------------------------------------------------------------------------------------

BodyReader::BodyReader(const program::Program& program) : inside_(std::make_unique<Inside>(program)) {}
BodyReader::BodyReader(BodyReader&&) noexcept = default;
BodyReader::~BodyReader() = default;

ReadBody BodyReader::read(Route route, std::string& body, env::Moment now) {
  const std::size_t size = body.size();
  body.reserve(size + simdjson::SIMDJSON_PADDING);
  inside_->body = ReadBody();
  inside_->now = now;
  if (!inside_->read_document(route, body, body.capacity())) {
    CHECK_OR_DIE(!inside_->body.problem.empty(), "a refusal says why");
    inside_->body.inputs.clear();
  }
  return std::move(inside_->body);
}

}  // namespace tend::serve
