#include "projections/partition_attempts.hpp"

#include <utility>

#include "events/log_cut.hpp"
#include "events/outage.hpp"

namespace chat {

PartitionAttempts::PartitionAttempts(const asio::any_io_executor& executor, Partition partition,
                                     ProjectorObserver& observer, Pauses pauses)
    : partition_(partition), observer_(observer), pauses_(std::move(pauses)), stop_(executor), pause_(executor) {}

asio::awaitable<void> PartitionAttempts::run(std::function<asio::awaitable<void>()> attempt) {
    observer_.started(partition_);
    while (!stop_.stopped()) {
        try {
            co_await attempt();
        } catch (const Outage& outage) {
            setbacks_.failed(outage.what());
            observer_.outage(partition_, outage.what());
        } catch (const LogCut& cut) {
            setbacks_.failed(cut.what());
            observer_.log_cut(partition_, cut.what());
        } catch (const PositionLost& lost) {
            setbacks_.failed(lost.what());
            observer_.checkpoint_lost(partition_);
        }
        pause_.expires_after(setbacks_.next_pause(pauses_.least, pauses_.longest, pauses_.random()));
        co_await stop_.pause(pause_);
    }
}

void PartitionAttempts::went_well() {
    if (!setbacks_.went_well()) return;
    observer_.recovered(partition_);
    if (recovered_) recovered_();
}

}  // namespace chat
