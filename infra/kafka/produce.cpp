#include "infra/kafka/produce.hpp"

#include <array>
#include <string>

#include "infra/kafka/handles.hpp"

namespace chat::kafka {
namespace {

HeadersHandle headers_of(const Record& record) {
    HeadersHandle headers(rd_kafka_headers_new(record.headers.size()));
    for (const Header header : record.headers)
        rd_kafka_header_add(headers.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                            header.value.data(), static_cast<ssize_t>(header.value.size()));
    return headers;
}

rd_kafka_vu_t bytes(rd_kafka_vtype_t type, const std::string& text) {
    rd_kafka_vu_t field{};
    field.vtype = type;
    field.u.mem.ptr = const_cast<char*>(text.data());  // librdkafka only reads it
    field.u.mem.size = text.size();
    return field;
}

}  // namespace

rd_kafka_resp_err_t produce(rd_kafka_t* client, rd_kafka_topic_t* topic, Partition partition, const Record& record,
                            Value value, std::uintptr_t id) {
    HeadersHandle headers = headers_of(record);
    std::array<rd_kafka_vu_t, 7> fields{};
    fields[0].vtype = RD_KAFKA_VTYPE_RKT;
    fields[0].u.rkt = topic;
    fields[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    fields[1].u.i32 = partition.value();
    fields[2] = bytes(RD_KAFKA_VTYPE_KEY, record.key);
    fields[3] = bytes(RD_KAFKA_VTYPE_VALUE, record.value);
    fields[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
    fields[4].u.ptr = reinterpret_cast<void*>(id);
    fields[5].vtype = RD_KAFKA_VTYPE_HEADERS;
    fields[5].u.headers = headers.get();
    fields[6].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    fields[6].u.i = value == Value::copied ? RD_KAFKA_MSG_F_COPY : 0;
    const ErrorHandle error(rd_kafka_produceva(client, fields.data(), fields.size()));
    if (error) return rd_kafka_error_code(error.get());
    (void)headers.release();  // taken
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace chat::kafka
