#include "api/chat_reads.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace chat {

ChatReads::ChatReads(CommandService& commands, Queries& queries, ProjectedOffsets& projected, HttpObserver& observer,
                     ReadOptions options)
    : commands_(commands),
      queries_(queries),
      projected_(projected),
      observer_(observer),
      options_(options),
      cache_(options.cache_bytes) {
    commands_.on_record([this](Partition, const UserId* user) { changed(user); });
}

ChatReads::~ChatReads() {
    commands_.on_record([](Partition, const UserId*) {});
}

ChatReads::Answer ChatReads::kept(const UserId& user, std::string_view url, std::optional<Sequence> at_least) {
    if (commands_.unready(user)) return nullptr;  // a tail that does not read cannot say what is stale
    Answer answer = cache_.find(user, url);
    if (!answer || (at_least && answer->read.version < *at_least)) return nullptr;
    observer_.read_answered(true);
    return answer;
}

asio::awaitable<ChatReads::Answer> ChatReads::read(UserId user, std::string url, std::optional<Sequence> at_least,
                                                   Ask ask) {
    const auto deadline = Clock::now() + options_.wait;
    const Partition partition = commands_.partition_of(user);
    const NextOffset seen = co_await wait_for_seen(user, partition, deadline);

    Snapshot before = snapshot(user, partition);
    NextOffset at = projected_.at(partition);
    Rendered answer = co_await ask(queries_, partition);
    // Behind also if the read model has less than it had told: it was set back, and is projected again. Or if it lacks
    // what this process wrote, though it is ahead of that: it is of a log that was cut, and nobody has noticed yet.
    const std::optional<StreamHead> written = before.seen.head;
    const auto lacks_written = [&] {
        return answer.read.applied >= seen && written && answer.read.version < written->sequence &&
               !answer.read.quarantined;
    };
    const auto is_behind = [&] {
        return answer.read.applied < at || (at_least && answer.read.version < *at_least) || lacks_written();
    };
    const bool behind = is_behind();
    const auto waiting_since = Clock::now();
    // A version that the log does not have, as after a cut, would be waited for in vain: what is applied below this has
    // all that the log held of the user.
    std::optional<NextOffset> whole;
    while (is_behind() && Clock::now() < deadline) {
        if (!whole && answer.read.applied >= at && co_await commands_.until_caught_up(user, deadline)) {
            const auto last = commands_.seen(user).last;
            whole = std::max(projected_.at(partition), last ? after(*last) : NextOffset());
        }
        if (whole && answer.read.applied >= std::max(*whole, at)) break;
        // What happened during the query is no news to wait for any more.
        if (projected_.at(partition) == at) {
            const bool news = co_await projected_.moved(partition, deadline);
            if (!news) break;
        }
        co_await wait_for_seen(user, partition, deadline);
        before = snapshot(user, partition);
        at = projected_.at(partition);
        answer = co_await ask(queries_, partition);
    }
    if (behind) observer_.read_waited(Clock::now() - waiting_since, !is_behind());
    const bool has_all = whole ? answer.read.applied >= *whole : !is_behind();
    if (answer.missing && !(has_all && answer.read.applied >= seen))
        throw Outage("the read model is behind the log, which may have what was asked for");

    // The read model may be ahead of this process's tail: who was shown a version is not shown an older one here again.
    const bool newest = cache_.drop_older(user, answer.read.version);
    const bool keep = newest && exact(user, partition, before, answer);
    auto shared = std::make_shared<const Rendered>(std::move(answer));
    if (keep) {
        cache_.put(user, url, shared);
        observer_.cached(cache_.size(), cache_.bytes());
    }
    observer_.read_answered(false);
    co_return shared;
}

/// Until the read model has the user's last record that this process knows; gives what it must have applied for that.
asio::awaitable<NextOffset> ChatReads::wait_for_seen(const UserId& user, Partition partition,
                                                     Clock::time_point deadline) {
    Seen seen = commands_.seen(user);
    if (!seen.whole) {
        co_await commands_.until_whole(user, deadline);
        seen = commands_.seen(user);
    }
    if (!seen.last) co_return NextOffset();
    if (projected_.at(partition) >= after(*seen.last)) co_return after(*seen.last);
    const auto since = Clock::now();
    const bool in_time = co_await projected_.reached(partition, after(*seen.last), deadline);
    observer_.read_waited(Clock::now() - since, in_time);
    co_return after(*seen.last);
}

ChatReads::Snapshot ChatReads::snapshot(const UserId& user, Partition partition) {
    const auto number = static_cast<std::size_t>(partition.value());
    if (floors_.size() <= number) floors_.resize(number + 1);
    floors_[number] = std::max(floors_[number], projected_.at(partition));
    return {commands_.seen(user), floors_[number], changes_of(user), !commands_.unready(user)};
}

/// May the answer be kept until the tail sees a record of the user? Only if no record can be in the log that is neither
/// in the answer nor yet to be seen: the tail was reading before the query began, the answer covers all that it had
/// seen of the user, nothing came since, and the read model was not set back below where the tail began.
bool ChatReads::exact(const UserId& user, Partition partition, const Snapshot& before, const Rendered& rendered) {
    if (!rendered.body || rendered.read.quarantined || !before.tailed || commands_.unready(user)) return false;
    if (before.seen.last && rendered.read.applied < after(*before.seen.last)) return false;
    if (changes_of(user) != before.changes || rendered.read.applied < before.floor) return false;
    auto& floor = floors_[static_cast<std::size_t>(partition.value())];
    floor = std::max(floor, rendered.read.applied);
    return true;
}

void ChatReads::changed(const UserId* user) {
    if (user) {
        ++changes_of(*user);
        cache_.drop(*user);
    } else {
        // A replayed partition may be another history. This is rare: not worth knowing which users it has.
        for (std::uint64_t& changes : changes_) ++changes;
        std::ranges::fill(floors_, NextOffset());
        cache_.clear();
    }
    observer_.cached(cache_.size(), cache_.bytes());
}

std::uint64_t& ChatReads::changes_of(const UserId& user) {
    return changes_[std::hash<UserId>{}(user) % changes_.size()];
}

}  // namespace chat
