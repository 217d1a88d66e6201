// Whatever parses without an error is written down in either tongue, reads back as the same tree, and is written down
// the same again.
#include <cstddef>
#include <cstdint>

#include "dsl/syntax/format.hpp"
#include "dsl/syntax/parse.hpp"
#include "dsl/syntax/same_tree.hpp"
#include "dsl/text/must.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tend;
  const text::Source source{"fuzz.tend", std::string(reinterpret_cast<const char*>(data), size)};
  diagnostic::Sink sink;
  const syntax::File file = syntax::parse(source, 0, sink);
  if (sink.errors() != 0) return 0;
  for (const text::Tongue tongue : {text::Tongue::en, text::Tongue::zh}) {
    const text::Source formatted{"formatted.tend", syntax::format(file, source, tongue)};
    if (formatted.text.size() > 1u << 20) continue;
    diagnostic::Sink again;
    const syntax::File read = syntax::parse(formatted, 0, again);
    CHECK_OR_DIE(again.errors() == 0, "what the formatter writes parses");
    CHECK_OR_DIE(syntax::same_tree(file, read), "the formatter keeps the tree");
    CHECK_OR_DIE(syntax::format(read, formatted, tongue) == formatted.text, "formatting twice changes nothing");
  }
  return 0;
}
