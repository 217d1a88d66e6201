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
/// Longer ones are not kept for inputs to come: somebody could fill the memory with them.
constexpr std::size_t kTextKeptMax = 256;

bool is_given(const Cell& cell) { return cell.kind != CellKind::absent && cell.kind != CellKind::null; }
/// Some clients send an empty text for somebody whom they do not know.
bool names_somebody(const Cell& cell) { return is_given(cell) && (cell.kind != CellKind::text || !cell.text.empty()); }

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
  for (Cell* cell : {&type, &user, &anonymous, &previous, &event, &timestamp, &original, &sent, &message, &name,
                     &category, &group}) {
    cell->kind = CellKind::absent;
    cell->text = {};
  }
  properties.clear();
  traits.clear();
  consent.clear();
  has_properties = has_traits = has_consent = false;
}

PostedInput& InputsMade::next() {
  if (count++ == inputs.size()) return inputs.emplace_back();
  PostedInput& input = inputs[count - 1];
  PostedInput anew;  // but for the memory of its texts
  for (std::string PostedInput::*text : {&PostedInput::customer, &PostedInput::fields, &PostedInput::into}) {
    if ((input.*text).capacity() > kTextKeptMax) continue;
    (input.*text).clear();
    (anew.*text).swap(input.*text);
  }
  input = std::move(anew);
  return input;
}

void CallTaker::ignore(std::string_view name) {
  ++ignored_values;
  const std::string text = shown(name);
  if (ignored.size() >= kIgnoredNamesMax || std::find(ignored.begin(), ignored.end(), text) != ignored.end()) return;
  ignored.push_back(text);
}

bool CallTaker::take(const Call& call, InputsMade& made) {
  storage_.clear();
  fields_.clear();
  const std::size_t before = made.count;
  if (take_kind(call, made)) return true;
  made.count = before;
  return false;
}

bool CallTaker::take_kind(const Call& call, InputsMade& made) {
  switch (call.kind) {
    case CallKind::none: break;
    case CallKind::alias: return take_alias(call, made.next());
    case CallKind::track: return take_track(call, made.next());
    case CallKind::identify: return take_identify(call, made);
    case CallKind::page: return take_declared(call, "page", made);
    case CallKind::screen: return take_declared(call, "screen", made);
    case CallKind::group: return take_declared(call, "group", made);
  }
  if (!is_given(call.type)) return refuse("`type` is missing: it is `track`, `identify` or another call");
  return refuse((call.type.kind == CellKind::text ? in_ticks(call.type.text) : "`type`") +
                " is not a call that is taken: those are `track`, `identify`, `alias`, `page`, `screen` and `group`");
}

bool CallTaker::customer(const Call& call, std::string& id) {
  const bool by_user = names_somebody(call.user);
  if (!by_user && !names_somebody(call.anonymous))
    return refuse(is_given(call.user) ? "`userId` is empty" : "`userId` is missing");
  const Cell& cell = by_user ? call.user : call.anonymous;
  if (cell.kind == CellKind::boolean)
    return refuse(std::string(by_user ? "`userId`" : "`anonymousId`") + " is not a text");
  const auto read = run::parse_customer_id(cell);
  if (!read) return refuse(std::string(by_user ? "`userId`" : "`anonymousId`") + ": " + read.error().message);
  id = *read;
  return true;
}

bool CallTaker::moment(const Cell& cell, std::string_view name, env::Moment& at) {
  at = env::kNoMoment;
  if (!is_given(cell)) return true;
  const auto refuse_it = [&](const std::string& why) { return refuse("`" + std::string(name) + "`" + why); };
  if (cell.kind != CellKind::text) return refuse_it(" is not a text like `2026-03-01T10:00:00Z`");
  const auto parsed = env::parse_moment(cell.text, zone_);
  if (!parsed) return refuse_it(": " + run::quoted(cell.text) + " is not a date with a time");
  at = *parsed;
  return true;
}

bool CallTaker::find_event(const Cell& cell, std::uint32_t& event) {
  if (!is_given(cell)) return refuse("`event` is missing");
  if (cell.kind != CellKind::text) return refuse("`event` is not a text");
  const std::string_view name = cell.text;
  if (last_event_ != program::kNone && program_.events[last_event_].name == name) {
    event = last_event_;
    return true;
  }
  if (std::find(std::begin(kOwnEvents), std::end(kOwnEvents), name) != std::end(kOwnEvents)) {
    return refuse("the event " + in_ticks(name) + " is made by tend itself");
  }
  if (const auto found = program::find_event(program_, name)) {
    event = last_event_ = *found;
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
                           program::Currency currency) {
  const auto field = program::find_field(event, name);
  if (!field) {
    if (name != "currency") ignore(name);
    return true;
  }
  const auto value =
      run::parse_cell(event.fields[*field].type, cell, {&zone_, currency, &storage_, program_.currencies});
  if (!value) return refuse(in_ticks(name) + " of `" + event.name + "`: " + value.error().message);
  if (!value->missing()) state::append_field(fields_, static_cast<std::uint16_t>(*field), *value);
  return true;
}

bool CallTaker::take_fields(const program::Event& event, const std::vector<Named>& named) {
  const program::Currency currency = default_currency(named);
  return std::all_of(named.begin(), named.end(),
                     [&](const Named& property) { return take_field(event, property.name, property.cell, currency); });
}

bool CallTaker::take_track(const Call& call, PostedInput& input) {
  input.kind = state::InputKind::event;
  if (!customer(call, input.customer) || !find_event(call.event, input.event) ||
      !take_fields(program_.events[input.event], call.properties))
    return false;
  input.fields = fields_;
  return true;
}

/// `page`, `screen` and `group` are events of these names where the playbooks declare them; else nobody wants them.
bool CallTaker::take_declared(const Call& call, std::string_view event, InputsMade& made) {
  PostedInput& input = made.next();
  if (!customer(call, input.customer)) return false;
  const auto found = program::find_event(program_, event);
  if (!found) {
    ignore(event);
    --made.count;
    return true;
  }
  input.kind = state::InputKind::event;
  input.event = *found;
  const program::Event& declared = program_.events[*found];
  const std::vector<Named>& named = call.kind == CallKind::group ? call.traits : call.properties;
  if (!take_fields(declared, named)) return false;
  struct Beside {
    std::string_view name;
    const Cell* cell;
  };
  for (const Beside& beside :
       {Beside{"name", &call.name}, Beside{"category", &call.category}, Beside{"group_id", &call.group}}) {
    const bool stands_there =
        std::any_of(named.begin(), named.end(), [&](const Named& n) { return n.name == beside.name; });
    if (!is_given(*beside.cell) || stands_there || !program::find_field(declared, beside.name)) continue;
    if (!take_field(declared, beside.name, *beside.cell, 0)) return false;
  }
  input.fields = fields_;
  return true;
}

bool CallTaker::take_tags(const Cell& cell) {
  static const TypeInfo kTexts{Type::list, Type::text, {}};
  const auto value = run::parse_cell(kTexts, cell, {&zone_, 0, &storage_});
  if (!value) return refuse("`tags`: " + value.error().message);
  for (std::uint32_t i = 0; !value->missing() && i < value->extra; ++i) {
    const std::string_view entry = value->list[i].str();
    const bool removes = entry.starts_with('-');
    const std::string_view tag = removes ? run::trim_blanks(entry.substr(1)) : entry;
    if (tag.empty()) return refuse("`tags`: `-` names no tag");
    state::append_field(fields_, removes ? state::kTagRemove : state::kTagAdd, Value::string(tag));
  }
  return true;
}

bool CallTaker::take_consent(const std::vector<Named>& consent) {
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
    state::append_field(fields_, value->truth() ? state::kConsentGiven : state::kConsentWithdrawn,
                        Value::string(entry.name));
    for (const Named& beside : consent) {
      const auto of = consent_beside(beside.name);
      if (!of || of->what != entry.name || !is_given(beside.cell)) continue;
      if (beside.cell.kind != CellKind::text || beside.cell.text.size() > kConsentWordsMax)
        return refuse("`consent`: " + in_ticks(beside.name) + " is not a text of at most " +
                      std::to_string(kConsentWordsMax) + " bytes");
      state::append_field(fields_, of->index, Value::string(beside.cell.text));
    }
  }
  return true;
}

/// Null clears an attribute.
bool CallTaker::take_trait(const Named& trait, program::Currency currency) {
  if (trait.name == "tags") return take_tags(trait.cell);
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
  state::append_field(fields_, static_cast<std::uint16_t>(*attribute), *value);
  return true;
}

/// Who was anonymous until now and says who he is, is that one from now on.
bool CallTaker::take_identify(const Call& call, InputsMade& made) {
  PostedInput& first = made.next();
  if (!customer(call, first.customer)) return false;
  const program::Currency currency = default_currency(call.traits);
  for (const Named& trait : call.traits) {
    if (!take_trait(trait, currency)) return false;
  }
  if (!take_consent(call.consent)) return false;
  bool merges = false;
  if (names_somebody(call.user) && names_somebody(call.anonymous)) {
    const auto anonymous = run::parse_customer_id(call.anonymous);
    if (!anonymous) return refuse("`anonymousId`: " + anonymous.error().message);
    if (*anonymous != first.customer) {
      first.kind = state::InputKind::merge;
      first.into = first.customer;
      first.customer = *anonymous;
      merges = true;
    }
  }
  const std::size_t at = made.count - 1;
  PostedInput& input = merges ? made.next() : first;
  input.kind = state::InputKind::attributes;
  if (merges) input.customer = made.inputs[at].into;
  input.fields = fields_;
  input.follows = merges;
  input.consents = !call.consent.empty();
  return true;
}

/// Whoever was known as `previousId` is `userId` from now on.
bool CallTaker::take_alias(const Call& call, PostedInput& input) {
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
  return true;
}

}  // namespace tend::serve
