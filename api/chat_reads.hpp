#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/answer_cache.hpp"
#include "api/observer.hpp"
#include "api/rendered.hpp"
#include "commands/projected_offsets.hpp"
#include "commands/service.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

struct ReadOptions {
    std::chrono::milliseconds wait{1000};  // for the read model to have what a read is to reflect
    std::size_t cache_bytes = 64 << 20;    // of rendered answers
};

/// Reads of a user's data: each waits, for a bounded time, until the read model has what this process's tail had seen
/// of the user when the read came, or what the request names; then answers with what there is. Answers are kept until
/// the tail sees a record of the user, so one from the cache is never older than one from a query. That something does
/// not exist is only answered if it is known: an Outage past the bound. All on one executor.
class ChatReads {
public:
    using Answer = AnswerCache::Answer;
    /// Queries and renders; called again while the answer is older than asked for.
    using Ask = std::function<asio::awaitable<Rendered>(Queries&, Partition)>;

    /// All it is given outlives it. It takes `commands.on_record` for itself.
    ChatReads(CommandService& commands, Queries& queries, ProjectedOffsets& projected, HttpObserver& observer,
              ReadOptions options);
    ~ChatReads();

    /// What is kept for that URL; nothing if it is not there, or older than `at_least`. No I/O.
    Answer kept(const UserId& user, std::string_view url, std::optional<Sequence> at_least);

    /// Throws Outage.
    asio::awaitable<Answer> read(UserId user, std::string url, std::optional<Sequence> at_least, Ask ask);

private:
    using Clock = ProjectedOffsets::Clock;
    /// What must still be so after the query for its answer to be kept.
    struct Snapshot {
        Seen seen;
        NextOffset floor;
        std::uint64_t changes = 0;
        bool tailed = false;
    };

    Snapshot snapshot(const UserId& user, Partition partition);
    bool exact(const UserId& user, Partition partition, const Snapshot& before, const Rendered& rendered);
    asio::awaitable<NextOffset> wait_for_seen(const UserId& user, Partition partition, Clock::time_point deadline);
    void changed(const UserId* user);
    std::uint64_t& changes_of(const UserId& user);

    CommandService& commands_;
    Queries& queries_;
    ProjectedOffsets& projected_;
    HttpObserver& observer_;
    ReadOptions options_;
    AnswerCache cache_;
    /// Records seen, by a hash of the user: a change between query and answer is noticed even if the tail has pruned
    /// the record by then. Two users in one place only cost an answer that could have been kept.
    std::array<std::uint64_t, 1024> changes_{};
    std::vector<NextOffset> floors_;  // by partition: what answers covered that were kept
};

}  // namespace chat
