#include "infra/kafka/record_of.hpp"

#include <cstddef>
#include <string>

namespace chat::kafka {
namespace {

std::string text_of(const void* data, std::size_t size) {
    return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

}  // namespace

std::shared_ptr<const Record> record_of(const rd_kafka_message_t& message) {
    auto record = std::make_shared<Record>();
    record->key = text_of(message.key, message.key_len);
    record->value = text_of(message.payload, message.len);
    rd_kafka_headers_t* headers = nullptr;  // the message's own
    if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        record->headers.reserve(rd_kafka_header_cnt(headers));
        const char* name = nullptr;
        const void* value = nullptr;
        std::size_t size = 0;
        for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
             ++i)
            record->headers.push_back({name, text_of(value, size)});
    }
    return record;
}

}  // namespace chat::kafka
