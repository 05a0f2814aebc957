#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "infra/postgres/postgres_options.hpp"

namespace chat {

struct PostgresLogOptions {
    PostgresOptions postgres;      // `connections` is not used: the log has its own
    std::int32_t partitions = 12;  // of a log that is made; one that is there keeps its own
    std::chrono::milliseconds append_timeout{3'000};
    std::chrono::milliseconds poll{500};  // for what a notification did not tell
    std::size_t queue = 10'000;           // records that wait to be appended; one more is an Outage
    std::size_t queue_bytes = 64 << 20;   // .. and their bytes
    std::size_t kept_records = 1'000;     // own appends that a reader of the partition gets without a query
    std::size_t kept_bytes = 1 << 20;     // .. and their bytes, for each partition
};

}  // namespace chat
