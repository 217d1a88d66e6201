// What can be asked of a running engine about customers, journeys, playbooks and people's tasks, as JSON
// (docs/operate.md). It changes nothing. Between two batches only.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/history/sent.hpp"
#include "engine/run/engine.hpp"

namespace tend::serve {

inline constexpr std::size_t kPageJourneys = 100;  // of a page, unless told
inline constexpr std::size_t kPageJourneysMax = 1'000;
inline constexpr std::uint32_t kPageCustomersMax = 200'000;  // looked at for one page
inline constexpr std::size_t kTasksMax = 10'000;             // of one list

struct CustomerAsked {
  const history::SentBook* book = nullptr;  // where soft bounces are counted; null: nobody counts them
  bool formerly = false;                    // also who became him: costs a look at all who became somebody
};
/// What is known of a customer now, as `tend.customer/1`. Errors: `not_found`.
Result<std::string> customer_json(run::Engine& engine, std::string_view id, env::Moment now,
                                  const CustomerAsked& with = {});

/// Whom a page of live journeys begins with: a cursor `12-345`.
struct PageBegin {
  std::uint32_t partition = 0, customer = 0;
};
/// What one asks for of the live journeys.
struct JourneysAsked {
  std::string playbook;  // empty: all
  PageBegin from = {};
  std::size_t limit = kPageJourneys;
};
/// A page of live journeys, as `tend.journeys/1`, with the cursor of the next one where there may be more. A journey
/// that is live from the first page to the last stands in one of them.
/// Errors: `not_found` for the playbook.
Result<std::string> journeys_json(run::Engine& engine, const JourneysAsked& asked);

/// Every playbook with its figures, and what is paused, as `tend.playbooks/1`.
std::string playbooks_json(run::Engine& engine, const std::vector<std::string>& channels, env::Moment now);

/// Jobs and messages that people have to see to, by person, the most urgent first, as `tend.tasks/1`. `person` empty:
/// everybody's.
std::string tasks_json(run::Engine& engine, std::string_view person, env::Moment now);

/// What is paused in the data folder: `everything`, `playbook:NAME`, `channel:NAME`.
std::vector<std::string> paused_in(run::Engine& engine);

}  // namespace tend::serve
