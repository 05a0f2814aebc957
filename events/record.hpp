#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.hpp"

namespace chat {

struct Header {
    std::string name;
    std::string value;

    bool operator==(const Header&) const = default;
};

/// What a log stores: bytes with a key and headers. Ours are CloudEvents in Kafka's binary mode, but a log may hold
/// records that are not; only the codec knows.
struct Record {
    std::string key;
    std::vector<Header> headers;
    std::string value;

    /// The last header of that name, as Kafka's clients read them.
    std::optional<std::string_view> header(std::string_view name) const;

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
