// The English and the Chinese spelling of every step and clause are one program; and whatever is left out of such a
// text or put into it, the checker comes to an end and says why there is no program.
#include "tests/dsl/check/shown.hpp"

using namespace tend;
using namespace tend::test;

namespace {

constexpr const char* kEnglish = R"(
customer { name text private; city text; birthday date; level one of "normal", "gold"; owner staff; referrer customer; joined moment }
event order { id text; amount money; store text; sharer customer }
event reply { text text }
event noted { who text; size number }
activity is order, reply
partner wash "Blue Lake"
calendar cn { holiday 2026-10-01 to 2026-10-07; workday 2026-10-10; lunar }
policy { timezone "Asia/Shanghai"; calendar "cn" }
budget gifts { 500 CNY per month; at most 60 CNY per customer }
message care care on wecom { text "{{ customer.owner.name default "we" }}: {{ coupon.amount }} until {{ coupon.expires }}" }
message offer on wecom { text "{{ share }}" }
playbook steps "Steps" {
  enter on order where amount > 5 CNY per order.id
  again always
  goal reply within 30 days where text = "yes" and stay
  leave when customer.tags contains "gone"
  holdout 12.5%
  cap 1 message per day
  quiet 21:00 to 09:00 on sms
  on edit move "old" to "first", move older to "split"
  describe "what for"
  owner "team"
  let share = entry.amount * 5%
  grant 30 CNY from gifts as coupon else { stop "used up" }
  send care on wecom else sms within 2 days as first else { tag "no" }
  send offer while window open
  ask customer.owner to send offer within 10 hours as asked else { task "call" due 2 days }
  task someone of "west" "visit {{ entry.store default "" }}" as visit
  transfer to customer.owner else { tag "nobody" }
  wait until next workday at 10:00
  wait until customer.birthday - 30 days at 10:00
  wait until customer.joined + 3 hours
  wait until 2026-11-11 at 20:00
  wait until count(order) over 30 days >= 3 up to 60 days else { tag "late" }
  split { 33.33% "a" { tag "a" } 66.67% "b" { untag "b" } }
  repeat up to 3 times every 30 days until tagged "done" { set customer.level = "gold" }
  emit noted { who: customer.referrer.city default "", size: 3 }
  credit share to customer.referrer from gifts as paid else { tag "empty" }
  credit 1 CNY to wash from gifts
  start other
  start other for entry.sharer
  wait up to 7 days { on reply { tag "{{ reply.text }}" } when tagged "x" { tag "y" } else { tag "z" } }
  stop
}
playbook other {
  enter when no order for 14 days where customer.level = "gold"
  again after 1 year
  backfill 2000 per day
  goal order within 30 days
  send care2
}
playbook dates {
  enter every day at 10:00 where customer.city = "a"
  enter every monday at 9:30
  enter every month on 8 at 10:00
  enter every workday at 10:00
  enter every holiday at 10:00
  enter on 2026-11-11 at 20:00
  enter yearly 7 days before customer.birthday at 09:30
  enter yearly 7 days before lunar(customer.birthday) at 09:30
  enter yearly 3 days before lunar 8-15 at 10:00
  enter 1 month after customer.birthday at 10:00
  enter by hand where tagged "a"
  where entry.date >= 2026-01-01
  again never
  pace 5000 people per hour
  on edit follow
  goal order within 30 days
  wait until entry.date at 9:00
}
message care2 { text "hello" }
)";

constexpr const char* kChinese = R"(
客户 { name 文字 隐私；city 文字；birthday 日期；level 选自 “normal”、“gold”；owner 员工；referrer 客户；joined 时间 }
事件 order { id 文字；amount 金额；store 文字；sharer 客户 }
事件 reply { text 文字 }
事件 noted { who 文字；size 数字 }
活跃指 order、reply
合作方 wash “Blue Lake”
日历 cn { 节假日 2026-10-01 至 2026-10-07；工作日 2026-10-10；农历 }
规则 { 时区 “Asia/Shanghai”；日历 “cn” }
预算 gifts { 500元 每月；最多 60元 每客户 }
消息 care 关怀类 经 wecom { 正文 “{{ 客户.owner.姓名 默认 "we" }}: {{ coupon.金额 }} until {{ coupon.到期日 }}” }
消息 offer 经 wecom { 正文 “{{ share }}” }
剧本 steps “Steps” {
  进入 遇 order 其中 amount > 5元 按 order.id
  重复进入 随时
  目标 reply 30天内 其中 text = “yes” 达成后继续
  退出 当 客户.标签 包含 “gone”
  对照组 12.5%
  频控 1条 每天
  免打扰 21:00 至 09:00 经 sms
  改版后 迁移 “old” 到 “first”，迁移 older 到 “split”
  说明 “what for”
  负责人 “team”
  设 share = 进入事件.amount * 5%
  发放 30元 出自 gifts 记为 coupon 否则 { 结束 “used up” }
  发送 care 经 wecom 否则 sms 2天内 记为 first 否则 { 打标签 “no” }
  发送 offer 趁窗口开放
  请 客户.owner 发送 offer 10小时内 记为 asked 否则 { 任务 “call” 限期 2天 }
  任务 任一 “west” “visit {{ 进入事件.store 默认 "" }}” 记为 visit
  转给 客户.owner 否则 { 打标签 “nobody” }
  等到 下一个工作日 10:00
  等到 客户.birthday - 30天 在 10:00
  等到 客户.joined + 3小时
  等到 2026-11-11 20:00
  等到 次数(order) 近30天 >= 3 至多60天 否则 { 打标签 “late” }
  分流 { 33.33% “a” { 打标签 “a” } 66.67% “b” { 去标签 “b” } }
  循环 至多3次 每30天 直到 有标签 “done” { 更新 客户.level = “gold” }
  记事件 noted { who: 客户.referrer.city 默认 “”，size: 3 }
  入账 share 给 客户.referrer 出自 gifts 记为 paid 否则 { 打标签 “empty” }
  入账 1元 给 wash 出自 gifts
  启动 other
  启动 other 为 进入事件.sharer
  等待 至多7天 { 遇 reply { 打标签 “{{ reply.text }}” } 当 有标签 “x” { 打标签 “y” } 否则 { 打标签 “z” } }
  结束
}
剧本 other {
  进入 当 未 order 满14天 其中 客户.level = “gold”
  重复进入 间隔1年
  存量 2000人 每天
  目标 order 30天内
  发送 care2
}
剧本 dates {
  进入 每天 10:00 其中 客户.city = “a”
  进入 每周一 9:30
  进入 每月 第8日 10:00
  进入 每工作日 10:00
  进入 每节假日 10:00
  进入 于 2026-11-11 20:00
  进入 每年 客户.birthday 前7天 09:30
  进入 每年 农历(客户.birthday) 前7天 09:30
  进入 每年 农历 8-15 前3天 10:00
  进入 客户.birthday 后1个月 10:00
  进入 手动 其中 有标签 “a”
  条件 进入事件.日期 >= 2026-01-01
  重复进入 不允许
  匀速 5000人 每小时
  改版后 随新版
  目标 order 30天内
  等到 进入事件.日期 9:00
}
消息 care2 { 正文 “hello” }
)";

}  // namespace

TEST_CASE("every step and clause is one program in both tongues") {
  const Checked en = check_text(kEnglish);
  const Checked zh = check_text(kChinese);
  INFO(en.sentences());
  INFO(zh.sentences());
  CHECK(en.codes() == "");
  CHECK(zh.codes() == "");
  const program::Program& program = sound(en);
  const program::Program& twin = sound(zh);
  REQUIRE(program.playbooks.size() == twin.playbooks.size());
  for (std::size_t i = 0; i < program.playbooks.size(); ++i) {
    CHECK(shown_steps(program, program.playbooks[i]) == shown_steps(twin, twin.playbooks[i]));
    REQUIRE(program.playbooks[i].enters.size() == twin.playbooks[i].enters.size());
    for (std::size_t k = 0; k < program.playbooks[i].enters.size(); ++k) {
      CHECK(shown_enter(program, program.playbooks[i].enters[k]) == shown_enter(twin, twin.playbooks[i].enters[k]));
    }
  }
  CHECK(en.bytes() == zh.bytes());
}

TEST_CASE("there is a program or a reason why there is none") {
  const std::string whole = kEnglish;
  std::uint64_t state = 7;
  const auto next = [&](std::size_t below) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::size_t>(state >> 33) % below;
  };
  int programs = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string text = whole;
    const std::size_t at = next(text.size()), length = 1 + next(round % 2 == 0 ? 3 : 15);
    if (round % 3 == 0) {
      text.erase(at, length);
    } else {
      const std::string other = text.substr(next(text.size() - 20), length);
      round % 3 == 1 ? text.insert(at, other) : text.replace(at, length, other);
    }
    const Checked checked = check_text(text);
    INFO(text);
    if (!checked.result.program) {
      REQUIRE_FALSE(checked.diagnostics.empty());
      continue;
    }
    ++programs;
    REQUIRE(program::deserialize(checked.bytes()));
  }
  CHECK(programs > 10);
}
