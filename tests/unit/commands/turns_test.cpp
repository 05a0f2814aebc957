#include "commands/turns.hpp"

#include <string>

#include "tests/support/coroutine.hpp"

namespace chat {

using namespace std::chrono_literals;

namespace {

const UserId ada("ada");
WakeUp::Deadline in(std::chrono::milliseconds time) { return SteadyClock::now() + time; }

}  // namespace

TEST(Turns, AreTakenInTheOrderOfAsking) {
    asio::io_context io;
    Turns turns(io.get_executor());
    std::string order;
    test::run(io, [&]() -> asio::awaitable<void> {
        auto first = co_await turns.take(ada, in(10s));
        WakeUp last(io.get_executor());
        for (const char name : {'b', 'c', 'd'}) {
            test::spawn(io, [&turns, &order, &last, name]() -> asio::awaitable<void> {
                const auto turn = co_await turns.take(ada, in(10s));
                order += name;
                if (order.size() == 4) last.ring();
            });
        }
        const auto other = co_await turns.take(UserId("bob"), in(10s));
        EXPECT_TRUE(other);
        order += 'a';
        { const auto ended = std::move(first); }
        co_await last.wait(in(10s));
    });
    EXPECT_EQ(order, "abcd");
    EXPECT_FALSE(turns.busy(ada));
}

TEST(Turns, EndAtTheDeadlineAndLeaveTheLine) {
    asio::io_context io;
    Turns turns(io.get_executor());
    test::run(io, [&]() -> asio::awaitable<void> {
        auto first = co_await turns.take(ada, in(10s));
        const auto late = co_await turns.take(ada, in(5ms));
        EXPECT_FALSE(late);
        { const auto ended = std::move(first); }
        EXPECT_FALSE(turns.busy(ada));
        const auto again = co_await turns.take(ada, in(10s));
        EXPECT_TRUE(again);
    });
}

TEST(Turns, GoOnToTheNextWhenAWaitingCoroutineIsDestroyed) {
    auto io = std::make_unique<asio::io_context>();
    Turns turns(io->get_executor());
    std::unique_ptr<Turns::Turn> held;
    test::run(*io, [&]() -> asio::awaitable<void> {
        auto turn = co_await turns.take(ada, in(10s));
        held = std::make_unique<Turns::Turn>(std::move(*turn));
    });
    test::spawn(*io, [&]() -> asio::awaitable<void> { co_await turns.take(ada, in(10s)); });
    io->restart();
    io->poll();
    io.reset();  // destroys the coroutine in line
    held.reset();
    EXPECT_FALSE(turns.busy(ada));
}

}  // namespace chat
