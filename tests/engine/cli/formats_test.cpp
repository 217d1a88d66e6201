// Mirrors engine/cli/formats: which outputs were asked for, and where each goes.
#include "engine/cli/formats.hpp"

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::cli;

namespace {

constexpr Format kSome[] = {Format::human, Format::json, Format::junit};

std::string parsed(const std::vector<std::string>& words) {
  const auto outputs = parse_outputs(words, kSome);
  if (!outputs) {
    CHECK(outputs.error().code == ErrorCode::usage);
    return outputs.error().message;
  }
  std::string out;
  for (const Output& output : *outputs) {
    out += std::to_string(static_cast<int>(output.format)) + (output.to_stderr ? "!" : "") +
           (output.file.empty() ? "" : "=" + output.file) + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("people read stdout unless a machine does") {
  CHECK(parsed({}) == "0 ");
  CHECK(parsed({"human"}) == "0 ");
  CHECK(parsed({"human", "json"}) == "0! 1 ");
  CHECK(parsed({"json", "human"}) == "1 0! ");
  CHECK(parsed({"human", "json=a=b"}) == "0 1=a=b ");
  CHECK(parsed({"human=a", "json"}) == "0=a 1 ");
  CHECK(parsed({"json=a", "junit=b", "junit"}) == "1=a 3=b 3 ");
}

TEST_CASE("what cannot be done is said in a sentence") {
  CHECK(parsed({"xml"}) == "there is no format `xml` here: human, json or junit, each with an optional =FILE");
  CHECK(parsed({"sarif"}).find("there is no format `sarif`") == 0);
  CHECK(parsed({"json="}) == "`--format json=` names no file after the `=`");
  CHECK(parsed({"json=a", "junit=a"}) == "two formats cannot be written to the same file `a`");
  CHECK(parsed({"json", "junit"}) ==
        "only one of `json` and `junit` can go to stdout: give the other a file, as in `--format junit=FILE`");
}
