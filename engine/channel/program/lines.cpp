// The lines between tend and an adapter's program, read and written.
#include <algorithm>
#include <array>

#include "engine/channel/program/program.hpp"

namespace tend::channel {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 6> kFates = {"accepted", "duplicate", "rejected",
                                                    "deferred", "throttled", "unknown"};
constexpr std::array<std::string_view, 4> kScopes = {"recipient", "request", "account", "domain"};
constexpr std::array<std::string_view, 7> kKinds = {"delivered",    "failed",     "opened",   "clicked",
                                                    "unsubscribed", "complained", "confirmed"};
constexpr std::size_t kTextBytesMax = 64u << 10;
constexpr std::size_t kFieldsMax = 100;
constexpr double kAfterMax = 31.0 * 86'400;

/// A text member; nothing where it is of another kind or too long, empty where it is not there.
std::optional<std::string> text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return std::string();
  if (!found->is_string() || found->get_ref<const std::string&>().size() > kTextBytesMax) return std::nullopt;
  return found->get<std::string>();
}

bool flag_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

template <typename Enum, std::size_t N>
bool read_word(const Json& json, const char* name, const std::array<std::string_view, N>& words, Enum& out) {
  const auto text = text_of(json, name);
  if (!text) return false;
  const auto found = std::find(words.begin(), words.end(), *text);
  if (found == words.end()) return text->empty();
  out = static_cast<Enum>(found - words.begin());
  return true;
}

/// Milliseconds since 1970. False where it is something else.
bool read_moment(const Json& json, const char* name, env::Moment& out) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return true;
  if (!found->is_number_integer()) return false;
  out = found->get<env::Moment>();
  return true;
}

bool is_flag(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() || found->is_null() || found->is_boolean();
}

}  // namespace

nlohmann::ordered_json message_json(const Message& message) {
  nlohmann::ordered_json items = nlohmann::ordered_json::array();
  for (const Item& item : message.items) {
    nlohmann::ordered_json line{{"kind", item.kind}, {"text", item.text}};
    if (!item.field.empty()) line["field"] = item.field;
    items.push_back(std::move(line));
  }
  return {{"key", state::format_key(message.key)},
          {"at", message.at},
          {"attempt", message.attempt},
          {"to", message.to},
          {"staff", message.staff},
          {"customer", message.customer},
          {"playbook", message.playbook},
          {"message", message.message},
          {"channel", message.channel},
          {"marketing", message.marketing},
          {"items", std::move(items)}};
}

std::optional<Outcome> read_outcome(const Json& json, env::Moment now) {
  if (!json.is_object() || !json.contains("fate")) return std::nullopt;
  Outcome out;
  if (!read_word(json, "fate", kFates, out.fate) || !read_word(json, "scope", kScopes, out.scope)) return std::nullopt;
  auto reason = text_of(json, "reason"), id = text_of(json, "provider_id");
  if (!reason || !id) return std::nullopt;
  out.reason = std::move(*reason);
  out.provider_id = std::move(*id);
  out.suppress = flag_of(json, "suppress");
  const auto after = json.find("after");
  if (after != json.end() && after->is_number()) {
    const double seconds = std::clamp(after->get<double>(), 0.0, kAfterMax);
    out.until = now + static_cast<std::int64_t>(seconds * 1000);
  }
  return out;
}

std::optional<Receipt> read_receipt(const Json& json) {
  Receipt out;
  if (!json.is_object() || text_of(json, "kind").value_or("").empty() || !read_word(json, "kind", kKinds, out.kind))
    return std::nullopt;
  auto key = text_of(json, "key"), id = text_of(json, "provider_id"), to = text_of(json, "to");
  auto reason = text_of(json, "reason");
  if (!key || !id || !to || !reason || (key->empty() && id->empty() && to->empty())) return std::nullopt;
  out.key = std::move(*key);
  out.provider_id = std::move(*id);
  out.to = std::move(*to);
  out.reason = std::move(*reason);
  if (!read_moment(json, "at", out.at) || !is_flag(json, "suppress")) return std::nullopt;
  out.suppress = flag_of(json, "suppress");
  return out;
}

std::optional<Inbound> read_inbound(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  auto event = text_of(json, "event"), from = text_of(json, "from"), id = text_of(json, "id");
  if (!event || !from || !id || event->empty() || from->empty()) return std::nullopt;
  Inbound out;
  out.event = std::move(*event);
  out.from = std::move(*from);
  out.id = std::move(*id);
  if (!read_moment(json, "at", out.at)) return std::nullopt;
  const auto fields = json.find("fields");
  if (fields == json.end() || fields->is_null()) return out;
  if (!fields->is_object()) return std::nullopt;
  for (const auto& [name, value] : fields->items()) {
    if (out.fields.size() >= kFieldsMax || !value.is_string()) return std::nullopt;
    out.fields.emplace(name, value.get<std::string>());
  }
  return out;
}

Result<News> parse_news(std::string_view body) {
  constexpr std::size_t kNewsMax = 10'000;
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return fail(ErrorCode::invalid, "the body is not a JSON object");
  News news;
  const auto each = [&](const char* name, const auto& read, auto& out) -> Result<void> {
    const auto found = json.find(name);
    if (found == json.end()) return {};
    const std::string what = "`" + std::string(name) + "`";
    if (!found->is_array()) return fail(ErrorCode::invalid, what + " is not a list");
    if (found->size() > kNewsMax)
      return fail(ErrorCode::invalid, what + " has more than " + std::to_string(kNewsMax) + ": send them in pieces");
    for (const Json& one : *found) {
      auto taken = read(one);
      if (!taken)
        return fail(ErrorCode::invalid, what + "[" + std::to_string(out.size()) +
                                            "] is not as docs/adapters.md says; nothing of this body was taken");
      out.push_back(std::move(*taken));
    }
    return {};
  };
  if (auto read = each("receipts", read_receipt, news.receipts); !read) return tl::unexpected(read.error());
  if (auto read = each("inbound", read_inbound, news.inbound); !read) return tl::unexpected(read.error());
  if (news.receipts.empty() && news.inbound.empty())
    return fail(ErrorCode::invalid, "the body has neither `receipts` nor `inbound`");
  return news;
}

}  // namespace tend::channel
