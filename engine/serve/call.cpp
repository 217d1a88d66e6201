// Keys come in any order, so a call is typed when all of it is there.
#include "engine/serve/call.hpp"

#include <algorithm>

#include "dsl/diagnostic/suggest.hpp"
#include "engine/run/decimal.hpp"
#include "engine/state/consent.hpp"

namespace tend::serve {
namespace {

using program::Type;
using program::TypeInfo;
using program::Value;

/// Events that only the engine makes.
constexpr std::string_view kOwnEvents[] = {"added", "sent", "failed", "task_done", "task_refused"};

constexpr std::size_t kConsentWordsMax = 2000;

/// `sms.text` and `sms.evidence` stand beside `sms`.
struct BesideConsent {
  std::string_view what;  // the channel or purpose
  std::uint16_t index;
};
std::optional<BesideConsent> consent_beside(std::string_view name) {
  for (const auto& [ending, index] :
       {std::pair{std::string_view(".text"), state::kConsentText}, {".evidence", state::kConsentEvidence}}) {
    if (name.size() > ending.size() && name.ends_with(ending))
      return BesideConsent{name.substr(0, name.size() - ending.size()), index};
  }
  return std::nullopt;
}

bool is_given(const Cell& cell) { return cell.kind != CellKind::absent && cell.kind != CellKind::null; }

/// `currency` beside an amount, as Segment's ecommerce calls have it: of money that does not name its own.
program::Currency default_currency(const std::vector<Named>& named) {
  const auto found = std::find_if(named.begin(), named.end(), [](const Named& n) { return n.name == "currency"; });
  if (found == named.end() || found->cell.kind != CellKind::text) return 0;
  const std::string_view code = found->cell.text;
  const bool well_formed = !code.empty() && code.size() <= 4 && std::all_of(code.begin(), code.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  return well_formed ? program::pack_currency(code) : program::Currency{0};
}

}  // namespace

CallKind call_kind(std::string_view type) {
  if (type == "track") return CallKind::track;
  if (type == "identify") return CallKind::identify;
  if (type == "alias") return CallKind::alias;
  if (type == "page") return CallKind::page;
  if (type == "screen") return CallKind::screen;
  if (type == "group") return CallKind::group;
  return CallKind::none;
}

void Call::clear() {
  kind = CallKind::none;
  type = user = anonymous = previous = event = timestamp = original = sent = message = name = category = group = Cell();
  properties.clear();
  traits.clear();
  consent.clear();
  has_properties = has_traits = has_consent = false;
}

void CallTaker::ignore(std::string_view name) {
  ++ignored_values;
  const std::string text = shown(name);
  if (ignored.size() >= kIgnoredNamesMax || std::find(ignored.begin(), ignored.end(), text) != ignored.end()) return;
  ignored.push_back(text);
}

bool CallTaker::take(const Call& call, std::vector<PostedInput>& inputs) {
  storage_.clear();
  if (call.kind == CallKind::none) {
    if (!is_given(call.type)) return refuse("`type` is missing: it is `track`, `identify` or another call");
    return refuse((call.type.kind == CellKind::text ? in_ticks(call.type.text) : "`type`") +
                  " is not a call that is taken: those are `track`, `identify`, `alias`, `page`, `screen` and `group`");
  }
  if (call.kind == CallKind::alias) return take_alias(call, inputs);
  PostedInput input;
  if (!customer(call, input.customer)) return false;
  switch (call.kind) {
    case CallKind::track: return take_track(call, std::move(input), inputs);
    case CallKind::identify: return take_identify(call, std::move(input), inputs);
    case CallKind::page: return take_declared(call, "page", std::move(input), inputs);
    case CallKind::screen: return take_declared(call, "screen", std::move(input), inputs);
    default: return take_declared(call, "group", std::move(input), inputs);
  }
}

bool CallTaker::customer(const Call& call, std::string& id) {
  const bool by_user = is_given(call.user);
  if (!by_user && !is_given(call.anonymous)) return refuse("`userId` is missing");
  const auto read = run::parse_customer_id(by_user ? call.user : call.anonymous);
  if (!read) return refuse(std::string(by_user ? "`userId`" : "`anonymousId`") + ": " + read.error().message);
  id = *read;
  return true;
}

bool CallTaker::moment(const Cell& cell, std::string_view name, env::Moment& at) {
  at = env::kNoMoment;
  if (!is_given(cell)) return true;
  const std::string key = "`" + std::string(name) + "`";
  if (cell.kind != CellKind::text) return refuse(key + " is not a text like `2026-03-01T10:00:00Z`");
  const auto parsed = env::parse_moment(cell.text, zone_);
  if (!parsed) return refuse(key + ": " + run::quoted(cell.text) + " is not a date with a time");
  at = *parsed;
  return true;
}

bool CallTaker::find_event(const Cell& cell, std::uint32_t& event) {
  if (!is_given(cell)) return refuse("`event` is missing");
  if (cell.kind != CellKind::text) return refuse("`event` is not a text");
  const std::string_view name = cell.text;
  if (std::find(std::begin(kOwnEvents), std::end(kOwnEvents), name) != std::end(kOwnEvents)) {
    return refuse("the event " + in_ticks(name) + " is made by tend itself");
  }
  if (const auto found = program::find_event(program_, name)) {
    event = *found;
    return true;
  }
  std::vector<std::string> names;
  for (std::size_t i = program::kBuiltinEventCount; i < program_.events.size(); ++i)
    names.push_back(program_.events[i].name);
  std::string sentence = "there is no event " + in_ticks(name);
  if (const auto meant = diagnostic::did_you_mean(shown(name), names))
    return refuse(sentence + ": did you mean `" + *meant + "`?");
  if (names.empty()) return refuse(sentence + ": the playbooks declare none");
  sentence += ": there are ";
  for (std::size_t i = 0; i < names.size() && i < kIgnoredNamesMax; ++i)
    sentence += (i == 0 ? "`" : ", `") + names[i] + "`";
  if (names.size() > kIgnoredNamesMax) sentence += " and " + std::to_string(names.size() - kIgnoredNamesMax) + " more";
  return refuse(sentence);
}

bool CallTaker::take_field(const program::Event& event, std::string_view name, const Cell& cell,
                           program::Currency currency, std::string& fields) {
  const auto field = program::find_field(event, name);
  if (!field) {
    if (name != "currency") ignore(name);
    return true;
  }
  const auto value =
      run::parse_cell(event.fields[*field].type, cell, {&zone_, currency, &storage_, program_.currencies});
  if (!value) return refuse(in_ticks(name) + " of `" + event.name + "`: " + value.error().message);
  if (!value->missing()) state::append_field(fields, static_cast<std::uint16_t>(*field), *value);
  return true;
}

bool CallTaker::take_fields(const program::Event& event, const std::vector<Named>& named, std::string& fields) {
  const program::Currency currency = default_currency(named);
  return std::all_of(named.begin(), named.end(), [&](const Named& property) {
    return take_field(event, property.name, property.cell, currency, fields);
  });
}

bool CallTaker::take_track(const Call& call, PostedInput input, std::vector<PostedInput>& inputs) {
  input.kind = state::InputKind::event;
  if (!find_event(call.event, input.event) || !take_fields(program_.events[input.event], call.properties, input.fields))
    return false;
  inputs.push_back(std::move(input));
  return true;
}

/// `page`, `screen` and `group` are events of these names where the playbooks declare them; else nobody wants them.
bool CallTaker::take_declared(const Call& call, std::string_view event, PostedInput input,
                              std::vector<PostedInput>& inputs) {
  const auto found = program::find_event(program_, event);
  if (!found) {
    ignore(event);
    return true;
  }
  input.kind = state::InputKind::event;
  input.event = *found;
  const program::Event& declared = program_.events[*found];
  const std::vector<Named>& named = call.kind == CallKind::group ? call.traits : call.properties;
  if (!take_fields(declared, named, input.fields)) return false;
  struct Beside {
    std::string_view name;
    const Cell* cell;
  };
  for (const Beside& beside :
       {Beside{"name", &call.name}, Beside{"category", &call.category}, Beside{"group_id", &call.group}}) {
    const bool stands_there =
        std::any_of(named.begin(), named.end(), [&](const Named& n) { return n.name == beside.name; });
    if (!is_given(*beside.cell) || stands_there || !program::find_field(declared, beside.name)) continue;
    if (!take_field(declared, beside.name, *beside.cell, 0, input.fields)) return false;
  }
  inputs.push_back(std::move(input));
  return true;
}

bool CallTaker::take_tags(const Cell& cell, std::string& fields) {
  static const TypeInfo kTexts{Type::list, Type::text, {}};
  const auto value = run::parse_cell(kTexts, cell, {&zone_, 0, &storage_});
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

bool CallTaker::take_consent(const std::vector<Named>& consent, std::string& fields) {
  static const TypeInfo kTruth{Type::boolean, Type::none, {}};
  for (const Named& entry : consent) {
    if (entry.name.empty()) return refuse("`consent` names no channel or purpose");
    if (const auto of = consent_beside(entry.name)) {
      const auto same = [&](const Named& n) { return n.name == of->what; };
      if (std::any_of(consent.begin(), consent.end(), same)) continue;
      return refuse("`consent` has " + in_ticks(entry.name) + ", but does not say whether there is one");
    }
    const auto value = run::parse_cell(kTruth, entry.cell, {&zone_, 0, &storage_});
    if (!value) return refuse("`consent` for " + in_ticks(entry.name) + ": " + value.error().message);
    if (value->missing()) continue;
    state::append_field(fields, value->truth() ? state::kConsentGiven : state::kConsentWithdrawn,
                        Value::string(entry.name));
    for (const Named& beside : consent) {
      const auto of = consent_beside(beside.name);
      if (!of || of->what != entry.name || !is_given(beside.cell)) continue;
      if (beside.cell.kind != CellKind::text || beside.cell.text.size() > kConsentWordsMax)
        return refuse("`consent`: " + in_ticks(beside.name) + " is not a text of at most " +
                      std::to_string(kConsentWordsMax) + " bytes");
      state::append_field(fields, of->index, Value::string(beside.cell.text));
    }
  }
  return true;
}

/// Null clears an attribute.
bool CallTaker::take_trait(const Named& trait, program::Currency currency, std::string& fields) {
  if (trait.name == "tags") return take_tags(trait.cell, fields);
  const auto attribute = program::find_attribute(program_, trait.name);
  if (!attribute) {
    if (trait.name != "currency") ignore(trait.name);
    return true;
  }
  const auto value = run::parse_cell(program_.attributes[*attribute].type, trait.cell,
                                     {&zone_, currency, &storage_, program_.currencies});
  if (!value) return refuse(in_ticks(trait.name) + " of the customer: " + value.error().message);
  if (*attribute == program::kTimezoneAttribute && !value->missing() && env::find_zone(value->str()) == nullptr) {
    return refuse("`timezone`: " + in_ticks(value->str()) + " is not a time zone like `Asia/Shanghai`");
  }
  state::append_field(fields, static_cast<std::uint16_t>(*attribute), *value);
  return true;
}

/// Who was anonymous until now and says who he is, is that one from now on.
bool CallTaker::take_identify(const Call& call, PostedInput input, std::vector<PostedInput>& inputs) {
  input.kind = state::InputKind::attributes;
  const program::Currency currency = default_currency(call.traits);
  for (const Named& trait : call.traits) {
    if (!take_trait(trait, currency, input.fields)) return false;
  }
  if (!take_consent(call.consent, input.fields)) return false;
  input.consents = !call.consent.empty();
  if (is_given(call.user) && is_given(call.anonymous)) {
    const auto anonymous = run::parse_customer_id(call.anonymous);
    if (!anonymous) return refuse("`anonymousId`: " + anonymous.error().message);
    if (*anonymous != input.customer) {
      PostedInput merge;
      merge.kind = state::InputKind::merge;
      merge.customer = *anonymous;
      merge.into = input.customer;
      inputs.push_back(std::move(merge));
      input.follows = true;
    }
  }
  inputs.push_back(std::move(input));
  return true;
}

/// Whoever was known as `previousId` is `userId` from now on.
bool CallTaker::take_alias(const Call& call, std::vector<PostedInput>& inputs) {
  PostedInput input;
  input.kind = state::InputKind::merge;
  const auto id = [&](const Cell& cell, const char* key, std::string& text) {
    if (!is_given(cell)) return refuse("`" + std::string(key) + "` is missing");
    const auto read = run::parse_customer_id(cell);
    if (!read) return refuse("`" + std::string(key) + "`: " + read.error().message);
    text = *read;
    return true;
  };
  if (!id(call.previous, "previousId", input.customer) || !id(call.user, "userId", input.into)) return false;
  if (input.customer == input.into) return refuse("`previousId` and `userId` are the same");
  inputs.push_back(std::move(input));
  return true;
}

}  // namespace tend::serve
