#include "projections/same_log.hpp"

#include <optional>
#include <string>

#include "projections/stream_judge.hpp"

namespace chat {
namespace {

std::string name(const std::optional<EventId>& id) { return id ? "event " + to_string(*id) : "no event of ours"; }

}  // namespace

asio::awaitable<NextOffset> end_of_same_log(RecordSource& source, Partition partition, const char* what,
                                            Checkpoint checkpoint) {
    const NextOffset end = co_await source.end(partition);
    if (end < checkpoint.next_offset)
        throw LogCut(std::string(what) + " is at offset " + std::to_string(checkpoint.next_offset.value()) +
                     ", but the log ends at " + std::to_string(end.value()));
    if (checkpoint.next_offset.value() > 0) {
        const Offset last(checkpoint.next_offset.value() - 1);
        const auto records = co_await source.read(partition, NextOffset(last.value()), 1);
        const auto found = event_id_of(*records.front().record);
        if (records.front().offset != last || found != checkpoint.last)
            throw LogCut(std::string(what) + " was built on " + name(checkpoint.last) + " at offset " +
                         std::to_string(last.value()) + ", but the log holds " + name(found) + " there");
    }
    co_return end;
}

}  // namespace chat
