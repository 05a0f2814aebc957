#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "commands/wake_up.hpp"
#include "events/ids.hpp"

namespace chat {

/// One command at a time for each user of this process, in the order of asking: with two appends of one stream in
/// flight, the second would name a predecessor that may turn out void. On one executor; outlives its turns.
class Turns {
    struct Waiting {
        std::deque<WakeUp*> line;
    };
    using Users = std::unordered_map<UserId, Waiting>;

public:
    /// Held while a command runs; the next in line goes on when it ends.
    class Turn {
    public:
        Turn(Turns& turns, UserId user) : turns_(&turns), user_(std::move(user)) {}
        Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), user_(std::move(other.user_)) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (turns_) turns_->pass_on(user_);
        }

    private:
        Turns* turns_;
        UserId user_;
    };

    explicit Turns(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// Nothing if the deadline came first.
    asio::awaitable<std::optional<Turn>> take(UserId user, WakeUp::Deadline deadline);

    bool busy(const UserId& user) const { return users_.contains(user); }

private:
    void pass_on(const UserId& user);
    void leave(const UserId& user, WakeUp& place);

    asio::any_io_executor executor_;
    Users users_;  // with a command running
};

}  // namespace chat
