#include "dsl/prose/limits.hpp"

#include "dsl/prose/reading.hpp"

namespace tend::prose {

std::string share_words(std::uint32_t hundredths) { return number_words(hundredths / 100.0) + "%"; }

std::string pace_words(const program::Pace& pace, const char* what_en, const char* what_zh, Tongue tongue) {
  const std::string count = number_words(pace.count);
  if (tongue == Tongue::zh) return "每" + per_words(pace.per, tongue) + "最多" + count + what_zh;
  return "at most " + count + " " + what_en + " per " + per_words(pace.per, tongue);
}

std::string class_words(program::MessageClass message_class, Tongue tongue) {
  static constexpr const char* kEn[] = {"marketing", "care", "transactional", "welcome"};
  static constexpr const char* kZh[] = {"营销类", "关怀类", "通知类", "欢迎语"};
  return (tongue == Tongue::zh ? kZh : kEn)[static_cast<std::size_t>(message_class)];
}

std::string cap_words(const program::Cap& cap, Tongue tongue) {
  const bool zh = tongue == Tongue::zh;
  const std::string kind = cap.message_class ? class_words(*cap.message_class, tongue) : "";
  const std::string channel = cap.channel.empty() ? "" : (zh ? "经" : " on ") + name(cap.channel);
  const std::string count = number_words(cap.count);
  if (cap.in_last > 0) {
    const std::string last = number_words(cap.in_last);
    return zh ? "最近" + last + "条消息里最多" + count + "条" + kind
              : "of the last " + last + " messages at most " + count + " " + (cap.count == 1 ? "is " : "are ") + kind;
  }
  // A sliding day is no calendar day.
  const bool day = cap.per == program::Duration{0, 86'400'000};
  const std::string per = day ? (zh ? "24小时" : "24 hours") : duration_words(cap.per, tongue);
  if (zh) return "任意" + per + "内" + channel + "最多收到" + count + "条" + kind + "消息";
  return "at most " + count + " " + (kind.empty() ? "" : kind + " ") + (cap.count == 1 ? "message" : "messages") +
         " in any " + per + channel;
}

std::string quiet_words(const program::Quiet& quiet, Tongue tongue) {
  const std::string from = time_words(quiet.from), to = time_words(quiet.to);
  const bool zh = tongue == Tongue::zh;
  const std::string channel = quiet.channel.empty() ? "" : (zh ? "经" : " on ") + name(quiet.channel);
  if (zh) return "客户当地时间" + from + "到" + to + "不" + channel + "发送";
  return "nothing is sent" + channel + " from " + from + " to " + to + " by the customer's clock";
}

std::string blackout_words(const program::Blackout& blackout, Tongue tongue) {
  const bool zh = tongue == Tongue::zh;
  const std::string channel = blackout.channel.empty() ? "" : (zh ? "经" : " on ") + name(blackout.channel);
  const std::string first = date_words(blackout.first, tongue), last = date_words(blackout.last, tongue);
  if (zh) return first + "至" + last + "（含两端）不" + channel + "发送";
  return "nothing is sent" + channel + " from " + first + " to " + last + ", both days included";
}

std::string limit_words(const program::Program& program, const program::Budget& budget,
                        const program::BudgetLimit& limit, Tongue tongue) {
  const std::string money = money_words(program, limit.amount, budget.currency, tongue);
  const std::string per = limit.per ? per_words(*limit.per, tongue) : "";
  if (tongue == Tongue::zh)
    return (limit.per_customer ? "每个客户" : "总共") + (per.empty() ? "" : "每" + per) + "最多" + money;
  return (limit.per_customer ? "at most " : "") + money + (limit.per_customer ? " per customer" : "") +
         (per.empty()          ? limit.per_customer ? "" : " in all"
          : limit.per_customer ? " and " + per
                               : " per " + per);
}

std::string read_budget(const program::Program& program, const program::Budget& budget, Tongue tongue) {
  std::string out;
  for (const program::BudgetLimit& limit : budget.limits)
    out += (out.empty() ? "" : tongue == Tongue::zh ? "；" : "; ") + limit_words(program, budget, limit, tongue);
  return finish(out, tongue);
}

}  // namespace tend::prose
