// Names that stand in the text and that the checker cannot follow: what could not be read may have declared them.
#include <utility>

#include "dsl/check/schema.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::check {
namespace {

using syntax::Stmt;
using syntax::StmtKind;

// Every word of a statement that could not be read: one of them may be what it would have declared.
void note_words(Workspace& workspace, Span span) {
  const std::string_view text =
      std::string_view(workspace.sources[span.file].text).substr(span.begin, span.end - span.begin);
  std::string word;
  for (std::size_t at = 0; at <= text.size();) {
    const text::CodePoint point = at < text.size() ? text::decode(text, at) : text::CodePoint{};
    const bool inside =
        point.valid && (word.empty() ? text::is_name_start(point.value) : text::is_name_part(point.value));
    if (inside) {
      word += text.substr(at, point.length);
    } else if (!word.empty()) {
      workspace.schema.unread_names.insert(std::exchange(word, {}));
    }
    at += point.length;
  }
}

void note_names_in(Workspace& workspace, const syntax::Block& block) {
  for (const syntax::StmtPtr& statement : block.statements) {
    if (statement) note_names(workspace, *statement);
  }
}

}  // namespace

void note_names(Workspace& workspace, const Stmt& statement) {
  switch (statement.kind) {
    case StmtKind::error: note_words(workspace, statement.head); break;
    case StmtKind::customer:
    case StmtKind::event:
      // A field that could not be read has left nothing but its words.
      if (workspace.sink.errors() > 0) note_words(workspace, statement.span);
      break;
    default: break;
  }
  note_names_in(workspace, statement.block);
  note_names_in(workspace, statement.else_block);
  for (const Stmt::Part& part : statement.parts) note_names_in(workspace, part.block);
}

}  // namespace tend::check
