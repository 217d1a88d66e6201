// The flat tree between grammar and builder: one record a node, children before their parent. Backtracking leaves no
// trace: a record that ends behind the place where the next one begins was made by an alternative that failed, and is
// dropped then.
#pragma once
#include <cstdint>
#include <vector>

namespace tend::syntax {

enum class NodeKind : std::uint8_t {
  error,    // skipped after a mistake that has been reported
  keyword,  // aux: Keyword
  name,     // aux: 1 where in back-quotes
  literal,  // aux: LiteralKind
  unit,     // a bare unit of time: `per month`
  op,       // aux: Word; `==` too
  double_equal,
  lunar_day,  // 8-15
  // texts
  text,  // aux: TextForm; children chunk, hole
  chunk,
  hole,    // an expression, then filters
  filter,  // a name, then arguments
  // expressions
  path,
  call,
  args,
  arg,
  aggregate,
  age,
  lunar,
  list,
  group,
  negate,
  default_,
  product,
  sum,
  compare,
  event_filter,
  happened,
  silent,
  inactive,
  tagged,
  in_segment,
  consents,
  not_,
  and_,
  or_,
  // clauses of statements
  where,
  within,
  over,
  up_to,
  channel,
  prefix,
  label,
  per,
  due,
  staff,
  else_,
  at_time,
  weekday,
  block,
  fields,
  field,
  values,
  value,
  params,
  type,
  statement,  // aux: StmtKind
};

enum class TextForm : std::uint8_t { straight, curly, triple };

struct Node {
  NodeKind kind = NodeKind::error;
  std::uint16_t aux = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t first = 0;  // index of the first record below this one; its own index for a leaf
};

using Nodes = std::vector<Node>;

/// Shape: appends the indices of the direct children of `parent`, in source order.
void children_of(const Nodes& nodes, std::uint32_t parent, std::vector<std::uint32_t>& out);

}  // namespace tend::syntax
