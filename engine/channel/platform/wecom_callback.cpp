#include "engine/channel/platform/wecom_callback.hpp"

#include <charconv>

#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/sign.hpp"
#include "engine/channel/platform/wechat_call.hpp"
#include "engine/channel/platform/xml.hpp"

namespace tend::channel {
namespace {

// A code lives 20 s by the platform's clock; five of them are for the way here and there.
constexpr std::int64_t kWelcomeMs = 15 * env::kSecond;

/// The same for each delivery of one event. Source: 96361 tells no id for events; these fields make one.
std::string id_of(const XmlFields& event) {
  if (const std::string_view id = field_of(event, "xml/MsgId"); !id.empty()) return std::string(id);
  std::string all;
  for (const char* name : {"xml/FromUserName", "xml/CreateTime", "xml/Event", "xml/ChangeType", "xml/UserID",
                           "xml/ExternalUserID", "xml/ChatId", "xml/UpdateDetail"})
    all.append(field_of(event, name)).append("\n");
  return hex(sha256(all)).substr(0, 32);
}

/// What a change is called in the workspace; empty: not one of a customer, or nothing that a playbook could use.
std::string_view event_named(std::string_view change) {
  if (change == "add_external_contact") return "added";
  if (change == "add_half_external_contact") return "half_added";
  if (change == "edit_external_contact") return "edited";
  if (change == "del_external_contact" || change == "del_follow_user") return "removed";
  if (change == "transfer_fail") return "transfer_failed";
  if (change == "msg_audit_approved") return "approved";
  return {};
}

void take_event(const XmlFields& event, WecomAccount& account, env::Moment now, Callback& out) {
  const std::string_view change = field_of(event, "xml/ChangeType");
  const std::string_view name = event_named(change);
  const std::string customer(field_of(event, "xml/ExternalUserID"));
  if (field_of(event, "xml/Event") != "change_external_contact" || name.empty() || customer.empty()) return;
  const std::string staff(field_of(event, "xml/UserID"));
  Inbound inbound{.event = std::string(name), .from = customer, .id = id_of(event)};
  inbound.at = moment_of(field_of(event, "xml/CreateTime"));
  inbound.fields["staff"] = staff;
  // Whoever asks for the results of transfers tells of this one too.
  if (name == "transfer_failed") {
    if (std::string named = account.transfer_named(customer, staff); !named.empty()) inbound.id = std::move(named);
  }
  if (const auto state = field_of(event, "xml/State"); !state.empty()) inbound.fields["state"] = state;
  if (const auto why = field_of(event, "xml/FailReason"); !why.empty()) inbound.fields["reason"] = why;
  if (name == "removed") {
    const bool transferred = field_of(event, "xml/Source") == "DELETE_BY_TRANSFER";
    inbound.fields["by"] = transferred ? "transfer" : change == "del_follow_user" ? "customer" : "staff";
  }
  if (const std::string_view code = field_of(event, "xml/WelcomeCode"); !code.empty()) {
    const env::Moment made = inbound.at == env::kNoMoment ? now : std::min(inbound.at, now);
    account.put_welcome(customer, staff, std::string(code), made + kWelcomeMs, now);
  }
  out.inbound.push_back(std::move(inbound));
}

}  // namespace

Callback take_wecom_call(const CallbackRequest& request, const Seal& seal, WecomAccount& account, env::Moment now) {
  if (seal.token.empty() || seal.key.empty()) return no_calls();
  const SealedCall call = open_call(request, seal);
  if (call.status != 200) return {.status = call.status, .body = call.why};
  if (call.is_check) return {.body = call.text};
  const auto event = read_xml(call.text);
  if (!event) return {.status = 400, .body = "not XML\n"};
  Callback out{.body = "success"};
  take_event(*event, account, now, out);
  return out;
}

}  // namespace tend::channel
