#include "infra/postgres/record_headers.hpp"

#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <system_error>

namespace chat {
namespace {

void append_netstring(std::string& out, std::string_view bytes) {
    out += std::to_string(bytes.size());
    out += ':';
    out += bytes;
    out += ',';
}

std::string_view take_netstring(std::string_view& rest) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
    const auto digits = static_cast<std::size_t>(end - rest.data());
    const std::size_t room = rest.size() - digits;  // for colon, bytes, comma
    if (error != std::errc() || room < 2 || size > room - 2 || rest[digits] != ':' || rest[digits + 1 + size] != ',')
        throw std::invalid_argument("headers of a log record are damaged");
    const std::string_view bytes = rest.substr(digits + 1, size);
    rest.remove_prefix(digits + size + 2);
    return bytes;
}

}  // namespace

std::string encode_headers(const Headers& headers) {
    std::string text;
    for (const Header header : headers) {
        append_netstring(text, header.name);
        append_netstring(text, header.value);
    }
    return text;
}

Headers decode_headers(std::string_view text) {
    Headers headers;
    constexpr std::size_t usual = 16;  // an event has 10 to 15
    headers.reserve(usual, text.size());
    while (!text.empty()) {
        const std::string_view name = take_netstring(text);
        headers.add(name, take_netstring(text));
    }
    return headers;
}

}  // namespace chat
