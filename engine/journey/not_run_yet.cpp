#include "engine/journey/not_run_yet.hpp"

#include <set>
#include <utility>

namespace tend::journey {
namespace {

using program::Op;

const char* op_not_run(Op op) { return op == Op::call ? "extern function" : nullptr; }

class Search {
 public:
  Search(const program::Program& program, const program::Places& places) : program_(program), places_(places) {}

  std::vector<NotRunYet> whole() {
    for (std::size_t n = 0; n < program_.nodes.size(); ++n) {
      const char* what = op_not_run(program_.nodes[n].op);
      if (what && !said(what)) say(what, "", places_.nodes[n]);
    }
    return std::move(found_);
  }

 private:
  void say(const char* what, const std::string& playbook, text::Span place) {
    if (seen_.emplace(playbook, what).second) found_.push_back({what, playbook, place});
  }

  bool said(std::string_view what) const {
    for (const NotRunYet& one : found_) {
      if (one.what == what) return true;
    }
    return false;
  }

  const program::Program& program_;
  const program::Places& places_;
  std::set<std::pair<std::string, std::string>> seen_;
  std::vector<NotRunYet> found_;
};

}  // namespace

std::vector<NotRunYet> not_run_yet(const program::Program& program, const program::Places& places) {
  return Search(program, places).whole();
}

}  // namespace tend::journey
