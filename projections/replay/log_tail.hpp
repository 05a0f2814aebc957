#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>

#include "events/ids.hpp"
#include "events/time.hpp"
#include "projections/ports/record_source.hpp"
#include "projections/replay/event_lines.hpp"
#include "projections/stop_event.hpp"

namespace chat {

/// Which records are told.
struct TailFilter {
    std::optional<UserId> user;
    std::optional<SessionId> session;
    std::optional<std::string> type;  // with or without `chat.` in front and the version behind
    std::optional<Time> from;         // not before

    bool wants(const Record& record) const;
};

struct TailOptions {
    enum class Start { beginning, end };
    Start start = Start::end;
    bool follow = true;  // else until the end that the log had
    TailFilter filter;
};

/// Reads the log's partitions side by side and tells the records that the filter wants, each partition's in order. On
/// one executor; what it is given outlives it.
class LogTail {
public:
    using Tell = std::function<void(Partition, const StoredRecord&, Mark)>;
    /// `away` hears why the log does not answer, while it is followed; it is then tried again.
    LogTail(asio::any_io_executor executor, RecordSource& source, TailOptions options, Tell tell,
            std::function<void(const std::string&)> away);

    /// Until the end or `stop`. Throws LogCut, and Outage if the log is not followed.
    asio::awaitable<void> run();
    void stop() { stop_.stop(); }

private:
    asio::awaitable<void> tail(Partition partition);

    asio::any_io_executor executor_;
    RecordSource& source_;
    const TailOptions options_;
    const Tell tell_;
    const std::function<void(const std::string&)> away_;
    StopEvent stop_;
};

}  // namespace chat
