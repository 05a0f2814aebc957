#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/checkpoint.hpp"
#include "events/outage.hpp"
#include "projections/ports/read_model_store.hpp"
#include "projections/replay/user_rows.hpp"

namespace chat {

namespace asio = boost::asio;

/// Rows of some users and how much of the partition they contain, in one snapshot.
struct RowsSnapshot {
    Checkpoint checkpoint;
    RowsByUser rows;  // users of whom nothing is stored are absent
};

/// A partition of the read model that stands still: projectors wait while this exists. Keep it for a moment only.
class HeldPartition {
public:
    virtual ~HeldPartition() = default;

    virtual NextOffset checkpoint() const = 0;

    /// In one transaction, the user's rows become these, as of the checkpoint, and the partition gets another edition,
    /// so that nobody goes on with what they were. Once, and last: the partition is no longer held afterwards. Throws
    /// Outage; nothing was changed then, unless the answer to the commit was lost.
    virtual asio::awaitable<void> replace(UserId user, UserRows rows) = 0;

    /// Instead: the partition's checkpoint becomes `to`, these streams are quarantined there, each with its reason, and
    /// the partition gets another edition. Otherwise as `replace`.
    virtual asio::awaitable<void> rebase(Checkpoint to, std::vector<std::pair<UserId, std::string>> quarantined) = 0;
};

/// The read model as whole rows: what verification compares and a repair replaces. Throws Outage.
class ReadModelRows {
public:
    virtual ~ReadModelRows() = default;

    virtual asio::awaitable<Checkpoint> checkpoint(Partition partition) = 0;

    /// All rows of these users, who are of that partition.
    virtual asio::awaitable<RowsSnapshot> rows(Partition partition, std::vector<UserId> users) = 0;

    /// Where these users' streams stand; users of whom nothing is stored are absent.
    virtual asio::awaitable<StoredStreams> streams(Partition partition, std::vector<UserId> users) = 0;

    /// Users of whom there is any row, in order, from the first one after `last`, at most `limit`.
    virtual asio::awaitable<std::vector<UserId>> users_after(std::optional<UserId> last, std::size_t limit) = 0;

    /// JSON texts as the read model would give them back, one for one.
    virtual asio::awaitable<std::vector<std::string>> as_stored(std::vector<std::string> json) = 0;

    /// Waits for commits that are under way.
    virtual asio::awaitable<std::unique_ptr<HeldPartition>> hold(Partition partition) = 0;
};

}  // namespace chat
