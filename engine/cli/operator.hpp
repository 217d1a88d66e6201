// Who carries out what an operator asks of a data folder: the `tend serve` that runs it, or this process where nobody
// does.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dsl/text/tongue.hpp"
#include "engine/run/data_folder.hpp"
#include "engine/run/programs.hpp"
#include "engine/serve/order.hpp"
#include "engine/simulate/workspace.hpp"

namespace CLI {
class App;
}

namespace tend::channel {
class Dispatcher;
class MirrorListener;
}  // namespace tend::channel
namespace tend::run {
class Indexer;
}

namespace tend::cli {

struct OperatorArguments {
  std::string workspace = ".";
  std::string data;  // empty: `data` in the workspace
  std::string format = "human";
  std::string lang;

  std::string folder() const;
  bool json() const { return format == "json"; }
  text::Tongue tongue() const;
};
/// --workspace, --data, --format and --lang.
void add_operator_options(CLI::App& verb, OperatorArguments& arguments);

/// A channel for who only looks.
class NoSender final : public run::Sender {
 public:
  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send>) override { return nobody(); }
  Result<std::vector<run::Settled>> settle(std::span<const run::Send>) override { return nobody(); }
  bool needs_dispatch_record(std::string_view) const override { return false; }

 private:
  static tl::unexpected<Error> nobody() { return fail(ErrorCode::unsupported, "nothing is sent by who only looks"); }
};

/// One operator's hand on one data folder, until it goes.
class Operator {
 public:
  /// Errors: `not_found` where nothing has run in the folder yet; `in_use` where somebody runs it who answers nowhere.
  static Result<std::unique_ptr<Operator>> open(const OperatorArguments& arguments);
  ~Operator();
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  /// Carries an order out, durably. Shape: its answer as JSON (docs/operate.md).
  Result<std::string> carry_out(const serve::Order& order);
  /// Looks at what stands under the target of a GET.
  Result<std::string> look(const std::string& target);
  /// A folder of live time that this process may put inputs into.
  struct LiveFolder {
    run::Engine* engine = nullptr;
    const simulate::Workspace* workspace = nullptr;
    std::function<env::Moment()> now;  // never goes back
  };
  /// Errors: `in_use` where a `tend serve` runs it, `invalid` where it follows its sources. Lifetime: the operator's.
  Result<LiveFolder> live_folder();
  /// Where the `tend serve` answers that runs the folder; empty: nobody does.
  const std::string& address() const { return address_; }
  /// Writes snapshots where this process carried something out: the next start is short then.
  Result<void> finish();

 private:
  Result<void> note(const std::string& what);
  Operator() = default;
  Result<void> load(const OperatorArguments& arguments);
  Result<run::Engine*> engine(bool looks_only);
  Result<void> go_on_forgetting();
  serve::OrderPlace order_place();
  env::Moment now() const;

  std::string address_;  // of the `tend serve` that runs it; empty: nobody does
  simulate::Workspace workspace_;
  run::DataFolder folder_;
  bool recorded_ = false;
  bool changed_ = false;
  run::StoredProgram stored_;
  std::unique_ptr<program::Program> program_;
  std::unique_ptr<journey::Plan> plan_;
  std::unique_ptr<channel::Dispatcher> dispatcher_;
  std::unique_ptr<run::Indexer> indexer_;
  std::unique_ptr<channel::MirrorListener> listener_;
  std::optional<channel::SuppressionList> suppressions_;
  std::unique_ptr<serve::Forgetting> forgetting_;
  NoSender nobody_;
  std::unique_ptr<run::Engine> engine_;
};

}  // namespace tend::cli
