#include "projections/publisher.hpp"

#include <memory>
#include <random>
#include <utility>

namespace chat {

Publisher::Publisher(asio::any_io_executor executor, RecordSource& source, PublicTopic& topic, PublicationStore& store,
                     PartitionAssignment& assignment, ProjectorObserver& observer, PublisherOptions options)
    : options_(std::move(options)),
      workers_(
          executor, assignment,
          [this, executor, &source, &topic, &store, &observer](Partition partition) {
              return std::make_unique<PartitionPublication>(executor, partition, source, topic, store, observer,
                                                            options_);
          },
          PartitionWorkers::Intervals{options_.lag_interval, options_.lag_interval}) {
    if (!options_.random)
        options_.random = [engine = std::minstd_rand(std::random_device()())]() mutable {
            return std::uniform_real_distribution<>(0, 1)(engine);
        };
}

}  // namespace chat
