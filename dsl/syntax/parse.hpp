// From text to tree.
#pragma once
#include <cstdint>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/syntax/tree.hpp"
#include "dsl/text/source.hpp"

namespace tend::syntax {

/// Parses one file. Never throws, never stops at the first problem.
/// Shape:  `source.text` as read, at most limits::kSourceBytesMax bytes; the tree owns all but its spans, so the source need
/// not outlive it.
///         What could not be read is a StmtKind::error or ExprKind::error; the checker stays silent about those.
/// Units:  spans are byte offsets of `file`, half open.
/// Errors: problems go to `sink` as T01xx, at most limits::kSyntaxDiagnosticsMax of them.
/// Thread: safe to call from several threads.
File parse(const text::Source& source, std::uint32_t file, diagnostic::Sink& sink);

}  // namespace tend::syntax
