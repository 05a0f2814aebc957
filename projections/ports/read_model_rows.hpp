#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "events/checkpoint.hpp"
#include "events/outage.hpp"
#include "projections/replay/user_rows.hpp"

namespace chat {

namespace asio = boost::asio;

/// Rows of some users and how much of the partition they contain, in one snapshot.
struct RowsSnapshot {
    Checkpoint checkpoint;
    RowsByUser rows;  // users of whom nothing is stored are absent
};

/// The read model as whole rows: what verification compares and a repair replaces. Throws Outage.
class ReadModelRows {
public:
    virtual ~ReadModelRows() = default;

    virtual asio::awaitable<Checkpoint> checkpoint(Partition partition) = 0;

    /// All rows of these users, who are of that partition.
    virtual asio::awaitable<RowsSnapshot> rows(Partition partition, std::vector<UserId> users) = 0;

    /// Users of whom there is any row, in order, from the first one after `last`, at most `limit`.
    virtual asio::awaitable<std::vector<UserId>> users_after(std::optional<UserId> last, std::size_t limit) = 0;

    /// JSON texts as the read model would give them back, one for one.
    virtual asio::awaitable<std::vector<std::string>> as_stored(std::vector<std::string> json) = 0;

    /// One transaction: the user's rows become these, if the partition's checkpoint is from `least` to `most` (it does
    /// not move meanwhile). Gives the checkpoint; nothing was changed if that is outside.
    virtual asio::awaitable<NextOffset> replace(Partition partition, NextOffset least, NextOffset most, UserId user,
                                                UserRows rows) = 0;
};

}  // namespace chat
