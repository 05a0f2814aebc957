#include "tests/unit/commands/given.hpp"

namespace chat::given {

namespace {

std::vector<Event> active_sessions(std::initializer_list<std::string_view> names, AgentType type = AgentType::primary) {
    std::vector<Event> events;
    for (const auto name : names) events.push_back(created(name, type));
    return events;
}

std::vector<Event> then_also(std::vector<Event> events, std::initializer_list<Event> more) {
    events.insert(events.end(), more);
    return events;
}

SessionCreated new_one(std::optional<SessionId> deactivated = {}, AgentType type = AgentType::primary) {
    return {.session = new_session,
            .user = user,
            .title = "t",
            .agent_type = type,
            .metadata = JsonText(R"({"a":1.10})"),
            .first_message = {},
            .deactivated = deactivated};
}
CreateSession create(AgentType type = AgentType::primary) { return {"t", type, {}, JsonText(R"({"a":1.10})")}; }

MessageAdded reply(std::string_view session, bool reactivated = false, std::optional<SessionId> deactivated = {}) {
    return {.session = id(session),
            .message = new_message,
            .message_type = MessageType::agent,
            .content = "hello",
            .agent_type = "primary",
            .metadata = JsonText(R"({"n":1})"),
            .reactivated = reactivated,
            .deactivated = deactivated};
}
AddMessage add(std::string_view session) {
    return {id(session), MessageType::agent, "hello", "primary", JsonText(R"({"n":1})")};
}

}  // namespace

TEST(CreateSession, BeginsASession) { Given().when(create()).then(new_one()); }

TEST(CreateSession, CarriesItsFirstMessageInTheSameEvent) {
    SessionCreated expected = new_one();
    expected.first_message = FirstMessage{new_message, "first"};
    CreateSession command = create();
    command.initial_message = "first";
    Given().when(command).then(expected);
}

TEST(CreateSession, HasRoomForAFifth) { Given(active_sessions({"a", "b", "c", "d"})).when(create()).then(new_one()); }

TEST(CreateSession, PutsTheLeastRecentOfFiveToSleep) {
    Given(active_sessions({"a", "b", "c", "d", "e"})).when(create()).then(new_one(id("a")));
}

TEST(CreateSession, CountsAMessageAsActivity) {
    Given(then_also(active_sessions({"a", "b", "c", "d", "e"}), {said("a"), said("b")}))
        .when(create())
        .then(new_one(id("c")));
}

TEST(CreateSession, CountsEachAgentTypeByItself) {
    Given(active_sessions({"a", "b", "c", "d", "e"}))
        .when(create(AgentType::log_analysis))
        .then(new_one({}, AgentType::log_analysis));
}

TEST(CreateSession, DoesNotCountDeletedOrInactiveOnes) {
    Given(then_also(active_sessions({"a", "b", "c", "d", "e"}), {SessionDeleted{id("c")}}))
        .when(create())
        .then(new_one());
}

TEST(CreateSession, BreaksATieOfActivityByTheSmallestId) {
    const Time same = start;
    std::vector<Session> sessions;
    for (const auto name : {"e", "d", "c", "b", "a"}) {
        sessions.push_back({.id = id(name),
                            .title = name,
                            .agent_type = AgentType::primary,
                            .created_at = same,
                            .last_message_at = same,
                            .message_count = 0,
                            .active = true,
                            .deleted = false,
                            .metadata = {},
                            .changed = Sequence(1)});
    }
    const UserChats chats({Sequence(5), id_of<EventId>("event 5")}, same, sessions);
    EXPECT_EQ(chats.least_recent_if_full(AgentType::primary), id("a"));
}

TEST(RenameSession, GivesANewTitle) {
    Given(created("a")).when(RenameSession{id("a"), "new"}).then(SessionRenamed{id("a"), "new"});
}
TEST(RenameSession, TellsThePreviousTitleWhereThatIsAskedFor) {
    Context context{user, new_session, new_message};
    context.tell_previous_title = true;
    const Decision decision = decide(fold({created("a")}), RenameSession{id("a"), "new"}, context);
    EXPECT_EQ(decision, Decision(Event(SessionRenamed{id("a"), "new", "a"})));
}
TEST(RenameSession, ChangesNothingWithoutATitle) {
    Given(created("a")).when(RenameSession{id("a"), {}}).then_unchanged(id("a"));
}
TEST(RenameSession, ChangesNothingWithTheSameTitle) {
    Given(created("a")).when(RenameSession{id("a"), "a"}).then_unchanged(id("a"));
}
TEST(RenameSession, IsRefusedForAnUnknownSession) {
    Given(created("a")).when(RenameSession{id("b"), "new"}).then(Refusal::no_such_session);
}
TEST(RenameSession, IsRefusedForADeletedSessionEvenWithoutATitle) {
    Given(created("a"), SessionDeleted{id("a")}).when(RenameSession{id("a"), {}}).then(Refusal::no_such_session);
}

TEST(DeleteSession, Deletes) { Given(created("a")).when(DeleteSession{id("a")}).then(SessionDeleted{id("a")}); }
TEST(DeleteSession, IsRefusedTheSecondTime) {
    Given(created("a"), SessionDeleted{id("a")}).when(DeleteSession{id("a")}).then(Refusal::no_such_session);
}
TEST(DeleteSession, IsRefusedForAnUnknownSession) {
    Given().when(DeleteSession{id("a")}).then(Refusal::no_such_session);
}

TEST(RestoreSession, BringsADeletedOneBack) {
    Given(created("a"), SessionDeleted{id("a")}).when(RestoreSession{id("a")}).then(SessionRestored{id("a"), {}});
}
TEST(RestoreSession, ChangesNothingForAnActiveOne) {
    Given(created("a")).when(RestoreSession{id("a")}).then_unchanged(id("a"));
}
TEST(RestoreSession, MakesRoom) {
    auto history = active_sessions({"a", "b", "c", "d", "e"});
    history.push_back(SessionCreated{.session = id("f"),
                                     .user = user,
                                     .title = "f",
                                     .agent_type = AgentType::primary,
                                     .metadata = {},
                                     .first_message = {},
                                     .deactivated = id("a")});
    Given(history).when(RestoreSession{id("a")}).then(SessionRestored{id("a"), id("b")});
}
TEST(RestoreSession, IsRefusedForAnUnknownSession) {
    Given().when(RestoreSession{id("a")}).then(Refusal::no_such_session);
}

TEST(AddMessage, Adds) { Given(created("a")).when(add("a")).then(reply("a")); }
TEST(AddMessage, IsRefusedForADeletedSession) {
    Given(created("a"), SessionDeleted{id("a")}).when(add("a")).then(Refusal::no_such_session);
}
TEST(AddMessage, IsRefusedForAnUnknownSession) { Given(created("a")).when(add("b")).then(Refusal::no_such_session); }
TEST(AddMessage, ToAnInactiveSessionPutsTheLeastRecentOneToSleep) {
    auto history = active_sessions({"z", "a", "b", "c", "d"});
    history.push_back(SessionCreated{.session = id("e"),
                                     .user = user,
                                     .title = "e",
                                     .agent_type = AgentType::primary,
                                     .metadata = {},
                                     .first_message = {},
                                     .deactivated = id("z")});
    Given(history).when(add("z")).then(reply("z", true, id("a")));
}
TEST(AddMessage, ToAnInactiveSessionWithRoomNeedsNoOthersPlace) {
    auto history = active_sessions({"z", "a", "b", "c", "d"});
    history.push_back(SessionCreated{.session = id("e"),
                                     .user = user,
                                     .title = "e",
                                     .agent_type = AgentType::primary,
                                     .metadata = {},
                                     .first_message = {},
                                     .deactivated = id("z")});
    history.push_back(SessionDeleted{id("a")});
    Given(history).when(add("z")).then(reply("z", true));
}

}  // namespace chat::given
