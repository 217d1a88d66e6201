#include "engine/serve/answers.hpp"

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "engine/run/lift.hpp"

namespace tend::serve {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kReasonsMax = 20;  // told of in one answer

/// Bytes that are not UTF-8 (there are none in what was read) are replaced rather than thrown about.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json sends_json(const run::PlaybookCount& playbook) {
  Json messages = Json::object();
  for (const auto& [message, channels] : playbook.sends) {
    Json by_channel = Json::object();
    for (const auto& [channel, count] : channels) {
      Json skipped = Json::object();
      for (const auto& [reason, times] : count.skipped) skipped[reason] = times;
      by_channel[channel] = {{"accepted", count.accepted}, {"skipped", std::move(skipped)}};
    }
    messages[message] = std::move(by_channel);
  }
  return messages;
}

/// A label's value: backslash, quote and line end are escaped, the rest is UTF-8 as it is.
std::string label(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void single(std::string& out, std::string_view name, std::string_view type, std::string_view help,
            std::uint64_t value) {
  head(out, name, type, help);
  out += fmt::format("{} {}\n", name, value);
}

/// A gauge of each playbook with a control group.
void holdout_gauge(std::string& out, const program::Program& program, const run::Figures& figures,
                   std::string_view name, std::string_view help,
                   const std::function<std::optional<double>(const run::PlaybookCount&)>& value) {
  bool begun = false;
  for (std::size_t i = 0; i < figures.playbooks.size(); ++i) {
    if (has_newer(program, i) || !run::has_holdout(program, static_cast<std::uint32_t>(i))) continue;
    const std::optional<double> number = value(figures.playbooks[i]);
    if (!number) continue;
    if (!begun) head(out, name, "gauge", help);
    begun = true;
    out += fmt::format("{}{{playbook=\"{}\"}} {:.6g}\n", name, label(program.playbooks[i].name), *number);
  }
}

/// What comparing says: docs/lift.md.
void lift_metrics(std::string& out, const program::Program& program, const run::Figures& figures) {
  using Count = run::PlaybookCount;
  const auto whole = [](std::uint64_t number) { return std::optional<double>(static_cast<double>(number)); };
  const auto lift = [](const Count& count) {
    return run::difference_of(run::contacted_of(count), run::held_out_of(count));
  };
  const auto gauge = [&](std::string_view name, std::string_view help,
                         const std::function<std::optional<double>(const Count&)>& value) {
    holdout_gauge(out, program, figures, name, help, value);
  };
  gauge("tend_journeys_contacted", "journeys that are not of the control group",
        [&](const Count& count) { return whole(run::contacted_of(count).all); });
  gauge("tend_journeys_contacted_goal", "those of them that reached the goal",
        [&](const Count& count) { return whole(run::contacted_of(count).goal); });
  gauge("tend_journeys_held_out", "journeys of the control group",
        [&](const Count& count) { return whole(count.held_out); });
  gauge("tend_journeys_held_out_goal", "those of them that reached the goal",
        [&](const Count& count) { return whole(count.held_out_goal); });
  const auto of_lift = [&](const std::function<double(const run::Difference&)>& part) {
    return [lift, part](const Count& count) {
      const auto difference = lift(count);
      return difference ? std::optional<double>(part(*difference)) : std::nullopt;
    };
  };
  gauge("tend_lift", "share of goals of those contacted less that of the control group",
        of_lift([](const run::Difference& one) { return one.points; }));
  gauge("tend_lift_low", "lower end of its interval of 95 percent",
        of_lift([](const run::Difference& one) { return one.interval.low; }));
  gauge("tend_lift_high", "upper end of its interval of 95 percent",
        of_lift([](const run::Difference& one) { return one.interval.high; }));
  gauge("tend_lift_p", "how often chance alone would give a difference as great",
        of_lift([](const run::Difference& one) { return one.test.p; }));
}

/// A line for each arm of each split.
void split_metrics(std::string& out, const program::Program& program, const program::Places& places,
                   const run::Figures& figures) {
  const auto each = [&](std::string_view name, std::string_view help,
                        const std::function<std::uint64_t(const run::Group&)>& value) {
    bool begun = false;
    for (std::size_t i = 0; i < figures.playbooks.size(); ++i) {
      const program::Playbook& playbook = program.playbooks[i];
      if (has_newer(program, i)) continue;
      for (std::size_t s = 0; s < playbook.steps.size(); ++s) {
        const program::Step& step = playbook.steps[s];
        if (step.kind != program::StepKind::split) continue;
        const auto line = run::line_of(places, static_cast<std::uint32_t>(i), s);
        if (!begun) head(out, name, "gauge", help);
        begun = true;
        const std::vector<run::Group> arms = run::arms_of(step, figures.playbooks[i]);
        for (std::size_t a = 0; a < arms.size(); ++a)
          out += fmt::format("{}{{playbook=\"{}\",step=\"{}\",line=\"{}\",arm=\"{}\"}} {}\n", name,
                             label(playbook.name), label(step.label), line.value_or(0),
                             label(playbook.shares[step.first_arm + a].name), value(arms[a]));
      }
    }
  };
  each("tend_split_entered", "journeys that went into the arm", [](const run::Group& arm) { return arm.all; });
  each("tend_split_goal", "those of them that reached the goal", [](const run::Group& arm) { return arm.goal; });
}

void playbook_metrics(std::string& out, const program::Program& program, const run::Figures& figures) {
  head(out, "tend_journeys_live", "gauge", "journeys under way");
  for (std::size_t i = 0; i < figures.playbooks.size(); ++i) {
    if (has_newer(program, i)) continue;
    out += fmt::format("tend_journeys_live{{playbook=\"{}\"}} {}\n", label(program.playbooks[i].name),
                       figures.playbooks[i].live);
  }
  head(out, "tend_journeys_entered_total", "counter", "journeys that began");
  for (std::size_t i = 0; i < figures.playbooks.size(); ++i) {
    if (has_newer(program, i)) continue;
    out += fmt::format("tend_journeys_entered_total{{playbook=\"{}\"}} {}\n", label(program.playbooks[i].name),
                       figures.playbooks[i].entered);
  }
  // A finished journey can still reach its goal, so these go down as well.
  head(out, "tend_journeys_ended", "gauge", "journeys that ended, by how");
  for (std::size_t i = 0; i < figures.playbooks.size(); ++i) {
    if (has_newer(program, i)) continue;
    const run::PlaybookCount& count = figures.playbooks[i];
    const std::string name = label(program.playbooks[i].name);
    out += fmt::format(
        "tend_journeys_ended{{playbook=\"{0}\",how=\"goal\"}} "
        "{1}\ntend_journeys_ended{{playbook=\"{0}\",how=\"left\"}} {2}\n"
        "tend_journeys_ended{{playbook=\"{0}\",how=\"finished\"}} {3}\n",
        name, count.goal, count.left, count.finished);
  }
  head(out, "tend_sends_total", "counter", "messages by outcome");
  for (std::size_t i = 0; i < figures.playbooks.size(); ++i) {
    if (has_newer(program, i)) continue;
    for (const auto& [message, channels] : figures.playbooks[i].sends) {
      for (const auto& [channel, count] : channels) {
        const std::string labels = fmt::format("playbook=\"{}\",message=\"{}\",channel=\"{}\"",
                                               label(program.playbooks[i].name), label(message), label(channel));
        out += fmt::format("tend_sends_total{{{},outcome=\"accepted\"}} {}\n", labels, count.accepted);
        for (const auto& [reason, times] : count.skipped)
          out += fmt::format("tend_sends_total{{{},outcome=\"{}\"}} {}\n", labels, label(reason), times);
      }
    }
  }
}

}  // namespace

std::string success_json(const ReadBody& body) {
  if (body.ignored.empty() && body.refused.empty()) return "{\"success\":true}\n";
  Json json{{"success", true}};
  if (!body.ignored.empty()) json["ignored"] = body.ignored;
  if (!body.refused.empty()) {
    json["refused"] = body.refused.size();
    Json& reasons = json["reasons"] = Json::array();
    for (std::size_t i = 0; i < body.refused.size() && i < kReasonsMax; ++i)
      reasons.push_back({{"item", body.refused[i].item}, {"error", body.refused[i].reason}});
  }
  return dump(json) + "\n";
}

std::string error_json(std::string_view sentence, std::optional<std::size_t> item) {
  Json json{{"success", false}, {"error", sentence}};
  if (item) json["item"] = *item;
  return dump(json) + "\n";
}

std::string figures_json(const run::Figures& figures, const program::Program& program, const program::Places& places,
                         env::Moment now) {
  Json playbooks = Json::object();
  for (std::size_t i = 0; i < figures.playbooks.size(); ++i) {
    if (has_newer(program, i)) continue;
    const run::PlaybookCount& count = figures.playbooks[i];
    Json steps = Json::array();
    for (std::size_t s = 0; s < count.reached.size(); ++s) {
      const std::string& name = program.playbooks[i].steps[s].label;
      if (!name.empty()) steps.push_back({{"step", name}, {"reached", count.reached[s]}});
    }
    playbooks[program.playbooks[i].name] = {{"entered", count.entered},
                                            {"goal", count.goal},
                                            {"left", count.left},
                                            {"finished", count.finished},
                                            {"live", count.live},
                                            {"held_out", count.held_out},
                                            {"held_out_goal", count.held_out_goal},
                                            {"steps", std::move(steps)},
                                            {"sends", sends_json(count)}};
    run::add_lift(playbooks[program.playbooks[i].name], program, places, static_cast<std::uint32_t>(i), count);
  }
  return dump(Json{{"format", "tend.figures/1"},
                   {"at", env::format_moment(now)},
                   {"customers", figures.customers},
                   {"events", figures.events},
                   {"playbooks", std::move(playbooks)}}) +
         "\n";
}

std::string metrics_text(const program::Program& program, const LiveCounts& live, const HttpCounts& http,
                         const std::optional<EngineCounts>& engine) {
  std::string out;
  single(out, "tend_up", "gauge", "1 when events are taken", engine ? 1 : 0);
  head(out, "tend_inputs_total", "counter", "durable inputs since the process began");
  out += fmt::format(
      "tend_inputs_total{{kind=\"event\"}} {}\ntend_inputs_total{{kind=\"attributes\"}} {}\n"
      "tend_inputs_total{{kind=\"alias\"}} {}\ntend_inputs_total{{kind=\"order\"}} {}\n",
      live.events, live.attributes, live.aliases, live.orders);
  single(out, "tend_duplicates_total", "counter", "inputs of messages that were taken before", live.duplicates);
  single(out, "tend_queue_inputs", "gauge", "inputs that wait for the disk", live.queue_inputs);
  single(out, "tend_queue_bytes", "gauge", "bytes that wait for the disk", live.queue_bytes);
  single(out, "tend_commits_total", "counter", "batches of inputs and ticks", live.commits);
  single(out, "tend_commit_failures_total", "counter", "batches that failed", live.failures);
  head(out, "tend_commit_seconds_total", "counter", "time spent in batches, with what they sent");
  out += fmt::format("tend_commit_seconds_total {:.6f}\n", static_cast<double>(live.commit_us) / 1e6);
  single(out, "tend_doctor_customers", "counter", "customers that the doctor has looked at", live.doctor_customers);
  single(out, "tend_doctor_violations", "counter", "what the doctor found wrong: a fault of tend itself",
         live.doctor_violations);
  single(out, "tend_lost_news_total", "counter", "receipts and replies about messages or people that nobody knows",
         live.lost_news);
  head(out, "tend_http_answers_total", "counter", "answers by the class of their status");
  for (std::size_t i = 2; i < http.by_class.size(); ++i)
    out += fmt::format("tend_http_answers_total{{status=\"{}xx\"}} {}\n", i, http.by_class[i]);
  single(out, "tend_http_connections", "gauge", "open connections", http.connections);
  single(out, "tend_ignored_values_total", "counter", "properties and traits that no playbook declares",
         http.ignored_values);
  single(out, "tend_refused_calls_total", "counter", "calls of lists that no playbook could take", http.refused_calls);
  if (!engine) return out;
  single(out, "tend_log_batches_total", "counter", "batches in the log since it began", engine->log_batches);
  single(out, "tend_log_segments", "gauge", "segments that the log has", engine->log_segments);
  single(out, "tend_customers", "gauge", "customers known", engine->figures.customers);
  single(out, "tend_events_total", "counter", "events taken since the data folder began", engine->figures.events);
  if (!engine->functions.empty())
    head(out, "tend_function_failures_total", "counter", "calls of functions in Lua that failed or gave another type");
  for (const expr::FunctionTrouble& one : engine->functions)
    out += fmt::format("tend_function_failures_total{{function=\"{}\"}} {}\n", one.name, one.calls);
  if (!engine->paused.empty()) head(out, "tend_paused", "gauge", "what an operator or a refused account has paused");
  for (const std::string& what : engine->paused) out += fmt::format("tend_paused{{what=\"{}\"}} 1\n", label(what));
  if (!engine->out.empty())
    head(out, "tend_messages_out", "gauge", "messages that wait for a channel over the network, and that are with it");
  for (const auto& [channel, count] : engine->out) {
    out += fmt::format("tend_messages_out{{channel=\"{0}\",state=\"waiting\"}} {1}\n", label(channel), count.waiting);
    out += fmt::format("tend_messages_out{{channel=\"{0}\",state=\"called\"}} {1}\n", label(channel), count.called);
  }
  playbook_metrics(out, program, engine->figures);
  lift_metrics(out, program, engine->figures);
  split_metrics(out, program, engine->places != nullptr ? *engine->places : program::Places{}, engine->figures);
  return out;
}

}  // namespace tend::serve
