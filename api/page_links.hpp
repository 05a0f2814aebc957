#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace chat {

/// One page's URL: `path`, the parameters of `query` but for those in `without`, and `name=cursor`.
std::string page_url(std::string_view path, std::string_view query, std::initializer_list<std::string_view> without,
                     std::string_view name, std::string_view cursor);

/// The value of a Link field (RFC 8288), built up: `</path?..>; rel="next", <..>; rel="prev"`.
void add_link(std::string& link, std::string_view url, std::string_view relation);

}  // namespace chat
