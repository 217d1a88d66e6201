#include "dsl/doc/worst.hpp"

#include "dsl/program/worst_case.hpp"
#include "dsl/prose/words.hpp"

namespace tend::doc {
namespace {

using program::Limit;
using program::Most;

std::string messages(std::uint64_t n, text::Tongue tongue) {
  const std::string number = prose::number_words(static_cast<double>(n));
  return tongue == text::Tongue::zh ? number + "条消息" : number + (n == 1 ? " message" : " messages");
}

std::string because(Limit limit, text::Tongue tongue) {
  const bool zh = tongue == text::Tongue::zh;
  switch (limit) {
    case Limit::once: return zh ? "（每个客户只进入一次）" : " (a customer enters once)";
    case Limit::again: return zh ? "（受再次进入的间隔限制）" : " (because of the time between two entries)";
    case Limit::schedule: return zh ? "（受进入日程限制）" : " (because of the days on which it is entered)";
    case Limit::playbook_cap: return zh ? "（受本剧本频控限制）" : " (because of its own cap)";
    case Limit::policy_cap: return zh ? "（受全局频控限制）" : " (because of the policy's cap)";
    case Limit::none:
    case Limit::silent: break;
  }
  return {};
}

}  // namespace

std::vector<std::string> worst_sentences(const program::Program& program, std::uint32_t playbook, text::Tongue tongue) {
  const bool zh = tongue == text::Tongue::zh;
  const program::WorstCase worst = program::worst_case(program, playbook);
  if (worst.per_journey == 0) return {zh ? "它不给客户发任何消息。" : "It sends customers nothing."};
  std::vector<std::string> out;
  const auto say = [&](const std::string& words) { out.push_back(prose::sentence(words, tongue)); };
  say(zh ? "走一遍，一个客户最多收到" + messages(worst.per_journey, tongue)
         : "one journey sends a customer at most " + messages(worst.per_journey, tongue));
  const auto in = [&](const Most& most, const char* span_en, const char* span_zh) {
    if (!most.messages) {
      say(zh ? std::string(span_zh) + "内，没有上限：既没有频控，也没有限制再次进入"
             : std::string("in any ") + span_en + " there is no limit: neither a cap nor a time between entries");
      return;
    }
    say(zh ? std::string(span_zh) + "内，一个客户最多收到" + messages(*most.messages, tongue) +
                 because(most.limit, tongue)
           : std::string("in any ") + span_en + " a customer gets at most " + messages(*most.messages, tongue) +
                 because(most.limit, tongue));
  };
  in(worst.per_day, "24 hours", "任意24小时");
  in(worst.per_30_days, "30 days", "任意30天");
  return out;
}

std::string worst_short(const program::Program& program, std::uint32_t playbook, text::Tongue tongue) {
  const bool zh = tongue == text::Tongue::zh;
  const program::WorstCase worst = program::worst_case(program, playbook);
  if (worst.per_journey == 0) return zh ? "不发消息" : "sends nothing";
  if (!worst.per_30_days.messages) return zh ? "30 天内没有上限" : "no limit in 30 days";
  return prose::finish(zh ? "30天内最多" + messages(*worst.per_30_days.messages, tongue)
                          : "at most " + messages(*worst.per_30_days.messages, tongue) + " in 30 days",
                       tongue);
}

}  // namespace tend::doc
