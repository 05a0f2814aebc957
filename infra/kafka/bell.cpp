#include "infra/kafka/bell.hpp"

#include <sys/eventfd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <system_error>

namespace chat::kafka {
namespace {

constexpr std::uint64_t one = 1;  // what an eventfd wants to be written to it

int make_eventfd() {
    const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    return fd;
}

}  // namespace

Bell::Bell(asio::any_io_executor executor) : descriptor_(executor, make_eventfd()) {}

void Bell::watch(rd_kafka_queue_t* queue) {
    rd_kafka_queue_io_event_enable(queue, descriptor_.native_handle(), &one, sizeof one);
}

void Bell::unwatch(rd_kafka_queue_t* queue) { rd_kafka_queue_io_event_enable(queue, -1, nullptr, 0); }

void Bell::ring() { (void)::eventfd_write(descriptor_.native_handle(), one); }

asio::awaitable<void> Bell::rung() {
    co_await descriptor_.async_read_some(asio::buffer(&count_, sizeof count_), asio::use_awaitable);
}

}  // namespace chat::kafka
