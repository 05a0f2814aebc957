#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/headers.hpp"
#include "events/ids.hpp"

namespace chat {

/// What a log stores: bytes with a key and headers. Ours are CloudEvents in Kafka's binary mode, but a log may hold
/// records that are not; only the codec knows.
struct Record {
    std::string key;
    Headers headers;
    std::string value;

    /// The last header of that name.
    std::optional<std::string_view> header(std::string_view name) const { return headers.last(name); }
    /// Of key, headers and value.
    std::size_t bytes() const { return key.size() + headers.bytes() + value.size(); }

    bool operator==(const Record&) const = default;
};

/// A record and where it stands in its partition. Shared, since the tail, the view and a waiting command all hold it.
struct StoredRecord {
    Offset offset;
    std::shared_ptr<const Record> record;
};

/// The partition of a key: murmur2 as Kafka's Java client computes it, so that any producer of the topic agrees.
/// `partitions` > 0.
Partition partition_of(std::string_view key, std::int32_t partitions);

}  // namespace chat
