#include "engine/channel/program/questions.hpp"

#include <algorithm>

#include "engine/channel/program/program.hpp"

namespace tend::channel {
namespace {

using Json = nlohmann::json;

/// The member `name` where it is a list; else null.
const Json* list_of(const Answer& answer, const char* name) {
  if (!answer.json) return nullptr;
  const auto list = answer.json->find(name);
  return list != answer.json->end() && list->is_array() ? &*list : nullptr;
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

}  // namespace tend::channel
