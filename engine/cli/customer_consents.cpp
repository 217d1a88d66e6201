// `tend customer consents`: the ledger of one customer's consents, from what came in: each one given or withdrawn,
// when, by which text, and what shows it.
#include "engine/cli/customer_consents.hpp"

#include "engine/cli/customer_past.hpp"
#include "engine/env/files.hpp"
#include "engine/env/moment.hpp"
#include "engine/state/consent.hpp"

namespace tend::cli {
namespace {

using Json = nlohmann::ordered_json;
using program::Value;

const char* state_of(std::uint16_t index) {
  switch (index) {
    case state::kConsentGiven: return "given";
    case state::kConsentWithdrawn: return "withdrawn";
    case state::kSuppressed: return "never_written_to";
    case state::kUnsuppressed: return "may_be_written_to";
    default: return nullptr;
  }
}

/// The entries of one record, in its order.
void add_entries(const state::AttributesInput& input, Json& entries) {
  const std::size_t first = entries.size();
  state::FieldReader reader(input.fields);
  std::uint16_t index = 0;
  Value value;
  std::string source;
  while (reader.next(index, value)) {
    if (const char* state = state_of(index)) {
      entries.push_back(
          {{"at", env::format_moment(input.moment)}, {"what", std::string(value.str())}, {"state", state}});
    } else if (index == state::kConsentSource) {
      source = value.str();
    } else if (state::is_about_consent(index) && entries.size() > first) {
      entries.back()[index == state::kConsentText ? "text" : "evidence"] = std::string(value.str());
    }
  }
  for (std::size_t i = first; i < entries.size() && !source.empty(); ++i) entries[i]["source"] = source;
}

}  // namespace

Result<Json> consents_of(const run::DataFolder& folder, const std::string& customer) {
  const auto recorded = read_recorded(folder, customer);
  if (!recorded) return tl::unexpected(recorded.error());
  Json entries = Json::array();
  for (const Recorded& one : *recorded) {
    state::AttributesInput input;
    if (one.kind != state::InputKind::attributes || !decode(one.payload, input) || input.customer != customer) continue;
    add_entries(input, entries);
  }
  return entries;
}

std::string consents_text(const Json& entries, text::Tongue tongue) {
  const bool zh = tongue == text::Tongue::zh;
  if (entries.empty()) return zh ? "没有关于同意的记录。\n" : "Nothing was ever said about consent.\n";
  std::string out;
  const auto words = [&](const std::string& state) {
    if (state == "given") return zh ? "同意 " : "consents to ";
    if (state == "withdrawn") return zh ? "不再同意 " : "no longer consents to ";
    if (state == "never_written_to") return zh ? "不再联系 " : "never to be written to ";
    return zh ? "可以再联系 " : "may be written to again ";
  };
  for (const Json& entry : entries) {
    const std::string what = entry["what"];
    out += entry["at"].get<std::string>() + "  " + words(entry["state"]) +
           (what.empty() ? (zh ? "（全部）" : "(everywhere)") : what) + "\n";
    const auto line = [&](const char* key, const char* en, const char* chinese) {
      if (entry.contains(key)) out += std::string("    ") + (zh ? chinese : en) + entry[key].get<std::string>() + "\n";
    };
    line("text", "by the text: ", "依据文本：");
    line("evidence", "shown by: ", "凭证：");
    line("source", "told by: ", "来源：");
  }
  return out;
}

}  // namespace tend::cli
