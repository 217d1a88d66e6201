// What people see who follow an address in their message.
#pragma once
#include <string>
#include <string_view>

namespace tend::serve {

enum class LinkPage {
  ask,      // unsubscribe? A button posts to the same address
  done,     // unsubscribed
  later,    // it could not be kept just now
  unknown,  // the address is none of ours
};

/// A page of HTML without anything to load, in the reader's tongue: `languages` is his browser's Accept-Language.
std::string link_page(LinkPage page, std::string_view languages);

/// A picture of one dot that cannot be seen.
std::string_view empty_picture();

}  // namespace tend::serve
