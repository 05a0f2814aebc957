#include "projections/replay/acceptance.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "events/log_cut.hpp"
#include "events/stream_order.hpp"
#include "projections/same_log.hpp"
#include "projections/stream_judge.hpp"

namespace chat {
namespace {

constexpr std::size_t users_at_once = 5000;
constexpr std::size_t records_at_once = 1000;

struct Heads {
    StreamHead shown;    // the read model's
    StreamHead log;      // as far as the log is read
    bool whole = false;  // the log has all that is shown
};
using HeadsByUser = std::unordered_map<UserId, Heads>;

asio::awaitable<HeadsByUser> shown_heads(ReadModelRows& model, Partition partition, std::int32_t partitions) {
    HeadsByUser heads;
    std::optional<UserId> last;
    while (true) {
        std::vector<UserId> users = co_await model.users_after(last, users_at_once);
        if (users.empty()) co_return heads;
        const bool all = users.size() < users_at_once;
        last = users.back();
        std::erase_if(users, [&](const UserId& user) { return partition_of(user.value(), partitions) != partition; });
        const StoredStreams stored = co_await model.streams(partition, std::move(users));
        for (const auto& [user, status] : stored.streams) heads[user].shown = status.head;
        if (all) co_return heads;
    }
}

/// True if a projector that finds the read model as it is has something to do with this record.
bool is_news(HeadsByUser& heads, const Record& record) {
    const auto link = decode_link(record);
    if (!link) return false;
    Heads& of_user = heads[UserId(record.key)];
    const bool whole = of_user.whole || of_user.shown == of_user.log;
    const Placement placement = place(of_user.log, *link);
    if (placement == Placement::belongs) of_user.log = head_after(*link);
    of_user.whole = whole || of_user.shown == of_user.log;
    return whole && placement != Placement::void_;
}

std::string why(const LostEvents& lost) {
    return "the log was cut: of " + std::to_string(lost.shown.value()) + " events it has " +
           std::to_string(lost.left.value());
}

}  // namespace

asio::awaitable<std::optional<CutPartition>> examine_cut(RecordSource& source, ReadModelRows& model,
                                                         Partition partition) {
    CutPartition cut;
    cut.partition = partition;
    cut.before = co_await model.checkpoint(partition);
    try {
        co_await end_of_same_log(source, partition, "the read model", cut.before);
        co_return std::nullopt;
    } catch (const LogCut& found) {
        cut.evidence = found.what();
    }

    HeadsByUser heads = co_await shown_heads(model, partition, source.partitions());
    const NextOffset end = co_await source.end(partition);
    bool has_news = false;
    for (NextOffset next; next < end;) {
        const auto left = static_cast<std::size_t>(end.value() - next.value());
        const auto records = co_await source.read(partition, next, std::min(left, records_at_once));
        for (const StoredRecord& stored : records) {
            has_news = is_news(heads, *stored.record) || has_news;
            if (!has_news) cut.to = {after(stored.offset), event_id_of(*stored.record), {}};
        }
        next = after(records.back().offset);
    }
    for (const auto& [user, of_user] : heads)
        if (of_user.shown.sequence > Sequence(0) && !of_user.whole)
            cut.lost.push_back({user, of_user.shown.sequence, of_user.log.sequence});
    std::ranges::sort(cut.lost, {}, &LostEvents::user);
    co_return cut;
}

asio::awaitable<void> accept_cut(ReadModelRows& model, CutPartition cut) {
    const std::unique_ptr<HeldPartition> held = co_await model.hold(cut.partition);
    if (held->checkpoint() != cut.before.next_offset)
        throw std::runtime_error("the read model was moved meanwhile; nothing was changed, try again");
    std::vector<std::pair<UserId, std::string>> quarantined;
    for (const LostEvents& lost : cut.lost) quarantined.emplace_back(lost.user, why(lost));
    co_await held->rebase(cut.to, std::move(quarantined));
}

}  // namespace chat
