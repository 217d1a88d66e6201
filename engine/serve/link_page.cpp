// The pages load nothing and know nothing: they need no name of the operator to be read on a telephone.
#include "engine/serve/link_page.hpp"

#include <array>

namespace tend::serve {
namespace {

struct Words {
  std::string_view title, text, button;
};

constexpr std::array<Words, 4> kEnglish = {{
    {"Unsubscribe", "Do you want to get no more of these messages?", "Unsubscribe"},
    {"You are unsubscribed", "You will get no more of these messages.", ""},
    {"This did not work", "Your wish could not be saved just now. Please try again in a few minutes.", "Try again"},
    {"This address is not valid", "Please use the link as it stands in your message.", ""},
}};
constexpr std::array<Words, 4> kChinese = {{
    {"退订", "您不想再收到这类消息了吗？", "确认退订"},
    {"您已退订", "您不会再收到这类消息。", ""},
    {"未能完成", "您的请求暂时无法保存，请几分钟后再试。", "重试"},
    {"链接无效", "请使用消息中的完整链接。", ""},
}};

/// The first tongue of the two that he names.
bool wants_chinese(std::string_view languages) {
  const std::size_t chinese = languages.find("zh"), english = languages.find("en");
  return chinese != std::string_view::npos && (english == std::string_view::npos || chinese < english);
}

}  // namespace

std::string link_page(LinkPage page, std::string_view languages) {
  const bool chinese = wants_chinese(languages);
  const Words& words = (chinese ? kChinese : kEnglish)[static_cast<std::size_t>(page)];
  std::string out = "<!doctype html><html lang=\"";
  out += chinese ? "zh" : "en";
  out +=
      "\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<meta name=\"color-scheme\" content=\"light dark\"><title>";
  out += words.title;
  out +=
      "</title><style>body{font:1.125rem/1.6 system-ui,\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK "
      "SC\",sans-serif;max-width:30rem;margin:15vh auto 0;padding:0 1.5rem}h1{font-size:1.5rem;line-height:1.3}"
      "button{font:inherit;padding:.6em 1.6em;border:0;border-radius:.4em;background:#1a5fb4;color:#fff;cursor:pointer}"
      "button:focus-visible{outline:3px solid #99c1f1}</style><h1>";
  out += words.title;
  out += "</h1><p>";
  out += words.text;
  out += "</p>";
  if (!words.button.empty()) {
    out += "<form method=\"post\"><button>";
    out += words.button;
    out += "</button></form>";
  }
  return out + "</html>\n";
}

std::string_view empty_picture() {
  static constexpr char kGif[] =
      "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x21\xf9\x04\x01\x00\x00\x00\x00\x2c\x00\x00\x00\x00"
      "\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b";
  return {kGif, sizeof kGif - 1};
}

}  // namespace tend::serve
