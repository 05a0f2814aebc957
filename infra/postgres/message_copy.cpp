#include "infra/postgres/message_copy.hpp"

#include <cstdint>
#include <string_view>

namespace chat {
namespace {

using namespace std::string_view_literals;

constexpr std::int16_t columns = 8;
constexpr std::chrono::sys_days postgres_epoch = std::chrono::year(2000) / 1 / 1;

template <class Int>
void append_int(std::string& out, Int value) {
    const auto bits = static_cast<std::make_unsigned_t<Int>>(value);
    for (int shift = 8 * (static_cast<int>(sizeof(Int)) - 1); shift >= 0; shift -= 8)
        out += static_cast<char>(static_cast<unsigned char>(bits >> shift));
}

void append_field(std::string& out, std::string_view bytes) {
    append_int(out, static_cast<std::int32_t>(bytes.size()));
    out += bytes;
}

void append_field(std::string& out, std::int64_t number) {
    append_int(out, std::int32_t{8});
    append_int(out, number);
}

void append_field(std::string& out, const Uuid& uuid) {
    append_int(out, static_cast<std::int32_t>(uuid.bytes.size()));
    for (const std::uint8_t byte : uuid.bytes) out += static_cast<char>(byte);
}

/// Text behind the number of jsonb's only wire version.
void append_jsonb(std::string& out, std::string_view json) {
    append_int(out, static_cast<std::int32_t>(json.size() + 1));
    out += '\x01';
    out += json;
}

}  // namespace

const char* const copy_messages_sql =
    "COPY chat_messages (id, session_id, message_type, content, agent_type, metadata, created_at, sequence)"
    " FROM STDIN (FORMAT binary)";

std::string begin_message_copy() {
    std::string out("PGCOPY\n\xff\r\n\0"sv);
    append_int(out, std::int32_t{0});  // no flags
    append_int(out, std::int32_t{0});  // no extension
    return out;
}

void append_message(std::string& out, const MessageRow& message) {
    append_int(out, columns);
    append_field(out, message.id.uuid());
    append_field(out, message.session.uuid());
    append_field(out, to_string(message.message_type));
    append_field(out, std::string_view(message.content));
    if (message.agent_type)
        append_field(out, std::string_view(*message.agent_type));
    else
        append_int(out, std::int32_t{-1});  // null
    append_jsonb(out, message.metadata.view());
    append_field(out, std::int64_t{(message.created_at - postgres_epoch).count()});
    append_field(out, message.sequence.value());
}

std::string end_message_copy() {
    std::string out;
    append_int(out, std::int16_t{-1});
    return out;
}

}  // namespace chat
