#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "events/ids.hpp"
#include "events/outage.hpp"
#include "events/record.hpp"

namespace chat {

namespace asio = boost::asio;

/// A log that records are copied to, as they are. All calls on one executor.
class RecordSink {
public:
    virtual ~RecordSink() = default;

    /// Where the record stands; nothing if that is not known, or whether it was stored. Calls of one partition that
    /// begin one after another are stored in that order as long as none fails. Throws Outage if nothing was sent.
    virtual asio::awaitable<std::optional<Offset>> append(Partition partition,
                                                          std::shared_ptr<const Record> record) = 0;
};

}  // namespace chat
