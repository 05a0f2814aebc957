#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "commands/wake_up.hpp"
#include "tests/simulation/world.hpp"

namespace chat::test {

/// One simulated process: an io_context whose handlers run one by one when the world says so. It can be killed between
/// any two of them, which destroys every coroutine where it waits, and paused, which only stops it.
class Process {
public:
    Process(World& world, std::string name) : world_(world), name_(std::move(name)) { world.add(*this); }
    Process(const Process&) = delete;
    ~Process() { kill(); }

    /// `make` builds what runs in it, on `executor()`; the object that it gives is destroyed when the process is
    /// killed.
    void start(std::function<std::shared_ptr<void>()> make);
    void kill();
    void pause();
    void resume();
    /// Killed after so many more handlers, or when it has none to run.
    void kill_after(int steps) { fuse_ = steps; }

    bool alive() const { return context_ != nullptr; }
    bool paused() const { return paused_; }
    const std::string& name() const { return name_; }
    World& world() { return world_; }
    asio::any_io_executor executor() { return context_->get_executor(); }
    /// Of its life: what was sent to an earlier one does not arrive.
    std::uint64_t life() const { return life_; }

    /// Something arrives from outside: done now, when it resumes, or, if that life is over, never.
    void deliver(std::uint64_t life, std::function<void()> what);

    // For the world.
    bool ready() const { return alive() && !paused_ && ready_; }
    void step();
    void time_passed();
    World::Moment next_due() const { return alive() && !paused_ ? next_due_ : World::Moment::max(); }

    // For Call.
    std::uint64_t begin(void* call) {
        calls_.emplace(++last_call_, call);
        return last_call_;
    }
    void end(std::uint64_t call) { calls_.erase(call); }
    void* find(std::uint64_t call) const {
        const auto found = calls_.find(call);
        return found == calls_.end() ? nullptr : found->second;
    }

private:
    struct Context : asio::io_context {
        Context() : io_context(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE) {}
        using asio::execution_context::shutdown;
    };
    using Work = asio::executor_work_guard<asio::io_context::executor_type>;

    World& world_;
    std::string name_;
    std::unique_ptr<Context> context_;
    std::optional<Work> work_;
    std::shared_ptr<void> program_;
    std::unordered_map<std::uint64_t, void*> calls_;
    std::uint64_t last_call_ = 0, life_ = 0;
    std::deque<std::function<void()>> inbox_;
    World::Moment next_due_ = World::Moment::max();
    std::optional<int> fuse_;
    bool paused_ = false, ready_ = false;
};

/// A question to somebody outside of the process, which a coroutine waits for. Lives in the coroutine's frame; whoever
/// answers knows only its number, so an answer to a coroutine that is gone is dropped.
template <class T>
class Call {
public:
    explicit Call(Process& process) : process_(process), wake_up_(process.executor()), number_(process.begin(this)) {}
    Call(const Call&) = delete;
    ~Call() { process_.end(number_); }

    /// How to answer, once, from anywhere and any time.
    std::function<void(T)> answer() {
        return [&process = process_, life = process_.life(), number = number_](T value) {
            process.deliver(life, [&process, number, value = std::move(value)]() mutable {
                if (void* call = process.find(number)) static_cast<Call*>(call)->arrive(std::move(value));
            });
        };
    }

    asio::awaitable<T> result() {
        co_await wake_up_.wait(WakeUp::Deadline::max());
        const auto state = co_await asio::this_coro::cancellation_state;
        if (!value_ && state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
        co_return std::move(*value_);
    }

private:
    void arrive(T value) {
        if (value_) return;
        value_ = std::move(value);
        wake_up_.ring();
    }

    Process& process_;
    WakeUp wake_up_;
    std::uint64_t number_;
    std::optional<T> value_;
};

}  // namespace chat::test
