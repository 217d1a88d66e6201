// Any bytes: parsing ends, reports, and does not touch what is not its own.
#include <cstddef>
#include <cstdint>

#include "dsl/diagnostic/render.hpp"
#include "dsl/syntax/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tend::text::Source source{"fuzz.tend", std::string(reinterpret_cast<const char*>(data), size)};
  tend::diagnostic::Sink sink;
  (void)tend::syntax::parse(source, 0, sink);
  const auto diagnostics = sink.take();
  for (const tend::text::Tongue tongue : {tend::text::Tongue::en, tend::text::Tongue::zh})
    (void)tend::diagnostic::human(diagnostics, {&source, 1}, {tongue, false});
  (void)tend::diagnostic::json(diagnostics, {&source, 1}, tend::text::Tongue::en);
  return 0;
}
