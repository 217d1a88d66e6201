// Keys: what is kept of them, who is let in by them, what they are bound to, how fast they may go.
#include "engine/serve/keys.hpp"

#include "engine/env/files_simulated.hpp"
#include "tests/engine/serve/shop.hpp"

using namespace tend;
using namespace tend::serve;

namespace {

const std::string kPath = "data/keys.json";

std::string add(env::Files& files, Key key) {
  auto keys = read_keys(files, kPath);
  REQUIRE(keys);
  const std::string text = make_key(key);
  keys->push_back(key);
  REQUIRE(files.make_folder("data"));
  REQUIRE(write_keys(files, kPath, *keys));
  return text;
}

}  // namespace

TEST_CASE("a key lets its owner in, and nobody who knows all of it but a digit") {
  env::SimulatedFiles files;
  const std::string text = add(files, {.name = "shop", .scopes = {Scope::ingest, Scope::read}});
  CHECK(text.size() == 5 + 12 + 1 + 43);
  const auto content = env::read_whole_file(files, kPath);
  REQUIRE(content);
  CHECK(content->find(text.substr(18)) == std::string::npos);  // the secret is not in it
  Keys keys(files, kPath);
  REQUIRE(keys.load());
  CHECK(keys.count() == 1);
  const auto known = keys.find(text);
  REQUIRE(known != nullptr);
  CHECK(known->key.name == "shop");
  CHECK(known->key.may(Scope::ingest));
  CHECK_FALSE(known->key.may(Scope::operate));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string wrong = text;
    wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
    CHECK(keys.find(wrong) == nullptr);
  }
  for (const std::string& wrong : {std::string(), text + "x", text.substr(0, text.size() - 1), std::string(61, '_')})
    CHECK(keys.find(wrong) == nullptr);
  CHECK(Key{.scopes = {Scope::admin}}.may(Scope::operate));
}

TEST_CASE("the file is read as it was written; what cannot be read lets nobody in") {
  env::SimulatedFiles files;
  CHECK(read_keys(files, kPath)->empty());
  add(files,
      {.name = "a", .scopes = {Scope::read}, .where = "city = \"Berlin\" and vip = true", .rate = 2.5, .made = 1000});
  add(files, {.name = "b", .scopes = {Scope::receipts}});
  const auto keys = read_keys(files, kPath);
  REQUIRE(keys->size() == 2);
  CHECK((*keys)[0].where == "city = \"Berlin\" and vip = true");
  CHECK((*keys)[0].rate == 2.5);
  CHECK((*keys)[0].made == 1000);
  CHECK((*keys)[1].scopes == std::vector<Scope>{Scope::receipts});
  const std::string good = *env::read_whole_file(files, kPath);
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"tend.keys/1", "tend.keys/2"},
                                 {"\"read\"", "\"rule\""},
                                 {"\"hash\": \"", "\"hash\": \"z"},
                                 {"\"rate\": 2.5", "\"rate\": -1"},
                                 {"city = ", "city "},
                                 {"{", "["}}) {
    std::string bad = good;
    bad.replace(bad.find(from), from.size(), to);
    REQUIRE(env::write_whole_file(files, kPath, bad));
    const auto read = read_keys(files, kPath);
    INFO(bad);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("conditions are attributes with their values") {
  const auto good = parse_condition(R"( city = "New York" and level=gold )");
  REQUIRE(good);
  REQUIRE(good->all.size() == 2);
  CHECK(good->all[0].attribute == "city");
  CHECK(good->all[0].value == "New York");
  CHECK(good->all[1].attribute == "level");
  CHECK(good->all[1].value == "gold");
  CHECK(parse_condition("")->all.empty());
  for (const char* bad : {"city", "city =", "= x", "city = x or b = y", "city = x and", "city = \"x", "city = x b"})
    CHECK_FALSE(parse_condition(bad));
}

TEST_CASE("who meets a condition is asked of the engine") {
  Shop shop;
  auto live = shop.start();
  PostedInput input;
  input.kind = state::InputKind::attributes;
  input.customer = "c1";
  state::append_field(input.fields, 3, program::Value::string("Berlin"));
  state::append_field(input.fields, 2, program::Value::number(30));
  REQUIRE(post_now(*live, input));
  const auto met = [&](const std::string& text, const std::string& customer) {
    std::promise<bool> promise;
    auto future = promise.get_future();
    live->ask([&](run::Engine* engine) {
      promise.set_value(engine != nullptr && meets(*engine, *parse_condition(text), customer));
    });
    return future.get();
  };
  CHECK(met("city = Berlin", "c1"));
  CHECK(met("city = Berlin and age = 30", "c1"));
  CHECK_FALSE(met("city = Hamburg", "c1"));
  CHECK_FALSE(met("city = Berlin and age = 31", "c1"));
  CHECK_FALSE(met("city = Berlin and level = gold", "c1"));  // he has none
  CHECK_FALSE(met("town = Berlin", "c1"));
  CHECK_FALSE(met("age = old", "c1"));
  CHECK_FALSE(met("city = Berlin", "c2"));
  CHECK(met("", "c2"));
}

TEST_CASE("a rate holds over time, and what was too much comes off what follows") {
  KnownKey key(Key{.rate = 100}, {});
  const auto begin = std::chrono::steady_clock::time_point(std::chrono::hours(1));
  CHECK(key.wait_seconds(begin) == 0);
  key.charge(2499);
  CHECK(key.wait_seconds(begin) == 0);
  key.charge(301);
  CHECK(key.wait_seconds(begin) == 4);
  CHECK(key.wait_seconds(begin + std::chrono::seconds(2)) == 2);
  CHECK(key.wait_seconds(begin + std::chrono::milliseconds(3100)) == 0);
  KnownKey free(Key{}, {});
  free.charge(1'000'000);
  CHECK(free.wait_seconds(begin) == 0);
}
