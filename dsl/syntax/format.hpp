// The formatter: one way to write a tree down, in either tongue.
#pragma once
#include <string>

#include "dsl/syntax/keywords.hpp"
#include "dsl/syntax/tree.hpp"
#include "dsl/text/source.hpp"

namespace tend::syntax {

/// Writes `file` down in `tongue`: keywords and built-in names are that tongue's, names and texts the author's.
/// Comments and single blank lines stay. There are no options. fmt(fmt(x)) = fmt(x), and the tree read back is the same
/// (same_tree.hpp). Shape:    `source` is what `file` was parsed from; the result ends with a line break unless it is
/// empty. Requires: the file parsed without errors.
std::string format(const File& file, const text::Source& source, Tongue tongue);

/// The tongue in which most of the keywords are written; English where there are as many of either.
Tongue dominant_tongue(const File& file);

}  // namespace tend::syntax
