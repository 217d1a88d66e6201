// What people read of an operator's orders and looks, from the JSON that machines get (docs/operate.md); lines of at
// most 80 columns as long as names are short.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "dsl/text/tongue.hpp"

namespace tend::cli {

/// Of `tend pause` and `tend resume`.
std::string pause_text(const nlohmann::ordered_json& answer, text::Tongue tongue);

/// Of `tend start` and `tend stop`.
std::string customers_text(const nlohmann::ordered_json& answer, bool starts, text::Tongue tongue);

/// Of `tend confirm`.
std::string confirm_text(const nlohmann::ordered_json& answer, text::Tongue tongue);

/// Of `tend customer forget`: with what remains of him, and where.
std::string forget_text(const nlohmann::ordered_json& answer, text::Tongue tongue);
/// The same of many.
std::string forget_many_text(const nlohmann::ordered_json& answer, text::Tongue tongue);

/// Of `tend tasks`: each person's day.
std::string tasks_text(const nlohmann::ordered_json& tasks, text::Tongue tongue);

/// Of `tend customer show`. `sends`: the last ones, oldest first, each as an object of `at`, `message`, `channel`,
/// `playbook` and `outcome`.
std::string customer_text(const nlohmann::ordered_json& customer, const nlohmann::ordered_json& sends,
                          text::Tongue tongue);

}  // namespace tend::cli
