// The header of a playbook: who is let in, and under which rules.
#pragma once
#include <optional>

#include "dsl/check/lowering.hpp"

namespace tend::check {

/// What `entry` can mean in the playbook. False: nothing lets anybody in.
bool find_entries(const Workspace& workspace, const syntax::Block& block, Journey& journey);

/// Lowers the clauses of a playbook's block into `out`. `journey` is what is known of journeys of this playbook.
void lower_header(Lowering& lowering, const syntax::Block& block, const Journey& journey, program::Playbook& out,
                  program::PlaybookPlaces& places);

/// Lowers one `enter`. Errors: nullopt, reported.
std::optional<program::Enter> lower_enter(Lowering& lowering, const syntax::Stmt& clause, const Journey& at_entry);

bool is_clause(syntax::StmtKind kind);
bool is_enter(syntax::StmtKind kind);

}  // namespace tend::check
