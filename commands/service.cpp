#include "commands/service.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <exception>
#include <utility>

#include "commands/partition_streams.hpp"
#include "events/damage.hpp"
#include "events/sleep_watch.hpp"

namespace chat {

namespace {

std::string_view name(const Command& command) {
    struct Names {
        std::string_view operator()(const CreateSession&) const { return "create_session"; }
        std::string_view operator()(const RenameSession&) const { return "rename_session"; }
        std::string_view operator()(const DeleteSession&) const { return "delete_session"; }
        std::string_view operator()(const RestoreSession&) const { return "restore_session"; }
        std::string_view operator()(const AddMessage&) const { return "add_message"; }
    };
    return std::visit(Names{}, command);
}

/// What waits for log and database waits by the deadline itself, and then knows best what became of the command; this
/// is for what they do not answer at all.
constexpr std::chrono::milliseconds grace{50};

constexpr std::chrono::milliseconds look_every{500};

/// As a value: `||` would wait for its other side if this one threw.
struct Ended {
    std::optional<Result<Done, CommandFault>> result;
    std::exception_ptr error;
};

asio::awaitable<Ended> caught(asio::awaitable<Result<Done, CommandFault>> command) {
    Ended ended;
    try {
        ended.result = co_await std::move(command);
    } catch (...) {
        ended.error = std::current_exception();
    }
    co_return ended;
}

/// Past the deadline the command is cancelled. Throws what it throws, or OutcomeUnknown, or Outage.
asio::awaitable<Result<Done, CommandFault>> in_time(asio::any_io_executor executor, WakeUp::Deadline deadline,
                                                    asio::awaitable<Result<Done, CommandFault>> command,
                                                    const bool& sent) {
    using namespace asio::experimental::awaitable_operators;
    SteadyTimer timer(executor, deadline + grace);
    auto work = caught(std::move(command));
    auto expired = timer.async_wait(asio::use_awaitable);
    auto first = co_await (std::move(work) || std::move(expired));
    if (first.index() == 1) {
        if (sent) throw OutcomeUnknown("the log has not answered");
        throw Outage("neither the log nor the database has answered");
    }
    Ended& ended = std::get<0>(first);
    if (ended.error) std::rethrow_exception(ended.error);
    co_return *std::move(ended.result);
}

std::string_view outcome(const Result<Done, CommandFault>& result) {
    if (result) return result->replayed ? "replayed" : result->changed ? "accepted" : "unchanged";
    return std::holds_alternative<Refused>(result.error()) ? "refused" : "conflict";
}

}  // namespace

struct CommandService::State : std::enable_shared_from_this<CommandService::State> {
    StreamsContext context;
    std::vector<std::shared_ptr<PartitionStreams>> partitions;  // by number; empty until asked for
    std::size_t in_flight = 0;
    bool draining = false;
    std::optional<SleepWatch> sleep;  // while someone looks often enough
    WakeUp* drained = nullptr;

    State(StreamsContext shared, std::int32_t count)
        : context(std::move(shared)), partitions(static_cast<std::size_t>(count)) {
        context.hot.on_evict([this](const UserId& user) {
            const auto& streams = slot(partition_of(user));
            return !streams || streams->forget(user);
        });
    }

    Partition partition_of(const UserId& user) const {
        return chat::partition_of(user.value(), static_cast<std::int32_t>(partitions.size()));
    }
    std::shared_ptr<PartitionStreams>& slot(Partition partition) {
        return partitions[static_cast<std::size_t>(partition.value())];
    }
    PartitionStreams& streams_of(const UserId& user) {
        auto& streams = slot(partition_of(user));
        if (!streams) {
            streams = std::make_shared<PartitionStreams>(std::shared_ptr<StreamsContext>(shared_from_this(), &context),
                                                         partition_of(user));
            streams->start();
        }
        return *streams;
    }

    void look_for_sleep() {
        if (!sleep || !sleep->slept()) return;
        for (const auto& streams : partitions)
            if (streams) streams->slept();
    }

    /// A command that runs; tells the observer how it ended, also when its coroutine is destroyed.
    struct Running {
        std::shared_ptr<State> state;
        std::string_view command;
        std::string_view outcome = "cancelled";
        SteadyClock::time_point began = SteadyClock::now();

        Running(std::shared_ptr<State> of, std::string_view what) : state(std::move(of)), command(what) {
            ++state->in_flight;
        }
        Running(const Running&) = delete;
        ~Running() {
            if (--state->in_flight == 0 && state->drained) state->drained->ring();
            state->context.observer.command_done(command, outcome, SteadyClock::now() - began);
        }
    };
};

CommandService::CommandService(asio::any_io_executor executor, EventLog& log, ChatsStore& store,
                               ProjectedOffsets& projected, SystemClock clock, MakeUuid uuid, Random random,
                               CommandObserver& observer, ServiceOptions options)
    : state_(std::make_shared<State>(StreamsContext{std::move(executor),
                                                    log,
                                                    store,
                                                    projected,
                                                    std::move(clock),
                                                    std::move(uuid),
                                                    std::move(random),
                                                    observer,
                                                    options,
                                                    HotStates(options.hot_bytes),
                                                    {}},
                                     log.partitions())) {
    projected.on_advance([state = state_.get()](Partition partition, NextOffset next) {
        const auto& streams = state->slot(partition);
        if (streams) streams->projected(next);
    });
    projected.on_rewritten([state = state_.get()](Partition partition, Edition edition) {
        const auto& streams = state->slot(partition);
        if (streams) streams->rewritten(edition);
    });
}

CommandService::~CommandService() {
    state_->context.projected.on_advance({});
    state_->context.projected.on_rewritten({});
    state_->context.on_record = {};
    for (auto& streams : state_->partitions) {
        if (auto ending = std::exchange(streams, nullptr)) ending->stop();
    }
}

asio::awaitable<Result<Done, CommandFault>> CommandService::execute(UserId user, Command command, Causes causes,
                                                                    Preconditions preconditions) {
    if (state_->draining) throw Outage("the service is stopping");
    state_->look_for_sleep();
    State::Running running(state_, name(command));
    const auto deadline = running.began + state_->context.options.command_deadline;
    PartitionStreams& streams = state_->streams_of(user);
    try {
        bool sent = false;
        auto executed = streams.execute(std::move(user), command, std::move(causes), preconditions, deadline, sent);
        auto result = co_await in_time(state_->context.executor, deadline, std::move(executed), sent);
        running.outcome = outcome(result);
        co_return result;
    } catch (const OutcomeUnknown&) {
        running.outcome = "unknown";
        throw;
    } catch (const Outage&) {
        running.outcome = "outage";
        throw;
    }
}

Seen CommandService::seen(const UserId& user) { return state_->streams_of(user).seen(user); }

asio::awaitable<void> CommandService::until_whole(UserId user, SteadyClock::time_point deadline) {
    PartitionStreams& streams = state_->streams_of(user);
    co_await streams.until_whole(deadline);
}

asio::awaitable<bool> CommandService::until_caught_up(UserId user, SteadyClock::time_point deadline) {
    using namespace asio::experimental::awaitable_operators;
    PartitionStreams& streams = state_->streams_of(user);
    SteadyTimer timer(state_->context.executor, deadline);
    auto caught_up = streams.until_caught_up(deadline);
    auto expired = timer.async_wait(asio::use_awaitable);
    const auto first = co_await (std::move(caught_up) || std::move(expired));
    co_return first.index() == 0 && std::get<0>(first);
}

Partition CommandService::partition_of(const UserId& user) const { return state_->partition_of(user); }

std::optional<std::string> CommandService::unready(const UserId& user) const {
    const auto& streams = state_->slot(partition_of(user));
    return streams ? streams->unready() : std::nullopt;
}

std::optional<std::string> CommandService::outage() const {
    for (const auto& streams : state_->partitions) {
        if (streams && streams->unready() && !streams->cut()) return streams->unready();
    }
    return std::nullopt;
}

std::vector<std::string> CommandService::damage() const {
    std::vector<std::string> damage;
    std::int64_t foreign = 0;
    for (std::size_t i = 0; i < state_->partitions.size(); ++i) {
        const auto& streams = state_->partitions[i];
        if (!streams) continue;
        if (streams->cut())
            damage.push_back("partition " + std::to_string(i) + ": the log was cut: " + *streams->cut());
        foreign += streams->foreign();
    }
    if (foreign > 0) damage.push_back(foreign_records(foreign));
    return damage;
}

void CommandService::on_record(std::function<void(Partition, const UserId*)> hook) {
    state_->context.on_record = std::move(hook);
}

asio::awaitable<void> CommandService::notice_sleep() {
    const auto state = state_;
    state->sleep.emplace(state->context.options.asleep_after);
    SteadyTimer pause(state->context.executor);
    for (;;) {
        state->look_for_sleep();
        pause.expires_after(look_every);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<void> CommandService::drain(SteadyClock::time_point deadline) {
    state_->draining = true;
    if (state_->in_flight == 0) co_return;
    WakeUp drained(state_->context.executor);
    state_->drained = &drained;
    co_await drained.wait(deadline);
    state_->drained = nullptr;
}

}  // namespace chat
