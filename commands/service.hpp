#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "commands/answer.hpp"
#include "commands/command.hpp"
#include "commands/observer.hpp"
#include "commands/ports/chats_store.hpp"
#include "commands/ports/event_log.hpp"
#include "commands/preconditions.hpp"
#include "commands/projected_offsets.hpp"
#include "events/result.hpp"

namespace chat {

/// Every attempt lost against other writers of the same user, until the deadline or the last attempt.
struct Conflict {
    bool operator==(const Conflict&) const = default;
};

/// The rules say no, to the user's stream at that sequence or later: who reads it there sees why.
struct Refused {
    Refusal why{};
    Sequence sequence;
    bool operator==(const Refused&) const = default;
};

/// Why a command was not done. Nothing was stored.
using CommandFault = std::variant<Refused, Conflict>;

/// Whether the command was stored is not known (yet). Sending it again may do it twice, unless it has a command key.
class OutcomeUnknown : public Outage {
public:
    using Outage::Outage;
};

/// The log lacks a part of this user's stream; an operator must decide before there are new commands.
class Quarantined : public Outage {
public:
    using Outage::Outage;
};

/// How a command was done.
struct Done : Answer {
    bool changed = true;  // false: it already was as asked, no event; `time` and `sequence` are the stream's last ones
    bool replayed = false;  // the answer is the first one's under the same command key
};

/// What this process's tail saw of a user.
struct Seen {
    std::optional<Offset> last;  // the user's last record above the read model's checkpoint; nothing if there is none
    std::optional<StreamHead> head;  // of the stream, if the user is hot
    bool whole = false;  // it has read all that was in the log when it began: nothing that was told before is missing
};

struct ServiceOptions {
    std::chrono::milliseconds command_deadline{10'000};
    int attempts = 20;                   // decisions for one command before it is a conflict
    std::size_t hot_bytes = 64 << 20;    // of user states, for each process
    std::size_t tail_bytes = 256 << 20;  // of records kept above the checkpoints; past it: Outage
    bool tell_previous_title = false;    // write chat.session.renamed.v2
    /// A process that did not run for so long was suspended. More than any pause between two looks, half a second, and
    /// less than it takes a broker to restart.
    std::chrono::milliseconds asleep_after{2000};
};

using SystemClock = std::function<Time()>;
using MakeUuid = std::function<Uuid()>;
/// A number in [0, 1), for jitter.
using Random = std::function<double()>;

/// The way of a command: load the user's state, decide, append, let the log answer, decide again if another came first.
/// All on one executor. `run` must be running for anything to complete.
class CommandService {
public:
    CommandService(asio::any_io_executor executor, EventLog& log, ChatsStore& store, ProjectedOffsets& projected,
                   SystemClock clock, MakeUuid uuid, Random random, CommandObserver& observer, ServiceOptions options);
    ~CommandService();

    /// With a command key in `causes` (then with a fingerprint too) a retry gets the first answer, wherever and
    /// whenever that was given, as long as the read model keeps keys. Throws Outage (log or database unreachable, queue
    /// full), OutcomeUnknown, Quarantined.
    asio::awaitable<Result<Done, CommandFault>> execute(UserId user, Command command, Causes causes,
                                                        Preconditions preconditions);

    /// What the tail of the user's partition saw. Starts that tail if it does not run yet. No I/O.
    Seen seen(const UserId& user);

    /// Until `seen` is whole: after a start, or a replay. No longer than the deadline, and at once if the log is out of
    /// reach.
    asio::awaitable<void> until_whole(UserId user, SteadyClock::time_point deadline);

    /// Until `seen` has all that the log held of the user when this was called. False if that is not so by the
    /// deadline, or the log is out of reach.
    asio::awaitable<bool> until_caught_up(UserId user, SteadyClock::time_point deadline);

    Partition partition_of(const UserId& user) const;

    /// Nothing if the tail of the user's partition reads the log now, or was not asked for yet; else why not.
    std::optional<std::string> unready(const UserId& user) const;

    /// Why the tail of some partition that was asked for does not read the log; nothing if all do. Damage is none.
    std::optional<std::string> outage() const;

    /// What is wrong with the log itself, as far as the tails saw: partitions that are not the ones that were known,
    /// whose commands are refused meanwhile, and records that are no event of ours. Names no user.
    std::vector<std::string> damage() const;

    /// Called for every record of a user that the tail sees or this process appends, before any answer that reflects
    /// it; and with nothing when a whole partition was dropped and replayed. Set once, before anything runs.
    void on_record(std::function<void(Partition, const UserId*)> hook);

    /// Until cancelled: notices that the process was suspended, after which nothing is decided before the log was
    /// looked at again, as after a broken connection. Once, beside everything else.
    asio::awaitable<void> notice_sleep();

    /// Stops taking commands and waits until those in flight are done, or the deadline.
    asio::awaitable<void> drain(SteadyClock::time_point deadline);

private:
    struct State;

    std::shared_ptr<State> state_;  // shared with the coroutines that run, which may end after this
};

}  // namespace chat
