#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <vector>

#include "commands/ports/event_log.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

/// What becomes of an append, for tests.
enum class AppendFault {
    none,
    outage,          // not stored, and that is certain
    unknown_lost,    // DeliveryUnknown, not stored
    unknown_stored,  // DeliveryUnknown, stored
    somewhere        // stored, without its offset
};

/// Partitions in memory, for tests: what several MemoryEventLogs share, as processes share a broker. One thread.
class MemoryLog {
public:
    explicit MemoryLog(std::int32_t partitions) : partitions_(static_cast<std::size_t>(partitions)) {}

    /// Drops the records from `end` on, as power loss can: nobody is told.
    void cut(Partition partition, NextOffset end);

    /// Every read that waits throws Outage, as when a connection breaks.
    void break_connections();

    /// What becomes of the appends to come, the first first; none once it is used up.
    std::deque<AppendFault> faults;

    /// How long each append takes. It is stored at the end of that time.
    std::chrono::milliseconds append_delay{0};

private:
    friend class MemoryEventLog;

    struct Waiting {
        asio::steady_timer wake;
        bool broken = false;
    };
    struct Stored {
        std::vector<std::shared_ptr<const Record>> records;
        std::list<Waiting*> waiting;
    };

    Stored& at(Partition partition) { return partitions_.at(static_cast<std::size_t>(partition.value())); }
    Offset store(Partition partition, std::shared_ptr<const Record> record);

    std::vector<Stored> partitions_;
};

/// Both ports over a MemoryLog.
class MemoryEventLog final : public EventLog, public RecordSource {
public:
    MemoryEventLog(asio::any_io_executor executor, std::shared_ptr<MemoryLog> log);

    std::int32_t partitions() const override;
    asio::awaitable<Delivery> append(Partition partition, std::shared_ptr<const Record> record) override;
    asio::awaitable<std::vector<StoredRecord>> read(Partition partition, NextOffset next, std::size_t limit) override;
    asio::awaitable<NextOffset> end(Partition partition) override;
    void distrust(Partition) override {}  // it keeps nothing

private:
    asio::any_io_executor executor_;
    std::shared_ptr<MemoryLog> log_;
};

}  // namespace chat
