#include "engine/channel/platform/wecom_content.hpp"

#include "engine/channel/platform/items.hpp"

namespace tend::channel {
namespace {

/// At most so many bytes, cut between characters.
std::string at_most(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return std::string(text.substr(0, bytes));
}

}  // namespace

Json wecom_content(const Message& message) {
  constexpr std::size_t kTitleBytes = 128;
  Json out = Json::object();
  if (const Item* text = line_of(message, "text")) out["text"] = {{"content", text->text}};
  Json attachments = Json::array();
  if (const Item* image = line_of(message, "image")) {
    const char* how = image->text.starts_with("http") ? "pic_url" : "media_id";
    attachments.push_back({{"msgtype", "image"}, {"image", {{how, image->text}}}});
  }
  if (const Item* link = line_of(message, "link")) {
    const std::string_view subject = text_of(message, "subject");
    const std::string title = at_most(subject.empty() ? std::string_view(link->text) : subject, kTitleBytes);
    attachments.push_back({{"msgtype", "link"}, {"link", {{"title", title}, {"url", link->text}}}});
  }
  if (const Item* program = line_of(message, "miniprogram")) {
    attachments.push_back({{"msgtype", "miniprogram"},
                           {"miniprogram",
                            {{"title", program->text},
                             {"pic_media_id", value_of(message, "miniprogram", "picture")},
                             {"appid", value_of(message, "miniprogram", "appid")},
                             {"page", value_of(message, "miniprogram", "page")}}}});
  }
  if (!attachments.empty()) out["attachments"] = std::move(attachments);
  return out;
}

}  // namespace tend::channel
