#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "commands/ports/event_log.hpp"
#include "infra/postgres/channel_listener.hpp"
#include "infra/postgres/kept_appends.hpp"
#include "infra/postgres/log_appender.hpp"
#include "infra/postgres/postgres_log_options.hpp"
#include "infra/postgres/postgres_pool.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

/// The log in PostgreSQL's tables log_partitions and log_records, for one machine. Thread: all on `executor`; a thread
/// each for appending and reading blocks on its own connection. `run` must be running for reads to hear of what other
/// programs append, and of lost connections. Destroy it before the executor.
class PostgresEventLog final : public EventLog, public RecordSource {
public:
    /// Connects and, in a log that has no partitions yet, makes them; blocks. The database must be migrated. Throws
    /// Outage.
    PostgresEventLog(asio::any_io_executor executor, PostgresLogOptions options);

    std::int32_t partitions() const override { return static_cast<std::int32_t>(tails_.size()); }
    asio::awaitable<Delivery> append(Partition partition, std::shared_ptr<const Record> record) override;
    asio::awaitable<std::vector<StoredRecord>> read(Partition partition, NextOffset next, std::size_t limit) override;
    asio::awaitable<NextOffset> end(Partition partition) override;
    void distrust(Partition partition) override;

    /// Listens, until cancelled. Run it once.
    asio::awaitable<void> run();

    /// Records that wait to be appended.
    std::size_t waiting() const { return appender_.waiting(); }

private:
    struct Tail;

    Tail& tail(Partition partition) const;
    asio::awaitable<void> wait(std::shared_ptr<Tail> tail);
    asio::awaitable<void> poll();
    asio::awaitable<std::vector<NextOffset>> ends();
    void stored(const std::vector<NewRecord>& records, const std::vector<std::optional<Offset>>& offsets,
                std::uint64_t session);
    void notified(std::string_view payload, int backend);
    void use_session(std::optional<std::uint64_t>& known, std::uint64_t session);
    void lost();

    asio::any_io_executor executor_;
    const PostgresLogOptions options_;
    /// By partition. Shared with reads that wait: they may end after the log.
    std::vector<std::shared_ptr<Tail>> tails_;
    std::uint64_t losses_ = 0;  // connections that broke, ever: a read that began before one must not go on
    std::optional<std::uint64_t> reader_session_;
    std::optional<std::uint64_t> appender_session_;
    asio::steady_timer next_poll_;
    PostgresPool reader_;
    LogAppender appender_;
    ChannelListener listener_;
};

}  // namespace chat
