// The ledger of one customer's consents, for `tend customer`.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "dsl/text/tongue.hpp"
#include "engine/env/result.hpp"
#include "engine/run/data_folder.hpp"

namespace tend::cli {

/// A list of `at`, `what` (a channel or purpose), `state` (`given`, `withdrawn`, `never_written_to`,
/// `may_be_written_to`) and, where they were told, `text`, `evidence`, `source`; in order. Where `text` names a wording
/// of the workspace, `wording` has what it was then: `name`, `for`, `from`, `sha256`, `text`, `noted`, and
/// `noted_later`, `changed`, `for_another` where it is so. Errors: of the disk; `corrupt`.
Result<nlohmann::ordered_json> consents_of(const run::DataFolder& folder, const std::string& customer);
/// Of each channel (empty: everywhere) where he is suppressed now: `channel`, `since`, `why`, `source`, as the ledger
/// has them. Shape: a ledger, oldest first.
nlohmann::ordered_json suppressions_in(const nlohmann::ordered_json& entries);
/// What `soft_bounces` of `tend.customer/1` says, a line a channel.
std::string bounces_text(const nlohmann::ordered_json& bounces, text::Tongue tongue);
std::string consents_text(const nlohmann::ordered_json& entries, text::Tongue tongue);

}  // namespace tend::cli
