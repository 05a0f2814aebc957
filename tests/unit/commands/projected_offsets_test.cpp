#include "commands/projected_offsets.hpp"

#include "tests/support/coroutine.hpp"

namespace chat {

using namespace std::chrono_literals;

namespace {

const Partition first(0);
ProjectedOffsets::Clock::time_point in(std::chrono::milliseconds time) { return ProjectedOffsets::Clock::now() + time; }

}  // namespace

TEST(ProjectedOffsets, WakeWhoWaitsForThem) {
    asio::io_context io;
    ProjectedOffsets offsets(io.get_executor(), 2);
    test::run(io, [&]() -> asio::awaitable<void> {
        test::spawn(io, [&]() -> asio::awaitable<void> {
            offsets.advance(Partition(1), NextOffset(9));
            offsets.advance(first, NextOffset(4));
            offsets.advance(first, NextOffset(5));
            co_return;
        });
        EXPECT_TRUE(co_await offsets.reached(first, NextOffset(5), in(10s)));
        EXPECT_EQ(offsets.at(first), NextOffset(5));
    });
}

TEST(ProjectedOffsets, AreReachedAtOnceWhenTheyAre) {
    asio::io_context io;
    ProjectedOffsets offsets(io.get_executor(), 1);
    offsets.advance(first, NextOffset(5));
    test::run(io, [&]() -> asio::awaitable<void> {
        EXPECT_TRUE(co_await offsets.reached(first, NextOffset(5), ProjectedOffsets::Clock::time_point::min()));
    });
}

TEST(ProjectedOffsets, AreGivenUpAtTheDeadline) {
    asio::io_context io;
    ProjectedOffsets offsets(io.get_executor(), 1);
    offsets.advance(first, NextOffset(4));
    test::run(io, [&]() -> asio::awaitable<void> {
        EXPECT_FALSE(co_await offsets.reached(first, NextOffset(5), in(5ms)));
        EXPECT_FALSE(co_await offsets.moved(first, in(5ms)));
    });
}

TEST(ProjectedOffsets, TellTheirHookEachNews) {
    asio::io_context io;
    ProjectedOffsets offsets(io.get_executor(), 1);
    int told = 0;
    offsets.on_advance([&](Partition, NextOffset) { ++told; });
    offsets.advance(first, NextOffset(4));
    offsets.advance(first, NextOffset(4));
    offsets.advance(first, NextOffset(5));
    EXPECT_EQ(told, 2);
}

}  // namespace chat
