// Clauses that a policy and a playbook's header share: caps, quiet hours, the control group, paces.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "dsl/check/schema.hpp"

namespace tend::check {

/// Reads all `policy` declarations, which count together, into `Schema::policy`. Before any expression is looked at:
/// purposes are names.
void take_policies(Workspace& workspace, const std::vector<const syntax::Stmt*>& declarations);

// Each reads one statement's parts. Errors: nullopt, reported.

/// `cap N [CLASS] messages per D [on CHANNEL] [else skip]`, `cap N CLASS in M messages`.
std::optional<program::Cap> cap_of(Workspace& workspace, const syntax::Stmt& statement);
/// `quiet A to B [on CHANNEL]`.
std::optional<program::Quiet> quiet_of(Workspace& workspace, const syntax::Stmt& statement);
/// `holdout P%`, in hundredths of a percent.
std::optional<std::uint32_t> holdout_of(Workspace& workspace, const syntax::Stmt& statement);
/// `N … per D`: of `pace`, `backfill`, `rate`, `load`.
std::optional<program::Pace> pace_of(Workspace& workspace, const syntax::Stmt& statement);

/// A share of everybody, in hundredths of a percent. Errors: nullopt, reported: more than all, more than two decimals.
std::optional<std::uint32_t> share_of(Workspace& workspace, const syntax::Expr* expr);
/// A whole number that is the same for everybody. Errors: nullopt, reported: it is below `least` or above `most`.
std::optional<std::uint32_t> whole_number(Workspace& workspace, const syntax::Expr* expr, std::uint32_t least,
                                          std::uint32_t most = 1'000'000'000);

/// Warns of caps that change nothing, because another one is at least as tight (T0534). Shape: `statements` as `caps`.
void compare_caps(Workspace& workspace, const std::vector<program::Cap>& caps,
                  const std::vector<const syntax::Stmt*>& statements);

}  // namespace tend::check
