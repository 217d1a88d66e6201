// Packages from disk, and the one in the binary: it must be right as it comes.
#include "engine/simulate/packages.hpp"

#include "dsl/check/check.hpp"
#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/syntax/parse.hpp"
#include "engine/env/files_simulated.hpp"
#include "tests/support/test.hpp"

using namespace tend;

TEST_CASE("the standard package has no mistakes") {
  const simulate::LoadedPackage standard = simulate::standard_package();
  REQUIRE_FALSE(standard.files.empty());
  std::vector<text::Source> sources;
  for (const auto& [path, content] : standard.files) sources.push_back({path, content});
  diagnostic::Sink sink;
  std::vector<syntax::File> files;
  for (std::uint32_t i = 0; i < sources.size(); ++i) files.push_back(syntax::parse(sources[i], i, sink));
  check::check(sources, files, {}, sink);
  for (const auto& one : sink.take()) {
    INFO(sources[one.span.file].name << ": " << diagnostic::message(one, text::Tongue::en));
    CHECK(one.severity == diagnostic::Severity::warning);
  }
}
