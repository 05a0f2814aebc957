#include "infra/kafka/record_of.hpp"

#include <cstddef>
#include <string_view>

namespace chat::kafka {
namespace {

std::string_view bytes_of(const void* data, std::size_t size) {
    return data == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}

}  // namespace

std::shared_ptr<const Record> record_of(const rd_kafka_message_t& message) {
    auto record = std::make_shared<Record>();
    record->key = bytes_of(message.key, message.key_len);
    record->value = bytes_of(message.payload, message.len);
    rd_kafka_headers_t* headers = nullptr;  // the message's own
    if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        constexpr std::size_t usual_bytes = 700;
        record->headers.reserve(rd_kafka_header_cnt(headers), usual_bytes);
        const char* name = nullptr;
        const void* value = nullptr;
        std::size_t size = 0;
        for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
             ++i)
            record->headers.add(name, bytes_of(value, size));
    }
    return record;
}

}  // namespace chat::kafka
