// Suppressions that outlive their customers: found again, in no clear text, never lost by a crash.
#include "engine/channel/suppression_list.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "engine/env/files.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using channel::Suppressed;
using channel::SuppressedAddress;
using channel::SuppressionList;

namespace {

std::string text_of(const std::string& path) { return *env::read_whole_file(env::real_files(), path); }

}  // namespace

TEST_CASE("an address is found again however it is written, on its channel only, and stands nowhere in the file") {
  const TempFolder folder;
  const std::string path = folder.file("suppressions");
  SuppressionList list(path);
  CHECK(!*list.find("sms", "13900000001"));
  CHECK(!std::filesystem::exists(path));  // looking makes no file
  const SuppressedAddress left[] = {{"sms", "139 0000-0001", Suppressed::all},
                                    {"mail", "Li@Example.Test", Suppressed::marketing}};
  CHECK(list.add(left, 1000).has_value());
  for (const char* written : {"13900000001", "+8613900000001", "+86 139-0000-0001", "008613900000001", "8613900000001"})
    CHECK(*list.find("sms", written) == Suppressed::all);
  CHECK(*list.find("mail", " li@example.TEST") == Suppressed::marketing);
  CHECK(!*list.find("mail", "13900000001"));
  CHECK(!*list.find("sms", "13900000002"));
  CHECK(!*list.find("mail", "l.i@example.test"));
  const std::string text = text_of(path);
  CHECK(text.find("13900000001") == std::string::npos);
  CHECK(text.find("139 0000") == std::string::npos);
  CHECK(text.find("xample") == std::string::npos);
  struct stat mode {};
  REQUIRE(::stat(path.c_str(), &mode) == 0);
  CHECK((mode.st_mode & 0777) == 0600);
}

TEST_CASE("the stricter of two stays, nothing is written twice, and what is lifted is gone") {
  const TempFolder folder;
  SuppressionList list(folder.file("suppressions"));
  const SuppressedAddress mild[] = {{"sms", "1", Suppressed::marketing}}, strict[] = {{"sms", "1", Suppressed::all}};
  CHECK(list.add(mild, 1).has_value());
  CHECK(list.add(strict, 2).has_value());
  const auto size = std::filesystem::file_size(folder.file("suppressions"));
  CHECK(list.add(mild, 3).has_value());
  CHECK(list.add(strict, 3).has_value());
  CHECK(std::filesystem::file_size(folder.file("suppressions")) == size);
  CHECK(*list.find("sms", "1") == Suppressed::all);
  CHECK(!*list.lift("sms", "2", 4));
  CHECK(*list.lift("sms", "1", 4));
  CHECK(!*list.find("sms", "1"));
  CHECK(list.add(mild, 5).has_value());
  CHECK(*list.find("sms", "1") == Suppressed::marketing);
}

TEST_CASE("two that have the file open see what the other writes, and a new one sees all") {
  const TempFolder folder;
  const std::string path = folder.file("suppressions");
  SuppressionList one(path), two(path);
  CHECK(!*two.find("sms", "1"));
  const SuppressedAddress first[] = {{"sms", "1", Suppressed::all}}, second[] = {{"sms", "2", Suppressed::all}};
  CHECK(one.add(first, 1).has_value());
  CHECK(two.add(second, 2).has_value());
  CHECK(*two.find("sms", "1"));
  CHECK(*one.find("sms", "2"));
  CHECK(*two.lift("sms", "1", 3));
  CHECK(!*one.find("sms", "1"));
  SuppressionList later(path);
  CHECK(!*later.find("sms", "1"));
  CHECK(*later.find("sms", "2"));
}

TEST_CASE("a file that is put in the place of another, or taken away, is seen") {
  const TempFolder folder;
  const std::string path = folder.file("suppressions");
  const SuppressedAddress first[] = {{"sms", "1", Suppressed::all}}, second[] = {{"sms", "2", Suppressed::all}};
  SuppressionList list(path);
  CHECK(list.add(first, 1).has_value());
  CHECK(SuppressionList(folder.file("backup")).add(second, 1).has_value());
  std::filesystem::rename(folder.file("backup"), path);
  CHECK(!*list.find("sms", "1"));
  CHECK(*list.find("sms", "2"));
  std::filesystem::remove(path);
  CHECK(!*list.find("sms", "2"));
  CHECK(list.add(first, 2).has_value());
  CHECK(*list.find("sms", "1"));
}

TEST_CASE("a line that a crash tore is left out, and the next is whole") {
  const TempFolder folder;
  const std::string path = folder.file("suppressions");
  const SuppressedAddress first[] = {{"sms", "1", Suppressed::all}}, second[] = {{"sms", "2", Suppressed::all}};
  CHECK(SuppressionList(path).add(first, 1).has_value());
  const auto whole = std::filesystem::file_size(path);
  CHECK(SuppressionList(path).add(second, 2).has_value());
  for (auto size = std::filesystem::file_size(path) - 1; size >= whole; --size) {
    std::filesystem::resize_file(path, size);
    SuppressionList list(path);
    CHECK(*list.find("sms", "1"));
    CHECK(!*list.find("sms", "2"));
  }
  std::ofstream(path, std::ios::app) << "2026-01-01T00:00:00Z all 12ab";
  SuppressionList list(path);
  CHECK(list.add(second, 3).has_value());
  CHECK(*list.find("sms", "1"));
  CHECK(*list.find("sms", "2"));
  CHECK(*SuppressionList(path).find("sms", "2"));
}

TEST_CASE("what is no list is refused with what to do, and nothing is taken for allowed") {
  const TempFolder folder;
  const std::string path = folder.file("suppressions");
  const SuppressedAddress first[] = {{"sms", "1", Suppressed::all}};
  CHECK(SuppressionList(path).add(first, 1).has_value());
  const std::string good = text_of(path);
  for (const std::string& bad : {std::string("hello\n"), good + "2026-01-01T00:00:00Z some 00\n", good + "nothing\n",
                                 good + "2026-01-01T00:00:00Z all zz\n", good.substr(5)}) {
    std::ofstream(path, std::ios::trunc) << bad;
    SuppressionList list(path);
    const auto found = list.find("sms", "1");
    REQUIRE(!found);
    CHECK(found.error().code == ErrorCode::corrupt);
    CHECK(!list.add(first, 2));
    CHECK(text_of(path) == bad);
  }
}
