#include "engine/cli/operate_text.hpp"

#include <cstdint>
#include <map>
#include <vector>

#include "dsl/prose/phrase.hpp"
#include "engine/channel/escape.hpp"

namespace tend::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kSomeMax = 3;

/// Text from outside on one line of a terminal.
std::string shown(const std::string& text) {
  std::string out;
  channel::append_visible(out, text);
  return out;
}

/// `2026-03-01T10:00:00Z`: nobody waits for a thousandth of a second.
std::string moment_text(const Json& json) {
  std::string text = json.get<std::string>();
  const std::size_t dot = text.find('.');
  if (dot != std::string::npos) text.erase(dot, text.find_first_not_of("0123456789", dot + 1) - dot);
  return text;
}

class Words {
 public:
  explicit Words(text::Tongue tongue) : chinese_(tongue == text::Tongue::zh) {}

  bool zh() const { return chinese_; }
  std::string say(const char* english, const char* chinese) const { return chinese_ ? chinese : english; }
  std::string number(const Json& json, const char* key) const {
    return std::to_string(json.value(key, std::uint64_t{0}));
  }
  std::string count(std::uint64_t number, const char* one, const char* many, const char* chinese) const {
    return std::to_string(number) + (chinese_ ? chinese : number == 1 ? one : many);
  }

  /// `playbook:hello`, `channel:sms`, `everything`.
  std::string target(const std::string& what) const {
    const std::size_t colon = what.find(':');
    if (colon == std::string::npos) return say("everything", "全部");
    const std::string name = shown(what.substr(colon + 1));
    return (what.starts_with("channel:") ? say("channel ", "渠道 ") : say("playbook ", "剧本 ")) + name;
  }
  std::string targets(const Json& list) const {
    std::string all;
    for (const Json& one : list) all += (all.empty() ? "" : say(", ", "、")) + target(one.get<std::string>());
    return all;
  }
  std::string why(const std::string& reason) const {
    static const std::map<std::string, std::pair<const char*, const char*>> kWhy = {
        {"unknown", {"no such customer", "没有这个客户"}},
        {"live", {"a journey of theirs is still under way", "上一次旅程还在进行"}},
        {"again", {"they were in it already, and `again` keeps them out", "已进入过，「重复进入」不允许再次进入"}},
        {"where", {"they do not fit its `where`", "不符合剧本的「条件」"}},
        {"leave", {"its `leave when` holds for them already", "已经符合「退出」条件"}},
        {"paused", {"the playbook is paused", "剧本已暂停"}},
        {"this_moment", {"they entered at this very moment already", "同一时刻已进入过"}},
        {"removed", {"the playbook was removed", "剧本已删除"}},
        {"no_key", {"it is entered `per` a field of an event", "需要由事件进入（按字段区分）"}},
        {"not_inside", {"they are not inside it", "不在剧本中"}},
        {"later", {"a message of theirs is out: decided after its outcome", "有消息正在发送，待其结果后再定"}},
    };
    const auto found = kWhy.find(reason);
    if (found == kWhy.end()) return shown(reason);
    return chinese_ ? found->second.second : found->second.first;
  }

 private:
  bool chinese_;
};

}  // namespace

std::string pause_text(const Json& answer, text::Tongue tongue) {
  const Words words(tongue);
  const std::string what = words.target(answer.value("what", std::string()));
  const bool pauses = answer.value("state", std::string()) == "paused";
  const bool changed = answer.value("changed", false);
  std::string out = what;
  if (!changed) {
    out += pauses ? words.say(": was paused already", "：早已暂停") : words.say(": was not paused", "：并没有暂停");
  } else if (pauses) {
    out += words.say(": paused; ", "：已暂停；") + words.count(answer.value("live", std::uint64_t{0}),
                                                               " journey is under way", " journeys are under way",
                                                               " 个旅程在进行中");
  } else {
    const std::uint64_t due = answer.value("due", std::uint64_t{0});
    out += words.say(": goes on; ", "：已恢复；") +
           (due == 0 ? words.say("nothing fell due meanwhile", "期间没有旅程到期")
                     : words.count(due, " journey that fell due meanwhile goes on now",
                                   " journeys that fell due meanwhile go on now", " 个到期的旅程现在继续"));
  }
  out += "\n";
  const Json paused = answer.value("paused", Json::array());
  const bool only_this = paused.size() == 1 && pauses;
  if (!paused.empty() && !only_this) out += words.say("paused now: ", "目前暂停：") + words.targets(paused) + "\n";
  return out;
}

std::string customers_text(const Json& answer, bool starts, text::Tongue tongue) {
  const Words words(tongue);
  std::string out =
      words.say("playbook ", "剧本 ") + shown(answer.value("playbook", std::string())) + words.say(": ", "：");
  if (starts) {
    const std::uint64_t held_out = answer.value("held_out", std::uint64_t{0});
    out += words.count(answer.value("entered", std::uint64_t{0}) + held_out, " entered", " entered", " 人进入");
    if (held_out > 0) {
      out += words.zh() ? "，其中 " + std::to_string(held_out) + " 人属于对照组，不联系"
                        : ", " + std::to_string(held_out) + " of them in a control group that nobody contacts";
    }
  } else {
    out += words.count(answer.value("stopped", std::uint64_t{0}), " stopped", " stopped", " 人已停止");
  }
  out += "\n";
  std::map<std::string, std::vector<std::string>> some;
  for (const Json& one : answer.value("customers", Json::array())) {
    auto& ids = some[one.value("result", std::string())];
    if (ids.size() <= kSomeMax) ids.push_back(one.value("customer", std::string()));
  }
  const Json refused = answer.value("refused", Json::object());
  for (const auto& [reason, count] : refused.items()) {
    std::string ids;
    const auto& of = some[reason];
    for (std::size_t i = 0; i < of.size() && i < kSomeMax; ++i) ids += (i == 0 ? "" : ", ") + shown(of[i]);
    if (of.size() > kSomeMax) ids += ", …";
    out += "  " + std::to_string(count.get<std::uint64_t>()) + "  " + words.why(reason) +
           (words.zh() ? "（" + ids + "）" : " (" + ids + ")") + "\n";
  }
  return out;
}

std::string confirm_text(const Json& answer, text::Tongue tongue) {
  const Words words(tongue);
  const bool done = answer.value("done", true);
  const bool message = answer.value("kind", std::string()) == "message";
  std::string out = shown(answer.value("what", std::string())) + words.say(" for ", " — ") +
                    shown(answer.value("customer", std::string())) + words.say(": ", "：");
  if (message) {
    out += done ? words.say("sent", "已发送") : words.say("not sent", "未发送");
  } else {
    out += done ? words.say("done", "已完成") : words.say("refused", "已拒绝");
  }
  return out + words.say(", journey ", "，剧本 ") +
         (words.zh()
              ? shown(answer.value("playbook", std::string())) + " 第 " + words.number(answer, "journey") + " 次旅程"
              : words.number(answer, "journey") + " of " + shown(answer.value("playbook", std::string()))) +
         "\n";
}

/// What stays of who was forgotten. Shape: `suppressed` counts addresses.
static std::string remains_text(const Words& words, std::uint64_t suppressed) {
  if (words.zh()) {
    return "仍然留存：\n" +
           (suppressed > 0 ? "  不愿接收之处的地址的散列值（" + std::to_string(suppressed) +
                                 " 个渠道）：换了编号再来，也不会再打扰\n"
                           : std::string()) +
           "  账本的条目，改用一个虚构的名字：余额要由它们算出\n"
           "  别的客户的记录里提到此编号之处，例如推荐人\n"
           "  audit.jsonl 里谁查看过、谁遗忘了此编号：作为凭据\n"
           "  渠道已经收到的消息（包括 `file` 渠道的文件）、来源的文件和数据库、\n"
           "  工作区里的 *.rejects.csv、数据目录的备份：这些不归 tend 管\n";
  }
  return "what remains:\n" +
         (suppressed > 0
              ? "  a hash of their address on " + words.count(suppressed, " channel", " channels", "") +
                    " where they did not want to\n  be written to, so that they are not, whatever their id is next\n"
              : std::string()) +
         "  entries of the ledger, under a made-up name: balances are reckoned from them\n"
         "  where records of other customers name this id, a referrer for example\n"
         "  who looked at this id and who forgot it, in audit.jsonl: as proof\n"
         "  what channels were handed (also the file of a `file` channel), the files and\n"
         "  databases of sources, *.rejects.csv in the workspace, backups of the data\n"
         "  folder: those are not tend's\n";
}

std::string forget_text(const Json& answer, text::Tongue tongue) {
  const Words words(tongue);
  const std::string id = shown(answer.value("customer", std::string()));
  const std::uint64_t left = answer.value("left", std::uint64_t{0}), tasks = answer.value("tasks", std::uint64_t{0});
  if (answer.value("waits", false)) {
    return words.zh()
               ? "客户 " + id + " 将在渠道中那条消息有了结果之后被遗忘\n" + "届时请再次调用：磁盘上还什么都没有抹去\n"
               : "customer " + id + " will be forgotten when a message that is with a channel\n" +
                     "is answered: call this again then, nothing is erased from the disk yet\n";
  }
  const std::uint64_t records = answer.value("records", std::uint64_t{0}),
                      letters = answer.value("dead_letters", std::uint64_t{0}),
                      suppressed = answer.value("suppressed", std::uint64_t{0});
  const std::string records_erased = words.zh() ? "从日志、快照和历史中抹去 " + std::to_string(records) + " 条记录，" +
                                                      std::to_string(letters) + " 条未被接受的调用\n"
                                                : words.count(records, " record", " records", "") +
                                                      " erased from log, snapshots and history, " +
                                                      words.count(letters, " dead letter", " dead letters", "") + "\n";
  const std::string begins = words.zh() ? "客户 " + id + " 已遗忘：" + std::to_string(left) + " 个旅程结束，" +
                                              std::to_string(tasks) + " 个任务取消\n"
                                        : "customer " + id +
                                              " is forgotten: " + words.count(left, " journey", " journeys", "") +
                                              " ended, " + words.count(tasks, " task", " tasks", "") + " dropped\n";
  return begins + records_erased + remains_text(words, suppressed);
}

std::string forget_many_text(const Json& answer, text::Tongue tongue) {
  const Words words(tongue);
  const auto number = [&](const char* key) { return answer.value(key, std::uint64_t{0}); };
  std::uint64_t suppressed = 0;
  std::string waiting;
  for (const Json& one : answer.value("customers", Json::array())) {
    suppressed += one.value("suppressed", std::uint64_t{0});
    if (one.value("waits", false)) waiting += "  " + shown(one.value("customer", std::string())) + "\n";
  }
  std::string out;
  if (words.zh()) {
    out = "已遗忘 " + std::to_string(number("forgotten")) + " 位客户，" + std::to_string(number("unknown")) +
          " 个编号无人使用\n从日志、快照和历史中抹去 " + std::to_string(number("records")) + " 条记录，" +
          std::to_string(number("dead_letters")) + " 条未被接受的调用\n";
    if (!waiting.empty()) out += "以下客户有消息还在渠道中，有了结果之后请再次调用：\n" + waiting;
  } else {
    out = words.count(number("forgotten"), " customer is", " customers are", "") + " forgotten, " +
          words.count(number("unknown"), " id is", " ids are", "") + " nobody's\n" +
          words.count(number("records"), " record", " records", "") + " erased from log, snapshots and history, " +
          words.count(number("dead_letters"), " dead letter", " dead letters", "") + "\n";
    if (!waiting.empty())
      out += "a message of these is with a channel: call this again when it is answered\n" + waiting;
  }
  return out + remains_text(words, suppressed);
}

std::string tasks_text(const Json& tasks, text::Tongue tongue) {
  const Words words(tongue);
  const Json list = tasks.value("tasks", Json::array());
  if (list.empty()) return words.say("nobody has anything to do\n", "没有待办\n");
  std::map<std::string, std::uint64_t> counts;
  for (const Json& task : list) ++counts[task.value("person", std::string())];
  std::string out, person = "\x01";
  for (const Json& task : list) {
    if (task.value("person", std::string()) != person) {
      person = task.value("person", std::string());
      out += (out.empty() ? "" : "\n") + (person.empty() ? words.say("nobody", "未指派") : shown(person)) +
             words.say(": ", "：") + words.count(counts[person], " task", " tasks", " 项") + "\n";
    }
    const bool message = task.value("kind", std::string()) == "message";
    const std::string what = shown(task.value("what", std::string()));
    const std::string said = message ? words.say("send ", "发送 ") + what : shown(task.value("text", std::string()));
    out += "  " + said + "\n";
    std::string line = "    " + shown(task.value("customer", std::string()));
    const Json due = task.value("due", Json(nullptr));
    if (due.is_string())
      line += (task.value("overdue", false) ? words.say(", was due ", "，已过期 ") : words.say(", due ", "，限期 ")) +
              moment_text(due);
    line += words.say(", playbook ", "，剧本 ") + shown(task.value("playbook", std::string()));
    if (!message && what != said) line += words.say(", task ", "，任务 ") + what;
    out += line + "\n";
  }
  const std::uint64_t all = tasks.value("count", std::uint64_t{0});
  if (all > list.size()) {
    out += words.zh()
               ? "\n共 " + std::to_string(all) + " 项，仅列出前 " + std::to_string(list.size()) + " 项\n"
               : "\n" + std::to_string(all) + " in all, the first " + std::to_string(list.size()) + " are shown\n";
  }
  return out;
}

// ---- one customer
// ------------------------------------------------------------------------------------------------------------

namespace {

std::string value_text(const Json& value) {
  if (value.is_string()) return shown(value.get<std::string>());
  if (!value.is_array()) return value.dump();
  std::string out;
  for (const Json& one : value) out += (out.empty() ? "" : ", ") + value_text(one);
  return out;
}

std::string journey_text(const Words& words, const Json& journey) {
  static const std::map<std::string, std::pair<const char*, const char*>> kStatus = {
      {"running", {"goes on", "进行中"}},
      {"sending", {"a message is out", "消息正在发送"}},
      {"put_off", {"put off", "推迟"}},
      {"asking", {"asks for a budget or a person", "等待预算或人员"}},
      {"confirming", {"a person has to send it", "等人确认发送"}},
      {"waiting", {"waits", "等待"}},
  };
  const std::string name = shown(journey.value("playbook", std::string()));
  const std::string number = words.number(journey, "journey");
  std::string out = "  " + name + (words.zh() ? " 第 " + number + " 次" : ", journey " + number);
  if (journey.contains("per")) out += words.say(" for ", "，") + value_text(journey["per"]);
  const auto status = kStatus.find(journey.value("status", std::string()));
  if (status != kStatus.end())
    out += words.say(": ", "：") + (words.zh() ? status->second.second : status->second.first);
  const Json until = journey.value("until", Json(nullptr));
  if (until.is_string()) {
    const bool person = journey.value("status", std::string()) == "confirming";
    out += (person ? words.say(" by ", "，限期 ") : words.say(" until ", "至 ")) + moment_text(until);
  }
  if (journey.value("paused", false)) out += words.say(", paused", "，已暂停");
  if (journey.value("held_out", false)) out += words.say(", control group", "，对照组");
  out += "\n";
  if (journey.contains("step")) {
    out += words.say("    at ", "    步骤 ") + shown(journey["step"].get<std::string>());
    if (journey.contains("file"))
      out += " (" + shown(journey["file"].get<std::string>()) + ":" + words.number(journey, "line") + ")";
    out += "\n";
  }
  return out;
}

}  // namespace

std::string customer_text(const Json& customer, const Json& sends, text::Tongue tongue) {
  const Words words(tongue);
  std::string out = words.say("customer ", "客户 ") + shown(customer.value("customer", std::string()));
  if (customer.contains("was")) out += words.say(", once ", "，原为 ") + value_text(customer["was"]);
  out += "\n";
  const auto line = [&](const char* english, const char* chinese, const std::string& value) {
    if (!value.empty()) out += "  " + words.say(english, chinese) + words.say(": ", "：") + value + "\n";
  };
  const auto moment = [&](const char* key) {
    const Json value = customer.value(key, Json(nullptr));
    return value.is_string() ? moment_text(value) : std::string();
  };
  line("first seen", "首次出现", moment("first_seen"));
  line("last active", "最近活跃", moment("last_active"));
  const Json attributes = customer.value("attributes", Json::object());
  for (const auto& [name, value] : attributes.items())
    out += "  " + shown(name) + words.say(": ", "：") + value_text(value) + "\n";
  line("tags", "标签", value_text(customer.value("tags", Json::array())));
  const Json consent = customer.value("consent", Json::object());
  line("consents to", "同意", value_text(consent.value("given", Json::array())));
  line("no longer consents to", "不再同意", value_text(consent.value("withdrawn", Json::array())));
  line("never to be written to on", "不再联系", value_text(consent.value("never_written_to", Json::array())));
  for (const Json& one : customer.value("suppressed", Json::array())) {
    out +=
        "    " + shown(one.value("channel", std::string())) + words.say(" since ", "，自 ") + moment_text(one["since"]);
    if (one.contains("why")) out += words.say(": ", "：") + value_text(one["why"]);
    if (one.contains("source")) out += words.say(", told by ", "，来源 ") + value_text(one["source"]);
    out += "\n";
  }
  for (const Json& one : customer.value("soft_bounces", Json::array())) {
    line("soft bounces in a row", "连续软退信",
         shown(one.value("channel", std::string())) + words.say(" ", " ") + std::to_string(one.value("count", 0U)) +
             words.say(", ", "，") + moment_text(one["first"]) + words.say(" to ", " 至 ") + moment_text(one["last"]) +
             words.say(", the last: ", "，最近一次：") + value_text(one["reason"]));
  }

  const Json live = customer.value("journeys", Json::array()), tasks = customer.value("tasks", Json::array());
  out += live.empty() ? words.say("no journey is under way\n", "没有进行中的旅程\n")
                      : words.say("journeys under way\n", "进行中的旅程\n");
  for (const Json& journey : live) out += journey_text(words, journey);
  for (const Json& entry : customer.value("enters_later", Json::array())) {
    out += "  " + shown(entry.value("playbook", std::string())) +
           words.say(": waits for their turn to enter", "：排队等待进入");
    if (entry["until"].is_string()) out += words.say(", ", "，") + moment_text(entry["until"]);
    out += "\n";
  }
  if (!tasks.empty()) out += words.say("open tasks\n", "待办\n");
  for (const Json& task : tasks) {
    out += "  " + value_text(task["what"]) + words.say(", ", "，") + value_text(task["person"]);
    if (task["due"].is_string()) out += words.say(", due ", "，限期 ") + moment_text(task["due"]);
    out += "\n";
  }
  if (!sends.empty()) out += words.say("last messages\n", "最近消息\n");
  for (const Json& send : sends) {
    out += "  " + moment_text(send["at"]) + "  " + value_text(send["message"]);
    const std::string channel = send.value("channel", std::string());
    if (!channel.empty()) out += words.say(" on ", "，") + shown(channel);
    out += words.say(": ", "：") + shown(send.value("outcome", std::string())) + "\n";
  }
  return out;
}

}  // namespace tend::cli
