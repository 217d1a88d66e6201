// Time in conditions (docs/semantics.md §5, §6): what a condition depends on, and whether the moments at which time
// alone can change it can be worked out.
#pragma once
#include "dsl/check/ir.hpp"
#include "dsl/check/schema.hpp"

namespace tend::check {

/// Does `ir` move with time by itself (`now`, `today`, `age`)? Windows and silences do not count: they have flips of
/// their own.
bool moves_with_time(const Ir& ir);

/// Can the next flip of condition `ir` be worked out? `now` and `today` may only be compared, plus or minus durations,
/// with what does not move with time itself; `age` likewise, as it stands. Reports the parts for which it cannot
/// (T0401).
bool has_flips(Workspace& workspace, const Ir& ir);

/// Is every change of condition `ir`, written at `where`, an input of the customer himself? What is read of somebody
/// else, through a reference, changes without him. Reports the first part for which it is not (T0405).
bool wakes(Workspace& workspace, const Ir& ir, Span where);

/// The inputs that can change `ir`, through windows' filters, and whether time alone can.
program::Dependencies dependencies_of(const Ir& ir);

/// Does a window's filter read anything but its event and constants?
bool reads_customer(const Ir& filter);

}  // namespace tend::check
