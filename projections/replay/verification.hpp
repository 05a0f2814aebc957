#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "projections/ports/read_model_rows.hpp"
#include "projections/ports/record_source.hpp"
#include "projections/replay/partition_fold.hpp"
#include "projections/replay/row_differences.hpp"

namespace chat {

struct VerifyOptions {
    std::optional<UserId> user;  // only this one
    double share = 1;            // of the users, picked by `seed`; 1 is all
    std::uint64_t seed = 0;
    std::size_t memory_bytes = 256 << 20;  // of what is folded at one time, roughly; more users take more passes
    std::size_t explained = 100;           // users whose differences are named, for each partition; others only counted
    Time answers_since;                    // answers to commands that are older are not compared
};

/// What the verification tells while it runs; the defaults ignore it. Must not throw.
struct VerifyProgress {
    std::function<void(Partition, std::int64_t records)> reading = [](auto, auto) {};  // a pass over so many begins
    std::function<void(std::int64_t records)> read = [](auto) {};
    std::function<void(std::int64_t users)> compared = [](auto) {};
    std::function<void(const Difference&)> differs = [](const auto&) {};
};

struct VerifyResult {
    std::int64_t users = 0;      // that were compared
    std::int64_t differing = 0;  // of them
};

/// Compares the read model with a fold of the log, while both move on: rows are read in one snapshot with the
/// partition's checkpoint, and the log is folded to just there. Memory holds the folded sessions (not messages) of as
/// many users as fit, then the next. On one executor; what it is given outlives it.
class Verification {
public:
    Verification(RecordSource& source, ReadModelRows& model, VerifyOptions options, VerifyProgress progress);

    /// Throws Outage, and LogCut if the read model is of another log.
    asio::awaitable<VerifyResult> run();

private:
    /// Users whose hash leaves `index` when divided by `of`.
    struct Slice {
        std::uint64_t index;
        std::uint64_t of;
    };
    struct Digests;
    asio::awaitable<void> verify(Partition partition);
    asio::awaitable<void> verify(Partition partition, Slice slice, std::vector<Slice>& later,
                                 std::vector<UserId>& differing);
    asio::awaitable<void> compare(Partition partition, PartitionFold& log, Digests& digests,
                                  std::vector<UserId>& differing);
    asio::awaitable<std::vector<UserId>> strangers(Partition partition);
    asio::awaitable<void> explain(Partition partition, std::vector<UserId> users);
    asio::awaitable<void> believe(Partition partition, Checkpoint checkpoint);
    bool in_sample(const std::string& key) const;

    RecordSource& source_;
    ReadModelRows& model_;
    const VerifyOptions options_;
    const VerifyProgress progress_;
    VerifyResult result_;
    std::unordered_set<std::uint64_t> known_;  // hashes of the users that the log has events of
};

/// The user's rows as the log says, written over those that the read model holds. Gives what had differed. Throws
/// Outage and LogCut.
asio::awaitable<std::vector<Difference>> repair(RecordSource& source, ReadModelRows& model, UserId user,
                                                Time answers_since);

}  // namespace chat
