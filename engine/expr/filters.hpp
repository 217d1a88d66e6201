// The filters of `{{ value | filter }}`: how a value is written into a text.
#pragma once
#include <string>
#include <vector>

#include "engine/expr/evaluate.hpp"

namespace tend::expr {

/// Appends `value` as its filters write it, from left to right. A missing value writes nothing; a filter passes by what
/// it is not made for.
///   money       a sign before the amount where the currency has one, no zeros after the point: ¥30, $9.99, 30 PTS
///   date        its pattern: yyyy yy MM M dd d HH mm; all else stands for itself. A moment is on the customer's clock
///   upper       capitals, of every script that has them
///   truncate N  at most N characters (as a reader counts them), the last one … where something was cut off
///   round N     N digits after the point, half away from zero
///   join TEXT   the elements of a list with TEXT between them
///   url         percent-encoded, for one part of a web address
void append_filtered(std::string& out, Context& context, const Value& value,
                     const std::vector<program::FilterUse>& filters);

}  // namespace tend::expr
