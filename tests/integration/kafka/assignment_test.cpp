#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "infra/kafka/kafka_assignment.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/kafka_address.hpp"
#include "tests/support/kafka_topics.hpp"
#include "tests/support/running.hpp"

namespace chat::test {
namespace {

using namespace std::chrono_literals;
using Partitions = std::set<Partition>;

/// A member of a group, and what it knows of its partitions.
class Member {
public:
    Member(asio::io_context& io, const KafkaGroupOptions& options)
        : assignment_(io.get_executor(), options), running_(io, assignment_.run()), follows_(io, follow()) {}

    Partitions partitions() const { return partitions_.value_or(Partitions()); }
    bool told() const { return partitions_.has_value(); }

private:
    asio::awaitable<void> follow() {
        while (true) {
            auto changed = assignment_.changed(partitions_);
            partitions_ = co_await std::move(changed);
        }
    }

    std::optional<Partitions> partitions_;
    KafkaAssignment assignment_;
    Running running_;
    Running follows_;
};

class KafkaAssignmentTest : public testing::Test {
protected:
    KafkaAssignmentTest() {
        options_.brokers = kafka_address();
        options_.topic = unique_topic();
        options_.group = options_.topic;
        make_topic(options_.brokers, options_.topic, 4, {});
    }

    std::unique_ptr<Member> member() { return std::make_unique<Member>(io_, options_); }

    void wait_until(std::function<bool()> it_is_so, const std::string& what) {
        run(
            io_, [&] { return until(it_is_so, what, 60s); }, 70s);
    }

    asio::io_context io_{1};
    KafkaGroupOptions options_;
    const Partitions all_ = {Partition(0), Partition(1), Partition(2), Partition(3)};
};

TEST_F(KafkaAssignmentTest, GivesTheOnlyMemberEveryPartition) {
    const auto only = member();
    wait_until([&] { return only->partitions() == all_; }, "all partitions");
}

TEST_F(KafkaAssignmentTest, SharesThePartitionsBetweenTwoMembers) {
    const auto one = member();
    wait_until([&] { return one->partitions() == all_; }, "all partitions");
    const auto other = member();
    wait_until([&] { return one->partitions().size() == 2 && other->partitions().size() == 2; }, "two for each");
    Partitions both = one->partitions();
    both.merge(other->partitions());
    EXPECT_EQ(both, all_);
}

TEST_F(KafkaAssignmentTest, TellsAMemberForWhomThereIsNoneThatItHasNone) {
    std::vector<std::unique_ptr<Member>> members;
    for (int i = 0; i < 5; ++i) members.push_back(member());
    wait_until(
        [&] {
            std::size_t held = 0;
            for (const auto& one : members) held += one->partitions().size();
            return held == all_.size() && std::ranges::all_of(members, [](const auto& one) { return one->told(); });
        },
        "all five to be told");
}

TEST_F(KafkaAssignmentTest, HandsThePartitionsOfAMemberThatLeavesToTheOthersAtOnce) {
    options_.session_timeout = 120s;  // what it would take without a farewell
    const auto stays = member();
    auto leaves = member();
    wait_until([&] { return stays->partitions().size() == 2 && leaves->partitions().size() == 2; }, "two for each");
    leaves.reset();
    wait_until([&] { return stays->partitions() == all_; }, "all partitions");
}

TEST_F(KafkaAssignmentTest, EndsWithoutEverHavingRunOrReachedABroker) {
    options_.brokers = "127.0.0.1:1";
    const auto begin = std::chrono::steady_clock::now();
    { const KafkaAssignment assignment(io_.get_executor(), options_); }
    { const auto one = member(); }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

}  // namespace
}  // namespace chat::test
