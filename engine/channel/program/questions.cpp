#include "engine/channel/program/questions.hpp"

#include <algorithm>

#include "engine/channel/program/program.hpp"

namespace tend::channel {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kTypeMax = 200, kBodyMax = 64u << 10;  // bytes of what a call is answered with
constexpr std::size_t kNewsMax = 10'000;                     // that one call may tell
constexpr unsigned kCallsMax = 16;                           // that are asked about at a time

/// The member `name` where it is a list; else null.
const Json* list_of(const Answer& answer, const char* name) {
  if (!answer.json) return nullptr;
  const auto list = answer.json->find(name);
  return list != answer.json->end() && list->is_array() ? &*list : nullptr;
}

/// A text of a bounded length; left alone where there is none. Errors: it is something else.
bool read_text(const Json& said, const char* name, std::size_t max, std::string& out) {
  const auto found = said.find(name);
  if (found == said.end() || found->is_null()) return true;
  if (!found->is_string() || found->get_ref<const std::string&>().size() > max) return false;
  out = found->get<std::string>();
  return true;
}

/// Errors: too many of them, or one that is none: what is half understood is not taken.
template <typename Read, typename T>
bool read_all(const Answer& answer, const char* name, const Read& read, std::vector<T>& out) {
  const Json* const list = list_of(answer, name);
  if (list == nullptr) return true;
  if (list->size() > kNewsMax) return false;
  for (const Json& one : *list) {
    auto value = read(one);
    if (!value) return false;
    out.push_back(std::move(*value));
  }
  return true;
}

bool is_utf8(const std::string& text) {
  try {
    static_cast<void>(Json(text).dump());
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

}  // namespace

nlohmann::ordered_json submit_question(std::span<const Message> messages) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Message& message : messages) list.push_back(message_json(message));
  nlohmann::ordered_json question;
  question["submit"] = std::move(list);
  return question;
}

nlohmann::ordered_json reconcile_question(const Message& message) {
  nlohmann::ordered_json question;
  question["reconcile"] = message_json(message);
  return question;
}

nlohmann::ordered_json poll_question(const std::string& provider_id, env::Moment accepted) {
  nlohmann::ordered_json question;
  question["poll"] = {{"provider_id", provider_id}, {"accepted", accepted}};
  return question;
}

nlohmann::ordered_json call_question(const CallbackRequest& request) {
  nlohmann::ordered_json question;
  question["call"] = {{"method", request.method},
                      {"url", request.url},
                      {"query", request.query},
                      {"headers", request.headers},
                      {"body", request.body}};
  return question;
}

std::vector<Outcome> read_outcomes(const Answer& answer, std::size_t count, env::Moment now,
                                   const Otherwise& otherwise) {
  std::vector<Outcome> outcomes;
  if (const Json* list = list_of(answer, "outcomes"); list != nullptr && list->size() == count) {
    for (const Json& one : *list) {
      const auto outcome = read_outcome(one, now);
      outcomes.push_back(outcome ? *outcome : otherwise(answer));
    }
  }
  if (outcomes.size() != count) outcomes.assign(count, otherwise(answer));
  return outcomes;
}

Outcome read_reconciled(const Answer& answer, env::Moment now) {
  if (const Json* list = list_of(answer, "outcomes"); list != nullptr && list->size() == 1) {
    if (auto outcome = read_outcome((*list)[0], now)) return std::move(*outcome);
  }
  Outcome out;
  out.fate = Fate::unknown;
  out.reason = answer.why;
  return out;
}

std::vector<Receipt> read_polled(const Answer& answer, env::Moment& again, env::Moment now) {
  std::vector<Receipt> receipts;
  again = answer.json ? env::kNoMoment : now + 10 * env::kMinute;
  if (!answer.json) return receipts;
  if (const Json* list = list_of(answer, "receipts"); list != nullptr) {
    for (const Json& one : *list) {
      if (auto receipt = read_receipt(one)) receipts.push_back(std::move(*receipt));
    }
  }
  const auto after = answer.json->find("after");
  if (after != answer.json->end() && after->is_number()) {
    again = now + static_cast<std::int64_t>(std::clamp(after->get<double>(), 1.0, 86'400.0) * 1000);
  }
  return receipts;
}

Callback read_called(const Answer& answer) {
  Callback out{.status = 503, .body = "come again\n"};
  if (!answer.json || answer.json->contains("error")) return out;
  const Json& said = *answer.json;
  const auto status = said.find("status");
  int code = 200;
  if (status != said.end() && status->is_number()) code = static_cast<int>(std::clamp(status->get<double>(), 0.0, 1e3));
  if (code < 200 || code > 599) return out;
  Callback read{.status = code, .body = ""};
  if (!read_text(said, "type", kTypeMax, read.type) || !read_text(said, "body", kBodyMax, read.body)) return out;
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (!std::all_of(read.type.begin(), read.type.end(), is_plain)) return out;
  const bool is_whole = read_all(answer, "receipts", read_receipt, read.receipts) &&
                        read_all(answer, "inbound", read_inbound, read.inbound);
  return is_whole ? read : out;
}

Task<Callback> ask_called(std::shared_ptr<Asking> asking, CallbackRequest request, env::Moment now, unsigned& open) {
  if (open >= kCallsMax) co_return Callback{.status = 503, .body = "too many calls at a time\n"};
  if (!is_utf8(request.body)) co_return Callback{.status = 400, .body = "the body is no UTF-8\n"};
  ++open;
  const Answer answer = co_await asking->ask(call_question(request), now);
  --open;
  co_return read_called(answer);
}

}  // namespace tend::channel
