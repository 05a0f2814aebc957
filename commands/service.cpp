#include "commands/service.hpp"

#include <utility>

#include "commands/partition_streams.hpp"

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

std::string_view outcome(const Result<Done, CommandFault>& result) {
    if (result) return result->changed ? "accepted" : "unchanged";
    return std::holds_alternative<Refusal>(result.error()) ? "refused" : "conflict";
}

/// Tells the observer how a command ended, also when its coroutine is destroyed.
struct Report {
    CommandObserver& observer;
    std::size_t& in_flight;
    WakeUp*& drained;
    std::string_view command;
    std::string_view outcome = "cancelled";
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();

    ~Report() {
        if (--in_flight == 0 && drained) drained->ring();
        observer.command_done(command, outcome, std::chrono::steady_clock::now() - began);
    }
};

}  // namespace

struct CommandService::Dependencies {
    StreamsContext context;
    WakeUp* drained = nullptr;
};

CommandService::CommandService(asio::any_io_executor executor, EventLog& log, ChatsStore& store,
                               ProjectedOffsets& projected, SystemClock clock, MakeUuid uuid, Random random,
                               CommandObserver& observer, ServiceOptions options)
    : partitions_(static_cast<std::size_t>(log.partitions())) {
    const auto evict = [this](const UserId& user) {
        const auto& streams = partitions_[static_cast<std::size_t>(partition_of(user).value())];
        return !streams || streams->forget(user);
    };
    dependencies_.reset(new Dependencies{
        .context = {executor, log, store, projected, std::move(clock), std::move(uuid), std::move(random), observer,
                    options, HotStates(options.hot_bytes, evict), {}}});
    projected.on_advance([this](Partition partition, NextOffset next) {
        const auto& streams = partitions_[static_cast<std::size_t>(partition.value())];
        if (streams) streams->projected(next);
    });
}

CommandService::~CommandService() {
    dependencies_->context.projected.on_advance({});
    for (const auto& streams : partitions_) {
        if (streams) streams->stop();
    }
}

asio::awaitable<Result<Done, CommandFault>> CommandService::execute(UserId user, Command command, Causes causes) {
    if (draining_) throw Outage("the service is stopping");
    ++in_flight_;
    Report report{dependencies_->context.observer, in_flight_, dependencies_->drained, name(command)};
    const auto deadline = std::chrono::steady_clock::now() + dependencies_->context.options.command_deadline;
    PartitionStreams& streams = streams_of(partition_of(user));
    try {
        auto result = co_await streams.execute(std::move(user), command, std::move(causes), deadline);
        report.outcome = outcome(result);
        co_return result;
    } catch (const OutcomeUnknown&) {
        report.outcome = "unknown";
        throw;
    } catch (const Outage&) {
        report.outcome = "outage";
        throw;
    }
}

Seen CommandService::seen(const UserId& user) { return streams_of(partition_of(user)).seen(user); }

Partition CommandService::partition_of(const UserId& user) const {
    return chat::partition_of(user.value(), static_cast<std::int32_t>(partitions_.size()));
}

std::optional<std::string> CommandService::unready() const {
    for (const auto& streams : partitions_) {
        if (streams && streams->unready()) return streams->unready();
    }
    return std::nullopt;
}

void CommandService::on_record(std::function<void(Partition, const UserId*)> hook) {
    dependencies_->context.on_record = std::move(hook);
}

asio::awaitable<void> CommandService::drain(std::chrono::steady_clock::time_point deadline) {
    draining_ = true;
    if (in_flight_ == 0) co_return;
    WakeUp drained(dependencies_->context.executor);
    dependencies_->drained = &drained;
    co_await drained.wait(deadline);
    dependencies_->drained = nullptr;
}

PartitionStreams& CommandService::streams_of(Partition partition) {
    auto& streams = partitions_[static_cast<std::size_t>(partition.value())];
    if (!streams) {
        streams = std::make_shared<PartitionStreams>(dependencies_->context, partition);
        streams->start();
    }
    return *streams;
}

}  // namespace chat
