#include "dsl/prose/about.hpp"

#include "dsl/prose/limits.hpp"
#include "dsl/prose/reading.hpp"

namespace tend::prose {
namespace {

using program::Enter;
using program::EnterKind;
using program::kNone;
using program::Playbook;

/// Says sentences in the context's tongue.
class About {
 public:
  explicit About(const Context& context) : context_(context), book_(*context.playbook), zh_(context.zh()) {}

  std::vector<std::string> all() {
    entry();
    again();
    backfill();
    if (book_.pace) say(pace_words(*book_.pace, "people are let in", "人进入", context_.tongue));
    goal();
    if (book_.leave != kNone) {
      const std::string condition = clause_of(context_, book_.leave);
      say(zh_ ? "一旦" + condition + "，立即退出" : "they leave at once when " + condition);
    }
    control_group();
    if (book_.priority != 50) {
      const std::string priority = std::to_string(book_.priority);
      say(zh_ ? "优先级为" + priority + "（0 到 100，一般为 50）：频控只允许发一条时，高者先发"
              : "its priority is " + priority +
                    " of 100 (most have 50): where a cap lets only one message through, the higher goes first");
    }
    for (const program::Cap& cap : book_.caps)
      say((zh_ ? "本剧本：" : "in this playbook: ") + cap_line(cap, context_.tongue));
    for (const program::Quiet& quiet : book_.quiet)
      say((zh_ ? "本剧本：" : "in this playbook: ") + quiet_line(quiet, context_.tongue));
    return std::move(out_);
  }

  static std::string cap_line(const program::Cap& cap, Tongue tongue) {
    const bool zh = tongue == Tongue::zh;
    const std::string words = cap_words(cap, tongue);
    if (cap.in_last > 0) return zh ? "每个客户" + words : "of a customer's" + words.substr(words.find(" last"));
    if (zh) return "每个客户" + words + "，" + (cap.skip ? "超出的不再发送" : "超出的推迟发送");
    return "a customer gets " + words + "; what is more is " + (cap.skip ? "not sent" : "sent later");
  }

  static std::string quiet_line(const program::Quiet& quiet, Tongue tongue) {
    const std::string to = time_words(quiet.to);
    return quiet_words(quiet, tongue) + (tongue == Tongue::zh ? "，等到" + to + "之后再发" : "; it waits until " + to);
  }

 private:
  void say(const std::string& words) { out_.push_back(sentence(words, context_.tongue)); }

  void entry() {
    const std::string condition = book_.where == kNone ? "" : clause_of(context_, book_.where);
    if (book_.enters.size() == 1) {
      std::string only = condition;
      if (book_.enters[0].where != kNone) {
        const std::string own = clause_of(context_, book_.enters[0].where);
        only = only.empty() ? own : own + (zh_ ? "，并且" : ", and ") + only;
      }
      const std::string how = enter_words(context_, book_.enters[0]);
      if (zh_) return say(how + "，客户进入" + (only.empty() ? "" : "；条件是" + only));
      return say("customers enter " + how + (only.empty() ? "" : ", if " + only));
    }
    for (std::size_t i = 0; i < book_.enters.size(); ++i) {
      const Enter& enter = book_.enters[i];
      const std::string how = enter_words(context_, enter);
      const std::string own = enter.where == kNone ? "" : clause_of(context_, enter.where);
      if (zh_) {
        say(how + "，客户" + (i == 0 ? "" : "也会") + "进入" + (own.empty() ? "" : "；条件是" + own));
      } else {
        say((i == 0 ? "customers enter " : "they also enter ") + how + (own.empty() ? "" : ", if " + own));
      }
    }
    if (!condition.empty())
      say(zh_ ? "无论怎样进入，都须满足：" + condition
              : "whichever way they come, they are let in only if " + condition);
  }

  void again() {
    const std::string after = duration_words(book_.again_after, context_.tongue);
    bool per_key = false;
    for (const Enter& enter : book_.enters) per_key = per_key || enter.per_field != kNone;
    switch (book_.again) {
      case program::Again::never:
        return say(zh_       ? (per_key ? "同一个值只走一次" : "每个客户只进入一次")
                   : per_key ? "for one value nobody enters twice"
                             : "nobody enters twice");
      case program::Again::always:
        return say(zh_ ? "走完之后可以随时再次进入"
                       : "they can come again any number of times, but not while they are still in it");
      case program::Again::after:
        return say(zh_ ? "距上次进入满" + after + "后可以再次进入"
                       : "they can come again " + after + " after they last entered");
    }
  }

  void backfill() {
    bool waits_for_edge = false;
    for (const Enter& enter : book_.enters) waits_for_edge = waits_for_edge || enter.kind == EnterKind::when;
    if (!waits_for_edge) return;
    const std::string number = number_words(book_.backfill_per_day);
    switch (book_.backfill) {
      case program::Backfill::none:
        return say(
            zh_ ? "剧本生效时已经符合的客户不补进，要等下一次变为符合"
                : "those for whom this holds already when the playbook begins stay out until it turns true anew");
      case program::Backfill::all:
        return say(zh_ ? "剧本生效时已经符合的客户一次补进"
                       : "those for whom this holds already when the playbook begins enter at once");
      case program::Backfill::per_day:
        return say(zh_ ? "剧本生效时已经符合的客户，每天补进" + number + "人"
                       : "those for whom this holds already when the playbook begins enter too, " + number +
                             " per day");
    }
  }

  void goal() {
    if (!book_.goal) return say(zh_ ? "没有设目标" : "it has no goal");
    const std::string goal = goal_words(context_, *book_.goal);
    const bool stay = book_.goal->stay;
    say(zh_ ? "成功：" + goal + (stay ? "；达成后继续走" : "；达成即结束")
            : "success: " + goal + (stay ? "; the journey goes on all the same" : "; it ends the journey"));
  }

  void control_group() {
    if (book_.holdout == 0) return;
    const std::string share = share_words(book_.holdout);
    say(zh_ ? "其中" + share + "为对照组，照样走流程但不收消息，用来衡量效果"
            : share +
                  " of them are a control group: they go through without being contacted, so that the effect can be "
                  "measured");
  }

  const Context& context_;
  const Playbook& book_;
  bool zh_;
  std::vector<std::string> out_;
};

}  // namespace

std::vector<std::string> about(const Context& context) { return About(context).all(); }

std::string on_edit_sentence(const Playbook& book, Tongue tongue) {
  const bool zh = tongue == Tongue::zh;
  switch (book.on_edit) {
    case program::OnEdit::pin:
      return sentence(zh ? "剧本修改后，已在其中的客户按进入时的版本走完"
                         : "after an edit those inside finish the version that they began",
                      tongue);
    case program::OnEdit::follow:
      return sentence(zh ? "剧本修改后，已在其中的客户从所在的步骤起改走新版本"
                         : "after an edit those inside go on in the new version, from the step where they are",
                      tongue);
    case program::OnEdit::move: break;
  }
  std::vector<std::string> moves;
  for (const program::Move& move : book.moves)
    moves.push_back(zh ? "从" + quoted(move.from) + "移到" + quoted(move.to)
                       : "from " + quoted(move.from) + " to " + quoted(move.to));
  const std::string all = listed(moves, "and", tongue);
  return sentence(zh ? "剧本修改后，已在其中的客户" + all : "after an edit those inside are moved " + all, tongue);
}

std::vector<std::string> read_policy(const program::Program& program, Tongue tongue) {
  const bool zh = tongue == Tongue::zh;
  const program::Policy& policy = program.policy;
  std::vector<std::string> out;
  const auto say = [&](const std::string& words) { out.push_back(sentence(words, tongue)); };
  say(zh ? "客户没有自己的时区时，按" + name(program.timezone) + "计"
         : "customers without a time zone of their own live in " + name(program.timezone));
  for (const program::Quiet& quiet : policy.quiet) say(About::quiet_line(quiet, tongue));
  for (const program::Blackout& blackout : policy.blackouts) say(blackout_words(blackout, tongue));
  for (const program::Cap& cap : policy.caps) say(About::cap_line(cap, tongue));
  for (const program::Rate& rate : policy.rates) {
    const std::string pace = pace_words(rate.pace, "messages are sent", "条", tongue);
    const std::string channel =
        rate.channel.empty() ? "" : (zh ? "经" + name(rate.channel) : " on " + name(rate.channel));
    say(zh ? "发送速度：" + channel + pace : pace + channel);
  }
  if (policy.load) say(pace_words(*policy.load, "tasks are given to one person", "个任务派给同一个人", tongue));
  std::vector<std::string> names;
  for (const std::string& channel : policy.consent) names.push_back(name(channel));
  if (!names.empty()) {
    const std::string all = listed(names, "or", tongue);
    say(zh ? "客户没有同意，就不经" + all + "发送" : "nothing is sent on " + all + " without the customer's consent");
  }
  if (policy.holdout > 0) {
    const std::string share = share_words(policy.holdout);
    say(zh ? "全体客户的" + share + "为总对照组，任何剧本都不联系他们"
           : share + " of everyone are a control group that no playbook contacts");
  }
  return out;
}

}  // namespace tend::prose
