// The webhook adapter: signatures by the specification's vector, what is posted, what answers mean.
#include "engine/channel/webhook.hpp"

#include <sodium.h>

#include <nlohmann/json.hpp>

#include "engine/channel/platform/sign.hpp"
#include "engine/channel/retry_after.hpp"
#include "engine/channel/webhook_signature.hpp"
#include "tests/engine/channel/scripted_host.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

using test::ScriptedHost;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

std::unique_ptr<Remote> hook(std::map<std::string, std::string> more = {}) {
  more.emplace("url", "https://example.com/hook");
  more.emplace("secret", kSecret);
  return test::make("webhook", std::move(more));
}

std::string refused(std::map<std::string, std::string> options) {
  auto made = make_webhook(ChannelConfig{.name = "hook", .adapter = "webhook", .options = std::move(options)});
  REQUIRE(!made);
  return made.error().message;
}

TEST_CASE("webhook: the signature is the specification's") {
  const auto key = WebhookKey::read(kSecret);
  REQUIRE(key);
  CHECK(key->sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})") ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("webhook: an ed25519 signature verifies with the open key, made from a whole key or from its seed") {
  unsigned char open[crypto_sign_PUBLICKEYBYTES], whole[crypto_sign_SECRETKEYBYTES];
  const std::string seed(crypto_sign_SEEDBYTES, 's');
  crypto_sign_seed_keypair(open, whole, reinterpret_cast<const unsigned char*>(seed.data()));
  const std::string raw(reinterpret_cast<const char*>(whole), sizeof(whole));
  for (const std::string& secret : {raw, seed}) {
    const auto key = WebhookKey::read("whsk_" + base64(secret));
    REQUIRE(key);
    const std::string signature = key->sign("id", 7, "body");
    REQUIRE(signature.starts_with("v1a,"));
    const auto bytes = from_base64(signature.substr(4));
    REQUIRE(bytes);
    const std::string text = "id.7.body";
    CHECK(crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(bytes->data()),
                                      reinterpret_cast<const unsigned char*>(text.data()), text.size(), open) == 0);
  }
}

TEST_CASE("webhook: what is posted, with the key as its id and the time of the attempt") {
  ScriptedHost host;
  host.answer = [](const HttpRequest&) { return test::answered("", 204); };
  const auto remote = hook({{"old_secret", "whsec_" + base64(std::string(24, 'o'))}});
  Message message =
      test::message_to("a@b.example", {{"text", "Hello \"you\"", ""}, {"template", "T", ""}, {"template", "v", "n"}});
  CHECK(test::submit_one(*remote, message, host).fate == Fate::accepted);
  REQUIRE(host.requests.size() == 1);
  const HttpRequest request = host.requests[0];
  CHECK(request.method == "POST");
  CHECK(request.public_only);
  std::map<std::string, std::string> headers(request.headers.begin(), request.headers.end());
  CHECK(headers.at("webhook-id") == state::format_key(message.key));
  CHECK(headers.at("webhook-timestamp") == std::to_string(ScriptedHost::kStart / 1000));
  const std::string both = headers.at("webhook-signature");
  CHECK(both.starts_with("v1,"));
  CHECK(both.find(" v1,") != std::string::npos);
  CHECK(request.body ==
        R"({"type":"message","timestamp":"2026-01-05T02:00:00Z","data":{"customer":"c-1","playbook":"p","message":"m",)"
        R"("channel":"ch","marketing":true,"to":"a@b.example","items":[{"kind":"text","text":"Hello \"you\""},)"
        R"({"kind":"template","text":"T"},{"kind":"template","text":"v","field":"n"}]}})");
  // Later, the same message has the same body.
  host.time += env::kHour;
  test::submit_one(*remote, message, host);
  CHECK(host.requests[1].body == request.body);
}

TEST_CASE("webhook: what an endpoint's answer means") {
  struct Row {
    HttpAnswer answer;
    Fate fate;
    Scope scope;
  };
  const std::vector<Row> rows = {
      {test::answered("", 200), Fate::accepted, Scope::recipient},
      {test::answered("", 299), Fate::accepted, Scope::recipient},
      {test::answered("", 301), Fate::deferred, Scope::request},
      {test::answered("", 400), Fate::deferred, Scope::request},
      {test::answered("", 500), Fate::deferred, Scope::request},
      {test::answered("", 410), Fate::rejected, Scope::account},
      {test::answered("", 429), Fate::throttled, Scope::account},
      {test::answered("", 502), Fate::throttled, Scope::account},
      {test::answered("", 504), Fate::throttled, Scope::account},
      {test::no_connection(), Fate::deferred, Scope::account},
      {test::no_answer(), Fate::unknown, Scope::account},
  };
  for (const Row& row : rows) {
    ScriptedHost host;
    host.script = {row.answer};
    const Outcome outcome = test::submit_one(*hook(), test::message_to("", {}), host);
    CAPTURE(row.answer.status, row.answer.error);
    CHECK(outcome.fate == row.fate);
    if (row.fate != Fate::accepted) CHECK(outcome.scope == row.scope);
    if (row.fate != Fate::accepted) CHECK(!outcome.reason.empty());
  }
}

TEST_CASE("webhook: ten attempts by the table, each up to a tenth later") {
  const std::vector<std::int64_t> seconds = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
  Message message = test::message_to("", {});
  for (; message.attempt < seconds.size(); ++message.attempt) {
    ScriptedHost host;
    host.script = {test::answered("", 500)};
    const Outcome outcome = test::submit_one(*hook(), message, host);
    const std::int64_t wait = outcome.until - host.time;
    CHECK(wait >= seconds[message.attempt] * 1000);
    CHECK(wait <= seconds[message.attempt] * 1100);
  }
  ScriptedHost host;
  host.script = {test::answered("", 500)};
  const Outcome last = test::submit_one(*hook(), message, host);
  CHECK(last.fate == Fate::rejected);
  CHECK(last.scope == Scope::request);
  CHECK(last.reason == "given up after 10 attempts: HTTP 500");
}

TEST_CASE("Retry-After in seconds or as a date, no longer than a day") {
  const env::Moment now = 784'111'700'000;  // 1994-11-06T08:48:20Z
  const auto read = [&](const std::string& value) {
    HttpAnswer answer;
    answer.headers["retry-after"] = value;
    return retry_after(answer, now);
  };
  CHECK(read("120") == now + 120'000);
  CHECK(read("0") == now);
  CHECK(read("Sun, 06 Nov 1994 08:49:37 GMT") == 784'111'777'000);
  CHECK(read("Sat, 05 Nov 1994 08:49:37 GMT") == now);
  CHECK(read("999999999") == now + env::kDay);
  for (const char* bad : {"", "soon", "-5", "1.5", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
                          "99999999999999999999"}) {
    CAPTURE(bad);
    CHECK(read(bad) == env::kNoMoment);
  }
  CHECK(retry_after({}, now) == env::kNoMoment);
}

TEST_CASE("webhook: options that cannot be are refused in a sentence") {
  CHECK(refused({{"url", "http://example.com/"}, {"secret", kSecret}}) ==
        "`url` cannot be `http://example.com/`, it begins with `https://`");
  CHECK(refused({{"url", "https://x/"}, {"secret", "s3cr3t"}}).find("s3cr3t") == std::string::npos);
  CHECK(refused({{"url", "https://x/"}, {"secret", "whsec_c2hvcnQ="}}).starts_with("`secret`: "));
  CHECK(refused({{"url", "https://x/"}, {"secret", kSecret}, {"allow_private", "yes"}}) ==
        "`allow_private` cannot be `yes`, it is `true` or `false`");
  CHECK(refused({{"url", "https://x/"}, {"secret", kSecret}, {"timeout", "0"}}).find("timeout") != std::string::npos);
  CHECK(hook({{"url", "http://127.0.0.1/"}, {"allow_private", "true"}}) != nullptr);
}

}  // namespace
}  // namespace tend::channel
