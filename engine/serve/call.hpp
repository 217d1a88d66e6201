// One call of a body (track, identify, …) as cells, and what the playbooks make of it: inputs, or the sentence that
// says why there are none.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/env/zone.hpp"
#include "engine/run/intake.hpp"
#include "engine/serve/json_cells.hpp"
#include "engine/serve/live.hpp"

namespace tend::serve {

enum class CallKind { none, track, identify, alias, page, screen, group };
/// none for a type that is not known.
CallKind call_kind(std::string_view type);

/// As it is written. Everything may be missing, and be of any kind.
struct Call {
  CallKind kind = CallKind::none;
  Cell type, user, anonymous, previous, event, timestamp, original, sent, message, name, category, group;
  std::vector<Named> properties;
  std::vector<Named> traits;
  std::vector<Named> consent;
  bool has_properties = false, has_traits = false, has_consent = false;

  void clear();
};

/// Inputs in the making, in the memory of others that nobody needs any more.
struct InputsMade {
  std::vector<PostedInput> inputs;  // behind the first `count` there are old ones
  std::size_t count = 0;

  PostedInput& next();
};

inline constexpr std::size_t kIgnoredNamesMax = 20;  // told of in one answer

/// Types calls. Thread: one.
class CallTaker {
 public:
  /// Lifetime: `program` outlives it.
  explicit CallTaker(const program::Program& program) : program_(program), zone_(*env::find_zone(program.timezone)) {}

  /// Forgets what was passed over.
  void begin() {
    ignored.clear();
    ignored_values = 0;
  }

  /// Appends the inputs of a call, without their moments: none where no playbook wants it.
  /// Errors: false, and `fault` says why; nothing is appended then.
  bool take(const Call& call, InputsMade& made);

  /// A cell with a moment; kNoMoment where nothing stands in it. Errors: false, and `fault` says why.
  bool moment(const Cell& cell, std::string_view name, env::Moment& at);

  /// Names of properties and traits that the playbooks do not declare, each once, in the order of their coming.
  std::vector<std::string> ignored;
  std::size_t ignored_values = 0;
  std::string fault;

 private:
  bool refuse(std::string sentence) {
    fault = std::move(sentence);
    return false;
  }
  // Each appends to `made` or gives false, and what it has appended goes.
  bool take_kind(const Call& call, InputsMade& made);
  bool take_track(const Call& call, PostedInput& input);
  bool take_declared(const Call& call, std::string_view event, InputsMade& made);
  bool take_identify(const Call& call, InputsMade& made);
  bool take_alias(const Call& call, PostedInput& input);
  bool customer(const Call& call, std::string& id);
  bool find_event(const Cell& cell, std::uint32_t& event);
  bool take_fields(const program::Event& event, const std::vector<Named>& named);
  bool take_field(const program::Event& event, std::string_view name, const Cell& cell, program::Currency currency);
  bool take_trait(const Named& trait, program::Currency currency);
  bool take_tags(const Cell& cell);
  bool take_consent(const std::vector<Named>& consent);
  void ignore(std::string_view name);

  const program::Program& program_;
  const env::Zone& zone_;
  run::ValueStorage storage_;
  std::uint32_t last_event_ = program::kNone;  // that was found by its name: mostly the next one is it again
  std::string fields_;                         // of the call at hand, so that an input's are allocated once
};

}  // namespace tend::serve
