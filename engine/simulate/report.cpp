#include "engine/simulate/report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "dsl/prose/step.hpp"
#include "engine/channel/escape.hpp"
#include "engine/run/lift.hpp"
#include "engine/simulate/columns.hpp"
#include "engine/simulate/report_lift.hpp"

namespace tend::simulate {
namespace {

using Json = nlohmann::ordered_json;

std::string channel_of(const program::Program& program, const program::Step& step, const std::string& default_channel) {
  if (!step.channels.empty()) return step.channels.front();
  const auto& channels = program.messages[step.message].channels;
  return channels.empty() ? default_channel : channels.front();
}

Json sends_of(const program::Program& program, const program::Playbook& playbook, const run::PlaybookCount& count,
              const std::string& default_channel) {
  std::map<std::string, std::map<std::string, run::SendCount>> sends = count.sends;
  for (const program::Step& step : playbook.steps) {  // a message that nobody got is a figure too
    if (step.kind == program::StepKind::send)
      sends[program.messages[step.message].name][channel_of(program, step, default_channel)];
  }
  Json json = Json::object();
  for (const auto& [message, channels] : sends) {
    for (const auto& [channel, sent] : channels) {
      Json skipped = Json::object();
      for (const auto& [reason, number] : sent.skipped) skipped[reason] = number;
      json[message][channel] = {{"accepted", sent.accepted}, {"skipped", skipped}};
    }
  }
  return json;
}

/// In English as tools name it; in Chinese the same in words, of a condition only that it is one.
std::string step_name(const program::Program& program, const program::Playbook& playbook, const program::Step& step,
                      bool chinese) {
  if (!chinese) return step.label;
  if (step.kind == program::StepKind::branch) return "如果";
  const prose::Context context{program, &playbook, program::kNone, text::Tongue::zh};
  return prose::finish(prose::step_words(context, step).title, text::Tongue::zh);
}

}  // namespace

std::string run_json(const RunHead& head, const run::Figures& figures, const program::Program& program,
                     const program::Places& places) {
  Json json = {{"format", "tend.run/1"},
               {"from", env::format_moment(head.from)},
               {"to", env::format_moment(head.to)},
               {"customers", figures.customers},
               {"events", figures.events},
               {"playbooks", Json::object()}};
  for (std::size_t p = 0; p < program.playbooks.size(); ++p) {
    if (has_newer(program, p)) continue;
    const program::Playbook& playbook = program.playbooks[p];
    const run::PlaybookCount& count = figures.playbooks[p];
    Json steps = Json::array();
    for (std::size_t s = 0; s < playbook.steps.size(); ++s) {
      if (playbook.steps[s].label.empty()) continue;  // a jump is nobody's step
      steps.push_back({{"step", playbook.steps[s].label},
                       {"line", places.playbooks[p].steps[s].line},
                       {"reached", count.reached[s]}});
    }
    json["playbooks"][playbook.name] = {{"entered", count.entered},
                                        {"goal", count.goal},
                                        {"left", count.left},
                                        {"finished", count.finished},
                                        {"live", count.live},
                                        {"held_out", count.held_out},
                                        {"held_out_goal", count.held_out_goal},
                                        {"steps", steps},
                                        {"sends", sends_of(program, playbook, count, head.default_channel)}};
    run::add_lift(json["playbooks"][playbook.name], program, places, static_cast<std::uint32_t>(p), count);
  }
  return json.dump(2) + "\n";
}

std::string run_summary(const RunHead& head, const run::Figures& figures, const program::Program& program,
                        bool chinese) {
  const auto say = [chinese](const char* en, const char* zh) { return std::string(chinese ? zh : en); };
  std::string out = env::format_moment(head.from) + (chinese ? " 至 " : " to ") + env::format_moment(head.to) + "\n";
  out += grouped(figures.customers) + say(" customers, ", " 位客户，") + grouped(figures.events) +
         say(" events\n", " 个事件\n");
  for (std::size_t p = 0; p < program.playbooks.size(); ++p) {
    if (has_newer(program, p)) continue;
    const program::Playbook& playbook = program.playbooks[p];
    const run::PlaybookCount& count = figures.playbooks[p];
    out += "\n" + playbook.name + (playbook.title.empty() ? "" : "  " + playbook.title) + "\n";
    const auto line = [&](const std::string& name, std::uint64_t number, std::uint64_t whole) {
      out += "  " + padded(name, kNameCells) + right(grouped(number), kNumberCells) +
             (whole == 0 ? "" : right(share(number, whole), 9)) + "\n";
    };
    line(say("entered", "进入"), count.entered, 0);
    line(say("goal reached", "达成目标"), count.goal, count.entered);
    line(say("left", "退出"), count.left, count.entered);
    line(say("finished", "走完"), count.finished, count.entered);
    line(say("still under way", "进行中"), count.live, count.entered);
    out += "  " + say("steps", "步骤") + "\n";
    for (std::size_t s = 0; s < playbook.steps.size(); ++s) {
      if (playbook.steps[s].label.empty()) continue;
      line("  " + step_name(program, playbook, playbook.steps[s], chinese), count.reached[s], count.entered);
    }
    out += "  " + say("sent", "已发送") + "\n";
    for (const auto& [message, channels] : count.sends) {
      for (const auto& [channel, sent] : channels)
        line("  " + message + (chinese ? " 经 " : " on ") + channel, sent.accepted, count.entered);
    }
    if (count.sends.empty()) out += "    " + say("nothing", "无") + "\n";
    out += lift_summary(program, static_cast<std::uint32_t>(p), count, chinese);
  }
  return out;
}

std::string sends_jsonl(std::vector<SendLine> lines) {
  std::stable_sort(lines.begin(), lines.end(), [](const SendLine& a, const SendLine& b) {
    return a.at != b.at ? a.at < b.at : a.customer < b.customer;
  });
  std::string out;
  out.reserve(lines.size() * 160);
  for (const SendLine& line : lines) {
    out += "{\"at\":\"";
    env::append_moment(out, line.at);
    out += "\",\"customer\":";
    channel::append_json_string(out, line.customer);
    out += ",\"playbook\":";
    channel::append_json_string(out, line.playbook);
    out += ",\"message\":";
    channel::append_json_string(out, line.message);
    out += ",\"channel\":";
    channel::append_json_string(out, line.channel);
    out += ",\"key\":\"" + state::format_key(line.key) + "\"}\n";
  }
  return out;
}

}  // namespace tend::simulate
