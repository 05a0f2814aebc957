#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "commands/ports/event_log.hpp"
#include "infra/config/settings.hpp"
#include "projections/ports/partition_assignment.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

class PostgresPool;

/// The event log that CHAT_LOG names, with everything both programs need of it. On one executor.
class OpenedLog {
public:
    virtual ~OpenedLog() = default;

    /// Connects, and makes what is not there yet (the topic, the partitions' rows). Throws Outage and may be called
    /// again. `log()` and `source()` work once it has returned. The embedded log needs the migrated database.
    virtual asio::awaitable<void> open() = 0;

    /// Moves bytes; must run from before `open` until nothing is asked of the log any more. Ends by cancellation, or
    /// throws if the log cannot go on.
    virtual asio::awaitable<void> run() = 0;

    virtual EventLog& log() = 0;
    virtual RecordSource& source() = 0;
};

/// `pool` and `executor` outlive it.
std::unique_ptr<OpenedLog> make_event_log(asio::any_io_executor executor, const Settings& settings, PostgresPool& pool);

/// Which partitions a projector works on.
class OpenedAssignment {
public:
    virtual ~OpenedAssignment() = default;
    virtual asio::awaitable<void> run() = 0;  // as OpenedLog::run
    virtual PartitionAssignment& port() = 0;
};

/// `pool` and `executor` outlive it. Of one that is made while `log` is open.
std::unique_ptr<OpenedAssignment> make_assignment(asio::any_io_executor executor, const Settings& settings,
                                                  PostgresPool& pool);

}  // namespace chat
