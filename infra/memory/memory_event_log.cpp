#include "infra/memory/memory_event_log.hpp"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <string>
#include <utility>

namespace chat {

Offset MemoryLog::store(Partition partition, std::shared_ptr<const Record> record) {
    Stored& stored = at(partition);
    stored.records.push_back(std::move(record));
    for (Waiting* waiting : stored.waiting) waiting->wake.cancel();
    return Offset(static_cast<std::int64_t>(stored.records.size()) - 1);
}

void MemoryLog::cut(Partition partition, NextOffset end) {
    auto& records = at(partition).records;
    records.resize(std::min(records.size(), static_cast<std::size_t>(end.value())));
}

void MemoryLog::break_connections() {
    for (auto& stored : partitions_)
        for (Waiting* waiting : stored.waiting) {
            waiting->broken = true;
            waiting->wake.cancel();
        }
}

MemoryEventLog::MemoryEventLog(asio::any_io_executor executor, std::shared_ptr<MemoryLog> log)
    : executor_(std::move(executor)), log_(std::move(log)) {}

std::int32_t MemoryEventLog::partitions() const { return static_cast<std::int32_t>(log_->partitions_.size()); }

asio::awaitable<Delivery> MemoryEventLog::append(Partition partition, std::shared_ptr<const Record> record) {
    AppendFault fault = AppendFault::none;
    if (!log_->faults.empty()) {
        fault = log_->faults.front();
        log_->faults.pop_front();
    }
    if (log_->append_delay > std::chrono::milliseconds(0)) {
        asio::steady_timer delay(executor_, log_->append_delay);
        co_await delay.async_wait(asio::use_awaitable);
    } else {
        co_await asio::post(executor_, asio::use_awaitable);  // a log never answers within the call
    }
    switch (fault) {
        case AppendFault::none:
            co_return log_->store(partition, std::move(record));
        case AppendFault::outage:
            throw Outage("the log is made to refuse this record");
        case AppendFault::unknown_lost:
            co_return DeliveryUnknown{"the log is made to lose this record"};
        case AppendFault::unknown_stored:
            (void)log_->store(partition, std::move(record));
            co_return DeliveryUnknown{"the log is made to give no answer"};
        case AppendFault::somewhere:
            (void)log_->store(partition, std::move(record));
            co_return DeliveredSomewhere{};
    }
    throw std::logic_error("no such fault");
}

asio::awaitable<std::vector<StoredRecord>> MemoryEventLog::read(Partition partition, NextOffset next,
                                                                std::size_t limit) {
    MemoryLog::Stored& stored = log_->at(partition);
    const auto from = static_cast<std::size_t>(next.value());
    co_await asio::post(executor_, asio::use_awaitable);
    while (stored.records.size() == from) {
        MemoryLog::Waiting waiting{asio::steady_timer(executor_, asio::steady_timer::time_point::max())};
        const auto place = stored.waiting.insert(stored.waiting.end(), &waiting);
        boost::system::error_code woken;
        co_await waiting.wake.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        stored.waiting.erase(place);
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
        if (waiting.broken) throw Outage("the connection is made to break");
    }
    if (from > stored.records.size()) throw LogCut("offset " + std::to_string(from) + " is beyond the log's end");
    const std::size_t to = std::min(stored.records.size(), from + limit);
    std::vector<StoredRecord> records;
    for (std::size_t i = from; i < to; ++i)
        records.push_back({Offset(static_cast<std::int64_t>(i)), stored.records[i]});
    co_return records;
}

asio::awaitable<NextOffset> MemoryEventLog::end(Partition partition) {
    co_await asio::post(executor_, asio::use_awaitable);
    co_return NextOffset(static_cast<std::int64_t>(log_->at(partition).records.size()));
}

}  // namespace chat
