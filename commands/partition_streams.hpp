#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "commands/hot_states.hpp"
#include "commands/partition_view.hpp"
#include "commands/service.hpp"
#include "commands/turns.hpp"
#include "commands/wake_up.hpp"

namespace chat {

/// What the streams of every partition share. The ports outlive every coroutine that runs.
struct StreamsContext {
    asio::any_io_executor executor;
    EventLog& log;
    ChatsStore& store;
    ProjectedOffsets& projected;
    SystemClock clock;
    MakeUuid uuid;
    Random random;
    CommandObserver& observer;
    ServiceOptions options;
    HotStates hot;
    std::function<void(Partition, const UserId*)> on_record;
};

/// One partition's streams as this process sees them: the coroutine shell around PartitionView. It tails the partition,
/// keeps hot states folded forward, appends, and lets the log answer. All on one executor, so there are no locks.
/// Lives in a shared_ptr, which its tail holds too.
class PartitionStreams : public std::enable_shared_from_this<PartitionStreams> {
public:
    using Deadline = SteadyClock::time_point;

    PartitionStreams(std::shared_ptr<StreamsContext> context, Partition partition);

    /// Begins to tail. Once.
    void start();
    /// Ends the tail; commands that wait for it end with an outage.
    void stop();

    /// One command, from the user's turn to the log's answer. `sent` becomes true before a record of it is given to the
    /// log. What it asks of log and database may take longer than the deadline: cancel it then.
    asio::awaitable<Result<Done, CommandFault>> execute(UserId user, const Command& command, Causes causes,
                                                        const Preconditions& preconditions, Deadline deadline,
                                                        bool& sent);

    Seen seen(const UserId& user) const;
    /// Until the tail has read all that was in the log when it began, or it cannot, or the deadline.
    asio::awaitable<void> until_whole(Deadline deadline);
    /// Until the tail has read all that is in the log now; false if it cannot by the deadline.
    asio::awaitable<bool> until_caught_up(Deadline deadline);
    /// The process was suspended: the log may be another one, though no connection broke.
    void slept();

    /// Why commands cannot be decided now; nothing if they can.
    const std::optional<std::string>& unready() const { return unready_; }
    /// The evidence that the log is not the one that was known, for as long as that is so.
    const std::optional<std::string>& cut() const { return cut_; }
    /// Records that the tail saw and that are no event of ours.
    std::int64_t foreign() const { return foreign_; }

    /// Forgets an idle user; false if a command of the user runs.
    bool forget(const UserId& user);

    /// The read model has applied everything below.
    void projected(NextOffset next);
    /// The read model's rows became others: what was loaded before is loaded again by each user's next command.
    void rewritten(Edition edition);

private:
    /// An own append that waits for the log's answer.
    struct Pending {
        Pending(const asio::any_io_executor& executor, Recorded event)
            : settled(executor), recorded(std::move(event)) {}
        WakeUp settled;
        std::optional<bool> belongs;     // nothing after a cut: never to be known
        std::optional<Session> session;  // as it is after the event
        Recorded recorded;
    };
    /// The last event of a stream that somebody may have been told of.
    struct Known {
        StreamHead head;
        Offset at;
    };
    struct Registration;
    struct Pin;
    struct Place;
    struct TailRead;

    asio::awaitable<Result<Done, CommandFault>> attempts(const UserId& user, const Command& command,
                                                         const Causes& causes, const Preconditions& preconditions,
                                                         Deadline deadline, bool& sent,
                                                         std::optional<std::uint64_t>& void_on,
                                                         std::optional<JsonText>& metadata);
    asio::awaitable<void> tail();
    asio::awaitable<void> begin();
    asio::awaitable<void> follow();
    asio::awaitable<void> reconnect(std::string why);
    asio::awaitable<TailRead> read_tail();
    void absorb();
    void absorb(PartitionView::Passed& passed);
    void absorb(const PartitionView::Broken& broken);
    void replay(const std::string& evidence);
    void quarantine(const UserId& user, Offset offset, const std::string& why);
    void tell_quarantined(const UserId& user, Offset offset, const std::string& why);
    void tell_cut(const std::string& evidence);
    void remember(const UserId& user);
    void untrack(const UserId& user);
    asio::awaitable<void> look_for_known();
    asio::awaitable<void> quarantine_lost();
    asio::awaitable<void> quarantine_lost(UserId user);
    void recovered();
    void forget_applied();
    asio::awaitable<void> compare_end();
    const HotStates::State* hot_state(const UserId& user);
    void wake_waiting();

    asio::awaitable<void> until_live(Deadline deadline);
    asio::awaitable<void> until(NextOffset next, Deadline deadline);
    asio::awaitable<void> load(UserId user, Deadline deadline);
    asio::awaitable<StoredAnswer> first_answer(UserId user, std::string command_key);
    bool live() const { return view_ && !view_->doubted(); }
    asio::awaitable<void> agree(Checkpoint checkpoint, NextOffset least, Deadline deadline);
    void set_back(NextOffset applied);
    void another_log(const std::string& evidence);
    asio::awaitable<void> barrier(Deadline deadline);
    asio::awaitable<std::optional<Done>> append(Recorded recorded, Deadline deadline);
    asio::awaitable<void> back_off(int failures, std::chrono::milliseconds least, std::chrono::milliseconds most);
    static Result<Done, CommandFault> replayed(Answered first, const Causes& causes);
    Decision decide(const UserId& user, const UserChats& chats, const Command& command,
                    const Preconditions& preconditions) const;
    Recorded record(const UserId& user, const UserChats& chats, Event event, const Causes& causes) const;

    const std::shared_ptr<StreamsContext> shared_;
    StreamsContext& context_;
    const Partition partition_;
    std::optional<PartitionView> view_;  // nothing: not live
    NextOffset tail_next_;               // what the tail reads next; at most view_->next()
    std::uint64_t generation_ = 0;       // of the view: a replay makes everything decided before it worthless
    NextOffset whole_;                   // the log's end when the view began
    NextOffset heard_;                   // how far the read model was when it last told, for this view
    NextOffset applied_;                 // the furthest that the read model said to be, for this view
    Edition edition_{};                  // of the read model, as last heard
    std::optional<WakeUp> interrupt_;    // ends the read that waits, for a replay or the end
    std::optional<std::string> unready_;
    std::optional<std::string> cut_;
    std::int64_t foreign_ = 0;
    NextOffset foreign_from_;    // further ones are counted from here: a replay shows the same ones again
    bool out_of_reach_ = false;  // the last attempt to read the log, or the read model's checkpoint, failed
    bool stopped_ = false;
    bool slept_ = false;
    Turns turns_;
    std::unordered_map<EventId, Pending*> pending_;
    std::unordered_map<UserId, Offset> broken_;       // where a stream did not go on, also after a replay
    std::unordered_map<UserId, Offset> quarantined_;  // where the observer was told that it did not
    std::map<UserId, Known> known_;                   // of streams that are not tracked any more; not applied
    bool looked_ = true;                              // the log of this view has what is known
    std::map<UserId, Sequence> lost_;                 // it has not: to be quarantined
    bool quarantining_ = false;
    bool comparing_end_ = false;
    /// For the view to be live and `next()` to reach that, or for the view to end. In the order of coming.
    std::list<std::pair<WakeUp*, NextOffset>> waiting_;
};

}  // namespace chat
