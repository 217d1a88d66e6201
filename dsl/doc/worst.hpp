// The worst case in sentences.
#pragma once
#include <string>
#include <vector>

#include "dsl/program/program.hpp"
#include "dsl/text/tongue.hpp"

namespace tend::doc {

std::vector<std::string> worst_sentences(const program::Program& program, std::uint32_t playbook, text::Tongue tongue);
/// `at most 3 messages in 30 days`, for a table.
std::string worst_short(const program::Program& program, std::uint32_t playbook, text::Tongue tongue);

}  // namespace tend::doc
