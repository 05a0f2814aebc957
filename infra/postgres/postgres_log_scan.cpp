#include "infra/postgres/postgres_log_scan.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "events/log_cut.hpp"
#include "infra/postgres/record_headers.hpp"

namespace chat {
namespace {

/// In one COPY: a snapshot that is held for long keeps the server from cleaning up after others.
constexpr std::int64_t records_at_once = 50'000;
constexpr std::size_t bytes_at_once = 8 << 20;  // of values that are given together

constexpr std::string_view signature("PGCOPY\n\xff\r\n\0", 11);

/// The next bytes of a row in PostgreSQL's binary form.
class Row {
public:
    explicit Row(std::string_view bytes) : rest_(bytes) {
        if (!rest_.starts_with(signature)) return;
        take(signature.size() + 4);  // and flags
        take(static_cast<std::size_t>(number(4)));
    }
    bool empty() const { return rest_.empty(); }
    std::int64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        for (const char c : take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
        const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes);
        return static_cast<std::int64_t>(value << unused) >> unused;
    }
    std::string_view field() { return take(static_cast<std::size_t>(number(4))); }

private:
    std::string_view take(std::size_t bytes) {
        if (bytes > rest_.size()) throw std::invalid_argument("a row of COPY is cut short");
        const std::string_view taken = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return taken;
    }
    std::string_view rest_;
};

}  // namespace

asio::awaitable<std::vector<StoredRecord>> PostgresLogScan::read(Partition partition, NextOffset next,
                                                                 std::size_t limit) {
    if (!copying_ || partition != partition_ || next != next_) seek(partition, next);
    std::vector<StoredRecord> records = take(limit);
    if (records.empty()) {  // that COPY is done; there may be more
        seek(partition, next);
        records = take(limit);
    }
    if (records.empty()) records = co_await log_.read(partition, next, limit);
    co_return records;
}

void PostgresLogScan::seek(Partition partition, NextOffset next) {
    while (copying_ && connection_.get()) continue;
    copying_ = false;
    connection_.begin_copy_out("COPY (SELECT \"offset\", key, headers, value FROM log_records WHERE partition = " +
                               std::to_string(partition.value()) +
                               " AND \"offset\" >= " + std::to_string(next.value()) + " ORDER BY \"offset\" LIMIT " +
                               std::to_string(records_at_once) + ") TO STDOUT (FORMAT binary)");
    copying_ = true;
    partition_ = partition;
    next_ = next;
}

std::vector<StoredRecord> PostgresLogScan::take(std::size_t limit) {
    std::vector<StoredRecord> records;
    std::size_t bytes = 0;
    while (copying_ && records.size() < limit && bytes < bytes_at_once) {
        const auto message = connection_.get();
        if (!message) {
            copying_ = false;
            break;
        }
        Row row(*message);
        if (row.empty() || row.number(2) < 0) continue;  // the tail
        row.number(4);                                   // the size of the first field
        const Offset offset(row.number(8));
        if (offset.value() != next_.value())
            throw LogCut("partition " + std::to_string(partition_.value()) + " of the log lacks the record at offset " +
                         std::to_string(next_.value()));
        auto record = std::make_shared<Record>();
        record->key = row.field();
        record->headers = decode_headers(row.field());
        record->value = row.field();
        bytes += record->value.size();
        records.push_back({offset, std::move(record)});
        next_ = after(offset);
    }
    return records;
}

}  // namespace chat
