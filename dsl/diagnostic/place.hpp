// Where a diagnostic stands, as the formats for machines say it.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/text/source.hpp"
#include "dsl/text/tongue.hpp"

namespace tend::diagnostic {

/// Units: lines and columns from 1, columns in code points, `end` one past the last.
struct Range {
  text::Place begin;
  text::Place end;
};

/// Requires: `span.file` indexes `sources`.
Range range_of(std::span<const text::Source> sources, text::Span span);

/// `name` as seen from `folder` (absolute), by its letters alone: `./` and `..` worked out; below the folder the rest
/// of the path, elsewhere the absolute one. An empty folder leaves the name as it is.
std::string name_from(std::string_view folder, std::string_view name);

/// A path as a URI reference: each byte that has a meaning there percent-encoded, an absolute path behind `file://`.
std::string uri_of(std::string_view path);

/// The sentence, and its help after a colon.
std::string sentence_and_help(const Diagnostic& diagnostic, text::Tongue tongue);

}  // namespace tend::diagnostic
