// The ledger of one customer's consents, for `tend customer`.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "dsl/text/tongue.hpp"
#include "engine/env/result.hpp"
#include "engine/run/data_folder.hpp"

namespace tend::cli {

/// A list of `at`, `what` (a channel or purpose), `state` (`given`, `withdrawn`, `never_written_to`,
/// `may_be_written_to`) and, where they were told, `text`, `evidence`, `source`; in order. Errors: of the disk;
/// `corrupt`.
Result<nlohmann::ordered_json> consents_of(const run::DataFolder& folder, const std::string& customer);
std::string consents_text(const nlohmann::ordered_json& entries, text::Tongue tongue);

}  // namespace tend::cli
