#include "api/response_head.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace chat {

const std::string& DateField::at(std::time_t now) {
    if (now == made_at_) return text_;
    static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 64> text{};
    // Not strftime: its names follow the locale.
    const int length =
        std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[utc.tm_wday], utc.tm_mday,
                      months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
    text_.assign(text.data(), static_cast<std::size_t>(length));
    made_at_ = now;
    return text_;
}

void write_head(std::string& out, const Response& response, Ending ending, const std::string& date) {
    const auto number = [&out](std::size_t value) {
        std::array<char, 20> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
        out.append(digits.data(), end);
    };
    out.assign("HTTP/1.1 ");
    number(static_cast<std::size_t>(response.status()));
    out.append(" ").append(reason_phrase(response.status())).append("\r\nDate: ").append(date).append("\r\n");
    out.append(response.fields());
    if (response.status() != 304) {  // a 304's would have to be that of the 200 (RFC 9110, 8.6)
        out.append("Content-Length: ");
        number(response.body().size());
        out.append("\r\n");
    }
    if (ending == Ending::close) out.append("Connection: close\r\n");
    if (ending == Ending::keep_alive_http10) out.append("Connection: keep-alive\r\n");
    out.append("\r\n");
}

}  // namespace chat
