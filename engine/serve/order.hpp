// What an operator does by hand: pausing and resuming, letting customers in and taking them out, forgetting one, and
// what a person says about a job. Read from a body, then put into the engine as inputs (docs/operate.md).
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/channel/suppression_list.hpp"
#include "engine/run/engine.hpp"
#include "engine/serve/forgetting.hpp"

namespace tend::serve {

enum class OrderKind { pause, resume, start, stop, forget, confirm };

inline constexpr std::size_t kOrderCustomersMax = 10'000;   // of one `start`, `stop` or `forget`
inline constexpr std::size_t kOrderNameBytesMax = 1'024;    // of a playbook, a channel, a job
inline constexpr std::size_t kOrderReasonBytesMax = 1'000;  // of a refusal

struct Order {
  OrderKind kind = OrderKind::pause;
  /// pause, resume: empty for everything, `playbook:NAME` or `channel:NAME` · start, stop: the playbook · confirm: the
  /// job's label (its text where it has none) or the message that was to be sent.
  std::string what;
  std::vector<std::string> customers;  // start, stop, forget: each once · confirm: one
  bool single = false;                 // forget: one, told of by himself
  std::string playbook;                // confirm: of this one alone; empty: whichever
  std::uint32_t journey = 0;           // confirm: of this number alone; 0: whichever
  bool done = true;                    // confirm
  std::string reason;                  // confirm: why not
};

/// `/v1/pause`, `/v1/resume`, `/v1/start`, `/v1/stop`, `/v1/forget`, `/v1/confirm`.
std::optional<OrderKind> order_at(std::string_view path);
std::string_view path_of(OrderKind kind);

/// Reads a body. Errors: `invalid` with a sentence: no JSON, a key that is unknown or comes twice, a value of another
/// type, too many customers, an id that is none.
Result<Order> read_order(OrderKind kind, std::string_view body);
/// The body that read_order reads.
std::string write_order(const Order& order);

/// What one has to know to carry an order out.
struct OrderPlace {
  std::vector<std::string> channels;  // names of those that are set up
  std::function<env::Moment()> now;   // never goes back
  bool ticks = true;                  // what is due by time happens first; not in recorded time
  /// Takes all of these ids out of what lies beside the engine: dead letters, of whose number it tells, and the book of
  /// messages. Empty: there is nothing.
  std::function<Result<std::uint64_t>(const std::vector<std::string>& ids)> erase_beside = {};
  /// Does a job beside the engine, then calls `then` between two batches, with null where there is no engine any more;
  /// its error is the engine's. Jobs are done one after the other. Empty: both are done at once.
  std::function<void(std::function<void()> job, std::function<Result<void>(run::Engine*)> then)> beside = {};
  /// What is left of who was not to be written to, when he is forgotten. Null: nothing.
  channel::SuppressionList* suppressions = nullptr;
  std::map<std::string, std::string> addresses = {};  // channel::address_attributes
  /// Remembers who is being forgotten through a crash. Null: nobody does.
  Forgetting* forgetting = nullptr;
};

/// Told once: the answer as JSON, as soon as the order is durable, or why there is none. `not_found` and `invalid` are
/// the asker's: nothing has changed then. Of who is forgotten it is told when nothing is left of him, which may be long
/// after carry_out has returned; `io` says that it is not done yet.
using Tell = std::function<void(Result<std::string>)>;

/// Puts it in. What it let go is released when this returns. Errors: of the engine, which `tell` was told too unless it
/// had its answer before. What has no end (Engine::is_busy) is not waited for.
Result<void> carry_out(run::Engine& engine, const Order& order, const OrderPlace& place, const Tell& tell);

/// Goes on with what a crash or an error has left of forgetting somebody (Forgetting::left), to its end. Shape: as
/// carry_out; `tell` is told `not_found` where nothing was left to be done.
Result<void> go_on_forgetting(run::Engine& engine, const BeingForgotten& left, const OrderPlace& place,
                              const Tell& tell);

/// What an order was, for the audit log: ` everything`, ` win_back c1 c2`; empty or with a blank in front.
std::string told_of(const Order& order);

}  // namespace tend::serve
