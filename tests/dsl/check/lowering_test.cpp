// Playbooks and messages laid flat: steps, jumps, arms, labels; the same bytes whatever the order and the tongue.
#include <algorithm>

#include "tests/dsl/check/shown.hpp"

using namespace tend;
using namespace tend::test;

TEST_CASE("steps are flat, blocks are jumps") {
  const Checked checked = check_text(std::string(kDeclarations) + R"(
playbook p "The title" {
  enter on order where amount > 5 CNY
  enter when inactive for 60 days where customer.city = "a"
  where not tagged "staff"
  again after 180 days
  goal visit within 30 days where store = entry.store
  leave when tagged "complaint"
  priority 70
  describe "what it is for"
  send care on sms within 2 hours
  wait up to 7 days {
    on reply where text = "no" { stop "said {{ reply.text }}" }
    when customer.vip { tag "vip" }
    else { untag "hot" }
  }
  if customer.seats > 3 { set customer.level = "gold" } else if customer.vip { wait 36 hours } else { wait until 10:00 }
  wait until monday 9:30
  send care as again
}
message care care { subject "Hi {{ customer.name default "you" }}"; body "since {{ entry.date }}"; link "https://x" }
)");
  const program::Program& program = sound(checked);
  const program::Playbook& book = program.playbooks[0];
  CHECK(book.title == "The title");
  CHECK(book.priority == 70);
  CHECK(book.again == program::Again::after);
  CHECK(book.again_after.ms == 180LL * 86'400'000);
  REQUIRE(book.goal);
  CHECK(book.goal->within->ms == 30LL * 86'400'000);
  CHECK(shown_expression(program, book.goal->filter) == "(= field0 entry:order.store)");
  CHECK(shown_expression(program, book.where) == "(not (tagged \"staff\"))");
  CHECK(shown_expression(program, book.leave) == "(tagged \"complaint\")");
  REQUIRE(book.enters.size() == 2);
  CHECK(shown_expression(program, book.enters[0].filter) == "(> field1 500CNY)");
  CHECK(shown_expression(program, book.enters[1].condition) == "(inactive 60d)");
  CHECK(shown_expression(program, book.enters[1].where) == "(= customer.city \"a\")");
  CHECK(book.reads_entry);
  CHECK(book.arm_events == std::vector<std::uint32_t>{*program::find_event(program, "reply")});
  CHECK(shown_steps(program, book) ==
        "0 send <send care> care on sms within 7200000\n"
        "1 wait_up_to <wait up to 7 days> 7d [on reply (= field0 \"no\") ->2] [when customer.vip ->4] ->6 after 7\n"
        "2 stop <stop> 'said {arm:reply.text}'\n"
        "3 jump ->7\n"
        "4 tag <tag \"vip\"> 'vip'\n"
        "5 jump ->7\n"
        "6 untag <untag \"hot\"> 'hot'\n"
        "7 branch <if> (> customer.seats 3) ->10\n"
        "8 set <set customer.level> level \"gold\"\n"
        "9 jump ->14\n"
        "10 branch customer.vip ->13\n"  // `else if` is no step of its own
        "11 wait <wait 36 hours> 129600000ms\n"
        "12 jump ->14\n"
        "13 wait_until <wait until 10:00> at 36000000/-1\n"
        "14 wait_until <wait until monday 09:30> at 34200000/0\n"
        "15 send <again> as again care\n");
  REQUIRE(program.messages.size() == 1);
  CHECK(program.messages[0].message_class == program::MessageClass::care);
  REQUIRE(program.messages[0].items.size() == 3);
  CHECK(shown_parts(program, program.messages[0].items[0].parts) == "Hi {(default customer.name \"you\")}");
  CHECK(program.messages[0].items[1].kind == "body");
}

TEST_CASE("waits inside arms keep their arms apart") {
  const Checked checked = check_text(std::string(kDeclarations) + R"(
playbook p {
  enter on order
  goal order within 1 day
  wait up to 7 days {
    on reply { wait up to 1 day { on visit { tag "a" } on order { tag "b" } } }
    on visit { tag "c" }
  }
}
)");
  const program::Program& program = sound(checked);
  CHECK(shown_steps(program, program.playbooks[0]) ==
        "0 wait_up_to <wait up to 7 days> 7d [on reply ->1] [on visit ->7] ->9 after 9\n"
        "1 wait_up_to <wait up to 1 day> 1d [on visit ->2] [on order ->4] ->6 after 6\n"
        "2 tag <tag \"a\"> 'a'\n"
        "3 jump ->6\n"
        "4 tag <tag \"b\"> 'b'\n"
        "5 jump ->6\n"
        "6 jump ->9\n"
        "7 tag <tag \"c\"> 'c'\n"
        "8 jump ->9\n");
}

TEST_CASE("messages that nobody sends, and traits that nobody uses, leave no trace") {
  const std::string playbook =
      std::string(kDeclarations) + "playbook p { enter on order; goal order within 1 day; send b }\n";
  const std::string used = "message b { text \"b\" }\n";
  const std::string unused =
      "message a { text \"{{ entry.id }} {{ reply.text }}\" }\nmessage c { text \"c\" }\ntrait t = count(order)\n";
  const Checked with = check_text(playbook + used + unused);
  CHECK(with.codes() == "T0602 T0602");
  CHECK(sound(with).messages.size() == 1);
  CHECK(with.bytes() == check_text(playbook + used).bytes());
}

TEST_CASE("the order of files, declarations and clauses leaves no trace") {
  const std::vector<std::string> declarations = {
      "customer { name text; city text }",
      "event order { amount money }",
      "event reply { text text }",
      "activity is order",
      "trait spend = total(order.amount) over 365 days",
      "segment loyal = spend >= 50 CNY",
      "message a { text \"{{ entry.amount }}\" }",
      "message b { text \"{{ customer.name default \"you\" }} {{ spend }}\" }",
      "playbook two { enter on order; goal order within 9 days; where in segment loyal\n send a\n send b }",
      "playbook one { where spend > 3 CNY\n leave when tagged \"x\"\n goal order within 9 days; enter on order\n send "
      "a }",
      "policy { timezone \"Asia/Shanghai\" }",
  };
  const auto bytes_of = [](const std::vector<std::string>& order, std::size_t files) {
    std::vector<text::Source> sources(files);
    for (std::size_t i = 0; i < files; ++i) sources[i].name = "f" + std::to_string(files - i) + ".tend";
    for (std::size_t i = 0; i < order.size(); ++i) sources[i % files].text += order[i] + "\n";
    const Checked checked = check_files(sources);
    INFO(checked.sentences());
    REQUIRE(checked.result.program);
    return checked.bytes();
  };
  const std::string bytes = bytes_of(declarations, 1);
  std::vector<std::string> order = declarations;
  for (int round = 0; round < 12; ++round) {
    std::rotate(order.begin(), order.begin() + 5, order.end());
    std::swap(order[round % 11], order[(round * 7 + 3) % 11]);
    CHECK(bytes_of(order, 1 + round % 4) == bytes);
  }
}

TEST_CASE("the English and the Chinese spelling are one program") {
  const std::string declarations = R"(
customer { name text private; city text; level one of "normal", "gold" }
event order { amount money; store text }
event reply { text text }
activity is order, reply
message care care on wecom { text "{{ customer.name default "you" }} {{ last(order.store) default "here" }} {{ entry.date }}" }
message offer on wecom { text "come back" }
policy { timezone "Asia/Shanghai" }
)";
  const std::string chinese_declarations = R"(
客户 { name 文字 隐私；city 文字；level 选自 “normal”、“gold” }
事件 order { amount 金额，store 文字 }
事件 reply { text 文字 }
活跃指 order、reply
消息 care 关怀类 经 wecom { 正文 “{{ 客户.name 默认 "you" }} {{ 最近(order.store) 默认 "here" }} {{ 进入事件.日期 }}” }
消息 offer 经 wecom { 正文 “come back” }
规则 { 时区 “Asia/Shanghai” }
)";
  const std::string english = declarations + R"(
segment big = total(order.amount) over 365 days >= 500 CNY and (order where amount > 5 CNY) within 90 days
playbook win_back "Win back silent customers" {
  enter when inactive for 60 days
  where count(order) over 365 days >= 1 and not tagged "staff"
  again after 180 days
  goal order within 30 days
  leave when tagged "complaint" or today >= 2030-01-02
  send care
  wait up to 7 days {
    on reply where text = "yes" {
      tag "answered {{ reply.text }}"
      stop "conversation started"
    }
    when customer.level is missing { untag "silent" }
    else { wait until 10:00 }
  }
  if in segment big {
    send offer within 2 days
    set customer.level = "gold"
  } else {
    wait 2 weeks
    send offer on wecom
  }
}
)";
  const std::string chinese = chinese_declarations + R"(
人群 big = 合计(order.amount) 近365天 >= 500元 且 (order 其中 amount > 5元) 90天内
剧本 win_back "Win back silent customers" {
  进入 当 沉默 满60天
  条件 次数(order) 近365天 >= 1 且 非 有标签 "staff"
  重复进入 间隔180天
  目标 order 30天内
  退出 当 有标签 "complaint" 或 今天 >= 2030-01-02
  发送 care
  等待 至多7天 {
    遇 reply 其中 text = "yes" {
      打标签 "answered {{ reply.text }}"
      结束 "conversation started"
    }
    当 客户.level 为空 { 去标签 "silent" }
    否则 { 等到 10:00 }
  }
  如果 属于人群 big {
    发送 offer 2天内
    更新 客户.level = "gold"
  } 否则 {
    等待 2周
    发送 offer 经 wecom
  }
}
)";
  const Checked en = check_text(english);
  const Checked zh = check_text(chinese);
  INFO(en.sentences());
  INFO(zh.sentences());
  CHECK(en.codes() == "");
  CHECK(zh.codes() == "");
  sound(en);
  sound(zh);
  CHECK(en.bytes() == zh.bytes());
  CHECK(check_text(declarations + chinese.substr(chinese_declarations.size())).bytes() == en.bytes());
}

TEST_CASE("whatever is left out or put in, the checker comes to an end") {
  const std::string whole = std::string(kDeclarations) + R"(
trait spend = total(order.amount) over 365 days
segment loyal = spend >= 50 CNY and today >= customer.until - 30 days
playbook p {
  enter on order where amount > 5 CNY
  where in segment loyal or age(customer.born) >= 18
  goal visit within 30 days where store = entry.store
  leave when tagged ["a", "b"]
  send care on sms within 2 hours
  wait up to 7 days { on reply { stop "said {{ reply.text }}" } else { untag "hot" } }
  if customer.seats > 3 { set customer.level = "gold" } else { wait until 10:00 }
}
message care { text "{{ customer.name default "you" }}" }
)";
  REQUIRE(check_text(whole).result.program);
  std::uint64_t state = 11;
  const auto next = [&](std::size_t below) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::size_t>(state >> 33) % below;
  };
  int programs = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = whole;
    for (int edit = 0; edit < 1 + round % 2; ++edit) {
      const std::size_t at = next(text.size()), length = 1 + next(round % 2 == 0 ? 3 : 12);
      if (round % 3 == 0)
        text.erase(at, length);
      else if (round % 3 == 1)
        text.insert(at, text.substr(next(text.size() - 20), length));
      else
        text.replace(at, length, text.substr(next(text.size() - 20), length));
    }
    const Checked checked = check_text(text);
    if (!checked.result.program) {
      CHECK_FALSE(checked.diagnostics.empty());
      continue;
    }
    ++programs;
    INFO(text);
    REQUIRE(program::deserialize(checked.bytes()));
  }
  CHECK(programs > 10);
}
