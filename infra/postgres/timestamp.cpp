#include "infra/postgres/timestamp.hpp"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <stdexcept>

namespace chat {
namespace {

using namespace std::chrono;

/// Reads one field after another and throws at the first surprise.
class Fields {
public:
    explicit Fields(std::string_view text) : whole_(text), rest_(text) {}

    std::int64_t number() {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc() || rest_.starts_with('-')) refuse();
        digits_ = static_cast<std::size_t>(end - rest_.data());
        rest_.remove_prefix(digits_);
        return value;
    }
    std::size_t digits() const { return digits_; }  // of the last number
    bool skip(std::string_view text) {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }
    void expect(std::string_view text) {
        if (!skip(text)) refuse();
    }
    void end() const {
        if (!rest_.empty()) refuse();
    }
    [[noreturn]] void refuse() const { throw std::invalid_argument("no timestamptz: " + std::string(whole_)); }

private:
    std::string_view whole_;
    std::string_view rest_;
    std::size_t digits_ = 0;
};

}  // namespace

std::string to_timestamptz(Time time) {
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss<microseconds> clock(time - day);
    const int year = static_cast<int>(date.year());
    char text[64];
    const int length = std::snprintf(
        text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d.%06d+00%s", year > 0 ? year : 1 - year,
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
        static_cast<int>(clock.subseconds().count()), year > 0 ? "" : " BC");
    return std::string(text, static_cast<std::size_t>(length));
}

Time from_timestamptz(std::string_view text) {
    Fields in(text);
    auto year_number = in.number();
    in.expect("-");
    const auto month_number = in.number();
    in.expect("-");
    const auto day_number = in.number();
    in.expect(" ");
    microseconds clock = hours(in.number());
    in.expect(":");
    clock += minutes(in.number());
    in.expect(":");
    clock += seconds(in.number());
    if (in.skip(".")) {
        auto fraction = in.number();
        for (auto digits = in.digits(); digits < 6; ++digits) fraction *= 10;
        clock += microseconds(fraction);
    }
    const bool west = in.skip("-");
    if (!west) in.expect("+");
    microseconds zone = hours(in.number());
    if (in.skip(":")) zone += minutes(in.number());
    if (in.skip(":")) zone += seconds(in.number());
    if (in.skip(" BC")) year_number = 1 - year_number;
    in.end();

    const year_month_day date(year(static_cast<int>(year_number)), month(static_cast<unsigned>(month_number)),
                              day(static_cast<unsigned>(day_number)));
    if (!date.ok()) in.refuse();
    return sys_days(date) + clock + (west ? zone : -zone);
}

}  // namespace chat
