#pragma once

#include <librdkafka/rdkafka.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>

namespace chat::kafka {

namespace asio = boost::asio;

/// An eventfd that librdkafka's threads write to when a queue gets its first event, so that none of our code runs on
/// them. It must outlive the ringing: a client rings until it is silenced or destroyed.
class Bell {
public:
    explicit Bell(asio::any_io_executor executor);

    void watch(rd_kafka_queue_t* queue);
    static void unwatch(rd_kafka_queue_t* queue);

    void ring();
    /// Until someone has rung since the last time. Drain every watched queue to its end then: it rings on the first
    /// event only.
    asio::awaitable<void> rung();

private:
    asio::posix::stream_descriptor descriptor_;
    std::uint64_t count_ = 0;
};

}  // namespace chat::kafka
