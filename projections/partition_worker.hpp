#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace chat {

namespace asio = boost::asio;

/// What works on one partition of the log while it is assigned to this process. On one executor; `run` once.
class PartitionWorker {
public:
    virtual ~PartitionWorker() = default;

    /// Until `stop`; what is in flight is finished. Outages, cuts and lost ownership are told and retried; throws what
    /// is none of these.
    virtual asio::awaitable<void> run() = 0;
    virtual void stop() = 0;

    /// Ends a pause after a failure now: there is reason to think that things go well again.
    virtual void retry_now() = 0;
    /// Called when things go well after a failure. Set before `run`.
    virtual void on_recovery(std::function<void()> hook) = 0;

    /// Tells the observer how many records of the log are not worked on yet. Throws Outage.
    virtual asio::awaitable<void> measure_lag() = 0;

    /// Looks whether what it did is still there, and begins again if not; who writes to what never forgets need not.
    /// Throws Outage.
    virtual asio::awaitable<void> check_position() { co_return; }

    /// Why it does not get on; nothing if it does.
    virtual const std::optional<std::string>& trouble() const = 0;

    /// Records that it skipped as they are no event of ours.
    virtual std::int64_t foreign() const = 0;
};

}  // namespace chat
