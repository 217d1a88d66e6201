// The audit log: lines that read as they were written, appended beside others, and not a disk full of refusals.
#include "engine/serve/audit.hpp"

#include <sys/stat.h>

#include "engine/env/files.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::serve;

namespace {

std::vector<AuditEntry> entries_in(const std::string& path) {
  const auto content = env::read_whole_file(env::real_files(), path);
  REQUIRE(content);
  std::vector<AuditEntry> entries;
  std::string_view rest = *content;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const auto entry = read_audit_line(rest.substr(0, end));
    REQUIRE(entry);
    entries.push_back(*entry);
    rest.remove_prefix(end + 1);
  }
  CHECK(rest.empty());
  return entries;
}

}  // namespace

TEST_CASE("each line is appended, also beside somebody else's, for its owner alone") {
  TempFolder folder;
  const std::string path = folder.file("audit.jsonl");
  Audit one(path), other(path);
  REQUIRE(one.add({.at = 1000, .key = "k1", .name = "Anna \"A\"", .what = "POST /v1/pause\n", .status = 200}));
  REQUIRE(other.add({.at = 2000, .what = "GET /v1/tasks", .status = 401}));
  REQUIRE(one.add({.at = 3000, .key = "open", .what = "POST /v1/resume", .status = 200}));
  const auto entries = entries_in(path);
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].name == "Anna \"A\"");
  CHECK(entries[0].what == "POST /v1/pause\n");
  CHECK(entries[1].key.empty());
  CHECK(entries[1].status == 401);
  CHECK(entries[2].at == 3000);
  struct stat about {};
  REQUIRE(stat(path.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  for (const char* bad : {"", "{}", "[]", "{\"at\":\"1970-01-01T00:00:00Z\",\"status\":\"x\"}"})
    CHECK_FALSE(read_audit_line(bad));
}

TEST_CASE("of refusals only so many a second are written, and how many were not") {
  TempFolder folder;
  const std::string path = folder.file("audit.jsonl");
  Audit audit(path);
  for (int i = 0; i < 100; ++i) REQUIRE(audit.add_refusal({.at = 5000 + i, .what = "GET /metrics", .status = 401}));
  CHECK(entries_in(path).size() == kRefusalsPerSecond);
  REQUIRE(audit.add_refusal({.at = 6000, .what = "GET /metrics", .status = 401}));
  CHECK(entries_in(path).back().what == "GET /metrics (and 90 refusals before it that are not here)");
}

TEST_CASE("a file that cannot be written is an error") {
  Audit audit("/nowhere/at/all/audit.jsonl");
  CHECK_FALSE(audit.add({.what = "x"}));
}
