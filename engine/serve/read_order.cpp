// From the JSON of an order to an Order, and back.
#include <nlohmann/json.hpp>
#include <set>

#include "engine/run/decimal.hpp"
#include "engine/run/intake.hpp"
#include "engine/serve/order.hpp"

namespace tend::serve {
namespace {

constexpr std::size_t kCustomersNoted = 10;  // by name in the audit log

using Json = nlohmann::ordered_json;

constexpr int kOrderDepthMax = 3;

struct Named {
  OrderKind kind;
  std::string_view path;
  std::set<std::string_view> keys;
};

const std::vector<Named>& orders() {
  static const std::vector<Named> kOrders = {
      {OrderKind::pause, "/v1/pause", {"what"}},
      {OrderKind::resume, "/v1/resume", {"what"}},
      {OrderKind::start, "/v1/start", {"playbook", "customers"}},
      {OrderKind::stop, "/v1/stop", {"playbook", "customers"}},
      {OrderKind::forget, "/v1/forget", {"customer", "customers"}},
      {OrderKind::confirm, "/v1/confirm", {"customer", "what", "playbook", "journey", "done", "reason"}},
  };
  return kOrders;
}

const Named& named(OrderKind kind) { return orders()[static_cast<std::size_t>(kind)]; }

tl::unexpected<Error> refuse(std::string sentence) { return fail(ErrorCode::invalid, std::move(sentence)); }

/// One object, without keys that come twice.
Result<Json> read_object(std::string_view body) {
  std::vector<std::set<std::string>> keys;
  std::string problem;
  const auto look = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kOrderDepthMax && problem.empty())
      problem = "the body is nested deeper than " + std::to_string(kOrderDepthMax);
    if (!problem.empty()) return false;  // nothing of it is kept
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      problem = run::quoted(parsed.get<std::string>()) + " comes twice";
    return true;
  };
  Json json = Json::parse(body, look, false);
  if (!problem.empty()) return refuse(problem);
  if (json.is_discarded()) return refuse("the body is not well-formed JSON in UTF-8");
  if (!json.is_object()) return refuse("the body is not a JSON object");
  return json;
}

/// A text of at most `most` bytes; missing is empty.
Result<std::string> text_of(const Json& json, const char* key, std::size_t most) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return std::string();
  if (!found->is_string()) return refuse("`" + std::string(key) + "` is not a text");
  std::string text = found->get<std::string>();
  if (text.size() > most) return refuse("`" + std::string(key) + "` is longer than " + std::to_string(most) + " bytes");
  return text;
}

Result<std::string> named_text(const Json& json, const char* key) {
  auto text = text_of(json, key, kOrderNameBytesMax);
  if (text && text->empty()) return refuse("`" + std::string(key) + "` is missing");
  return text;
}

Result<std::string> customer_of(const Json& value, const std::string& where) {
  if (!value.is_string()) return refuse(where + " is not a text");
  const std::string text = value.get<std::string>();
  const auto id = run::parse_customer_id(text);
  if (!id) return refuse(where + ": " + id.error().message);
  return std::string(*id);
}

Result<void> read_customers(const Json& json, Order& order) {
  const auto list = json.find("customers");
  if (list == json.end() || !list->is_array()) return refuse("`customers`, the list of ids, is missing");
  if (list->size() > kOrderCustomersMax)
    return refuse("`customers` has more than " + std::to_string(kOrderCustomersMax) + " ids: send several calls");
  std::set<std::string, std::less<>> seen;
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto id = customer_of((*list)[i], "`customers`, number " + std::to_string(i + 1));
    if (!id) return tl::unexpected(id.error());
    if (seen.insert(*id).second) order.customers.push_back(std::move(*id));
  }
  return {};
}

Result<void> read_target(const Json& json, Order& order) {
  auto what = named_text(json, "what");
  if (!what) return tl::unexpected(what.error());
  const bool whole = *what == "everything";
  const bool known = what->starts_with("playbook:") || what->starts_with("channel:");
  if (!whole && !known)
    return refuse("`what` is `everything`, `playbook:NAME` or `channel:NAME`, not " + run::quoted(*what));
  order.what = whole ? "" : std::move(*what);
  return {};
}

Result<void> read_confirm(const Json& json, Order& order) {
  auto what = text_of(json, "what", kOrderNameBytesMax);
  if (!what) return tl::unexpected(what.error());
  auto playbook = text_of(json, "playbook", kOrderNameBytesMax);
  if (!playbook) return tl::unexpected(playbook.error());
  auto reason = text_of(json, "reason", kOrderReasonBytesMax);
  if (!reason) return tl::unexpected(reason.error());
  order.what = std::move(*what);
  order.playbook = std::move(*playbook);
  order.reason = std::move(*reason);
  if (const auto done = json.find("done"); done != json.end()) {
    if (!done->is_boolean()) return refuse("`done` is not true or false");
    order.done = done->get<bool>();
  }
  if (order.done && !order.reason.empty()) return refuse("`reason` says why something was not done: say `done` false");
  if (const auto journey = json.find("journey"); journey != json.end()) {
    if (!journey->is_number_unsigned() || journey->get<std::uint64_t>() > 0xFFFFFFFFu)
      return refuse("`journey` is not the number of a journey");
    order.journey = journey->get<std::uint32_t>();
  }
  if (order.what.empty()) return refuse("`what` is missing: the job's label or the message's name");
  return {};
}

}  // namespace

std::optional<OrderKind> order_at(std::string_view path) {
  for (const Named& order : orders()) {
    if (order.path == path) return order.kind;
  }
  return std::nullopt;
}

std::string_view path_of(OrderKind kind) { return named(kind).path; }

Result<Order> read_order(OrderKind kind, std::string_view body) {
  auto json = read_object(body);
  if (!json) return tl::unexpected(json.error());
  for (const auto& [key, value] : json->items()) {
    if (!named(kind).keys.contains(key)) return refuse("there is no key " + run::quoted(key) + " in this call");
  }
  Order order{.kind = kind};
  Result<void> read;
  if (kind == OrderKind::pause || kind == OrderKind::resume) read = read_target(*json, order);
  if (kind == OrderKind::start || kind == OrderKind::stop) {
    auto playbook = named_text(*json, "playbook");
    if (!playbook) return tl::unexpected(playbook.error());
    order.what = std::move(*playbook);
    read = read_customers(*json, order);
  }
  const bool many = kind == OrderKind::forget && json->contains("customers");
  if (many && json->contains("customer")) return refuse("`customer` and `customers` do not go together");
  if (many) read = read_customers(*json, order);
  if (many && read && order.customers.empty()) return refuse("`customers` is empty");
  if ((kind == OrderKind::forget && !many) || kind == OrderKind::confirm) {
    order.single = kind == OrderKind::forget;
    const auto id = json->find("customer");
    if (id == json->end()) return refuse("`customer` is missing");
    auto customer = customer_of(*id, "`customer`");
    if (!customer) return tl::unexpected(customer.error());
    order.customers.push_back(std::move(*customer));
  }
  if (kind == OrderKind::confirm) read = read_confirm(*json, order);
  if (!read) return tl::unexpected(read.error());
  return order;
}

std::string write_order(const Order& order) {
  Json json = Json::object();
  switch (order.kind) {
    case OrderKind::pause:
    case OrderKind::resume: json["what"] = order.what.empty() ? "everything" : order.what; break;
    case OrderKind::start:
    case OrderKind::stop:
      json["playbook"] = order.what;
      json["customers"] = order.customers;
      break;
    case OrderKind::forget:
      if (order.single) json["customer"] = order.customers.front();
      if (!order.single) json["customers"] = order.customers;
      break;
    case OrderKind::confirm:
      json["customer"] = order.customers.front();
      json["what"] = order.what;
      if (!order.playbook.empty()) json["playbook"] = order.playbook;
      if (order.journey != 0) json["journey"] = order.journey;
      json["done"] = order.done;
      if (!order.reason.empty()) json["reason"] = order.reason;
      break;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string told_of(const Order& order) {
  const bool pauses = order.kind == OrderKind::pause || order.kind == OrderKind::resume;
  std::string did = !order.what.empty() ? " " + order.what : pauses ? " everything" : "";
  // Who was forgotten stands there as proof.
  const std::size_t noted = order.kind == OrderKind::forget ? order.customers.size() : kCustomersNoted;
  for (std::size_t i = 0; i < order.customers.size() && i < noted; ++i) did += " " + order.customers[i];
  if (order.customers.size() > noted) did += " and " + std::to_string(order.customers.size() - noted) + " more";
  return did;
}

}  // namespace tend::serve
