#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>

namespace chat::kafka {

namespace asio = boost::asio;

template <class Result>
asio::awaitable<Result> as_coroutine(std::shared_ptr<const std::function<Result()>> work) {
    co_return (*work)();
}

/// Runs `work`, which may block, on the pool; gives back or throws what it does. Values in, values out. It is not
/// interrupted when the coroutine is cancelled. Name the function before the co_await: g++ 12 destroys closures twice
/// that stand within one.
template <class Result>
asio::awaitable<Result> on(asio::thread_pool& pool, const std::function<Result()>& work) {
    // Without a slot: Asio 1.81 ends the program if a coroutine is cancelled that waits for a thread of another
    // executor.
    return asio::co_spawn(pool, as_coroutine(std::make_shared<const std::function<Result()>>(work)),
                          asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
}

}  // namespace chat::kafka
