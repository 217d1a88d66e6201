// `tend customer consents`: the ledger of one customer's consents, from what came in: each one given or withdrawn,
// when, by which text, and what shows it.
#include "engine/cli/customer_consents.hpp"

#include <algorithm>
#include <map>

#include "engine/cli/customer_past.hpp"
#include "engine/env/files.hpp"
#include "engine/env/moment.hpp"
#include "engine/run/wordings.hpp"
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

/// The wording that a consent names, as it was then.
void add_wording(Json& entry, env::Moment at, const std::vector<run::NotedWording>& noted) {
  const auto found = run::find_wording(noted, entry["text"].get<std::string>(), at);
  if (!found) return;
  const run::Wording& wording = found->in_force->wording;
  Json json{{"name", wording.name}, {"for", wording.channel},
            {"from", wording.from}, {"sha256", found->in_force->sha256},
            {"text", wording.text}, {"noted", env::format_moment(found->in_force->since)}};
  if (found->noted_later) json["noted_later"] = true;
  if (found->changed) json["changed"] = true;
  if (entry["what"] != wording.channel) json["for_another"] = true;
  entry["wording"] = std::move(json);
}

/// The entries of one record, in its order.
void add_entries(const state::AttributesInput& input, const std::vector<run::NotedWording>& noted, Json& entries) {
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
      if (index == state::kConsentText) add_wording(entries.back(), input.moment, noted);
    }
  }
  for (std::size_t i = first; i < entries.size() && !source.empty(); ++i) entries[i]["source"] = source;
}

}  // namespace

Result<Json> consents_of(const run::DataFolder& folder, const std::string& customer) {
  const auto recorded = read_recorded(folder, customer);
  if (!recorded) return tl::unexpected(recorded.error());
  const auto noted = run::read_wordings(folder);
  if (!noted) return tl::unexpected(noted.error());
  Json entries = Json::array();
  for (const Recorded& one : *recorded) {
    state::AttributesInput input;
    if (one.kind != state::InputKind::attributes || !decode(one.payload, input) || input.customer != customer) continue;
    add_entries(input, *noted, entries);
  }
  return entries;
}

/// The lines of a wording's text, indented, below what is known of it.
static std::string wording_text(const Json& wording, text::Tongue tongue) {
  const bool zh = tongue == text::Tongue::zh;
  const std::string from = wording["from"], sha256 = wording["sha256"], text = wording["text"], of = wording["for"],
                    noted = wording["noted"];
  std::string out = zh ? "      自 " + from + " 起使用，sha256 " + sha256 + "\n"
                       : "      used from " + from + ", sha256 " + sha256 + "\n";
  if (wording.contains("noted_later"))
    out += zh ? "      此文本在 " + noted + " 才登记，晚于这次同意\n"
              : "      noted only at " + noted + ", after this consent\n";
  if (wording.contains("changed"))
    out += zh ? "      此后文本改过，当时是：\n" : "      it reads otherwise since; then it was:\n";
  if (wording.contains("for_another"))
    out += zh ? "      这份文本是为 " + of + " 写的\n" : "      this wording is for " + of + "\n";
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out += "      | " + text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return out;
}

Json suppressions_in(const Json& entries) {
  std::map<std::string, Json> by_channel;
  for (const Json& entry : entries) {
    const std::string channel = entry["what"];
    if (entry["state"] == "may_be_written_to") by_channel.erase(channel);
    if (entry["state"] != "never_written_to" || by_channel.contains(channel)) continue;
    Json one{{"channel", channel.empty() ? "everything" : channel}, {"since", entry["at"]}};
    if (entry.contains("evidence")) one["why"] = entry["evidence"];
    if (entry.contains("source")) one["source"] = entry["source"];
    by_channel.emplace(channel, std::move(one));
  }
  Json all = Json::array();
  for (auto& [channel, one] : by_channel) all.push_back(std::move(one));
  return all;
}

std::string bounces_text(const Json& bounces, text::Tongue tongue) {
  std::string out;
  for (const Json& one : bounces) {
    const std::string channel = one["channel"], first = one["first"], last = one["last"], reason = one["reason"];
    const std::string count = std::to_string(one["count"].get<unsigned>());
    out += tongue == text::Tongue::zh
               ? channel + "：连续软退信 " + count + " 次，" + first + " 至 " + last + "，最近一次：" + reason + "\n"
               : channel + ": " + count + " soft bounces in a row, " + first + " to " + last + ", the last: " + reason +
                     "\n";
  }
  return out;
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
    if (entry.contains("wording")) out += wording_text(entry["wording"], tongue);
    line("evidence", "shown by: ", "凭证：");
    line("source", "told by: ", "来源：");
  }
  return out;
}

}  // namespace tend::cli
