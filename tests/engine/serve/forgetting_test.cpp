// Who is being forgotten: what the file says is what is not done, through errors and crashes.
#include "engine/serve/forgetting.hpp"

#include "engine/env/files_simulated.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::serve;

namespace {

constexpr const char* kPath = "data/forgetting";

std::unique_ptr<Forgetting> open_or_fail(env::Files& files) {
  auto forgetting = Forgetting::open(files, kPath);
  REQUIRE(forgetting);
  return std::move(*forgetting);
}

std::string text_of(const Forgetting& forgetting) {
  std::string text;
  for (const BeingForgotten& one : forgetting.left()) {
    for (const std::string& id : one.ids) text += id + " ";
    text += one.through ? std::to_string(*one.through) : "-";
    text += "; ";
  }
  return text;
}

}  // namespace

TEST_CASE("who is being forgotten is remembered until nothing is left of him") {
  env::SimulatedFiles files;
  REQUIRE(files.make_folder("data"));
  auto forgetting = open_or_fail(files);
  const auto first = forgetting->begin({"anna", "a \"quoted\"\nid", "\xe7\x8e\x8b"});
  REQUIRE(first);
  const auto second = forgetting->begin({"bea"});
  REQUIRE(second);
  files.crash(1);
  forgetting = open_or_fail(files);
  CHECK(text_of(*forgetting) == "anna a \"quoted\"\nid \xe7\x8e\x8b -; bea -; ");
  const auto left = forgetting->left();
  REQUIRE(forgetting->erases(left[0].number, {"anna"}, 7));
  REQUIRE(forgetting->erases(left[1].number, {"bea"}, 0));
  files.crash(2);
  forgetting = open_or_fail(files);
  CHECK(text_of(*forgetting) == "anna 7; bea 0; ");
  REQUIRE(forgetting->done(forgetting->left()[0].number));
  REQUIRE(forgetting->done(99));
  CHECK(text_of(*forgetting) == "bea 0; ");
  const auto third = forgetting->begin({"cleo"});
  REQUIRE(third);
  CHECK(*third != forgetting->left()[0].number);
  REQUIRE(forgetting->done(*third));
  REQUIRE(forgetting->done(forgetting->left()[0].number));
  CHECK_FALSE(files.exists(kPath).value());
  files.crash(3);
  CHECK(text_of(*open_or_fail(files)).empty());
}

TEST_CASE("an error of the disk leaves the list as it was") {
  env::SimulatedFiles files;
  REQUIRE(files.make_folder("data"));
  auto forgetting = open_or_fail(files);
  const auto number = forgetting->begin({"anna"});
  REQUIRE(number);
  files.fail_next(env::DiskCall::sync);
  CHECK_FALSE(forgetting->begin({"bea"}).has_value());
  files.fail_next(env::DiskCall::rename);
  CHECK_FALSE(forgetting->erases(*number, {"anna"}, 3).has_value());
  CHECK(text_of(*forgetting) == "anna -; ");
  CHECK(text_of(*open_or_fail(files)) == "anna -; ");
}

TEST_CASE("a file that is none is refused") {
  for (const std::string content :
       {"", "hello\n", "tend.forgetting/1\n{}\n", "tend.forgetting/1\n{\"ids\":[1]}\n",
        "tend.forgetting/1\n{\"ids\":[],\"through\":-1}\n", "tend.forgetting/1\n{\"ids\":[],\"through\":4294967296}\n",
        "tend.forgetting/1\n{\"ids\":[\"a\"]}"}) {
    env::SimulatedFiles files;
    REQUIRE(files.make_folder("data"));
    REQUIRE(env::write_whole_file(files, kPath, content));
    const auto opened = Forgetting::open(files, kPath);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().message ==
          "`data/forgetting` does not say who is being forgotten: it is damaged, or of another version of tend. Remove "
          "it, and forget those whom it names once more");
  }
}
