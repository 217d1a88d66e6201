#include "engine/cli/plan_text.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>

namespace tend::cli {
namespace {

using Json = nlohmann::json;

class Writer {
 public:
  explicit Writer(bool chinese) : chinese_(chinese) {}
  std::string out;

  std::string say(const char* english, const char* chinese) const { return chinese_ ? chinese : english; }

  std::string people(std::uint64_t count) const {
    if (chinese_) return std::to_string(count) + " 人";
    return std::to_string(count) + (count == 1 ? " customer" : " customers");
  }

  std::string step(const Json& json) const {
    std::string text = "`" + json.value("step", std::string()) + "`";
    if (json.contains("line"))
      text += chinese_ ? "（第 " + std::to_string(json["line"].get<int>()) + " 行）"
                       : " (line " + std::to_string(json["line"].get<int>()) + ")";
    return text;
  }

  void inside(const Json& json) {
    const bool watched = json.contains("watched");
    const std::string becomes = json.value("becomes", std::string());
    const std::string version = std::to_string(json.value("version", 0));
    std::string line = "  " + people(json.value("customers", std::uint64_t{0})) + " ";
    if (watched) {
      line += say("whose goal is watched: ", "目标仍在观察：");
      line += becomes == "pinned" ? say("it stays that of version ", "仍按版本 ") + version
                                  : say("it is that of the new version", "按新版本");
    } else {
      line += say("at ", "停在 ") + step(json) + say(": ", "：");
      if (becomes == "same") line += say("go on, nothing changes for them", "继续，不受影响");
      if (becomes == "pinned") line += say("finish on version ", "按版本 ") + version + say("", " 走完");
      if (becomes == "follows") line += say("go on in the new version at ", "转到新版本的 ") + step(json["to"]);
      if (becomes == "moved")
        line += say("are moved to ", "移到 ") + step(json["to"]) + say(", which begins anew", "，重新开始");
      if (becomes == "refused") line += say("no `move` covers them", "没有 `move` 涵盖他们");
    }
    std::string some;
    for (const Json& id : json["some"]) some += (some.empty() ? "" : ", ") + id.get<std::string>();
    out += line + (some.empty() ? "" : chinese_ ? "（" + some + "）" : " (" + some + ")") + "\n";
  }

  void playbook(const std::string& name, const Json& json) {
    const std::string change = json.value("change", std::string());
    out += say("playbook ", "剧本 ") + name + say(": ", "：");
    if (change == "added") out += say("new", "新增");
    if (change == "removed") out += say("removed: takes nobody in", "已删除：不再有人进入");
    if (change == "same") out += say("unchanged", "未改");
    if (change == "changed") {
      out += say("changed", "已改");
      const int was = json.value("was", 0), version = json.value("version", was);
      if (version != was)
        out += say(", version ", "，版本 ") + std::to_string(was) + " → " + std::to_string(version) + ", `on edit " +
               json.value("on_edit", std::string()) + "`";
    }
    out += "\n";
    for (const Json& one : json.value("inside", Json::array())) inside(one);
    const Json enters = json.value("enters", Json::object());
    if (const auto entered = enters.value("entered", std::uint64_t{0}); entered > 0)
      out += "  " + people(entered) + say(" enter by `backfill` at once\n", " 由 `backfill` 立即进入\n");
    if (const auto waiting = enters.value("waiting", std::uint64_t{0}); waiting > 0)
      out += "  " + people(waiting) + say(" enter by `backfill`, so many a day\n", " 由 `backfill` 按天进入\n");
  }

  void names(const char* english, const char* chinese, const Json& changes) {
    const auto all = [&](const char* key, const std::string& what) {
      for (const Json& name : changes.value(key, Json::array()))
        out += say(english, chinese) + " " + name.get<std::string>() + say(": ", "：") + what + "\n";
    };
    all("added", say("new", "新增"));
    all("changed", say("changed", "已改"));
    all("removed", say("removed", "已删除"));
  }

 private:
  bool chinese_;
};

}  // namespace

std::string plan_text(const Json& plan, text::Tongue tongue) {
  Writer writer(tongue == text::Tongue::zh);
  if (!plan.value("changes", false)) {
    writer.out = writer.say("no changes: what is in force is this workspace\n", "没有变化：生效的就是这个工作区\n");
    return writer.out;
  }
  for (const auto& [name, one] : plan["playbooks"].items()) writer.playbook(name, one);
  writer.names("message", "消息", plan["messages"]);
  writer.names("attribute", "属性", plan["attributes"]);
  writer.names("event", "事件", plan["events"]);
  writer.names("budget", "预算", plan["budgets"]);
  writer.names("partner", "伙伴", plan["partners"]);
  writer.names("currency", "币种", plan["currencies"]);
  writer.names("calendar", "日历", plan["calendars"]);
  writer.names("function", "函数", plan["functions"]);
  if (plan.value("policy", false)) writer.out += writer.say("policy: changed\n", "规则：已改\n");
  if (plan.value("activity", false)) writer.out += writer.say("activity: changed\n", "活跃的定义：已改\n");
  for (const Json& one : plan.value("filled_past", Json::array())) {
    writer.out += writer.say("event ", "事件 ") + one["event"].get<std::string>() +
                  writer.say(": conditions read more of it than was kept until now: ",
                             "：条件要读的内容以前没有保留，已从历史中补上 ") +
                  std::to_string(one["events"].get<std::uint64_t>()) + writer.say(" of ", " 条，涉及客户 ") +
                  std::to_string(one["customers"].get<std::uint64_t>()) +
                  writer.say(" customers are taken from the history\n", " 位\n");
  }
  for (const Json& event : plan.value("unknown_past", Json::array())) {
    writer.out +=
        writer.say("event ", "事件 ") + event.get<std::string>() +
        writer.say(": conditions read more of it than was kept until now: they see what comes from the deploy on\n",
                   "：条件要读的内容以前没有保留，只能看到生效之后发生的\n");
  }
  if (const auto sends = plan.value("sends", std::uint64_t{0}); sends > 0)
    writer.out +=
        std::to_string(sends) + writer.say(sends == 1 ? " message is tried at once\n" : " messages are tried at once\n",
                                           " 条消息会立即尝试发送\n");
  if (!plan["refused"].is_null())
    writer.out += writer.say("refused: ", "被拒绝：") + plan["refused"].get<std::string>() + "\n";
  return writer.out;
}

}  // namespace tend::cli
