#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include "tests/contract/read_model/read_model_contract.hpp"

// Messages by user, day and agent type.
namespace chat::test {
namespace {

/// What the rows must be, counted from the stream.
std::vector<ActivityRow> counted(const UserStory& story) {
    std::map<std::pair<Day, std::string>, ActivityRow> rows;
    for (const Recorded& recorded : story.events()) {
        const auto* created = std::get_if<SessionCreated>(&recorded.event);
        if (!std::holds_alternative<MessageAdded>(recorded.event) && !(created && created->first_message)) continue;
        const AgentType type = story.chats().find(session_of(recorded.event))->agent_type;
        const Day day = day_of(recorded.envelope.time);
        ActivityRow& row = rows[{Day(-day.value()), std::string(to_string(type))}];
        row = {day, type, row.messages + 1};
    }
    std::vector<ActivityRow> found;
    for (const auto& [key, row] : rows) found.push_back(row);
    return found;
}

}  // namespace

TEST_P(ReadModelContract, CountsMessagesByDayAndAgentTypeHoweverEventsAreSplitIntoBatches) {
    std::mt19937 random(11);
    UserStory ann("ann"), bob("bob");
    Time time{std::chrono::microseconds(1'769'850'000'123'456)};
    for (UserStory* story : {&ann, &bob}) {
        std::vector<SessionId> sessions{story->creates("zero", AgentType::log_analysis, "first")};
        for (int i = 0; i < 60; ++i) {
            if (random() % 5 == 0) story->at(time += std::chrono::hours(7));
            const auto type = random() % 2 ? AgentType::primary : AgentType::log_analysis;
            const SessionId session = sessions[random() % sessions.size()];
            if (random() % 4 == 0)
                sessions.push_back(
                    story->creates("s", type, random() % 2 ? std::optional<std::string>("first") : std::nullopt));
            else if (random() % 8 == 0)
                story->deletes(session);
            else if (!story->chats().find(session)->deleted)
                story->adds(session, "m");
            if (random() % 3) continue;
            ASSERT_TRUE(project({&ann, &bob}));
        }
    }
    ASSERT_TRUE(project({&ann, &bob}));
    for (const UserStory* story : {&ann, &bob}) {
        const auto page = get(model_->queries().activity(partition, {.user = story->user(), .limit = 1000}));
        EXPECT_EQ(page.rows, counted(*story));
        EXPECT_GT(page.rows.size(), 4u);
        EXPECT_EQ(page.read.version, story->chats().head().sequence);
        EXPECT_EQ(page.read.applied, next_);
    }
}

TEST_P(ReadModelContract, GivesTheActivityThatIsAskedFor) {
    UserStory ann("ann");
    const Time start{std::chrono::microseconds(1'769'850'000'000'000)};  // 2026-01-31T09:00:00Z
    ann.at(start);
    const SessionId primary = ann.creates("p", AgentType::primary, "1");
    const SessionId logs = ann.creates("l", AgentType::log_analysis);
    for (int day = 0; day < 4; ++day) {
        ann.at(start + std::chrono::days(day));
        ann.adds(primary, "2");
        ann.adds(logs, "3");
    }
    ASSERT_TRUE(project(ann));
    const Day first = day_of(start);
    const auto day = [&](int number) { return Day(first.value() + number); };
    const auto ask = [&](std::optional<AgentType> type, std::optional<Day> from, std::optional<Day> to,
                         std::size_t limit) {
        return get(model_->queries().activity(partition, {ann.user(), type, from, to, limit})).rows;
    };
    using Rows = std::vector<ActivityRow>;
    EXPECT_EQ(ask(AgentType::primary, {}, {}, 100), (Rows{{day(3), AgentType::primary, 1},
                                                          {day(2), AgentType::primary, 1},
                                                          {day(1), AgentType::primary, 1},
                                                          {day(0), AgentType::primary, 2}}));
    EXPECT_EQ(ask({}, day(1), day(2), 100), (Rows{{day(2), AgentType::log_analysis, 1},
                                                  {day(2), AgentType::primary, 1},
                                                  {day(1), AgentType::log_analysis, 1},
                                                  {day(1), AgentType::primary, 1}}));
    EXPECT_EQ(ask({}, {}, {}, 1), (Rows{{day(3), AgentType::log_analysis, 1}}));
    EXPECT_EQ(ask({}, day(4), {}, 100), Rows{});
    const auto stranger = get(model_->queries().activity(partition, {.user = UserId("nobody")}));
    EXPECT_TRUE(stranger.rows.empty());
    EXPECT_EQ(stranger.read.version, Sequence(0));
}

}  // namespace chat::test
