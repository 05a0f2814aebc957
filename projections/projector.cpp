#include "projections/projector.hpp"

#include <random>
#include <utility>

namespace chat {

Projector::Projector(asio::any_io_executor executor, RecordSource& source, ReadModelStore& store,
                     PartitionAssignment& assignment, ProjectorObserver& observer, ProjectorOptions options)
    : store_(store),
      options_(std::move(options)),
      next_look_(SteadyClock::now()),
      workers_(executor, assignment,
               [this, executor, &source, &observer](Partition partition) {
                   return std::make_unique<PartitionProjection>(executor, partition, source, store_, observer,
                                                                options_);
               },
               {options_.lag_interval, options_.check_interval}) {
    if (!options_.random)
        options_.random = [engine = std::minstd_rand(std::random_device()())]() mutable {
            return std::uniform_real_distribution<>(0, 1)(engine);
        };
    workers_.besides([this] { return forget_old_answers(); });
}

asio::awaitable<void> Projector::forget_old_answers() {
    if (SteadyClock::now() < next_look_) co_return;
    try {
        while (!workers_.stopped()) {
            const std::size_t forgotten = co_await store_.forget_answers(options_.answers_kept);
            if (forgotten == 0) break;
        }
    } catch (const Outage&) {
        // The partitions' own loops meet the same outage and tell of it; the next look comes.
    }
    next_look_ = SteadyClock::now() + options_.forget_interval;
}

}  // namespace chat
