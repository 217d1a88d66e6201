#include "dsl/doc/html.hpp"

#include "dsl/graph/escape.hpp"

namespace tend::doc {
namespace {

using graph::xml;

constexpr const char* kStyle = R"(<style>
:root{color-scheme:light dark;--paper:#fff;--ink:#1f2933;--soft:#5b6773;--rule:#dde3e9;--card:#f6f8fa;--link:#1f5fbf}
@media (prefers-color-scheme:dark){:root{--paper:#15191e;--ink:#e6eaee;--soft:#a3afba;--rule:#343d46;--card:#1d2329;--link:#8ab4f8}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:54rem;padding:1.5rem 1rem 4rem;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif;overflow-wrap:anywhere}
a{color:var(--link)}
h1{font-size:1.6rem;line-height:1.3;margin:.2rem 0 .4rem}
h2{font-size:1.15rem;margin:2.2rem 0 .6rem;padding-top:.8rem;border-top:1px solid var(--rule)}
h3{font-size:1rem;margin:1.2rem 0 .3rem}
p{margin:.5rem 0}
.soft,small{color:var(--soft)}
.graph{overflow-x:auto;margin:1rem 0;text-align:center}
.graph svg{height:auto}
ol,ul{padding-left:1.5rem;margin:.4rem 0}
ol.steps{list-style:none;counter-reset:step;padding-left:0}
ol.steps>li{counter-increment:step;position:relative;padding-left:2.3rem;margin:.45rem 0}
ol.steps>li::before{content:counter(step) ".";position:absolute;left:0;width:1.8rem;text-align:right;color:var(--soft)}
ol.steps ol.steps{border-left:2px solid var(--rule);margin-left:-.4rem}
.way{margin:.35rem 0 .1rem}
.way>b{font-weight:600}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--rule)}
th{font-weight:600;color:var(--soft);font-size:.9rem}
.card{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:.7rem .9rem;margin:.7rem 0}
.card h3{margin:.1rem 0 .3rem}
.said{white-space:pre-line;margin:.3rem 0}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono CJK SC",monospace;font-size:.88em;color:var(--soft)}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--rule:#bbb;--card:#fff;--link:#000}body{max-width:none;padding:0;font-size:11pt}.graph,.card,li{break-inside:avoid}.graph svg{max-width:100%!important;min-width:0!important;max-height:24cm}nav{display:none}h2{break-after:avoid}}
</style>
)";

std::string block_html(const prose::ReadingBlock& block) {
  std::string out = "<ol class=\"steps\">\n";
  for (const prose::ReadingStep& step : block.steps) {
    out += "<li>" + xml(step.text);
    for (const prose::ReadingWay& way : step.ways) {
      if (!way.label.empty()) out += "<div class=\"way\"><b>" + xml(way.label) + "</b></div>";
      for (const prose::ReadingBlock& inner : way.block) out += block_html(inner);
    }
    out += "</li>\n";
  }
  return out + "</ol>\n";
}

}  // namespace

std::string page(std::string_view title, std::string_view body, text::Tongue tongue) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"";
  out += tongue == text::Tongue::zh ? "zh-CN" : "en";
  out +=
      "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<title>" +
      xml(title) + "</title>\n";
  out += kStyle;
  out += "</head>\n<body>\n";
  out += body;
  return out + "</body>\n</html>\n";
}

std::string section(std::string_view heading, std::string_view body) {
  if (body.empty()) return {};
  return "<section>\n<h2>" + xml(heading) + "</h2>\n" + std::string(body) + "</section>\n";
}

std::string list(const std::vector<std::string>& items) {
  if (items.empty()) return {};
  std::string out = "<ul>\n";
  for (const std::string& item : items) out += "<li>" + item + "</li>\n";
  return out + "</ul>\n";
}

std::string paragraph(std::string_view text) { return "<p>" + xml(text) + "</p>\n"; }

std::string reading_html(const prose::Reading& reading, text::Tongue tongue) {
  std::string about;
  for (const std::string& one : reading.about) about += (about.empty() || tongue == text::Tongue::zh ? "" : " ") + one;
  return paragraph(about) + block_html(reading.steps);
}

std::string href(std::string_view file) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : file) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                       c == '-' || c == '_' || c == '.';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace tend::doc
