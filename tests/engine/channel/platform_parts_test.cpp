// What the adapters of platforms are made of: escapes, forms, base64, numbers, China's clock, words of opting out.
#include "engine/channel/platform/china.hpp"
#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/opt_out.hpp"
#include "engine/channel/platform/phone.hpp"
#include "engine/channel/platform/sign.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

TEST_CASE("what a form is written as is what is read out of it") {
  const Pairs pairs = {{"a b", "1 2+3%"}, {"测试", "~*-._"}, {"empty", ""}};
  CHECK(form(pairs) == "a%20b=1%202%2B3%25&%E6%B5%8B%E8%AF%95=~%2A-._&empty=");
  const auto read = read_form(form(pairs));
  CHECK(read == std::map<std::string, std::string>(pairs.begin(), pairs.end()));
  CHECK(read_form("a+b=%zz&&c&=d&a+b=%4") == std::map<std::string, std::string>{{"a b", "%4"}, {"c", ""}, {"", "d"}});
  CHECK(with_query("https://x/y", "k", "a b") == "https://x/y?k=a%20b");
  CHECK(with_query("https://x/y?z", "k", "1") == "https://x/y?z&k=1");
  CHECK(host_of("https://a.b:443/c") == "a.b");
  CHECK(host_of("http://127.0.0.1:8080") == "127.0.0.1:8080");
  CHECK(host_of("http://a.b:443?x") == "a.b:443");
}

TEST_CASE("base64 is read strictly but for bits that mean nothing") {
  for (const std::string_view text : {"", "f", "fo", "foo", "foobar", "\xff\xfe\x00x"})
    if (!text.empty()) CHECK(from_base64(base64(text)) == text);
  CHECK(from_base64("Zh==") == "f");  // WeCom's keys look like that
  for (const char* bad : {"", "Zg", "Zg=", "Z===", "====", "Zm 9v", "Zm9v\n", "Zg==Zg==", "=Zg=", "Zm9*"}) {
    CAPTURE(bad);
    CHECK_FALSE(from_base64(bad));
  }
  CHECK(hex(sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(same_secret("abc", "abc"));
  CHECK_FALSE(same_secret("abc", "abd"));
  CHECK_FALSE(same_secret("abc", "ab"));
}

TEST_CASE("Chinese numbers are known however they are written") {
  for (const char* text : {"13900001234", "8613900001234", "+8613900001234", "008613900001234"}) {
    CHECK(chinese_mobile(text) == "13900001234");
    CHECK(with_country(text) == "+8613900001234");
  }
  for (const char* text :
       {"", "1390000123", "139000012345", "+85291234567", "23900001234", "1390000123x", "+1390000123"})
    CHECK(chinese_mobile(text).empty());
  CHECK(with_country("+85291234567") == "+85291234567");
  CHECK(as_written("8613900001234", Numbers::local) == "13900001234");
  CHECK(as_written("13900001234", Numbers::e164) == "+8613900001234");
}

TEST_CASE("China's clock") {
  const env::Moment ten = 1'767'578'400'000;  // 2026-01-05 10:00 there
  CHECK(read_china_time("2026-01-05 10:00:00") == ten);
  for (const char* bad : {"", "2026-01-05", "2026-01-05T10:00:00+08:00", "2026-13-05 10:00:00", "yesterday at ten o'c"})
    CHECK(read_china_time(bad) == env::kNoMoment);
  CHECK(china_day(ten) == "20260105");
  CHECK(china_day(ten + 14 * env::kHour) == "20260106");
  CHECK(china_midnight_after(ten) == ten + 14 * env::kHour);
  CHECK(china_midnight_after(ten + 14 * env::kHour) == ten + 38 * env::kHour);
  CHECK(china_month_after(ten) == ten + 26 * env::kDay + 14 * env::kHour);
  CHECK(china_month_after(ten - 6 * env::kDay) == ten - 4 * env::kDay - 10 * env::kHour);  // over the year's end
  Limits day{.open_from = 8 * 3'600'000, .open_to = 20 * 3'600'000};
  CHECK(next_opening(day, ten) == ten);
  CHECK(next_opening(day, ten + 10 * env::kHour) == ten + 22 * env::kHour);
  CHECK(next_opening(day, ten - 3 * env::kHour) == ten - 2 * env::kHour);
  Limits night{.open_from = 20 * 3'600'000, .open_to = 8 * 3'600'000};
  CHECK(next_opening(night, ten) == ten + 10 * env::kHour);
  CHECK(next_opening(night, ten + 12 * env::kHour) == ten + 12 * env::kHour);
  CHECK(next_opening(Limits{}, ten) == ten);
}

TEST_CASE("opting out is the whole of what was written") {
  for (const char* text : {"R",    "r",      " R ",    "Ｒ",       "ｔｄ",   "T",      "TD",         "N",     "tn",
                           "退订", "退订。", "退订！", "　退订　", "拒收",   "stop",   "Stop.",      "STOP!", "stopall",
                           "quit", "End",    "revoke", "opt out",  "OptOut", "cancel", "UNSUBSCRIBE"}) {
    CAPTURE(text);
    CHECK(is_opt_out(text));
  }
  for (const char* text :
       {"", " ", "Rr", "please stop", "不退订", "退订吗", "stop it", "no", "Y", "ＲＲ", "\xEF\xBC", "\xFF"}) {
    CAPTURE(text);
    CHECK_FALSE(is_opt_out(text));
  }
  CHECK_FALSE(is_opt_out(std::string(60, ' ') + "R" + std::string(60, ' ')));
}

}  // namespace
}  // namespace tend::channel
