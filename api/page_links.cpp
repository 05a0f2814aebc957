#include "api/page_links.hpp"

#include <algorithm>

#include "api/uri.hpp"

namespace chat {

std::string page_url(std::string_view path, std::string_view query, std::initializer_list<std::string_view> without,
                     std::string_view name, std::string_view cursor) {
    std::string url = uri_escaped(path);
    char joint = '?';
    for (const auto& [parameter, value] : split_query(query)) {
        const auto decoded = form_decoded(parameter);
        if (decoded && std::ranges::find(without, *decoded) != without.end()) continue;
        url += joint;
        url += uri_escaped(parameter);
        url += '=';
        url += uri_escaped(value);
        joint = '&';
    }
    url += joint;
    url.append(name).append("=").append(cursor);
    return url;
}

void add_link(std::string& link, std::string_view url, std::string_view relation) {
    if (!link.empty()) link += ", ";
    link.append("<").append(url).append(">; rel=\"").append(relation).append("\"");
}

}  // namespace chat
