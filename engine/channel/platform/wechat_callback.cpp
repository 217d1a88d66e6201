// The Official Account's calls to us.
#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/opt_out.hpp"
#include "engine/channel/platform/sign.hpp"
#include "engine/channel/platform/wechat_call.hpp"
#include "engine/channel/platform/wechat_oa.hpp"
#include "engine/channel/platform/xml.hpp"

namespace tend::channel {
namespace {

std::string text_at(const XmlFields& fields, const char* path) { return std::string(field_of(fields, path)); }

/// Source: messages have a MsgId; events are told apart by who and when.
Inbound inbound_of(std::string_view event, const XmlFields& fields) {
  Inbound inbound{.event = std::string(event), .from = text_at(fields, "xml/FromUserName")};
  inbound.at = moment_of(field_of(fields, "xml/CreateTime"));
  inbound.id = text_at(fields, "xml/MsgId");
  if (inbound.id.empty()) {
    const std::string all = inbound.from + "\n" + text_at(fields, "xml/CreateTime") + "\n" +
                            text_at(fields, "xml/Event") + "\n" + text_at(fields, "xml/EventKey");
    inbound.id = hex(sha256(all)).substr(0, 32);
  }
  return inbound;
}

void take_message(const XmlFields& fields, Callback& out) {
  Inbound inbound = inbound_of("reply", fields);
  inbound.fields["kind"] = text_at(fields, "xml/MsgType");
  inbound.fields["text"] = text_at(fields, "xml/Content");
  if (is_opt_out(inbound.fields["text"])) {
    Receipt receipt{.kind = ReceiptKind::unsubscribed, .to = inbound.from, .at = inbound.at, .suppress = true};
    out.receipts.push_back(std::move(receipt));
  }
  out.inbound.push_back(std::move(inbound));
}

/// One message's end. An event that names no message is found by its reader.
void take_end(const XmlFields& fields, std::string_view id, bool delivered, std::string reason, bool blocked,
              Callback& out) {
  Receipt receipt{.kind = delivered ? ReceiptKind::delivered : ReceiptKind::failed};
  if (id != "0") receipt.provider_id = id;
  receipt.to = text_at(fields, "xml/FromUserName");
  receipt.at = moment_of(field_of(fields, "xml/CreateTime"));
  if (!delivered) receipt.reason = std::move(reason);
  receipt.suppress = !delivered && blocked;
  out.receipts.push_back(std::move(receipt));
}

/// What he decided about subscription messages, one event for each template.
void take_choices(const XmlFields& fields, const std::string& list, Callback& out) {
  std::string name;
  for (const auto& [path, text] : fields) {
    if (path == list + "/TemplateId") name = text;
    if (path != list + "/SubscribeStatusString") continue;
    Inbound inbound = inbound_of(text == "accept" ? "subscribed" : "declined", fields);
    inbound.id = hex(sha256(inbound.id + "\n" + name)).substr(0, 32);
    inbound.fields["template"] = name;
    out.inbound.push_back(std::move(inbound));
  }
}

void take_event(const XmlFields& fields, Callback& out) {
  const std::string_view event = field_of(fields, "xml/Event");
  if (event == "TEMPLATESENDJOBFINISH") {
    const std::string status = text_at(fields, "xml/Status");
    const bool blocked = status.find("user block") != std::string::npos;
    take_end(fields, field_of(fields, "xml/MsgID"), status == "success", status, blocked, out);
  } else if (event == "subscribe_msg_sent_event") {
    const std::string list = "xml/SubscribeMsgSentEvent/List/";
    const std::string code = text_at(fields, (list + "ErrorCode").c_str());
    take_end(fields, field_of(fields, list + "MsgID"), code == "0",
             code + " " + text_at(fields, (list + "ErrorStatus").c_str()), false, out);
  } else if (event == "subscribe_msg_popup_event") {
    take_choices(fields, "xml/SubscribeMsgPopupEvent/List", out);
  } else if (event == "subscribe_msg_change_event") {
    take_choices(fields, "xml/SubscribeMsgChangeEvent/List", out);
  } else if (event == "subscribe" || event == "SCAN") {
    Inbound inbound = inbound_of(event == "SCAN" ? "scanned" : "added", fields);
    std::string scene = text_at(fields, "xml/EventKey");
    constexpr std::string_view kScene = "qrscene_";
    if (scene.starts_with(kScene)) scene.erase(0, kScene.size());
    // Of `added` it is what WeCom calls `state`, so that both read alike.
    if (!scene.empty()) inbound.fields[event == "SCAN" ? "scene" : "state"] = scene;
    out.inbound.push_back(std::move(inbound));
  } else if (event == "unsubscribe") {
    out.inbound.push_back(inbound_of("removed", fields));
  } else if (event == "CLICK") {
    Inbound inbound = inbound_of("menu", fields);
    inbound.fields["key"] = text_at(fields, "xml/EventKey");
    out.inbound.push_back(std::move(inbound));
  }
}

/// The XML of a call that was checked, or why it is refused.
SealedCall checked(const CallbackRequest& request, const Seal& seal) {
  auto query = read_form(request.query);
  const bool is_check = request.method == "GET";
  // The address is checked without a seal, whatever the account has set; some consoles seal the check as well.
  if (!seal.key.empty() && (!is_check || query.contains("msg_signature"))) return open_call(request, seal);
  if (!same_secret(wechat_signature({seal.token, query["timestamp"], query["nonce"]}), query["signature"]))
    return {.status = 401, .why = "wrong signature\n"};
  return {.is_check = is_check, .text = is_check ? query["echostr"] : request.body};
}

}  // namespace

Callback take_wechat_call(const CallbackRequest& request, const Seal& seal, env::Moment) {
  if (seal.token.empty()) return no_calls();
  const SealedCall call = checked(request, seal);
  if (call.status != 200) return {.status = call.status, .body = call.why};
  if (call.is_check) return {.body = call.text};
  const auto fields = read_xml(call.text);
  if (!fields) return {.status = 400, .body = "not XML\n"};
  Callback out{.body = "success"};
  const std::string_view kind = field_of(*fields, "xml/MsgType");
  if (field_of(*fields, "xml/FromUserName").empty() || kind.empty()) return out;
  if (kind == "event") {
    take_event(*fields, out);
  } else {
    take_message(*fields, out);
  }
  return out;
}

}  // namespace tend::channel
