#include "tests/history/check.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>

// The checker sees every kind of broken promise: each test breaks one in a history that is right otherwise.
namespace chat::test {
namespace {

using namespace std::chrono_literals;

/// A user, two nodes, and a log to which the test's requests are applied one after another.
struct History : testing::Test {
    const UserId ann{"ann"};
    std::vector<Record> log;
    std::vector<Operation> operations;
    Streams now;
    Allowances allowances;
    std::uint64_t ids = 0;
    Operation::Moment time{0};

    Uuid next_id() { return uuid_v7(1s, 0, ++ids); }

    Operation& begin(std::variant<Command, AskList, AskSession> asked) {
        Operation op{.client = 1, .node = 1, .user = ann, .attempt = std::to_string(ids++), .key = {}, .asked = asked};
        op.begin = time += 1s;
        op.end = time += 1s;
        operations.push_back(std::move(op));
        return operations.back();
    }
    void store(const Recorded& recorded) {
        log.push_back(encode(recorded));
        now.add(log.back());
    }
    /// As the service would do it.
    Operation& execute(Command command, std::optional<std::string> key = {}) {
        Operation& op = begin(command);
        op.key = std::move(key);
        if (op.key) op.fingerprint = "f";
        const UserChats& chats = now.of(ann).states.back();
        const Context context{ann, SessionId(next_id()), MessageId(next_id())};
        const Decision decision = std::visit([&](const auto& asked) { return decide(chats, asked, context); }, command);
        op.sequence = chats.head().sequence;
        if (const auto* refusal = std::get_if<Refusal>(&decision)) {
            op.outcome = Outcome::refused;
            op.refusal = *refusal;
            op.sequence.reset();
            return op;
        }
        op.outcome = Outcome::unchanged;
        if (std::holds_alternative<Unchanged>(decision)) return op;
        const Event& event = std::get<Event>(decision);
        Envelope envelope{.id = EventId(next_id()),
                          .user = ann,
                          .session = session_of(event),
                          .time = Time(std::chrono::microseconds(ids)),
                          .sequence = chats.head().sequence.next(),
                          .previous = chats.head().id,
                          .causes = {}};
        envelope.causes.correlation = op.attempt;
        envelope.causes.command_key = op.key;
        envelope.causes.command_fingerprint = op.fingerprint;
        store({envelope, event});
        op.outcome = Outcome::accepted;
        op.sequence = envelope.sequence;
        op.session = envelope.session;
        op.state = *now.of(ann).states.back().find(envelope.session);
        if (const auto* added = std::get_if<MessageAdded>(&event)) op.message = added->message;
        return op;
    }
    Operation& list() {
        Operation& op = begin(AskList{});
        op.outcome = Outcome::shown;
        op.sequence = now.of(ann).states.back().head().sequence;
        for (const auto& [id, session] : now.of(ann).states.back().sessions())
            if (session.active) op.sessions.push_back({id, session.title, session.message_count, true});
        return op;
    }
    Command create() { return CreateSession{"t", AgentType::primary, {}, JsonText("{}")}; }
    Command say(SessionId session) { return AddMessage{session, MessageType::user, "hi", {}, JsonText("{}")}; }
    Command rename(SessionId session, std::string title) { return RenameSession{session, std::move(title)}; }

    /// A session, a message, a rename under a key, a read.
    SessionId story() {
        const SessionId session = *execute(create()).session;
        execute(say(session));
        execute(rename(session, "new"), "k");
        list();
        return session;
    }
    std::vector<Violation> violations() {
        Streams streams;
        for (const Record& record : log) streams.add(record);
        return check(operations, streams, allowances);
    }
    void expect_broken(const std::string& promise) {
        const auto found = violations();
        EXPECT_TRUE(std::ranges::any_of(found, [&](const Violation& v) { return v.promise == promise; }))
            << "not seen: " << promise << "; seen: " << (found.empty() ? "nothing" : found[0].what);
    }
};

TEST_F(History, ThatIsRightBreaksNoPromise) {
    const SessionId session = story();
    execute(say(SessionId(next_id())));
    execute(rename(session, "new"));
    const auto found = violations();
    EXPECT_TRUE(found.empty()) << found[0].promise << ": " << found[0].what;
}

TEST_F(History, LosesAnAcknowledgedCommand) {
    story();
    log.pop_back();
    expect_broken("nothing acknowledged is lost");
}

TEST_F(History, MayLoseWhatACutRemoved) {
    story();
    allowances.cut_attempts.insert(operations[2].attempt);
    log.pop_back();
    EXPECT_TRUE(violations().empty());
}

TEST_F(History, StoresACommandTwice) {
    const SessionId session = story();
    Operation& op = execute(say(session));
    Recorded again = now.of(ann).events.back();
    again.envelope.id = EventId(next_id());
    again.envelope.sequence = again.envelope.sequence.next();
    again.envelope.previous = now.of(ann).events.back().envelope.id;
    store(again);
    EXPECT_EQ(op.outcome, Outcome::accepted);
    expect_broken("exactly once");
}

TEST_F(History, StoresAKeyTwice) {
    const SessionId session = story();
    execute(rename(session, "newer"), "k");
    expect_broken("exactly once");
}

TEST_F(History, StoresWhatItRefused) {
    const SessionId session = story();
    execute(say(session)).outcome = Outcome::refused;
    expect_broken("what is not accepted is not stored");
}

TEST_F(History, StoresWhatItCalledUnavailable) {
    const SessionId session = story();
    execute(say(session)).outcome = Outcome::unavailable;
    expect_broken("what is not accepted is not stored");
}

TEST_F(History, MayStoreWhatIsUnknown) {
    const SessionId session = story();
    Operation& op = execute(say(session));
    op.outcome = Outcome::unknown;
    op.end = Operation::Moment::max();
    EXPECT_TRUE(violations().empty());
}

TEST_F(History, HoldsWhatNobodyAskedFor) {
    story();
    operations.erase(operations.begin() + 1);
    expect_broken("nothing unasked");
}

TEST_F(History, TellsAnotherSequence) {
    story();
    operations[1].sequence = Sequence(1);
    expect_broken("the answer tells the event");
}

TEST_F(History, TellsAnotherState) {
    story();
    operations[1].state->message_count += 1;
    expect_broken("the answer tells the state");
}

TEST_F(History, DecidesOnAnOldState) {
    const SessionId session = story();
    for (int i = 0; i < 5; ++i) execute(create());  // the last one puts `session` to sleep
    Recorded last = now.of(ann).events.back();
    std::get<SessionCreated>(last.event).deactivated.reset();
    log.back() = encode(last);
    operations.back().state.reset();
    EXPECT_NE(session, SessionId());
    expect_broken("decided on the state before it");
}

TEST_F(History, OrdersTwoCommandsAgainstTime) {
    const SessionId session = story();
    execute(say(session));
    execute(say(session));
    auto& first = operations[operations.size() - 2];
    auto& second = operations.back();
    std::swap(first.begin, second.begin);
    std::swap(first.end, second.end);
    expect_broken("real time");
}

TEST_F(History, RefusesWhatTheRulesAllow) {
    const SessionId session = story();
    Operation& op = begin(say(session));
    op.outcome = Outcome::refused;
    op.refusal = Refusal::no_such_session;
    expect_broken("refusals are linearizable");
}

TEST_F(History, RepliesAnotherAnswerToARetry) {
    const SessionId session = story();
    Operation& op = begin(rename(session, "new"));
    op.key = "k";
    op.fingerprint = "f";
    op.outcome = Outcome::accepted;
    op.replayed = true;
    op.sequence = Sequence(2);
    expect_broken("a retry gets the first answer");
}

TEST_F(History, RepliesToAnotherRequestUnderAKey) {
    const SessionId session = story();
    Operation& op = begin(rename(session, "other"));
    op.key = "k";
    op.fingerprint = "g";
    op.outcome = Outcome::accepted;
    op.replayed = true;
    op.sequence = Sequence(3);
    expect_broken("a key is of one request");
}

TEST_F(History, ShowsLessThanItsNodeAcknowledged) {
    story();
    operations.back().sequence = Sequence(2);
    operations.back().sessions[0].title = "t";
    expect_broken("a user reads what they wrote");
    operations.back().waited_out = true;
    EXPECT_TRUE(violations().empty());
}

TEST_F(History, ShowsLessThanItWasAskedFor) {
    story();
    operations.back().node = 2;
    operations.back().sequence = Sequence(2);
    operations.back().sessions[0].title = "t";
    EXPECT_TRUE(violations().empty());
    operations.back().at_least = Sequence(3);
    expect_broken("a read has the version that it asked for");
}

TEST_F(History, GoesBackInAReading) {
    story();
    operations.back().node = 2;
    Operation& later = list();
    later.node = 2;
    later.sequence = Sequence(2);
    later.sessions[0].title = "t";
    expect_broken("reads never go back");
    allowances.read_model_set_back = true;
    EXPECT_TRUE(violations().empty());
}

TEST_F(History, ShowsWhatItsVersionIsNot) {
    story();
    operations.back().sessions[0].message_count += 1;
    expect_broken("a read shows the state at its version");
}

TEST_F(History, ShowsWhatIsYetToCome) {
    const SessionId session = story();
    execute(say(session));
    Operation& read = operations[operations.size() - 2];
    read.sequence = Sequence(4);
    read.sessions[0].message_count += 1;
    expect_broken("a read shows what is");
}

TEST_F(History, GoesBackInTime) {
    const SessionId session = story();
    execute(say(session));
    Recorded last = now.of(ann).events.back();
    last.envelope.time = now.of(ann).events.front().envelope.time - 1s;
    log.back() = encode(last);
    operations.back().state.reset();
    expect_broken("time goes forward");
}

TEST_F(History, BreaksItsStream) {
    story();
    Recorded gap = now.of(ann).events.back();
    gap.envelope.sequence = Sequence(9);
    store(gap);
    expect_broken("one history");
}

}  // namespace
}  // namespace chat::test
