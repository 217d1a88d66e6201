// `tend channels ways` and `tend channels way`: the codes of WeCom by which people add members of staff (渠道活码).
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "engine/channel/contact_ways.hpp"
#include "engine/cli/channels.hpp"
#include "engine/cli/compile.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"

namespace tend::cli {
namespace {

using channel::ContactWay;
using channel::WaysAnswer;
using Json = nlohmann::ordered_json;
using text::Tongue;

struct Arguments {
  std::string workspace = ".", format = "human", lang;
  std::string channel, state, staff, remark;
  bool update = false, remove = false;

  bool json() const { return format == "json"; }
};

/// What an operator does about a refusal; empty where its own words say it all.
std::string_view what_to_do(std::string_view code) {
  struct Advice {
    std::string_view code, words;
  };
  static constexpr Advice kAdvice[] = {
      {"40001", "look at `secret` in tend.toml"},
      {"40013", "look at `corp` in tend.toml"},
      {"41045", "take those away that nobody uses any more, with `--remove`"},
      {"41054", "let the member log in to WeCom once"},
      {"40003", "take userids from the address book of the admin console (通讯录)"},
      {"60111", "take userids from the address book of the admin console (通讯录)"},
      {"50002", "put the member into the app's visible range (可见范围)"},
      {"60011", "put the member into the app's visible range (可见范围)"},
      {"84074", "put the member into the range of 客户联系 in the admin console (使用范围)"},
      {"84083", "put the member into the range of 客户联系 in the admin console (使用范围)"},
      {"48002", "add the app in the admin console under 客户联系, 可调用接口的应用"},
      {"60020", "add this machine's address to the app's trusted ones (企业可信IP)"},
  };
  for (const Advice& one : kAdvice) {
    if (one.code == code) return one.words;
  }
  return {};
}

Error refusal(const WaysAnswer& answer) {
  if (answer.code.empty()) return {ErrorCode::io, "WeCom cannot be asked just now: " + answer.problem};
  const std::string_view advice = what_to_do(answer.code);
  return {ErrorCode::invalid,
          "WeCom refuses it: " + answer.problem + (advice.empty() ? "" : "; " + std::string(advice))};
}

std::vector<std::string> split(const std::string& names) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= names.size() && !names.empty();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    out.push_back(names.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

std::string joined(const std::vector<std::string>& names, std::string_view between) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : std::string(between)) + name;
  return out;
}

Result<channel::ChannelConfig> channel_of(const Arguments& arguments) {
  auto workspace = simulate::load_workspace(arguments.workspace);
  if (!workspace) return tl::unexpected(workspace.error());
  return find_channel(*workspace, arguments.channel);
}

Json way_json(const ContactWay& way) {
  return {{"id", way.id}, {"state", way.state}, {"staff", way.staff}, {"remark", way.remark}, {"qr", way.qr}};
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string way_text(const ContactWay& way, Tongue tongue) {
  const bool zh = tongue == Tongue::zh;
  std::string out = "  " + (way.state.empty() ? std::string(zh ? "（无渠道参数）" : "(no state)") : way.state) + "  " +
                    joined(way.staff, zh ? "、" : ", ");
  if (!way.remark.empty()) out += "  " + way.remark;
  return out + "\n    " + way.id + "\n    " + way.qr + "\n";
}

int run_ways(const Arguments& arguments) {
  const auto config = channel_of(arguments);
  if (!config) return complain(config.error());
  const auto answer = channel::list_ways(*config);
  if (!answer) return complain(answer.error());
  if (!answer->problem.empty()) return complain(refusal(*answer));
  if (arguments.json()) {
    Json rows = Json::array();
    for (const ContactWay& way : answer->ways) rows.push_back(way_json(way));
    const Json all{{"format", "tend.channels.ways/1"}, {"channel", arguments.channel}, {"ways", std::move(rows)}};
    return print(dump(all)) ? kFine : kFailed;
  }
  const Tongue tongue = workspace_tongue(arguments.workspace, arguments.lang);
  std::string out = tongue == Tongue::zh ? "渠道活码\n" : "codes\n";
  if (answer->ways.empty()) out = tongue == Tongue::zh ? "没有渠道活码\n" : "there are no codes\n";
  for (const ContactWay& way : answer->ways) out += way_text(way, tongue);
  return print(out) ? kFine : kFailed;
}

int tell_way(const Arguments& arguments, const WaysAnswer& answer) {
  const ContactWay& way = answer.ways.front();
  const std::string_view now = arguments.remove ? "removed"
                               : answer.made    ? "made"
                               : answer.changed ? "changed"
                                                : "there";
  if (arguments.json()) {
    const Json all{
        {"format", "tend.channels.way/1"}, {"channel", arguments.channel}, {"now", now}, {"way", way_json(way)}};
    return print(dump(all)) ? kFine : kFailed;
  }
  const Tongue tongue = workspace_tongue(arguments.workspace, arguments.lang);
  const bool zh = tongue == Tongue::zh;
  const std::string said = now == "removed"   ? zh ? "已删除" : "removed"
                           : now == "made"    ? zh ? "已创建" : "made"
                           : now == "changed" ? zh ? "已改成员" : "its members are changed"
                           : zh               ? "已经有了"
                                              : "there is one already";
  return print(said + "\n" + way_text(way, tongue)) ? kFine : kFailed;
}

int run_remove(const Arguments& arguments) {
  if (!arguments.staff.empty() || !arguments.remark.empty() || arguments.update)
    return complain(
        {ErrorCode::usage, "`--remove` takes the code with this `--state` away: leave the other options out"});
  const auto config = channel_of(arguments);
  if (!config) return complain(config.error());
  const auto answer = channel::remove_way(*config, arguments.state);
  if (!answer) return complain(answer.error());
  if (answer->changed) return tell_way(arguments, *answer);
  if (answer->ways.size() > 1) {
    std::vector<std::string> ids;
    for (const ContactWay& way : answer->ways) ids.push_back("`" + way.id + "`");
    return complain({ErrorCode::invalid, "several codes have the state `" + arguments.state + "`: " +
                                             joined(ids, ", ") + "; take away the wrong ones in the admin console"});
  }
  if (answer->code.empty() && answer->problem == "there is none")
    return complain({ErrorCode::not_found, "there is no code with the state `" + arguments.state +
                                               "`: `tend channels ways " + arguments.channel + "` lists them"});
  return complain(refusal(*answer));
}

int run_way(const Arguments& arguments) {
  if (arguments.remove) return run_remove(arguments);
  const ContactWay wanted{
      .id = {}, .state = arguments.state, .remark = arguments.remark, .qr = {}, .staff = split(arguments.staff)};
  if (const auto checked = channel::check_way(wanted); !checked) return complain(checked.error());
  const auto config = channel_of(arguments);
  if (!config) return complain(config.error());
  const auto answer = channel::make_way(*config, wanted, arguments.update);
  if (!answer) return complain(answer.error());
  if (answer->problem.empty()) return tell_way(arguments, *answer);
  if (answer->ways.empty()) return complain(refusal(*answer));
  return complain({ErrorCode::invalid, "the code with the state `" + arguments.state + "` is of " +
                                           joined(answer->ways.front().staff, ", ") +
                                           ": `--update` gives it to those that you name"});
}

void add_options(CLI::App& verb, Arguments& arguments) {
  verb.add_option("NAME", arguments.channel, "a channel of WeCom")->required();
  verb.add_option("--workspace", arguments.workspace, "the workspace (default: the one you are in)");
  verb.add_option("--format", arguments.format, "human or json")->check(CLI::IsMember({"human", "json"}));
  verb.add_option("--lang", arguments.lang, "the tongue of the answer")->check(CLI::IsMember({"en", "zh"}));
}

}  // namespace

void add_channel_ways(CLI::App& channels, int& exit_code) {
  auto all = std::make_shared<Arguments>();
  CLI::App* ways = channels.add_subcommand("ways", "the codes of WeCom by which people add members of staff");
  add_options(*ways, *all);
  ways->callback([all, &exit_code] { exit_code = run_ways(*all); });

  auto one = std::make_shared<Arguments>();
  CLI::App* way = channels.add_subcommand("way", "makes the code with a state, or gives the one that there is");
  add_options(*way, *one);
  way->add_option("--state", one->state, "what `added` brings as `state`, at most 30 characters")->required();
  way->add_option("--staff", one->staff, "the userids of the members whom it adds, with commas between");
  way->add_option("--remark", one->remark, "a note in the platform's console, at most 30 characters");
  way->add_flag("--update", one->update, "give a code that there is to the members of --staff");
  way->add_flag("--remove", one->remove, "take the code with this state away");
  way->callback([one, &exit_code] { exit_code = run_way(*one); });
}

}  // namespace tend::cli
