// `tend init`: a workspace that runs at once.
#include <CLI/CLI.hpp>
#include <memory>

#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/env/files.hpp"

namespace tend::cli {
namespace {

constexpr std::string_view kToml = R"([workspace]
name = "my-shop"

[sources.orders]
file = "orders.csv"
event = "order"
customer = "customer_id"
at = "ordered_at"
fields = { amount = { column = "amount", currency = "USD" } }

[channels.outbox]
adapter = "file"
path = "outbox.jsonl"
)";

constexpr std::string_view kTomlZh = R"([workspace]
name = "my-shop"
language = "zh"

[sources.orders]
file = "orders.csv"
event = "下单"
customer = "客户号"
at = "下单时间"
fields = { "金额" = { column = "金额", currency = "CNY" } }

[channels.outbox]
adapter = "file"
path = "outbox.jsonl"
)";

constexpr std::string_view kPlaybook = R"(# Customers who fall silent get a care message, then an offer.
event order { amount money }
activity is order
policy {
  timezone "UTC"
  cap 2 messages per 7 days
}

playbook win_back "Win back silent customers" {
  enter when inactive for 60 days
  where count(order) over 365 days >= 1
  again after 180 days
  goal order within 30 days

  send care
  wait 7 days
  send offer
}

message care care {
  text "It has been a while! Your last order was {{ last(order.amount) default 0 USD }}. How are you?"
}
message offer { text "Come back this week: the second item is half price." }

test "silence, care, then an offer" for win_back {
  given order { amount: 42.50 USD } 60 days ago
  expect enter
  expect send care
  expect no send for 7 days
  expect send offer
}

test "an order is the goal, and ends it" for win_back {
  given order { amount: 42.50 USD } 60 days ago
  expect send care
  after 3 days
  happen order { amount: 18 USD }
  expect goal
  expect no send for 60 days
}
)";

constexpr std::string_view kPlaybookZh = R"(# 沉默的客户先收到关怀，再收到优惠。
事件 下单 { 金额 金额 }
活跃指 下单
规则 {
  时区 "Asia/Shanghai"
  频控 2条 每7天
}

剧本 沉睡唤醒 "唤醒沉默的客户" {
  进入 当 沉默 满60天
  条件 次数(下单) 近365天 >= 1
  重复进入 间隔180天
  目标 下单 30天内

  发送 关怀
  等待 7天
  发送 优惠
}

消息 关怀 关怀类 { 正文 "好久不见！您最近还好吗？" }
消息 优惠 { 正文 "本周回来，第二件半价。" }

测试 "沉默、关怀、再优惠" 为 沉睡唤醒 {
  假设 下单 { 金额: 42.50元 } 60天前
  期望 进入
  期望 发送 关怀
  期望 未 发送 满7天
  期望 发送 优惠
}

测试 "下单就是目标，不再打扰" 为 沉睡唤醒 {
  假设 下单 { 金额: 42.50元 } 60天前
  期望 发送 关怀
  经过 3天
  发生 下单 { 金额: 18元 }
  期望 目标
  期望 未 发送 满60天
}
)";

constexpr std::string_view kOrders = R"(customer_id,ordered_at,amount
anna,2025-01-03T09:12:00Z,42.50
ben,2025-01-10T18:40:00Z,12.00
chen,2025-01-15T11:05:00Z,230.00
anna,2025-03-20T10:00:00Z,18.00
ben,2025-03-14T08:30:00Z,55.00
chen,2025-02-01T16:45:00Z,99.90
dora,2025-02-11T13:20:00Z,75.00
)";

constexpr std::string_view kOrdersZh = R"(客户号,下单时间,金额
安娜,2025/1/3 9:12,42.50
小本,2025/1/10 18:40,12.00
小陈,2025/1/15 11:05,230.00
安娜,2025/3/20 10:00,18.00
小本,2025/3/14 8:30,55.00
小陈,2025/2/1 16:45,99.90
朵拉,2025/2/11 13:20,75.00
)";

int run_init(const std::string& folder, bool chinese) {
  env::Files& files = env::real_files();
  const auto there = files.exists(env::join_path(folder, "tend.toml"));
  if (!there) return complain(there.error());
  if (*there) return complain({ErrorCode::invalid, "`" + folder + "` is a workspace already: it has a tend.toml"});
  if (auto made = files.make_folder(folder); !made) return complain(made.error());
  const std::pair<std::string_view, std::string_view> parts[] = {{"winback.tend", chinese ? kPlaybookZh : kPlaybook},
                                                                 {"orders.csv", chinese ? kOrdersZh : kOrders},
                                                                 {"tend.toml", chinese ? kTomlZh : kToml}};
  for (const auto& [name, content] : parts) {
    const std::string path = env::join_path(folder, name);
    const auto taken = files.exists(path);
    if (!taken) return complain(taken.error());
    if (*taken) return complain({ErrorCode::invalid, "`" + path + "` is there already: name an empty or a new folder"});
  }
  for (const auto& [name, content] : parts) {
    if (auto written = env::write_whole_file(files, env::join_path(folder, name), content); !written)
      return complain(written.error());
  }
  const std::string at = folder == "." ? "" : " " + folder;
  say(chinese ? "已建好工作区。接下来试试：" : "A workspace is made. Try next:");
  say("  tend check" + at);
  say("  tend test" + at);
  say("  tend simulate" + at);
  say("  tend replay" + at + " --data " + env::join_path(folder, "data"));
  return kFine;
}

}  // namespace

void add_init(CLI::App& app, int& exit_code) {
  struct Arguments {
    std::string folder = ".";
    std::string lang;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("init", "make a workspace that runs at once: a playbook with tests, some orders, a tend.toml");
  verb->add_option("DIR", arguments->folder, "the folder (default: the one you are in)");
  verb->add_option("--lang", arguments->lang, "the tongue to write it in")->check(CLI::IsMember({"en", "zh"}));
  verb->callback([arguments, &exit_code] {
    exit_code = run_init(arguments->folder, tongue_of(arguments->lang, {}) == text::Tongue::zh);
  });
}

}  // namespace tend::cli
