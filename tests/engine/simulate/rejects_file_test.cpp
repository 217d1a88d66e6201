// A file of rejects over many imports: each row once, whatever a crash left of it.
#include "engine/simulate/rejects_file.hpp"

#include "tests/engine/simulate/scratch_folder.hpp"

using namespace tend;
using namespace tend::simulate;

namespace {

const std::string kFirst = "\xef\xbb\xbfreason,id\n";

void add(const ScratchFolder& folder, const std::vector<std::string>& lines) {
  auto file = RejectsFile::open(env::real_files(), folder / "r.csv", "reason,id");
  INFO((file ? "" : file.error().message));
  REQUIRE(file);
  for (const std::string& line : lines) file->add(line);
  REQUIRE(file->write());
}

}  // namespace

TEST_CASE("rows of one import stand behind those of another, each once") {
  ScratchFolder folder;
  add(folder, {});
  CHECK_FALSE(folder.has("r.csv"));
  add(folder, {"\"a\nb\",1", "x,2", "x,2"});
  add(folder, {"x,2", "y,3"});
  CHECK(folder.read("r.csv") == kFirst + "\"a\nb\",1\nx,2\ny,3\n");
  add(folder, {"\"a\nb\",1"});
  CHECK(folder.read("r.csv") == kFirst + "\"a\nb\",1\nx,2\ny,3\n");
}

TEST_CASE("what a crash left unfinished is written over") {
  const std::string whole = kFirst + "\"a\nb\",1\nx,2\n";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    ScratchFolder folder;
    folder.write("r.csv", whole.substr(0, cut));
    add(folder, {"\"a\nb\",1", "x,2"});
    CHECK(folder.read("r.csv") == whole);
  }
}

TEST_CASE("a file with other columns is left alone") {
  ScratchFolder folder;
  folder.write("r.csv", "\xef\xbb\xbfreason,id,who\n1,2,3\n");
  const auto file = RejectsFile::open(env::real_files(), folder / "r.csv", "reason,id");
  REQUIRE_FALSE(file);
  CHECK(folder.shorten(file.error().message) ==
        "`r.csv` has rows with other columns than the query has now: move it away first");
}
