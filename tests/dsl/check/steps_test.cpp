// Steps beyond sends and waits: what they are lowered to, what is known after them, what is wrong with them.
#include "tests/dsl/check/shown.hpp"

using namespace tend;
using namespace tend::test;

namespace {

constexpr const char* kMore = R"(
event noted { who text, size number }
partner car_wash "Blue Lake"
budget gifts { 500 CNY per month }
budget pot { 500 CNY }
message hello { text "hello" }
message other { text "other" }
)";
// Declared only where something is granted as `coupon`.
constexpr const char* kWorth = "message worth { text \"{{ coupon.amount }}\" }\n";

std::string playbook(const std::string& body) {
  const bool grants = body.find("coupon") != std::string::npos;
  return std::string(kDeclarations) + kMore + (grants ? kWorth : "") +
         "playbook p { enter on order; goal order within 1 day\n" + body + "\n}\n";
}

// The steps of the playbook with this body, or what is wrong with it. The messages that it does not send are warned of.
std::string steps(const std::string& body, const check::CheckOptions& options = {}) {
  const Checked checked = check_text(playbook(body), options);
  if (!checked.result.program) return checked.sentences();
  REQUIRE(program::deserialize(checked.bytes()));
  return shown_steps(*checked.result.program, checked.result.program->playbooks[0]);
}

std::string codes(const std::string& body, const check::CheckOptions& options = {}) {
  std::string out;
  for (const auto& one : check_text(playbook(body), options).diagnostics) {
    if (one.code != 602) out += (out.empty() ? "" : " ") + diagnostic::code_name(one.code);
  }
  return out;
}

}  // namespace

TEST_CASE("split: shares, names, ways that meet") {
  CHECK(steps("split { 33.33% \"a\" { tag \"a\" } 66.67% \"b\" { split { 100% \"c\" { tag \"c\" } } } }\n tag \"z\"") ==
        "0 split <split> [3333 a ->1] [6667 b ->3] after 7\n"
        "1 tag <tag \"a\"> 'a'\n"
        "2 jump ->7\n"
        "3 split <split> [10000 c ->4] after 6\n"
        "4 tag <tag \"c\"> 'c'\n"
        "5 jump ->6\n"
        "6 jump ->7\n"
        "7 tag <tag \"z\"> 'z'\n");
  CHECK(codes("split { 50% \"a\" { stop } 50% \"b\" { stop } }\n tag \"z\"") == "T0603");
  CHECK(codes("split { 50% \"a\" { stop } 50% \"b\" { tag \"b\" } }\n tag \"z\"") == "");
  CHECK(codes("split { 50% \"a\" { tag \"a\" } 49.99% \"b\" { tag \"b\" } }") == "T0512");
  CHECK(codes("split { }") == "T0512");
  CHECK(codes("split { 0% \"a\" { tag \"a\" } 100% \"b\" { tag \"b\" } }") == "T0513");
  CHECK(codes("split { 50% \"a\" { tag \"a\" } 50% \"a\" { tag \"b\" } }") == "T0514");
  CHECK(codes("split { 50% \"a\" { let x = 1 } 50% \"b\" { let x = 2 } }\n tag \"{{ x }}\"") == "");
  CHECK(codes("split { 50% \"a\" { let x = 1 } 50% \"b\" { tag \"b\" } }\n tag \"{{ x }}\"") == "T0307");
  CHECK(codes("split { 50% \"a\" { let x = 1 } 50% \"b\" { stop } }\n tag \"{{ x }}\"") == "");
}

TEST_CASE("repeat: bounded, asked before each round") {
  CHECK(steps("repeat up to 3 times every 30 days until tagged \"done\" { send hello }\n tag \"z\"") ==
        "0 repeat <repeat up to 3 times every 30 days> (tagged \"done\") times 3 every 2592000000 ->3\n"
        "1 send <send hello> hello\n"
        "2 round_end ->0\n"
        "3 tag <tag \"z\"> 'z'\n");
  CHECK(codes("repeat up to 1000 times { tag \"a\" }") == "");
  CHECK(codes("repeat up to 1001 times { tag \"a\" }") == "T0149");
  CHECK_FALSE(codes("repeat up to 0 times { tag \"a\" }").empty());
  CHECK_FALSE(codes("repeat up to 2.5 times { tag \"a\" }").empty());
  CHECK(codes("repeat up to 2 times { stop }\n tag \"z\"") == "T0603");
  CHECK(codes("repeat up to 2 times until customer.vip { stop }\n tag \"z\"") == "");
  CHECK(codes("repeat up to 2 times { let x = 1 }\n tag \"{{ x }}\"") == "");
  CHECK(codes("repeat up to 2 times until customer.vip { let x = 1 }\n tag \"{{ x }}\"") == "T0307");
  CHECK(codes("repeat up to 2 times until customer.referrer.vip { tag \"x\" }") == "");  // asked, not watched
}

TEST_CASE("emit: a declared event, whole") {
  CHECK(steps("emit noted { size: 3, who: customer.city default \"?\" }") ==
        "0 emit <emit noted> noted who:(default customer.city \"?\") size:3\n");
  CHECK(codes("emit notd { who: 3 }") == "T0202");
  CHECK(codes("emit noted { who: \"a\" }") == "T0363");
  CHECK(codes("emit noted { who: \"a\", size: \"b\" }") == "T0364");
  CHECK(codes("emit noted { who: \"a\", size: 3, size: 4 }") == "T0514");
  CHECK(codes("emit noted { who: \"a\", size: 3, sise: 4 }") == "T0203");
  CHECK(codes("emit noted { who: customer.citty, size: 3 }") == "T0201");
  CHECK(codes("emit sent { message: \"a\" }") == "T0516");
  CHECK(codes("emit noted { who: \"a\", size: 3, at: now }") == "T0515");
}

TEST_CASE("let: its type, from its step on") {
  CHECK(steps("let x = entry.amount * 5%\n let y = x + 1 CNY\n if y > 3 CNY { tag \"{{ y }}\" }") ==
        "0 let <let x> (* entry:order.amount 5000000e-8) slot 0\n"
        "1 let <let y> (+ let0 100CNY) slot 1\n"
        "2 branch <if> (> let1 300CNY) ->4\n"
        "3 tag <tag \"{{…}}\"> '{let1}'\n");
  CHECK(codes("tag \"{{ x }}\"\n let x = 1") == "T0250");
  CHECK(codes("let x = customer.citty\n tag \"{{ x }}\"\n if x > 3 { stop }") == "T0201");
  CHECK(codes("let x = customer.city\n tag \"{{ x }}\"") == "T0307");
  CHECK(codes("let x = customer.city default \"\"\n tag \"{{ x }}\"") == "");
  CHECK(codes("let x = 1\n let x = 2") == "");
  CHECK(codes("let x = 1\n let x = \"a\"") == "T0251");
  CHECK(codes("let x = 1\n grant 5 CNY from gifts as x") == "T0251");
  CHECK(codes("let x = 1\n if count(order where weight > x) > 1 { stop }") == "T0403");
  CHECK(codes("let today = 1") == "T0212");
  CHECK(codes("let amount = 1\n wait up to 1 day { on order where amount > 5 CNY { stop } }") == "T0209");
  CHECK(codes("let x = customer.referrer\n tag \"{{ x.city default \"\" }}\"") == "");
  CHECK(codes("let x = 1\n tag \"{{ x.city }}\"") == "T0221");
  CHECK(codes("if customer.vip { let x = 1 } else { let x = 2 }\n tag \"{{ x }}\"") == "");
  CHECK(codes("let x = 1\n tag \"{{ xx }}\"") == "T0206");
}

TEST_CASE("grant and credit: money out of a budget, for whom") {
  CHECK(steps("grant 30 CNY from gifts as coupon else { tag \"no\"; stop }\n send worth\n"
              "credit coupon.amount * 10% to customer.referrer from gifts as share else { stop }\n"
              "credit 1 CNY to car_wash from pot\n credit 1 CNY to customer.owner from pot\n"
              "credit 1 CNY to customer from pot") ==
        "0 grant <grant 30 CNY from gifts> 3000CNY from gifts slot 0 ->2\n"
        "1 jump ->4\n"
        "2 tag <tag \"no\"> 'no'\n"
        "3 stop <stop>\n"
        "4 send <send worth> worth\n"
        "5 credit <share> as share (* grant0.amount 10000000e-8) from gifts by customer.referrer ->7\n"
        "6 jump ->8\n"
        "7 stop <stop>\n"
        "8 credit <credit 1 CNY from pot> 100CNY from pot by car_wash\n"
        "9 credit <credit 1 CNY from pot> 100CNY from pot by customer.owner\n"
        "10 credit <credit 1 CNY from pot> 100CNY from pot by id\n");
  CHECK(codes("grant 5 from gifts") == "T0362");
  CHECK(codes("grant \"5\" from gifts") == "T0362");
  CHECK(codes("grant 5 USD from gifts") == "T0304");
  CHECK(codes("grant 0 CNY from gifts") == "T0369");
  CHECK(codes("grant customer.budget from gifts") == "T0307");
  CHECK(codes("grant 5 CNY from gits") == "T0226");
  CHECK(codes("credit 5 CNY to car_wsh from gifts") == "T0227");
  CHECK(codes("credit 5 CNY to customer.city from gifts") == "T0370");
  CHECK(codes("grant 5 CNY from gifts as coupon\n tag \"{{ coupon.amount }}\"") == "T0307");
  CHECK(codes("grant 5 CNY from gifts as coupon else { stop }\n tag \"{{ coupon.amount }} {{ coupon.expires }}\"") ==
        "");
  CHECK(codes("grant 5 CNY from pot as coupon else { stop }\n tag \"{{ coupon.expires }}\"") == "T0307");
  CHECK(codes("grant 5 CNY from gifts as coupon else { tag \"{{ coupon.amount }}\" }") == "T0307");
  CHECK(codes("grant 5 CNY from gifts as coupon else { stop }\n tag \"{{ coupon }}\"") == "T0220");
  CHECK(codes("grant 5 CNY from gifts as coupon else { stop }\n tag \"{{ coupon.amont }}\"") == "T0259");
  CHECK(codes("grant 5 CNY from gits as coupon else { stop }\n tag \"{{ coupon.amount + 1 USD }}\"") == "T0226");
  CHECK(codes("if customer.vip { send worth }\n grant 5 CNY from gifts as coupon") == "T0250");
  CHECK(codes("grant 5 CNY from gifts as coupon\n send worth") == "T0307");
}

TEST_CASE("a message reads what all of its senders keep, from the same slot") {
  const std::string two = std::string(kDeclarations) + kMore + kWorth +
                          "playbook a { enter on order; goal order within 1 day\n"
                          "  let mine = 1\n let shared = 2\n"
                          "  grant 5 CNY from gifts as other_one else { stop }\n"
                          "  grant 5 CNY from gifts as coupon else { stop }\n"
                          "  tag \"{{ mine }} {{ shared }} {{ other_one.amount }}\"\n send worth\n send m }\n"
                          "playbook b { enter on visit; goal order within 1 day\n let shared = 7\n"
                          "  grant 7 CNY from gifts as coupon else { stop }\n send worth\n send m }\n"
                          "message m { text \"{{ shared }}\" }\n";
  const Checked checked = check_text(two);
  const program::Program& program = sound(checked);
  const program::Playbook& a = program.playbooks[0];
  CHECK(shown_steps(program, a) ==
        "0 let <let mine> 1 slot 1\n"
        "1 let <let shared> 2 slot 0\n"
        "2 grant <grant 5 CNY from gifts> 500CNY from gifts slot 1 ->4\n"
        "3 jump ->5\n"
        "4 stop <stop>\n"
        "5 grant <grant 5 CNY from gifts> 500CNY from gifts slot 0 ->7\n"
        "6 jump ->8\n"
        "7 stop <stop>\n"
        "8 tag <tag \"{{…}} {{…}} {{…}}\"> '{let1} {let0} {grant1.amount}'\n"
        "9 send <send worth> worth\n"
        "10 send <send m> m\n");
  CHECK(program.playbooks[1].grants.size() == 1);
  CHECK(a.grants[0].name == "coupon");
  CHECK(a.grants[1].name == "other_one");
  CHECK(shown_parts(program, program.messages[0].items[0].parts) == "{let0}");
  CHECK(shown_parts(program, program.messages[1].items[0].parts) == "{grant0.amount}");
  const std::string clash = std::string(kDeclarations) +
                            "message m { text \"{{ x }}\" }\n"
                            "playbook a { enter on order; goal order within 1 day\n let x = 1\n send m }\n"
                            "playbook b { enter on order; goal order within 1 day\n let x = \"a\"\n send m }\n";
  const Checked clashing = check_text(clash);
  INFO(clashing.sentences());
  CHECK(clashing.codes() == "T0251");
}

TEST_CASE("people: whom a task, an ask, a transfer is for") {
  check::CheckOptions options;
  options.teams = {"north", "south"};
  CHECK(steps("task \"call {{ customer.name default \"him\" }}\" due 2 days as call else { stop }\n"
              "task someone of \"north\" \"visit\"\n transfer to someone of \"south\"\n"
              "ask customer.owner to send hello within 1 day as asked else { send other }\n ask to send other",
              options) ==
        "0 task <call> as call by customer.owner within 172800000 'call {(default customer.name \"him\")}' ->2\n"
        "1 jump ->3\n"
        "2 stop <stop>\n"
        "3 task <task \"visit\"> by team north 'visit'\n"
        "4 transfer <transfer> by team south\n"
        "5 ask <asked> as asked hello by customer.owner within 86400000 ->7\n"
        "6 jump ->8\n"
        "7 send <send other> other\n"
        "8 ask <ask to send other> other by customer.owner\n");
  CHECK(codes("task someone of \"nroth\" \"x\"", options) == "T0256");
  CHECK(codes("task someone of \"nroth\" \"x\"") == "");
  CHECK(codes("task customer.city \"x\"") == "T0360");
  CHECK(codes("transfer to customer.referrer") == "T0360");
  CHECK(codes("task \"a\" as call\n task \"b\" as call") == "T0257");
  CHECK(codes("ask to send helo") == "T0204");
  CHECK(check_text("event order\nplaybook p { enter on order; goal order\n task \"x\" }").codes() == "T0519");
  CHECK(check_text("customer { a staff, b staff }\nevent order\nplaybook p { enter on order; goal order\n task \"x\" }")
            .codes() == "T0521");
  CHECK(check_text(
            "customer { a staff, owner staff }\nevent order\nplaybook p { enter on order; goal order\n task \"x\" }")
            .codes() == "");
  CHECK(check_text("customer { adviser staff }\nevent order\nplaybook p { enter on order; goal order\n task \"x\" }")
            .codes() == "");
  CHECK(check_text("customer { adviser stff }\nevent order\nplaybook p { enter on order; goal order\n task \"x\" }")
            .codes() == "T0102");
}

TEST_CASE("send: fallback channels, while open, else; what a person must confirm") {
  check::CheckOptions options;
  options.channels = {{.name = "sms"}, {.name = "wecom", .has_window = true}, {.name = "moments"}};
  options.channels[2].needs_confirmation = true;
  options.channels[2].confirmation_deadline = {0, 7'200'000};
  options.default_channel = "sms";
  CHECK(steps("send hello on wecom else sms within 2 days as first else { tag \"no\" }\n send other on wecom while "
              "window open\n"
              "send other on moments\n send hello on moments within 1 day\n send hello on moments else sms",
              options) ==
        "0 send <first> as first hello on wecom on sms within 172800000 ->2\n"
        "1 jump ->3\n"
        "2 tag <tag \"no\"> 'no'\n"
        "3 send <send other> other on wecom while open\n"
        "4 ask <send other> other on moments by customer.owner within 7200000\n"
        "5 ask <send hello> hello on moments by customer.owner within 86400000\n"
        "6 send <send hello> hello on moments on sms by customer.owner\n");
  CHECK(codes("send hello on sms while window open", options) == "T0520");
  CHECK(codes("send hello else { stop }\n tag \"x\"") == "");
  CHECK(codes("send hello else { if tagged \"x\" { stop } else { stop } }\n tag \"x\"") == "");
  CHECK(codes("send hello on smss else wecom", options) == "T0207");
  CHECK(codes("send helo else { send helllo }") == "T0204 T0204");
}

TEST_CASE("waits for dates, moments, conditions") {
  CHECK(steps("wait until customer.until - 30 days at 10:00\n wait until customer.seen + 3 hours\n"
              "wait until 2026-11-11 20:00\n wait until entry.date at 9:00") ==
        "0 wait_until_date <wait until … at 10:00> (- customer.until 30d) at 36000000/-1\n"
        "1 wait_until_date <wait until …> (+ customer.seen 10800000ms)\n"
        "2 wait_until_date <wait until 2026-11-11 at 20:00> date20768 at 72000000/-1\n"
        "3 wait_until_date <wait until entry.date at 09:00> entry.date at 32400000/-1\n");
  CHECK(steps("wait until count(order) over 30 days >= 3 up to 60 days else { stop \"no\" }\n tag \"z\"") ==
        "0 wait_until_condition <wait until … up to 60 days> (>= {count order over 30d} 3) up to 60d ->2\n"
        "1 jump ->3\n"
        "2 stop <stop> 'no'\n"
        "3 tag <tag \"z\"> 'z'\n");
  CHECK(codes("wait until customer.until") == "T0372");
  CHECK(codes("wait until customer.seen at 10:00") == "T0371");
  CHECK(codes("wait until customer.vip") == "T0407");
  CHECK(codes("wait until customer.vip else { stop }") == "T0407");
  CHECK(codes("wait until customer.vip at 10:00 up to 3 days") == "T0408");
  CHECK(codes("wait until customer.until up to 3 days") == "T0301");
  CHECK(codes("wait until customer.city at 10:00") == "T0365");
  CHECK(codes("wait until customer.vip up to customer.gap") == "T0307");
  CHECK(codes("wait until today + 3 = customer.until up to 3 days") == "T0303");
  CHECK(codes("wait until customer.referrer.vip up to 3 days") == "T0405");
  CHECK(codes("wait up to 3 days { when customer.referrer.vip { tag \"x\" } }") == "T0405");
  CHECK(codes("wait up to 3 days { on order where sharer.vip { tag \"x\" } }") == "");
  CHECK(codes("wait until next workday at 10:00") == "");
  CHECK(codes("wait until next holiday at 10:00") == "T0234");
  CHECK(codes("wait until next monday at 10:00") == "");
}

TEST_CASE("start: another playbook, for whom") {
  const std::string other = "\n}\nplaybook q { goal order within 1 day; tag \"{{ entry.date }}\"";
  CHECK(steps("start q\n start q for customer.referrer\n start p for entry.sharer" + other) ==
        "0 start <start q> q\n"
        "1 start <start q> q customer.referrer\n"
        "2 start <start p> p entry:order.sharer\n");
  CHECK(codes("start p") == "T0518");
  CHECK(codes("start qq" + other) == "T0225 T0501");
  CHECK(codes("start q for customer.city" + other) == "T0361");
}

TEST_CASE("references: of another customer and of staff, as of now") {
  CHECK(lowered("customer.referrer.city = \"a\"") == "(= (of customer.referrer city) \"a\")");
  CHECK(lowered("entry.sharer.level = \"gold\"") == "(= (of entry:order.sharer level) \"gold\")");
  CHECK(lowered("customer.owner.name = \"a\"") == "(= (name customer.owner) \"a\")");
  CHECK(lowered("customer.tags contains \"vip\"") == "(contains tags \"vip\")");
  CHECK(codes("if customer.referrer.citty = \"a\" { stop }") == "T0201");
  CHECK(codes("if customer.referrer.referrer.city = \"a\" { stop }") == "T0253");
  CHECK(codes("if customer.referrer.tags contains \"a\" { stop }") == "T0254");
  CHECK(codes("if customer.owner.phone = \"a\" { stop }") == "T0252");
  CHECK(codes("if customer.owner.name.x = \"a\" { stop }") == "T0221");
  CHECK(codes("if customer.consent = \"a\" { stop }") == "T0255");
  CHECK(codes("if count(order where sharer.city = \"a\") > 1 { stop }") == "T0405");
  const auto with = [](const std::string& clause) {
    return check_text(std::string(kDeclarations) + "segment s = customer.referrer.vip\nplaybook p { goal order\n" +
                      clause + "\n tag \"x\" }")
        .codes();
  };
  CHECK(with("enter on order where in segment s") == "");
  CHECK(with("enter when in segment s") == "T0405");
  CHECK(with("enter on order\n leave when in segment s") == "T0405");
  CHECK(with("enter on order\n where in segment s") == "");
}
