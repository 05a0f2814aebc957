#include "commands/projected_offsets.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace chat {

ProjectedOffsets::ProjectedOffsets(asio::any_io_executor executor, std::int32_t partitions)
    : executor_(std::move(executor)), partitions_(static_cast<std::size_t>(partitions)) {}

void ProjectedOffsets::advance(Partition partition, NextOffset next) {
    Progress& progress = partitions_[index(partition)];
    if (progress.next == next) return;
    progress.next = next;
    for (SteadyTimer* waiting : progress.waiting) waiting->cancel();
    if (hook_) hook_(partition, next);
}

void ProjectedOffsets::rewritten(Partition partition, Edition edition) {
    Progress& progress = partitions_[index(partition)];
    if (edition == progress.edition) return;
    progress.edition = edition;
    if (rewritten_hook_) rewritten_hook_(partition, edition);
}

asio::awaitable<bool> ProjectedOffsets::moved(Partition partition, Clock::time_point deadline) {
    Progress& progress = partitions_[index(partition)];
    const NextOffset before = progress.next;
    SteadyTimer timer(executor_, deadline);
    struct Place {
        std::list<SteadyTimer*>& line;
        std::list<SteadyTimer*>::iterator at;
        ~Place() { line.erase(at); }
    };
    const Place place{progress.waiting, progress.waiting.insert(progress.waiting.end(), &timer)};
    boost::system::error_code ignored;  // aborted is news, or the coroutine's cancellation, which throws later
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return progress.next != before;
}

asio::awaitable<bool> ProjectedOffsets::reached(Partition partition, NextOffset next, Clock::time_point deadline) {
    while (at(partition) < next) {
        const bool news = co_await moved(partition, deadline);
        if (!news) co_return at(partition) >= next;
    }
    co_return true;
}

}  // namespace chat
