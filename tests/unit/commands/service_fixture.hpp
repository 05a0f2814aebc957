#pragma once

#include "commands/service.hpp"

#include "tests/support/coroutine.hpp"
#include "tests/unit/commands/given.hpp"
#include "tests/unit/commands/scripted_log.hpp"

namespace chat::given {

using namespace std::chrono_literals;
using Answer = ScriptedLog::Answer;

inline const UserId bob("bob");

struct Watched : CommandObserver {
    std::vector<std::string> outcomes;
    int cuts = 0;
    int quarantines = 0;
    int foreign = 0;
    std::vector<std::pair<UserId, Sequence>> losses;
    void command_done(std::string_view, std::string_view outcome, Duration) override { outcomes.emplace_back(outcome); }
    void log_cut(Partition, std::string_view) override { ++cuts; }
    void quarantined(const UserId&, std::string_view) override { ++quarantines; }
    void lost(const UserId& whose, Sequence known) override { losses.emplace_back(whose, known); }
    void foreign_record(Partition, Offset, std::string_view) override { ++foreign; }
};

struct Service : testing::Test {
    asio::io_context io{1};
    ScriptedLog log{io.get_executor()};
    FoldedStore store{log};
    ProjectedOffsets projected{io.get_executor(), 1};
    Watched observer;
    std::uint64_t ids = 0;
    ServiceOptions options{.command_deadline = 2s, .attempts = 20, .hot_bytes = 1 << 20, .tail_bytes = 1 << 20};
    std::unique_ptr<CommandService> service;
    const Command create_command = CreateSession{"t", AgentType::primary, {}, {}};
    const Causes keyed_causes = keyed("k");

    void SetUp() override { service = make(); }
    /// What still runs ends before what it uses.
    void TearDown() override {
        service.reset();
        io.restart();
        io.run_for(5s);
    }

    std::unique_ptr<CommandService> make() {
        return std::make_unique<CommandService>(
            io.get_executor(), log, store, projected, [] { return start; }, [this] { return uuid_v7(1s, 0, ++ids); },
            [] { return 0.5; }, observer, options);
    }

    // Plain functions: g++ 12 destroys an aggregate twice that is made inside of a co_await expression.
    using Outcome = asio::awaitable<Result<Done, CommandFault>>;
    static Outcome create(CommandService& at, const UserId& whose = user) {
        return at.execute(whose, CreateSession{"t", AgentType::primary, {}, {}}, {}, {});
    }
    static Outcome say(CommandService& at, SessionId session) {
        return at.execute(user, AddMessage{session, MessageType::user, "hi", {}, {}}, {}, {});
    }
    static Outcome rename(CommandService& at, SessionId session, const std::string& title) {
        return at.execute(user, RenameSession{session, title}, {}, {});
    }
    asio::awaitable<SessionId> new_session_of(CommandService& at) {
        const auto done = co_await create(at);
        co_return done->session.id;
    }
    static Causes keyed(const std::string& key, const std::string& fingerprint = "same") {
        return {.command_key = key,
                .command_fingerprint = fingerprint,
                .correlation = {},
                .causation = {},
                .traceparent = {}};
    }
    static Outcome create_once(CommandService& at, const std::string& key, const std::string& fingerprint = "same") {
        return at.execute(user, CreateSession{"t", AgentType::primary, {}, {}}, keyed(key, fingerprint), {});
    }
    static Outcome say_once(CommandService& at, SessionId session, const std::string& key) {
        return at.execute(user, AddMessage{session, MessageType::user, "hi", {}, {}}, keyed(key), {});
    }
    static Outcome rename_if(CommandService& at, SessionId session, const std::string& title, std::int64_t version) {
        return at.execute(user, RenameSession{session, title}, {}, Preconditions({Sequence(version)}));
    }
    /// Another process's event, on top of everything that is stored.
    void store_next(SessionId session, Event event, std::string_view name) {
        const UserChats now = truth();
        log.store(std::make_shared<const Record>(encode(Recorded{Envelope{.id = id_of<EventId>(name),
                                                                          .user = user,
                                                                          .session = session,
                                                                          .time = start,
                                                                          .sequence = now.head().sequence.next(),
                                                                          .previous = now.head().id,
                                                                          .causes = {}},
                                                                 std::move(event)})));
    }

    /// The user's stream as the log says it.
    UserChats truth() const {
        UserChats chats;
        for (const auto& record : log.records) {
            const auto link = decode_link(*record);
            if (!link || record->key != user.value() || place(chats.head(), *link) != Placement::belongs) continue;
            chats = evolve(std::move(chats), *decode(*record));
        }
        return chats;
    }
    template <class Body>
    void run(Body body) {
        test::run(io, [body]() mutable -> asio::awaitable<void> { co_await body(); });
    }
};

#define EXPECT_THROWS_AWAITED(type, awaited)   \
    do {                                       \
        bool thrown = false;                   \
        try {                                  \
            co_await awaited;                  \
        } catch (const type&) {                \
            thrown = true;                     \
        }                                      \
        EXPECT_TRUE(thrown) << "no " << #type; \
    } while (false)

}  // namespace chat::given
