// What people agreed to, in words: the wordings that the workspace declares, and since when the data folder knows which
// text stood behind a name. The state knows nothing of it.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/moment.hpp"
#include "engine/env/result.hpp"
#include "engine/run/data_folder.hpp"

namespace tend::run {

/// A `[consents.wordings.NAME]` table.
struct Wording {
  std::string name;     // by which a consent's `.text` names it
  std::string channel;  // or purpose
  std::string from;     // the day from which it is used, `2026-03-01`
  std::string text;
};

/// A wording as it stood at one time.
struct NotedWording {
  env::Moment since = 0;  // when a process that takes consents first had it so
  Wording wording;
  std::string sha256;  // of the text, as 64 hexadecimal digits
};

/// 64 hexadecimal digits, as `sha256sum` gives them.
std::string sha256_of(std::string_view text);

/// What was noted so far, oldest first. Errors: `io`; `corrupt` with the line.
Result<std::vector<NotedWording>> read_wordings(const DataFolder& folder);

/// Appends those that are new or read otherwise than they did; durable when it returns. `say` is told in a sentence of
/// each that reads otherwise than when people consented to it. Requires: the folder's lock. Errors: as read_wordings.
Result<void> note_wordings(const DataFolder& folder, std::span<const Wording> wordings, env::Moment now,
                           const std::function<void(const std::string&)>& say);

struct WordingFound {
  const NotedWording* in_force = nullptr;  // at that moment; what came first where nothing was noted by then
  bool noted_later = false;                // only after that moment
  bool changed = false;                    // it reads otherwise since
};
/// The text behind a name at a moment; nothing where no wording was ever called so.
std::optional<WordingFound> find_wording(std::span<const NotedWording> noted, std::string_view name, env::Moment at);

}  // namespace tend::run
