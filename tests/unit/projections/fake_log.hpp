#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "projections/ports/partition_assignment.hpp"
#include "projections/ports/record_source.hpp"
#include "tests/unit/projections/user_events.hpp"

namespace chat::test {

/// Something that coroutines wait for and a test brings about.
class Signal {
public:
    explicit Signal(const asio::any_io_executor& executor)
        : timer_(executor, std::chrono::steady_clock::time_point::max()) {}
    void ring() { timer_.cancel(); }
    asio::awaitable<void> next() {
        boost::system::error_code rung;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, rung));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }

private:
    asio::steady_timer timer_;
};

/// A log in memory that a test can break, cut and watch.
class FakeLog final : public RecordSource {
public:
    explicit FakeLog(const asio::any_io_executor& executor) : news_(executor) {}

    std::int32_t partitions() const override { return 4; }

    asio::awaitable<std::vector<StoredRecord>> read(Partition partition, NextOffset next, std::size_t limit) override {
        reads.emplace_back(partition, next);
        if (!readers_.insert(partition).second) throw std::logic_error("two readers of one partition");
        struct Done {
            std::set<Partition>& readers;
            Partition partition;
            ~Done() { readers.erase(partition); }
        } const done{readers_, partition};
        for (;;) {
            if (!broken.empty()) throw Outage(broken);
            const auto& records = partitions_[partition].records();
            const auto from = static_cast<std::size_t>(next.value());
            if (from > records.size()) throw LogCut("out of range");
            if (from < records.size()) {
                const auto begin = records.begin() + static_cast<std::ptrdiff_t>(from);
                const auto size = std::min(limit, records.size() - from);
                std::vector<StoredRecord> found(begin, begin + static_cast<std::ptrdiff_t>(size));
                for (StoredRecord& stored : found) stored.offset = Offset(stored.offset.value() + shift);
                co_return found;
            }
            co_await news_.next();
        }
    }

    asio::awaitable<NextOffset> end(Partition partition) override {
        if (!broken.empty()) throw Outage(broken);
        co_return NextOffset(static_cast<std::int64_t>(partitions_[partition].records().size()));
    }

    void put(Partition partition, const Recorded& recorded) { put(partition, encode(recorded)); }
    void put(Partition partition, Record record) {
        partitions_[partition].put(std::move(record));
        news_.ring();
    }
    /// Reads fail until it is mended.
    void break_with(std::string why) {
        broken = std::move(why);
        news_.ring();
    }
    void mend() { broken.clear(); }
    const std::vector<StoredRecord>& records(Partition partition) { return partitions_[partition].records(); }
    void exchange(Partition partition, Partition0 records) { partitions_[partition] = std::move(records); }

    std::string broken;
    std::int64_t shift = 0;  // of the offsets that reads give
    std::vector<std::pair<Partition, NextOffset>> reads;

private:
    Signal news_;
    std::map<Partition, Partition0> partitions_;
    std::set<Partition> readers_;
};

class FakeAssignment final : public PartitionAssignment {
public:
    explicit FakeAssignment(const asio::any_io_executor& executor) : news_(executor) {}

    asio::awaitable<std::set<Partition>> changed(std::optional<std::set<Partition>> known) override {
        while (ours_ == known) co_await news_.next();
        co_return *ours_;
    }
    void assign(std::set<Partition> ours) {
        ours_ = std::move(ours);
        news_.ring();
    }

private:
    Signal news_;
    std::optional<std::set<Partition>> ours_;
};

}  // namespace chat::test
