#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <vector>

#include "commands/wake_up.hpp"
#include "events/checkpoint.hpp"

namespace chat {

/// How far the read model has come, as far as this process has heard: who waits for its own write waits here, and the
/// tail forgets what is below. Fed by an adapter (LISTEN and a slow poll). All on one executor.
class ProjectedOffsets {
public:
    using Clock = SteadyClock;

    ProjectedOffsets(asio::any_io_executor executor, std::int32_t partitions);

    NextOffset at(Partition partition) const { return partitions_[index(partition)].next; }

    /// News from the read model. Lower than before is possible (a rebuilt or restored read model) and believed.
    void advance(Partition partition, NextOffset next);

    /// True as soon as everything below `next` is applied, false at the deadline. Cancellable.
    asio::awaitable<bool> reached(Partition partition, NextOffset next, Clock::time_point deadline);

    /// Waits for any news of the partition, or the deadline (false).
    asio::awaitable<bool> moved(Partition partition, Clock::time_point deadline);

    /// The read model's rows became others than they were, by a repair or an exchange, if that edition is another than
    /// the last.
    void rewritten(Partition partition, Edition edition);

    /// Called when rows became others; set once, before anything runs.
    void on_rewritten(std::function<void(Partition, Edition)> hook) { rewritten_hook_ = std::move(hook); }

    /// Called with each news; set once, before anything runs.
    void on_advance(std::function<void(Partition, NextOffset)> hook) { hook_ = std::move(hook); }

private:
    struct Progress {
        NextOffset next;
        Edition edition{};
        std::list<SteadyTimer*> waiting;
    };
    static std::size_t index(Partition partition) { return static_cast<std::size_t>(partition.value()); }

    asio::any_io_executor executor_;
    std::vector<Progress> partitions_;
    std::function<void(Partition, NextOffset)> hook_;
    std::function<void(Partition, Edition)> rewritten_hook_;
};

}  // namespace chat
