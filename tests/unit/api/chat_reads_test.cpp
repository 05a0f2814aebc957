// Reads see what was written, and what is kept is never older than a query.
#include "api/chat_reads.hpp"

#include "tests/unit/api/node.hpp"

namespace chat::test {
namespace {

struct ChatReadsTest : Node {};

/// Its reads wait for longer than the test may take.
struct PatientReadsTest : Node {
    PatientReadsTest() : Node(std::chrono::hours(1)) {}
};

}  // namespace

TEST_F(ChatReadsTest, WaitUntilTheReadModelHasWhatTheTailSaw) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        bool projected_first = false;
        asio::post(io, [&] {
            projected_first = true;
            project();
        });
        const Response list = co_await get(sessions);
        EXPECT_TRUE(projected_first);
        EXPECT_EQ(list.field("Chat-Version"), "1");
        EXPECT_NE(list.body().find("one"), std::string::npos);
        EXPECT_EQ(queries.asked, 1) << "not asked before it was known to be there";
        EXPECT_EQ(observer.waits, 1);
    });
}

TEST_F(ChatReadsTest, AnswerWithWhatThereIsPastTheBound) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        const Response list = co_await get(sessions);
        EXPECT_EQ(list.status(), 200);
        EXPECT_EQ(list.field("Chat-Version"), "0");
        EXPECT_EQ(list.body(), "[]");
        EXPECT_EQ(observer.late, 1);

        project();
        const Response later = co_await get(sessions);
        EXPECT_EQ(later.field("Chat-Version"), "1") << "the old answer was not kept";
    });
}

TEST_F(ChatReadsTest, WaitForAReadModelThatLacksWhatWasWrittenThoughItIsAhead) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        queries.lacks_all = true;  // it has applied a log that was cut since
        project();
        asio::post(io, [this] {
            queries.lacks_all = false;
            log.store(log.records.front());
            project();
        });
        const Response list = co_await get(sessions);
        EXPECT_EQ(list.field("Chat-Version"), "1");
    });
}

TEST_F(ChatReadsTest, WaitForTheVersionThatIsAskedFor) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        project();
        co_await create("two");
        asio::post(io, [this] { project(); });
        const Response list = co_await get(sessions, Field::chat_version, "2");
        EXPECT_EQ(list.field("Chat-Version"), "2");
    });
}

TEST_F(ChatReadsTest, WaitForAVersionOfAnotherNodeThatTheTailHasNotSeen) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        project();
        co_await get(sessions);
        const int asked = queries.asked;
        // The read model is ahead of the tail: another node wrote, a projector was fast.
        log.visible = 1;
        const auto recorded = decode(*log.records[0]);
        Recorded next = *recorded;
        next.envelope.previous = next.envelope.id;
        next.envelope.id = *EventId::parse("01890a5d-ac96-774b-bcce-b302099a8057");
        next.envelope.sequence = Sequence(2);
        next.event = SessionRenamed{recorded->envelope.session, "renamed"};
        log.records.push_back(std::make_shared<const Record>(encode(next)));
        asio::post(io, [this] { project(); });
        const Response list = co_await get(sessions, Field::chat_version, "2");
        EXPECT_EQ(list.field("Chat-Version"), "2");
        EXPECT_GT(queries.asked, asked);

        const Response never = co_await get(sessions, Field::chat_version, "3");
        EXPECT_EQ(never.status(), 200);
        EXPECT_EQ(never.field("Chat-Version"), "2");
    });
}

TEST_F(ChatReadsTest, DoNotSayThatSomethingIsNotThereWhileTheyAreBehind) {
    run([this]() -> asio::awaitable<void> {
        const std::string session = co_await create("one");
        const Response behind = co_await get(session);
        EXPECT_EQ(behind.status(), 503);
        EXPECT_TRUE(behind.field("Retry-After"));
        project();
        const Response there = co_await get(session);
        EXPECT_EQ(there.status(), 200);
        const Response absent = co_await get(sessions + "/01890a5d-ac96-774b-bcce-b302099a8057");
        EXPECT_EQ(absent.status(), 404);
        const Response of_the_future =
            co_await get(sessions + "/01890a5d-ac96-774b-bcce-b302099a8057", Field::chat_version, "9");
        EXPECT_EQ(of_the_future.status(), 404) << "the log was asked";
    });
}

TEST_F(PatientReadsTest, TellAVersionThatTheLogDoesNotHaveAtOnce) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        project();
        const Response future = co_await get(sessions, Field::chat_version, "7");
        EXPECT_EQ(future.status(), 200);
        EXPECT_EQ(future.field("Chat-Version"), "1");
        EXPECT_NE(future.body().find("one"), std::string::npos);
        EXPECT_EQ(observer.late, 1);
    });
}

TEST_F(PatientReadsTest, AskTheLogBeforeTheyTellThatAVersionIsNotThere) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        project();
        co_await get(sessions);
        // Another node wrote; neither this tail nor the read model has it yet.
        const auto recorded = decode(*log.records[0]);
        Recorded next = *recorded;
        next.envelope.previous = next.envelope.id;
        next.envelope.id = *EventId::parse("01890a5d-ac96-774b-bcce-b302099a8057");
        next.envelope.sequence = Sequence(2);
        next.event = SessionRenamed{recorded->envelope.session, "renamed"};
        log.visible = 1;
        log.records.push_back(std::make_shared<const Record>(encode(next)));
        bool projected_first = false;
        log.before_end = [&] {
            log.visible = SIZE_MAX;
            log.news();
            asio::post(io, [&] {
                projected_first = true;
                project();
            });
        };
        const Response list = co_await get(sessions, Field::chat_version, "2");
        EXPECT_TRUE(projected_first);
        EXPECT_EQ(list.field("Chat-Version"), "2");
    });
}

TEST_F(ChatReadsTest, WaitForAVersionWhileTheLogCannotBeAsked) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        project();
        co_await get(sessions);
        log.down = true;
        log.break_connection();
        const Response list = co_await get(sessions, Field::chat_version, "2");
        EXPECT_EQ(list.status(), 200);
        EXPECT_EQ(list.field("Chat-Version"), "1");
        EXPECT_EQ(observer.late, 1);
    });
}

TEST_F(ChatReadsTest, AnswerFromWhatIsKeptUntilARecordOfTheUserComes) {
    run([this]() -> asio::awaitable<void> {
        const std::string session = co_await create("one");
        project();
        const std::vector<std::string> targets{sessions, session, session + "/messages"};
        for (const std::string& target : targets) {
            const Response first = co_await get(target);
            const int asked = queries.asked;
            const Response second = co_await get(target);
            EXPECT_EQ(queries.asked, asked) << target;
            EXPECT_EQ(second.body(), first.body());
            EXPECT_EQ(second.field("ETag"), first.field("ETag"));
            const Response known = co_await get(target, Field::if_none_match, std::string(*first.field("ETag")));
            EXPECT_EQ(known.status(), 304) << target;
            EXPECT_EQ(queries.asked, asked) << target;
        }
        co_await post(session + "/messages", R"({"message_type":"user","content":"hi"})");
        project();
        const Response list = co_await get(session);
        EXPECT_NE(list.body().find("\"hi\""), std::string::npos);
        EXPECT_EQ(list.field("Chat-Version"), "2");
    });
}

TEST_F(ChatReadsTest, KeepOneUsersAnswersWhileAnotherWrites) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        project();
        co_await get(sessions);
        Sent sent{Method::post, sessions, R"({"agent_type":"primary","title":"t"})", {}, "bob"};
        co_await send(std::move(sent));
        const int asked = queries.asked;
        const Response list = co_await get(sessions);
        EXPECT_EQ(queries.asked, asked);
        EXPECT_EQ(list.field("Chat-Version"), "1");

        Sent of_bob{Method::get, sessions, {}, {}, "bob"};
        project();
        const Response bobs = co_await send(std::move(of_bob));
        EXPECT_NE(bobs.body(), list.body()) << "what is kept is of one user";
    });
}

TEST_F(ChatReadsTest, PassWhatIsKeptBySomeoneWhoAsksForMore) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        project();
        co_await get(sessions);
        const int asked = queries.asked;
        co_await get(sessions, Field::chat_version, "1");
        EXPECT_EQ(queries.asked, asked);
        co_await get(sessions, Field::chat_version, "2");
        EXPECT_GT(queries.asked, asked);
    });
}

TEST_F(ChatReadsTest, DoNotKeepAnAnswerThatARecordOvertook) {
    run([this]() -> asio::awaitable<void> {
        const std::string session = co_await create("one");
        project();
        // A command ends, is projected, and is forgotten by the tail, while the query's answer is on its way.
        queries.after_snapshot = [this, session] {
            spawn(io, [this, session]() -> asio::awaitable<void> {
                co_await post(session + "/messages", R"({"message_type":"user","content":"hi"})");
                project();
            });
        };
        struct Slow {
            asio::awaitable<void> operator()(asio::io_context& context) {
                for (int i = 0; i < 50; ++i) co_await asio::post(context, asio::use_awaitable);
            }
        };
        ChatReads::Ask ask = [this](Queries& port, Partition partition) -> asio::awaitable<Rendered> {
            SessionListQuery query;
            query.user = UserId("ada");
            const SessionPage page = co_await port.sessions(partition, query);
            Slow slow;
            co_await slow(io);
            co_return rendered("old", page.read.version, "", page.read);
        };
        const auto old = co_await reads.read(UserId("ada"), "/url", std::nullopt, ask);
        EXPECT_EQ(old->read.version, Sequence(1));
        EXPECT_EQ(log.records.size(), 2u) << "the command was done meanwhile";
        EXPECT_EQ(reads.kept(UserId("ada"), "/url", std::nullopt), nullptr);
    });
}

TEST_F(ChatReadsTest, DoNotTrustWhatIsKeptWhileTheTailIsBroken) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        project();
        co_await get(sessions);
        EXPECT_NE(reads.kept(UserId("ada"), sessions, std::nullopt), nullptr);
        log.down = true;
        log.news();
        while (!commands.outage()) co_await asio::post(io, asio::use_awaitable);
        EXPECT_EQ(reads.kept(UserId("ada"), sessions, std::nullopt), nullptr);
        const Response list = co_await get(sessions);
        EXPECT_EQ(list.status(), 200) << "reads do not need the log";
    });
}

TEST_F(ChatReadsTest, DoNotKeepTheAnswerOfAReadModelThatWasSetBack) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        co_await create("two");
        project();
        co_await get(sessions);
        queries.applied = NextOffset(1);  // restored from a backup; nothing was heard of it yet
        const Response old = co_await get(sessions + "?limit=9");
        EXPECT_EQ(old.field("Chat-Version"), "1");
        EXPECT_EQ(reads.kept(UserId("ada"), sessions + "?limit=9", std::nullopt), nullptr);
    });
}

TEST_F(ChatReadsTest, DoNotKeepWhatIsMissingOrDamaged) {
    run([this]() -> asio::awaitable<void> {
        const std::string session = co_await create("one");
        project();
        const std::string nowhere = sessions + "/01890a5d-ac96-774b-bcce-b302099a8057";
        const Response none = co_await get(nowhere);
        EXPECT_EQ(none.status(), 404);
        EXPECT_EQ(none.field("Chat-Version"), "1");
        EXPECT_EQ(reads.kept(UserId("ada"), nowhere, std::nullopt), nullptr);
        queries.quarantined = true;
        const Response damaged = co_await get(session);
        EXPECT_EQ(damaged.status(), 200);
        EXPECT_EQ(damaged.field("Chat-History"), "damaged");
        EXPECT_EQ(reads.kept(UserId("ada"), session, std::nullopt), nullptr);
    });
}

}  // namespace chat::test
