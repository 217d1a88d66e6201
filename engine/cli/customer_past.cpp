#include "engine/cli/customer_past.hpp"

#include <algorithm>

#include "engine/cli/story_words.hpp"
#include "engine/cli/why.hpp"
#include "engine/env/draw.hpp"
#include "engine/env/files.hpp"
#include "engine/log/segment_log.hpp"
#include "engine/state/consent.hpp"

namespace tend::cli {
namespace {

using Json = nlohmann::ordered_json;
using program::Value;
using state::InputKind;

Json value_json(const Telling& telling, const Value& value) {
  if (value.missing()) return nullptr;
  if (value.kind == program::ValueKind::boolean) return value.truth();
  if (value.kind == program::ValueKind::number) return value.d;
  if (value.kind == program::ValueKind::text) return std::string(value.str());
  if (value.kind == program::ValueKind::list) {
    std::vector<Value> elements;
    state::read_list(value, elements);
    Json list = Json::array();
    for (const Value& element : elements) list.push_back(value_json(telling, element));
    return list;
  }
  return value_words(telling, value);
}

/// The values of a blob by name. What is not a field or an attribute stands under a name of its own.
template <typename NameOf>
Json fields_json(const Telling& telling, std::string_view blob, const NameOf& name_of) {
  Json json = Json::object();
  state::FieldReader reader(blob);
  std::uint16_t index = 0;
  Value value;
  while (reader.next(index, value)) {
    const std::string name = name_of(index);
    const bool several = index >= state::kTagAdd;
    if (several) {
      json[name].push_back(value_json(telling, value));
    } else {
      json[name] = value_json(telling, value);
    }
  }
  return json;
}

std::string attribute_name(const program::Program& program, std::uint16_t index) {
  switch (index) {
    case state::kTagAdd: return "+tags";
    case state::kTagRemove: return "-tags";
    case state::kConsentGiven: return "+consent";
    case state::kConsentWithdrawn: return "-consent";
    case state::kSuppressed: return "+never_written_to";
    case state::kUnsuppressed: return "-never_written_to";
    case state::kConsentText: return "consent.text";
    case state::kConsentEvidence: return "consent.evidence";
    case state::kConsentSource: return "consent.source";
    default: return index < program.attributes.size() ? program.attributes[index].name : std::to_string(index);
  }
}

std::string playbook_name(const program::Program& program, std::uint32_t playbook) {
  return playbook < program.playbooks.size() ? program.playbooks[playbook].name : std::string();
}

/// One input of his as JSON; null for what nobody but the engine needs.
Json input_json(const Recorded& recorded, const program::Program& program) {
  static const program::Places kNowhere;
  const Telling telling{program, kNowhere, text::Tongue::en, false};
  const std::string& payload = recorded.payload;
  const auto head = [](env::Moment moment, const char* kind) {
    return Json{{"at", env::format_moment(moment)}, {"kind", kind}};
  };
  if (recorded.kind == InputKind::event) {
    state::EventInput input;
    if (!decode(payload, input) || input.event >= program.events.size()) return nullptr;
    const program::Event& event = program.events[input.event];
    Json json = head(input.moment, "event");
    json["event"] = event.name;
    if (input.at != input.moment) json["happened"] = env::format_moment(input.at);
    json["fields"] = fields_json(telling, input.fields, [&](std::uint16_t field) {
      return field < event.fields.size() ? event.fields[field].name : std::to_string(field);
    });
    return json;
  }
  if (recorded.kind == InputKind::attributes) {
    state::AttributesInput input;
    if (!decode(payload, input)) return nullptr;
    Json json = head(input.moment, "attributes");
    json["values"] =
        fields_json(telling, input.fields, [&](std::uint16_t index) { return attribute_name(program, index); });
    return json;
  }
  if (recorded.kind == InputKind::answer) {
    state::AnswerInput input;
    const bool money =
        decode(payload, input) && (input.kind == state::AnswerKind::grant || input.kind == state::AnswerKind::credit ||
                                   input.kind == state::AnswerKind::reversal);
    if (!money) return nullptr;
    Json json = head(input.moment, "money");
    json["granted"] = input.granted;
    json["amount"] = value_words(telling, Value::money(input.amount, input.currency));
    json["budget"] = std::string(input.budget);
    json["account"] = std::string(input.account);
    return json;
  }
  if (recorded.kind == InputKind::entry || recorded.kind == InputKind::stop) {
    state::EntryInput input;  // both are written alike
    if (!decode(payload, input)) return nullptr;
    Json json = head(input.moment, recorded.kind == InputKind::entry ? "start" : "stop");
    json["playbook"] = std::string(input.playbook);
    return json;
  }
  if (recorded.kind == InputKind::confirm) {
    state::ConfirmInput input;
    if (!decode(payload, input)) return nullptr;
    Json json = head(input.moment, "confirm");
    json["playbook"] = playbook_name(program, input.playbook);
    json["done"] = input.done;
    if (!input.reason.empty()) json["reason"] = std::string(input.reason);
    return json;
  }
  if (recorded.kind == InputKind::message) {
    state::MessageInput input;
    if (!decode(payload, input)) return nullptr;
    Json json = head(input.moment, input.what == InputKind::message ? "started_by" : "came_with");
    json["customer"] = std::string(input.from);
    if (input.what == InputKind::message) json["playbook"] = playbook_name(program, input.playbook);
    return json;
  }
  if (recorded.kind == InputKind::forget) {
    state::ForgetInput input;
    return decode(payload, input) ? head(input.moment, "forget") : Json(nullptr);
  }
  if (recorded.kind == InputKind::merge) {
    state::MergeInput input;
    if (!decode(payload, input)) return nullptr;
    Json json = head(input.moment, "alias");
    json["into"] = std::string(input.into);
    return json;
  }
  return nullptr;
}

Json lines_of(const std::string& story) {
  Json lines = Json::array();
  for (std::size_t begin = 0; begin < story.size();) {
    const std::size_t end = std::min(story.find('\n', begin), story.size());
    lines.push_back(story.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

Result<std::vector<Recorded>> read_recorded(const run::DataFolder& folder, const std::string& customer) {
  auto log = log::open_log_for_reading(env::real_files(), folder.log());
  if (!log) return tl::unexpected(log.error());
  auto history = history::History::open_for_reading(folder.history());
  if (!history) return tl::unexpected(history.error());
  const auto partition = static_cast<std::uint16_t>(env::partition_of(customer, folder.partitions));
  std::vector<Recorded> recorded;
  const auto take = [&](const log::Record& record) -> Result<void> {
    recorded.push_back({record.position, static_cast<InputKind>(record.kind), std::string(record.payload)});
    return {};
  };
  for (const std::string& whose : {customer, std::string()}) {
    if (auto read = (*history)->read_customer(partition, whose, **log, take); !read)
      return tl::unexpected(read.error());
  }
  std::stable_sort(recorded.begin(), recorded.end(),
                   [](const Recorded& a, const Recorded& b) { return a.position < b.position; });
  return recorded;
}

Result<Json> past_of(const OperatorArguments& arguments, const std::string& customer, bool whole) {
  std::vector<ToldSend> sends;
  WhyArguments why;
  why.workspace = arguments.workspace;
  why.customer = customer;
  why.sends = &sends;
  auto story = why_in_folder(why, arguments.folder(), arguments.tongue());
  if (!story && story.error().code != ErrorCode::not_found) return tl::unexpected(story.error());
  Json json{{"customer", customer}, {"sends", Json::array()}};
  for (const ToldSend& send : sends) {
    Json one{{"at", env::format_moment(send.at)}, {"playbook", send.playbook}, {"message", send.message}};
    if (!send.channel.empty()) one["channel"] = send.channel;
    if (!send.key.empty()) one["key"] = send.key;
    one["outcome"] = send.outcome;
    json["sends"].push_back(std::move(one));
  }
  if (!whole) return json;
  json["inputs"] = Json::array();
  json["story"] = story ? lines_of(*story) : Json::array();
  if (!story) return json;
  auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.folder());
  if (!folder) return tl::unexpected(folder.error());
  auto recorded = read_recorded(*folder, customer);
  if (!recorded) return tl::unexpected(recorded.error());
  run::Programs programs;
  auto hash = run::current_program(*folder);
  if (!hash) return tl::unexpected(hash.error());
  // The first record says by which program it begins.
  auto running = programs.load(*folder, *hash);
  for (const Recorded& input : *recorded) {
    if (input.kind == InputKind::program) running = programs.load(*folder, input.payload);
    if (!running) return tl::unexpected(running.error());
    if (customer_of(input.kind, input.payload) != customer) continue;
    Json one = input_json(input, (*running)->program);
    if (!one.is_null()) json["inputs"].push_back(std::move(one));
  }
  return json;
}

}  // namespace tend::cli
