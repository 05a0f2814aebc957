#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "events/outage.hpp"

namespace chat {

namespace asio = boost::asio;

/// Which streams the read model holds as quarantined. Throws Outage.
class Quarantine {
public:
    virtual ~Quarantine() = default;

    /// How many there are, in all partitions.
    virtual asio::awaitable<std::int64_t> streams() = 0;
};

}  // namespace chat
