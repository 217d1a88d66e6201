// The bytes of what few customers have: entries that wait for their turn, budgets, jobs, pauses, messages on their way.
#include <algorithm>

#include "engine/state/bytes.hpp"
#include "engine/state/state.hpp"

namespace tend::state {
namespace {

void put_count(std::string& out, std::size_t count) { put(out, static_cast<std::uint64_t>(count)); }

/// Calls `one` as often as the bytes say, as long as it finds what it looks for.
template <typename One>
bool take_each(std::string_view& in, const One& one) {
  std::uint64_t count = 0;
  if (!take(in, count) || count > in.size()) return false;
  for (; count > 0; --count) {
    if (!one()) return false;
  }
  return true;
}

}  // namespace

void State::save_rare(std::string& out) const {
  put_count(out, entries.size());
  for (const auto& [customer, waiting] : entries) {
    put(out, customer);
    put_vector(out, waiting);
  }
  put_count(out, spent.size());
  for (const auto& [key, amount] : spent) {
    put_text(out, key.first);
    put(out, key.second);
    put(out, amount);
  }
  put_count(out, spent_on.size());
  for (const auto& [key, amount] : spent_on) {
    put(out, std::get<0>(key));
    put_text(out, std::get<1>(key));
    put(out, std::get<2>(key));
    put(out, amount);
  }
  put_count(out, given.size());
  for (const auto& [key, count] : given) {
    put_text(out, key.first);
    put(out, key.second);
    put(out, count);
  }
  put_count(out, jobs.size());
  for (const auto& [customer, open] : jobs) {
    put(out, customer);
    put_count(out, open.size());
    for (const Job& job : open) {
      for (const std::string* text : {&job.person, &job.label, &job.text}) put_text(out, *text);
      put(out, job.since);
      put(out, job.due);
      put(out, job.playbook);
      put(out, job.journey);
    }
  }
  put_count(out, paused.size());
  for (const std::string& what : paused) put_text(out, what);
  put_count(out, outgoing.size());
  for (const Outgoing& message : outgoing) {
    put(out, message.number);
    put_text(out, message.receiver);
    put_text(out, message.payload);
  }
  put(out, messages_sent);
  put_count(out, became.size());
  for (const auto& [id, into] : became) {
    put_text(out, id);
    put_text(out, into);
  }
  put_count(out, taken.size());
  for (const auto& [partition, number] : taken) {
    put(out, partition);
    put(out, number);
  }
  put_vector(out, ended_out);
  put_count(out, pending.size());
  for (const auto& [customer, inputs] : pending) {
    put(out, customer);
    put_count(out, inputs.size());
    for (const PendingInput& input : inputs) {
      put(out, input.kind);
      put_text(out, input.payload);
    }
  }
}

bool State::load_rare(std::string_view& in) {
  std::string text;
  std::int64_t period = 0, amount = 0;
  std::uint32_t customer = 0;
  const bool entries_fit = take_each(in, [&] {
    std::vector<PendingEntry> waiting;
    if (!take(in, customer) || customer >= rows_.size() || !take_vector(in, waiting)) return false;
    entries[customer] = std::move(waiting);
    return true;
  });
  const bool spent_fit = entries_fit && take_each(in, [&] {
                           if (!take_text(in, text) || !take(in, period) || !take(in, amount)) return false;
                           spent[{text, period}] = amount;
                           return true;
                         });
  const bool spent_on_fit = spent_fit && take_each(in, [&] {
                              if (!take(in, customer) || !take_text(in, text) || !take(in, period) || !take(in, amount))
                                return false;
                              spent_on[{customer, text, period}] = amount;
                              return true;
                            });
  const bool given_fit = spent_on_fit && take_each(in, [&] {
                           if (!take_text(in, text) || !take(in, period) || !take(in, amount)) return false;
                           given[{text, period}] = amount;
                           return true;
                         });
  const auto take_job = [&] {
    Job job;
    for (std::string* part : {&job.person, &job.label, &job.text}) {
      if (!take_text(in, *part)) return false;
    }
    if (!take(in, job.since) || !take(in, job.due) || !take(in, job.playbook) || !take(in, job.journey)) return false;
    jobs[customer].push_back(std::move(job));
    return true;
  };
  const bool jobs_fit = given_fit && take_each(in, [&] {
                          return take(in, customer) && customer < rows_.size() && take_each(in, take_job);
                        });
  const bool paused_fit = jobs_fit && take_each(in, [&] {
                            if (!take_text(in, text)) return false;
                            paused.insert(text);
                            return true;
                          });
  const bool outgoing_fit =
      paused_fit && take_each(in, [&] {
        Outgoing message;
        if (!take(in, message.number) || !take_text(in, message.receiver) || !take_text(in, message.payload))
          return false;
        outgoing.push_back(std::move(message));
        return true;
      });
  if (!outgoing_fit || !take(in, messages_sent)) return false;
  const bool became_fit = take_each(in, [&] {
    std::string into;
    if (!take_text(in, text) || !take_text(in, into)) return false;
    became[text] = std::move(into);
    return true;
  });
  if (!became_fit) return false;
  const bool taken_fit = take_each(in, [&] {
    std::uint16_t partition = 0;
    std::uint64_t number = 0;
    if (!take(in, partition) || !take(in, number)) return false;
    taken[partition] = number;
    return true;
  });
  if (!taken_fit) return false;
  if (in.empty()) return true;  // format 3 ended here
  if (!take_vector(in, ended_out)) return false;
  for (const Journey& journey : ended_out) {
    if (journey.customer >= rows_.size() || journey.playbook >= program_->playbooks.size()) return false;
  }
  const auto take_input = [&] {
    PendingInput input;
    if (!take(in, input.kind) || !take_text(in, input.payload)) return false;
    pending[customer].push_back(std::move(input));
    return true;
  };
  return take_each(in, [&] { return take(in, customer) && customer < rows_.size() && take_each(in, take_input); });
}

bool State::has_out(std::uint32_t customer) const {
  if (rows_[customer].outstanding > 0) return true;
  for (std::uint32_t j = rows_[customer].first_journey; j != kNone; j = journeys_[j].next) {
    if (journeys_[j].status == JourneyStatus::sending) return true;
  }
  return std::any_of(ended_out.begin(), ended_out.end(), [&](const Journey& out) { return out.customer == customer; });
}

}  // namespace tend::state
