// Lowering the steps of a playbook.
#pragma once
#include "dsl/check/lowering.hpp"

namespace tend::check {

/// Lays the steps of `block` flat into the program's playbook `index`. `journey` is what is known when it begins.
void lower_steps(Lowering& lowering, const syntax::Block& block, const Journey& journey, std::uint32_t index,
                 program::PlaybookPlaces& places);

}  // namespace tend::check
