#include "events/time.hpp"

#include <date/date.h>

#include <cstddef>
#include <cstdint>

namespace chat {
namespace {

using std::chrono::microseconds;

// timestamptz knows no year 0, and RFC 3339 none past 9999.
constexpr Time first_time = date::sys_days(date::year(1) / 1 / 1);
constexpr Time end_of_time = date::sys_days(date::year(10000) / 1 / 1);

void write_digits(std::string& text, std::size_t at, std::size_t count, std::uint64_t value) {
    for (std::size_t i = count; i > 0; --i, value /= 10) text[at + i - 1] = static_cast<char>('0' + value % 10);
}

class Cursor {
public:
    explicit Cursor(std::string_view text) : text_(text) {}

    bool at_end() const { return text_.empty(); }
    bool take(char expected) {
        if (text_.empty() || text_.front() != expected) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool take_either(char one, char other) { return take(one) || take(other); }
    std::optional<int> digit() {
        if (text_.empty() || text_.front() < '0' || text_.front() > '9') return std::nullopt;
        const int value = text_.front() - '0';
        text_.remove_prefix(1);
        return value;
    }
    bool number(std::size_t digits, int least, int most, int& value) {
        value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            const auto next = digit();
            if (!next) return false;
            value = value * 10 + *next;
        }
        return value >= least && value <= most;
    }

private:
    std::string_view text_;
};

std::optional<microseconds> fraction(Cursor& in) {
    if (!in.take('.')) return microseconds(0);
    int value = 0;
    int digits = 0;
    while (const auto next = in.digit()) {
        if (digits < 6) value = value * 10 + *next;
        ++digits;
    }
    if (digits == 0) return std::nullopt;
    for (; digits < 6; ++digits) value *= 10;
    return microseconds(value);
}

std::optional<std::chrono::minutes> offset(Cursor& in) {
    if (in.take_either('Z', 'z')) return std::chrono::minutes(0);
    const bool west = in.take('-');
    if (!west && !in.take('+')) return std::nullopt;
    int hours = 0;
    int minutes = 0;
    if (!in.number(2, 0, 23, hours) || !in.take(':') || !in.number(2, 0, 59, minutes)) return std::nullopt;
    const std::chrono::minutes east = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return west ? -east : east;
}

}  // namespace

std::string to_rfc3339(Time time) {
    const auto day = date::floor<date::days>(time);
    const date::year_month_day ymd(day);
    auto rest = static_cast<std::uint64_t>((time - day).count());
    std::string text = "0000-00-00T00:00:00.000000Z";
    write_digits(text, 20, 6, rest % 1'000'000);
    rest /= 1'000'000;
    write_digits(text, 17, 2, rest % 60);
    write_digits(text, 14, 2, rest / 60 % 60);
    write_digits(text, 11, 2, rest / 3600);
    write_digits(text, 8, 2, static_cast<unsigned>(ymd.day()));
    write_digits(text, 5, 2, static_cast<unsigned>(ymd.month()));
    write_digits(text, 0, 4, static_cast<std::uint64_t>(static_cast<int>(ymd.year())));
    return text;
}

std::optional<Time> parse_rfc3339(std::string_view text) {
    Cursor in(text);
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    const bool shaped = in.number(4, 0, 9999, year) && in.take('-') && in.number(2, 1, 12, month) && in.take('-') &&
                        in.number(2, 1, 31, day) && in.take_either('T', 't') && in.number(2, 0, 23, hour) &&
                        in.take(':') && in.number(2, 0, 59, minute) && in.take(':') && in.number(2, 0, 60, second);
    if (!shaped) return std::nullopt;
    const auto date = date::year(year) / month / day;
    const auto micros = fraction(in);
    const auto east = micros ? offset(in) : std::nullopt;
    if (!date.ok() || !east || !in.at_end()) return std::nullopt;

    const Time minute_start = date::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) - *east;
    // A leap second ends a UTC day (RFC 3339, 5.7); Unix time counts it as the second after.
    const auto next_day = date::ceil<date::days>(minute_start + microseconds(1));
    if (second == 60 && next_day - minute_start != std::chrono::minutes(1)) return std::nullopt;
    const Time time = minute_start + std::chrono::seconds(second) + *micros;
    return time >= first_time && time < end_of_time ? std::optional(time) : std::nullopt;
}

}  // namespace chat
