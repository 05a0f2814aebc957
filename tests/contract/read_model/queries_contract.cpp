#include <algorithm>

#include "tests/contract/read_model/read_model_contract.hpp"

// What readers see of it.
namespace chat::test {
namespace {

/// What a list must show of a user, from the folded state.
std::vector<SessionId> expected(const UserStory& story, SessionFilter filter, std::optional<AgentType> type = {}) {
    std::vector<Session> found;
    for (const auto& [id, session] : story.chats().sessions()) {
        if (type && session.agent_type != *type) continue;
        const bool wanted = filter == SessionFilter::active     ? session.active
                            : filter == SessionFilter::inactive ? !session.active && !session.deleted
                            : filter == SessionFilter::deleted  ? session.deleted
                                                                : !session.deleted;
        if (wanted) found.push_back(session);
    }
    std::sort(found.begin(), found.end(), [](const Session& a, const Session& b) {
        return std::tie(a.last_message_at, a.id) > std::tie(b.last_message_at, b.id);
    });
    std::vector<SessionId> ids;
    for (const Session& session : found) ids.push_back(session.id);
    return ids;
}

std::vector<SessionId> ids(const SessionPage& page) {
    std::vector<SessionId> found;
    for (const SessionRow& row : page.sessions) found.push_back(row.id);
    return found;
}

/// Some of each kind; several with the same time, so that the id has to decide.
UserStory crowd() {
    UserStory story("crowd");
    std::vector<SessionId> sessions;
    for (int i = 0; i < 24; ++i) {
        if (i % 3 == 1) story.at(story.last_time());
        sessions.push_back(
            story.creates("s" + std::to_string(i), i % 3 ? AgentType::primary : AgentType::log_analysis));
    }
    for (const std::size_t i : {2u, 5u, 9u, 11u, 23u}) story.deletes(sessions[i]);
    story.adds(sessions[4], "awake again");
    return story;
}

constexpr SessionFilter filters[] = {SessionFilter::active, SessionFilter::inactive, SessionFilter::deleted,
                                     SessionFilter::all};

SessionCursor cursor(const SessionRow& row) { return {row.last_message_at, row.id}; }

}  // namespace

TEST_P(ReadModelContract, ListsByStateAndTypeNewestActivityFirst) {
    UserStory story = crowd();
    ASSERT_TRUE(project(story));
    for (const SessionFilter filter : filters)
        for (const std::optional<AgentType> type :
             {std::optional<AgentType>(), std::optional(AgentType::primary), std::optional(AgentType::log_analysis)}) {
            const SessionPage page = list(story, filter, type, 100);
            EXPECT_EQ(ids(page), expected(story, filter, type)) << static_cast<int>(filter);
            EXPECT_FALSE(page.has_newer);
            EXPECT_FALSE(page.has_older);
            EXPECT_EQ(page.read, (ReadVersion{story.chats().head().sequence, next_, false}));
        }
}

TEST_P(ReadModelContract, ShowsWholeSessions) {
    UserStory ann("ann");
    const SessionId id = ann.creates("a", AgentType::log_analysis, "one", R"({"k": [1, 2]})");
    ann.adds(id, "two");
    ASSERT_TRUE(project(ann));
    const Session& session = *ann.chats().find(id);
    const SessionRow row{id,   "a",   AgentType::log_analysis,      session.created_at, session.last_message_at, 2,
                         true, false, JsonText(R"({"k": [1, 2]})"), Sequence(2)};
    EXPECT_EQ(list(ann).sessions, std::vector{row});
    EXPECT_EQ(messages(ann, id).session, row);
    ann.deletes(id);
    ASSERT_TRUE(project(ann));
    ASSERT_TRUE(messages(ann, id).session) << "a deleted session is there to look at";
    EXPECT_TRUE(messages(ann, id).session->is_deleted);
    EXPECT_EQ(list(ann, SessionFilter::deleted).sessions.size(), 1u);
}

TEST_P(ReadModelContract, PagesForthAndBackWithoutLossOrRepeat) {
    UserStory story = crowd();
    ASSERT_TRUE(project(story));
    for (const SessionFilter filter : filters)
        for (const std::size_t limit : {1u, 2u, 3u, 7u}) {
            const std::vector<SessionId> all = expected(story, filter);
            std::vector<SessionId> forth;
            SessionListQuery query{story.user(), filter, {}, limit, {}, {}};
            SessionPage page = list(query);
            for (;;) {
                const auto shown = ids(page);
                EXPECT_EQ(page.has_newer, !forth.empty());
                forth.insert(forth.end(), shown.begin(), shown.end());
                EXPECT_EQ(page.has_older, forth.size() < all.size());
                if (!page.has_older || page.sessions.empty()) break;
                query.after = cursor(page.sessions.back());
                page = list(query);
            }
            EXPECT_EQ(forth, all);

            std::vector<SessionId> back = ids(page);
            while (page.has_newer && !page.sessions.empty()) {
                query.after.reset();
                query.before = cursor(page.sessions.front());
                page = list(query);
                EXPECT_TRUE(page.has_older);
                const auto shown = ids(page);
                back.insert(back.begin(), shown.begin(), shown.end());
            }
            EXPECT_EQ(back, all);
        }
}

TEST_P(ReadModelContract, EndsAPageOfSessionsWhereItHasManyBytes) {
    UserStory ann("ann");
    const std::string large = "{\"text\": \"" + std::string(100'000, 'x') + "\"}";  // PostgreSQL keeps it compressed
    for (int i = 1; i <= 7; ++i) {
        const SessionId session = ann.creates(std::to_string(i), AgentType::primary, {}, i < 5 ? "{}" : large);
        ann.deletes(session);
    }
    ASSERT_TRUE(project(ann));
    const auto page = [&](std::optional<SessionCursor> after, std::optional<SessionCursor> before, std::size_t limit) {
        return list(SessionListQuery{ann.user(), SessionFilter::deleted, {}, limit, after, before, 150'000});
    };
    const auto titles = [](const SessionPage& found) {
        std::string all;
        for (const SessionRow& session : found.sessions) all += session.title;
        return all;
    };
    const auto at = [](const SessionRow& row) { return SessionCursor{row.last_message_at, row.id}; };
    const SessionPage newest = page({}, {}, 10);
    EXPECT_EQ(titles(newest), "76");
    EXPECT_TRUE(newest.has_older);
    EXPECT_FALSE(newest.has_newer);
    const SessionPage rest = page(at(newest.sessions.back()), {}, 10);
    EXPECT_EQ(titles(rest), "54321");
    EXPECT_FALSE(rest.has_older);
    EXPECT_TRUE(rest.has_newer);
    EXPECT_EQ(titles(page({}, {}, 1)), "7");
    const SessionPage back = page({}, at(rest.sessions.back()), 10);
    EXPECT_EQ(titles(back), "65432");
    EXPECT_TRUE(back.has_newer);
    EXPECT_TRUE(back.has_older);
    EXPECT_EQ(titles(page({}, at(rest.sessions.back()), 4)), "5432");
}

TEST_P(ReadModelContract, TellsWhatLiesBesideAPageThatIsEmpty) {
    UserStory ann("ann");
    ann.creates("a");
    ASSERT_TRUE(project(ann));
    const SessionCursor only = cursor(list(ann).sessions.front());
    const SessionPage after = list(SessionListQuery{ann.user(), SessionFilter::active, {}, 10, only, {}});
    EXPECT_TRUE(after.sessions.empty());
    EXPECT_TRUE(after.has_newer);
    EXPECT_FALSE(after.has_older);
    const SessionPage before = list(SessionListQuery{ann.user(), SessionFilter::active, {}, 10, {}, only});
    EXPECT_TRUE(before.sessions.empty());
    EXPECT_FALSE(before.has_newer);
    EXPECT_TRUE(before.has_older);
}

TEST_P(ReadModelContract, PagesMessagesFromTheNewestAndFromAnywhere) {
    UserStory ann("ann");
    const SessionId session = ann.creates("a", AgentType::primary, "m1");
    const SessionId other = ann.creates("other");
    for (int i = 2; i <= 9; ++i) {
        ann.adds(session, "m" + std::to_string(i));
        ann.adds(other, "elsewhere");
    }
    ASSERT_TRUE(project(ann));
    const auto contents = [](const MessagePage& page) {
        std::string all;
        for (const MessageRow& message : page.messages) all += message.content;
        return all;
    };
    const MessagePage newest = messages(ann, session, 3);
    EXPECT_EQ(contents(newest), "m7m8m9");
    EXPECT_TRUE(newest.has_older);
    EXPECT_FALSE(newest.has_newer);
    EXPECT_EQ(newest.session->message_count, 9);

    const MessagePage older = messages(ann, session, 3, newest.messages.front().sequence);
    EXPECT_EQ(contents(older), "m4m5m6");
    EXPECT_TRUE(older.has_older);
    EXPECT_TRUE(older.has_newer);

    const MessagePage oldest = messages(ann, session, 3, older.messages.front().sequence);
    EXPECT_EQ(contents(oldest), "m1m2m3");
    EXPECT_FALSE(oldest.has_older);
    EXPECT_TRUE(oldest.has_newer);

    const MessagePage newer = messages(ann, session, 3, {}, oldest.messages.back().sequence);
    EXPECT_EQ(contents(newer), "m4m5m6");
    EXPECT_TRUE(newer.has_older);
    EXPECT_TRUE(newer.has_newer);
    const MessagePage last = messages(ann, session, 3, {}, newer.messages.back().sequence);
    EXPECT_EQ(contents(last), "m7m8m9");
    EXPECT_FALSE(last.has_newer);
    const MessagePage past = messages(ann, session, 3, {}, last.messages.back().sequence);
    EXPECT_TRUE(past.messages.empty());
    EXPECT_TRUE(past.has_older);
    EXPECT_EQ(contents(messages(ann, session)), "m1m2m3m4m5m6m7m8m9");
}

TEST_P(ReadModelContract, EndsAPageOfMessagesWhereItHasManyBytes) {
    UserStory ann("ann");
    const SessionId session = ann.creates("a");
    const std::string metadata = "{\"text\": \"" + std::string(100'000, 'x') + "\"}";  // PostgreSQL keeps it compressed
    for (int i = 1; i <= 7; ++i) ann.adds(session, std::to_string(i) + std::string(1000, '.'), i < 6 ? "{}" : metadata);
    ASSERT_TRUE(project(ann));
    const auto page = [&](std::optional<Sequence> before, std::optional<Sequence> after, std::size_t limit = 100) {
        return get(model_->queries().messages(partition, {ann.user(), session, limit, before, after, 2500}));
    };
    const auto numbers = [](const MessagePage& found) {
        std::string all;
        for (const MessageRow& message : found.messages) all += message.content[0];
        return all;
    };
    const MessagePage newest = page({}, {});
    EXPECT_EQ(numbers(newest), "7") << "its metadata alone is more than that";
    EXPECT_TRUE(newest.has_older);
    const MessagePage older = page(newest.messages.front().sequence, {});
    EXPECT_EQ(numbers(older), "6");
    const MessagePage three = page(older.messages.front().sequence, {});
    EXPECT_EQ(numbers(three), "345");
    EXPECT_TRUE(three.has_older);
    EXPECT_TRUE(three.has_newer);
    const MessagePage rest = page(three.messages.front().sequence, {});
    EXPECT_EQ(numbers(rest), "12");
    EXPECT_FALSE(rest.has_older);

    const MessagePage forth = page({}, rest.messages.front().sequence);
    EXPECT_EQ(numbers(forth), "234");
    EXPECT_TRUE(forth.has_older);
    EXPECT_TRUE(forth.has_newer);
    EXPECT_EQ(numbers(page({}, rest.messages.front().sequence, 2)), "23");
    EXPECT_EQ(numbers(page({}, rest.messages.front().sequence, 3)), "234");
}

TEST_P(ReadModelContract, ShowsWholeMessagesAlsoOneAlone) {
    UserStory ann("ann");
    UserStory bob("bob");
    const SessionId session = ann.creates("a");
    const SessionId other = ann.creates("b");
    const MessageId id = ann.adds(session, "text", R"({"x": 1})", MessageType::agent, "helper");
    bob.creates("bob's");
    ASSERT_TRUE(project({&ann, &bob}));
    const MessageRow row{
        id, session, MessageType::agent, "text", "helper", JsonText(R"({"x": 1})"), ann.last_time(), Sequence(3)};
    EXPECT_EQ(messages(ann, session).messages, std::vector{row});
    const auto one = [&](const UserStory& story, SessionId of, MessageId message) {
        return get(model_->queries().message(partition, story.user(), of, message));
    };
    EXPECT_EQ(one(ann, session, id).message, row);
    EXPECT_EQ(one(ann, session, id).read, (ReadVersion{Sequence(3), next_, false}));
    EXPECT_FALSE(one(ann, other, id).message) << "of another session";
    EXPECT_FALSE(one(bob, session, id).message) << "of another user";
    EXPECT_EQ(one(bob, session, id).read.version, Sequence(1));
    EXPECT_FALSE(one(ann, session, MessageId(next_uuid())).message);
    ann.deletes(session);
    ASSERT_TRUE(project(ann));
    EXPECT_FALSE(one(ann, session, id).message) << "of a deleted session";
}

TEST_P(ReadModelContract, AnswersWithAVersionAlsoForWhoHasNothing) {
    UserStory ann("ann");
    const UserStory nobody("nobody");
    EXPECT_EQ(get(model_->queries().version(partition, ann.user())), ReadVersion{});
    EXPECT_EQ(list(nobody).read, ReadVersion{});
    const SessionId session = ann.creates("a");
    ASSERT_TRUE(project(ann));
    const ReadVersion nothing{Sequence(0), next_, false};
    EXPECT_EQ(get(model_->queries().version(partition, nobody.user())), nothing);
    EXPECT_EQ(list(nobody, SessionFilter::all).read, nothing);
    EXPECT_EQ(messages(nobody, session).read, nothing);
    EXPECT_FALSE(messages(nobody, session).session);
    EXPECT_TRUE(messages(nobody, session).messages.empty());
    EXPECT_EQ(get(model_->queries().version(partition, ann.user())), (ReadVersion{Sequence(1), next_, false}));
}

TEST_P(ReadModelContract, KeepsTextsNumbersAndTimesExactly) {
    UserStory ann("ann");
    const std::vector<std::string> texts{R"(quotes " ' and \ back\\slashes \n)",
                                         "{braces},{NULL}",
                                         "NULL",
                                         " ",
                                         "\n\t\x01\x7f",
                                         "\xc3\xa9 \xf0\x9f\x8e\x89 \xe2\x80\xa8",
                                         R"({"looks":"like json"})",
                                         "$1 %s ; DROP TABLE chat_messages; --",
                                         std::string(100'000, '"')};
    const SessionId session = ann.creates(texts[0]);
    for (const std::string& text : texts) ann.adds(session, text);
    const std::string digits =
        R"({"a": 1.10, "b": 12345678901234567890123456789, "c": 0.1000000000000000055511151231257827})";
    const MessageId exact = ann.adds(session, "numbers", digits);
    ann.at(*parse_rfc3339("2026-12-31T23:59:59.999999Z"));
    ann.adds(session, "late");
    ann.at(*parse_rfc3339("9999-12-31T23:59:59.000001Z"));
    ann.adds(session, "latest");
    ASSERT_TRUE(project(ann));
    const MessagePage page = messages(ann, session);
    EXPECT_EQ(page.session->title, texts[0]);
    ASSERT_EQ(page.messages.size(), texts.size() + 3);
    for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(page.messages[i].content, texts[i]);
    EXPECT_EQ(page.messages[texts.size()].id, exact);
    EXPECT_EQ(page.messages[texts.size()].metadata, JsonText(digits));
    EXPECT_EQ(to_rfc3339(page.messages[texts.size() + 1].created_at), "2026-12-31T23:59:59.999999Z");
    EXPECT_EQ(to_rfc3339(page.session->last_message_at), "9999-12-31T23:59:59.000001Z");
}

TEST_P(ReadModelContract, TakesWhateverTheDoorLetsThrough) {
    UserStory ann(std::string(254, 'u') + "\xc3\xa9");  // 255 code points
    std::string title;
    for (int i = 0; i < 255; ++i) title += "\xf0\x9f\x8e\x89";
    const SessionId session = ann.creates(title, AgentType::primary, "x");
    ann.adds(session, std::string(1 << 20, 'y'), "{}", MessageType::system, std::string(20, 'a'));
    std::string deep;
    for (int i = 0; i < 120; ++i) deep += R"({"a": )";
    deep += "1" + std::string(120, '}');
    ann.adds(session, "deep", deep);
    ASSERT_TRUE(project(ann));
    EXPECT_EQ(messages(ann, session).session->title, title);
    EXPECT_EQ(messages(ann, session).messages.size(), 3u);
    EXPECT_EQ(messages(ann, session).messages.back().metadata, JsonText(deep));
    EXPECT_EQ(load(ann).chats, ann.chats());
}

}  // namespace chat::test
