// A plan (tend.plan/1) for people.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "dsl/text/tongue.hpp"

namespace tend::cli {

/// Lines, each ended. Shape: `plan` is what serve::plan_json gives.
std::string plan_text(const nlohmann::json& plan, text::Tongue tongue);

}  // namespace tend::cli
