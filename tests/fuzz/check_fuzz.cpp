// Whatever checks without an error lowers to a program whose bytes read back as the same program, and what the
// formatter writes of it, in either tongue, is the same program again.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dsl/check/check.hpp"
#include "dsl/diagnostic/render.hpp"
#include "dsl/syntax/format.hpp"
#include "dsl/syntax/parse.hpp"
#include "dsl/text/must.hpp"

namespace {

using namespace tend;

/// The program's bytes; empty where something is wrong, which is then shown in both tongues.
std::string program_of(const text::Source& source, syntax::File& file) {
  diagnostic::Sink sink;
  file = syntax::parse(source, 0, sink);
  const check::CheckResult result = check::check({&source, 1}, {&file, 1}, {}, sink);
  const bool right = sink.errors() == 0 && result.program.has_value();
  const auto diagnostics = sink.take();
  for (const text::Tongue tongue : {text::Tongue::en, text::Tongue::zh})
    (void)diagnostic::human(diagnostics, {&source, 1}, {tongue, false});
  return right ? program::serialize(*result.program) : std::string();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const text::Source source{"fuzz.tend", std::string(reinterpret_cast<const char*>(data), size)};
  syntax::File file;
  const std::string bytes = program_of(source, file);
  if (bytes.empty()) return 0;
  const std::optional<program::Program> read = program::deserialize(bytes);
  CHECK_OR_DIE(read.has_value(), "a program's bytes can be read");
  CHECK_OR_DIE(program::serialize(*read) == bytes, "a program that was read is the same");
  for (const text::Tongue tongue : {text::Tongue::en, text::Tongue::zh}) {
    const text::Source formatted{"fuzz.tend", syntax::format(file, source, tongue)};
    if (formatted.text.size() > limits::kSourceBytesMax) continue;
    syntax::File again;
    CHECK_OR_DIE(program_of(formatted, again) == bytes, "what the formatter writes is the same program");
  }
  return 0;
}
