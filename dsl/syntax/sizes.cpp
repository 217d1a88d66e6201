// One walk over the grammar's nodes: children stand before their parent, so every count is a look back.
#include "dsl/syntax/sizes.hpp"

#include <algorithm>

#include "dsl/syntax/keywords.hpp"
#include "dsl/syntax/mistake.hpp"

namespace tend::syntax {
namespace {

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_step(StmtKind kind) {
  const bool arm = kind == StmtKind::arm_on || kind == StmtKind::arm_when || kind == StmtKind::arm_else;
  return kind >= StmtKind::send && kind <= StmtKind::stop && !arm && kind != StmtKind::if_;
}

bool is_enter(StmtKind kind) { return kind >= StmtKind::enter_when && kind <= StmtKind::enter_by_hand; }

struct Sizes {
  State& state;

  const Node& at(std::uint32_t i) const { return state.nodes[i]; }
  bool is_statement(const Node& node, StmtKind kind) const {
    return node.kind == NodeKind::statement && static_cast<StmtKind>(node.aux) == kind;
  }

  void too_long(const Node& node, Phrase what, std::size_t characters) {
    if (characters <= limits::kNameCharactersMax) return;
    report(state, diagnostic::make(148, state.span(node.begin, node.end),
                                   {diagnostic::argument(what), std::to_string(characters),
                                    std::to_string(limits::kNameCharactersMax)}));
  }

  void too_many(const Node& node, Phrase what, std::size_t there, std::size_t allowed) {
    if (there <= allowed) return;
    const auto line = static_cast<std::uint32_t>(std::min(state.source.find('\n', node.begin), state.source.size()));
    report(state, diagnostic::make(149, state.span(node.begin, std::min(node.end, line)),
                                   {std::to_string(there), diagnostic::argument(what), std::to_string(allowed)}));
  }

  template <typename Count>
  std::size_t children(std::uint32_t parent, const Count& counts) const {
    std::size_t there = 0;
    for (std::uint32_t next = parent; next > at(parent).first; next = at(next - 1).first)
      if (counts(at(next - 1))) ++there;
    return there;
  }
  std::size_t children(std::uint32_t parent, NodeKind kind) const {
    return children(parent, [&](const Node& node) { return node.kind == kind; });
  }
  std::size_t elements(std::uint32_t parent) const {
    return children(parent, [](const Node&) { return true; });
  }

  /// A tag is a text, or each element of a list of texts.
  void tags(std::uint32_t parent) {
    for (std::uint32_t next = parent; next > at(parent).first; next = at(next - 1).first) {
      const Node& child = at(next - 1);
      if (child.kind == NodeKind::list) tags(next - 1);
      if (child.kind != NodeKind::text) continue;
      std::size_t characters = 0;
      for (std::uint32_t after = next - 1; after > child.first; after = at(after - 1).first) {
        const Node& piece = at(after - 1);
        if (piece.kind == NodeKind::chunk)
          characters += characters_in(state.source.substr(piece.begin, piece.end - piece.begin));
      }
      too_long(child, Phrase::tag, characters);
    }
  }

  /// Of a playbook, a template: its steps wherever they stand, `else if`s too, and its ways in.
  void steps(std::uint32_t i) {
    std::size_t steps = 0, enters = 0;
    for (std::uint32_t k = at(i).first; k < i; ++k) {
      const Node& node = at(k);
      if (node.kind == NodeKind::keyword && node.aux == static_cast<std::uint16_t>(Keyword::if_)) ++steps;
      if (node.kind != NodeKind::statement) continue;
      if (is_step(static_cast<StmtKind>(node.aux))) ++steps;
      if (is_enter(static_cast<StmtKind>(node.aux))) ++enters;
    }
    too_many(at(i), Phrase::steps, steps, limits::kStepsMax);
    too_many(at(i), Phrase::enters, enters, limits::kBranchesMax);
  }

  void branches(std::uint32_t i, Phrase what) {
    for (std::uint32_t next = i; next > at(i).first; next = at(next - 1).first) {
      if (at(next - 1).kind == NodeKind::block)
        too_many(at(i), what, children(next - 1, NodeKind::statement), limits::kBranchesMax);
    }
  }

  void statement(std::uint32_t i) {
    switch (static_cast<StmtKind>(at(i).aux)) {
      case StmtKind::playbook:
      case StmtKind::template_: return steps(i);
      case StmtKind::wait_up_to: return branches(i, Phrase::arms);
      case StmtKind::split: return branches(i, Phrase::shares);
      case StmtKind::tag:
      case StmtKind::untag: return tags(i);
      default: return;
    }
  }

  void fields(std::uint32_t i) {
    std::size_t there = children(i, NodeKind::field);
    for (std::uint32_t next = i; next > at(i).first; next = at(next - 1).first)
      if (at(next - 1).kind == NodeKind::block) there += children(next - 1, NodeKind::field);
    too_many(at(i), Phrase::fields, there, limits::kFieldsMax);
  }

  void measure(std::uint32_t i) {
    const Node& node = at(i);
    switch (node.kind) {
      case NodeKind::name:
        if (node.end - node.begin > limits::kNameCharactersMax)
          too_long(node, Phrase::name, characters_in(state.source.substr(node.begin, node.end - node.begin)));
        return;
      case NodeKind::path: return too_many(node, Phrase::names, elements(i), limits::kPathNamesMax);
      case NodeKind::list: return too_many(node, Phrase::elements, elements(i), limits::kMembersMax);
      case NodeKind::type: return too_many(node, Phrase::elements, children(i, NodeKind::text), limits::kMembersMax);
      case NodeKind::args: return too_many(node, Phrase::arguments, elements(i), limits::kFieldsMax);
      case NodeKind::params:
      case NodeKind::fields: return fields(i);
      case NodeKind::tagged: return tags(i);
      case NodeKind::statement: return statement(i);
      default: return;
    }
  }
};

}  // namespace

void check_sizes(State& state) {
  Sizes sizes{state};
  for (std::uint32_t i = 0; i < state.nodes.size() && !state.full(); ++i) sizes.measure(i);
}

}  // namespace tend::syntax
