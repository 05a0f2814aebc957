#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "commands/ports/event_log.hpp"
#include "infra/config/settings.hpp"
#include "infra/log/logger.hpp"
#include "projections/ports/partition_assignment.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

namespace asio = boost::asio;

/// The event log that CHAT_LOG names, with everything that programs need of it. On one executor.
class OpenedLog {
public:
    virtual ~OpenedLog() = default;

    /// Connects, and makes what is not there yet (the topic, the partitions). Throws Outage and may be called again
    /// then. The embedded log needs the migrated database, and blocks for a moment.
    virtual asio::awaitable<void> open() = 0;

    /// Moves bytes: run it once, from before `open` until nothing is asked of the log any more. Ends by cancellation,
    /// or throws if the log cannot go on.
    virtual asio::awaitable<void> run() = 0;

    /// Both are the same log; from `open` on.
    virtual EventLog& log() = 0;
    virtual RecordSource& source() = 0;
};

/// `executor` outlives it. `logger` hears what client libraries say, at debug level: that a log is away is told by
/// those who miss it.
std::unique_ptr<OpenedLog> make_event_log(asio::any_io_executor executor, const Settings& settings, Program program,
                                          Logger logger = {});

/// For people: `the event log in PostgreSQL`, `the event log kafka://host:port/topic`.
std::string event_log_name(const Settings& settings);

/// Which of the log's partitions this projector or publisher works on.
class OpenedAssignment {
public:
    virtual ~OpenedAssignment() = default;
    virtual asio::awaitable<void> run() = 0;  // beside everything that asks the port; until cancelled
    virtual PartitionAssignment& port() = 0;
};

/// Of a log that is open and has so many partitions. `executor` outlives it.
std::unique_ptr<OpenedAssignment> make_assignment(asio::any_io_executor executor, const Settings& settings,
                                                  Program program, std::int32_t partitions, Logger logger = {});

/// The group by which instances of the program share the partitions.
const std::string& group_of(const Settings& settings, Program program);

}  // namespace chat
