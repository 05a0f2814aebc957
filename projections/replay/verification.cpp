#include "projections/replay/verification.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "events/log_cut.hpp"
#include "projections/replay/stored_json.hpp"

namespace chat {
namespace {

constexpr std::size_t users_at_once = 200;
constexpr std::int64_t messages_at_once = 10'000;
constexpr std::size_t listed_at_once = 5000;

/// Rough sizes in memory of what a fold keeps.
constexpr std::size_t user_bytes = 600;
constexpr std::size_t session_bytes = 500;
constexpr std::size_t answer_bytes = 400;
constexpr std::size_t activity_bytes = 80;

std::uint64_t hash_of(const std::string& key) {
    std::uint64_t hash = 14'695'981'039'346'656'037ULL;  // FNV-1a
    for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
    return hash ^ (hash >> 29);
}

}  // namespace

/// What is folded of a slice's users: rows without messages, and those as digests.
struct Verification::Digests {
    RowsByUser rows;
    std::unordered_map<UserId, MessagesBySession> messages;
    std::size_t bytes = 0;

    void add(const Batch& batch) {
        for (const SessionChange& change : batch.sessions.all())
            if (change.created) bytes += session_bytes + change.created->metadata.view().size();
        bytes += batch.answers.all().size() * answer_bytes + batch.activity.all().size() * activity_bytes;
        const std::size_t users = rows.size();
        commit_to(rows, batch);
        bytes += (rows.size() - users) * user_bytes;
        for (const auto& [user, status] : batch.streams) {
            chat::add(messages[user], rows[user].messages);
            rows[user].messages = {};
        }
    }
    void keep_only(const PartitionFold::Wanted& wanted) {
        std::erase_if(rows, [&](const auto& of_user) { return !wanted(of_user.first.value()); });
        std::erase_if(messages, [&](const auto& of_user) { return !wanted(of_user.first.value()); });
        bytes = 0;
        for (const auto& [user, of_user] : rows)
            bytes += user_bytes + of_user.sessions.size() * session_bytes + of_user.answers.size() * answer_bytes +
                     of_user.activity.size() * activity_bytes;
    }
};

Verification::Verification(RecordSource& source, ReadModelRows& model, VerifyOptions options, VerifyProgress progress)
    : source_(source), model_(model), options_(std::move(options)), progress_(std::move(progress)) {}

bool Verification::in_sample(const std::string& key) const {
    if (options_.user) return key == options_.user->value();
    if (options_.share >= 1) return true;
    constexpr std::uint64_t parts = 1'000'000;
    const std::uint64_t picked = hash_of(key + "/" + std::to_string(options_.seed)) % parts;
    return static_cast<double>(picked) < options_.share * static_cast<double>(parts);
}

asio::awaitable<VerifyResult> Verification::run() {
    if (options_.user) {
        std::vector<UserId> users{*options_.user};
        result_.users = 1;
        co_await explain(partition_of(users.front().value(), source_.partitions()), std::move(users));
        co_return result_;
    }
    for (std::int32_t i = 0; i < source_.partitions(); ++i) co_await verify(Partition(i));
    co_return result_;
}

asio::awaitable<void> Verification::verify(Partition partition) {
    std::vector<UserId> differing;
    std::vector<Slice> slices{Slice{0, 1}};
    known_.clear();
    while (!slices.empty()) {
        const Slice slice = slices.back();
        slices.pop_back();
        co_await verify(partition, slice, slices, differing);
    }
    std::vector<UserId> unknown = co_await strangers(partition);
    differing.insert(differing.end(), unknown.begin(), unknown.end());
    const std::size_t named = std::min(differing.size(), options_.explained);
    const auto rest = static_cast<std::int64_t>(differing.size() - named);
    differing.resize(named);
    if (!differing.empty()) co_await explain(partition, std::move(differing));
    result_.differing += rest;
}

asio::awaitable<void> Verification::verify(Partition partition, Slice slice, std::vector<Slice>& later,
                                           std::vector<UserId>& differing) {
    const Checkpoint checkpoint = co_await model_.checkpoint(partition);
    co_await believe(partition, checkpoint);
    const auto wanted = [this](Slice of) -> PartitionFold::Wanted {
        return [this, of](const std::string& key) { return hash_of(key) % of.of == of.index && in_sample(key); };
    };
    PartitionFold log(source_, partition, wanted(slice));
    Digests digests;
    progress_.reading(partition, checkpoint.next_offset.value());
    const PartitionFold::Sink sink = [&](Folded folded) -> asio::awaitable<void> {
        co_await write_as_stored(model_, folded.batch);
        digests.add(folded.batch);
        while (digests.bytes > options_.memory_bytes && digests.rows.size() > 1) {
            later.push_back(Slice{slice.index + slice.of, slice.of * 2});
            slice.of *= 2;
            log.narrow(wanted(slice));
            digests.keep_only(wanted(slice));
        }
    };
    const std::function<void(std::int64_t)> read = [&](std::int64_t records) { progress_.read(records); };
    co_await log.advance(checkpoint.next_offset, sink, read);

    // Batch by batch; the fold goes on to where each batch's snapshot stands.
    std::vector<UserId> users;
    for (const auto& [user, rows] : digests.rows) users.push_back(user);
    std::int64_t messages = 0;
    std::vector<UserId> batch;
    for (std::size_t i = 0; i < users.size(); ++i) {
        batch.push_back(users[i]);
        for (const auto& [session, of_session] : digests.messages[users[i]]) messages += of_session.count;
        if (batch.size() < users_at_once && messages < messages_at_once && i + 1 < users.size()) continue;
        messages = 0;
        const std::vector<UserId> asked = std::exchange(batch, {});
        const RowsSnapshot snapshot = co_await model_.rows(partition, asked);
        co_await log.advance(snapshot.checkpoint.next_offset, sink);
        for (const UserId& user : asked) {
            const auto expected = digests.rows.find(user);
            if (expected == digests.rows.end()) continue;  // of a slice that is left for later by now
            known_.insert(hash_of(user.value()));
            MessagesBySession stored;
            const auto found = snapshot.rows.find(user);
            if (found != snapshot.rows.end()) add(stored, found->second.messages);
            const bool same = found != snapshot.rows.end() &&
                              digest(found->second, stored, options_.answers_since) ==
                                  digest(expected->second, digests.messages[user], options_.answers_since);
            if (!same) differing.push_back(user);
            result_.users += 1;
        }
        progress_.compared(static_cast<std::int64_t>(asked.size()));
    }
}

/// Users of whom the read model has rows, but of whom no event was seen: they may be new, or none of the log's.
asio::awaitable<std::vector<UserId>> Verification::strangers(Partition partition) {
    std::vector<UserId> found;
    std::optional<UserId> last;
    while (true) {
        const std::vector<UserId> users = co_await model_.users_after(last, listed_at_once);
        for (const UserId& user : users)
            if (partition_of(user.value(), source_.partitions()) == partition && in_sample(user.value()) &&
                !known_.contains(hash_of(user.value())))
                found.push_back(user);
        if (users.size() < listed_at_once) co_return found;
        last = users.back();
    }
}

/// Folds these users' histories in full and names what differs.
asio::awaitable<void> Verification::explain(Partition partition, std::vector<UserId> users) {
    const Checkpoint checkpoint = co_await model_.checkpoint(partition);
    co_await believe(partition, checkpoint);
    std::unordered_set<std::string> keys;
    for (const UserId& user : users) keys.insert(user.value());
    PartitionFold log(source_, partition, [&](const std::string& key) { return keys.contains(key); });
    RowsByUser expected;
    const PartitionFold::Sink sink = [&](Folded folded) -> asio::awaitable<void> {
        co_await write_as_stored(model_, folded.batch);
        commit_to(expected, folded.batch);
    };
    const std::function<void(std::int64_t)> read = [&](std::int64_t records) { progress_.read(records); };
    progress_.reading(partition, checkpoint.next_offset.value());
    co_await log.advance(checkpoint.next_offset, sink, read);
    RowsSnapshot snapshot = co_await model_.rows(partition, users);
    co_await log.advance(snapshot.checkpoint.next_offset, sink);
    for (const UserId& user : users) {
        const auto found = differences(user, expected[user], snapshot.rows[user], options_.answers_since);
        for (const Difference& difference : found) progress_.differs(difference);
        if (!found.empty()) result_.differing += 1;
    }
}

/// The log holds what the checkpoint was built on; throws LogCut if not.
asio::awaitable<void> Verification::believe(Partition partition, Checkpoint checkpoint) {
    const NextOffset end = co_await source_.end(partition);
    const std::string where = "partition " + std::to_string(partition.value()) + ": the read model is at offset " +
                              std::to_string(checkpoint.next_offset.value());
    if (end < checkpoint.next_offset) throw LogCut(where + ", but the log ends at " + std::to_string(end.value()));
    if (checkpoint.next_offset == NextOffset(0)) co_return;
    const NextOffset last(checkpoint.next_offset.value() - 1);
    const auto records = co_await source_.read(partition, last, 1);
    if (event_id_of(*records.front().record) != checkpoint.last)
        throw LogCut(where +
                     ", and the event before that is not the one that the log holds there: it was made of another log");
}

asio::awaitable<std::vector<Difference>> repair(RecordSource& source, ReadModelRows& model, UserId user,
                                                Time answers_since) {
    const Partition partition = partition_of(user.value(), source.partitions());
    PartitionFold log(source, partition, [&](const std::string& key) { return key == user.value(); });
    RowsByUser expected;
    const PartitionFold::Sink sink = [&](Folded folded) -> asio::awaitable<void> {
        co_await write_as_stored(model, folded.batch);
        commit_to(expected, folded.batch);
    };
    const Checkpoint checkpoint = co_await model.checkpoint(partition);
    co_await log.advance(checkpoint.next_offset, sink);
    std::vector<UserId> users{user};
    RowsSnapshot snapshot = co_await model.rows(partition, users);
    co_await log.advance(snapshot.checkpoint.next_offset, sink);
    const std::vector<Difference> found = differences(user, expected[user], snapshot.rows[user], answers_since);

    // Nearly all of the log is folded by now: what is left is folded while the projectors wait.
    const std::unique_ptr<HeldPartition> held = co_await model.hold(partition);
    if (held->checkpoint() < log.next())
        throw std::runtime_error("the read model went back meanwhile (was it swapped?); nothing was repaired");
    co_await log.advance(held->checkpoint(), sink);
    UserRows rows = expected[user];
    std::erase_if(rows.answers, [&](const auto& answer) { return answer.second.time < answers_since; });
    co_await held->replace(user, std::move(rows));
    co_return found;
}

}  // namespace chat
