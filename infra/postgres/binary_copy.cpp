#include "infra/postgres/binary_copy.hpp"

#include <array>
#include <chrono>
#include <cstring>
#include <type_traits>

namespace chat {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t piece_bytes = 256 << 10;
constexpr std::chrono::sys_days postgres_epoch = std::chrono::year(2000) / 1 / 1;

template <class Int>
void append(std::string& out, Int value) {
    const auto bits = static_cast<std::make_unsigned_t<Int>>(value);
    std::array<char, sizeof(Int)> bytes;
    for (std::size_t i = 0; i < sizeof(Int); ++i)
        bytes[i] = static_cast<char>(static_cast<unsigned char>(bits >> 8 * (sizeof(Int) - 1 - i)));
    out.append(bytes.data(), bytes.size());
}

void append_size(std::string& out, std::size_t bytes) { append(out, static_cast<std::int32_t>(bytes)); }

}  // namespace

BinaryCopy::BinaryCopy(BulkConnection& connection, std::string_view target)
    : connection_(connection), buffer_("PGCOPY\n\xff\r\n\0"sv) {
    connection_.begin_copy("COPY " + std::string(target) + " FROM STDIN (FORMAT binary)");
    append(buffer_, std::int32_t{0});  // no flags
    append(buffer_, std::int32_t{0});  // no extension
}

void BinaryCopy::begin_row(std::int16_t columns) {
    if (buffer_.size() >= piece_bytes) {
        connection_.put(buffer_);
        buffer_.clear();
    }
    append(buffer_, columns);
}

void BinaryCopy::add(std::string_view text) {
    append_size(buffer_, text.size());
    buffer_ += text;
}

void BinaryCopy::add(std::int64_t number) {
    append_size(buffer_, sizeof number);
    append(buffer_, number);
}

void BinaryCopy::add(bool value) {
    append_size(buffer_, 1);
    buffer_ += value ? '\x01' : '\x00';
}

void BinaryCopy::add(const Uuid& uuid) {
    append_size(buffer_, uuid.bytes.size());
    std::array<char, std::tuple_size_v<decltype(uuid.bytes)>> bytes;
    std::memcpy(bytes.data(), uuid.bytes.data(), bytes.size());
    buffer_.append(bytes.data(), bytes.size());
}

void BinaryCopy::add(Time time) { add(std::int64_t{(time - postgres_epoch).count()}); }

void BinaryCopy::add(Day day) {
    const auto since = std::chrono::days(day.value()) - postgres_epoch.time_since_epoch();
    append_size(buffer_, sizeof(std::int32_t));
    append(buffer_, static_cast<std::int32_t>(since.count()));
}

void BinaryCopy::add(JsonbText text) {
    append_size(buffer_, text.json.size() + 1);
    buffer_ += '\x01';  // the only wire version
    buffer_ += text.json;
}

void BinaryCopy::add_null() { append(buffer_, std::int32_t{-1}); }

void BinaryCopy::end() {
    append(buffer_, std::int16_t{-1});
    connection_.put(buffer_);
    connection_.end_copy();
}

}  // namespace chat
