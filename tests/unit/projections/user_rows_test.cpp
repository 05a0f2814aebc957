#include "projections/replay/user_rows.hpp"

#include <gtest/gtest.h>

#include "projections/fold.hpp"
#include "projections/replay/event_lines.hpp"
#include "projections/replay/progress_text.hpp"
#include "projections/replay/row_differences.hpp"
#include "tests/unit/projections/user_events.hpp"

namespace chat::test {
namespace {

/// A history with every event, of which the sixth has a command key.
std::vector<StoredRecord> history(UserEvents ann) {
    Partition0 log;
    log.put(ann.next(created(session(1), ann.user())));
    log.put(ann.next(added(session(1), message(1))));
    log.put(ann.next(created(session(2), ann.user())));
    log.put(ann.next(SessionRenamed{session(1), "another title"}));
    log.put(ann.next(SessionDeleted{session(2)}));
    Recorded keyed = ann.next(added(session(1), message(2), "with a key"));
    keyed.envelope.causes.command_key = "k";
    keyed.envelope.causes.command_fingerprint = "f";
    log.put(keyed);
    log.put(ann.next(SessionRestored{session(2), session(1)}));
    log.put(ann.next(SessionDeleted{session(1)}));
    return log.records();
}

/// The rows after batches that end at these places.
UserRows rows_of(const std::vector<StoredRecord>& records, const std::vector<std::size_t>& ends) {
    RowsByUser rows;
    KnownStreams known;
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
        const Folded folded = fold(std::span(records).subspan(begin, end - begin), known);
        commit_to(rows, folded.batch);
        for (const auto& [user, status] : folded.batch.streams) known[user] = status;
        begin = end;
    }
    return rows.begin()->second;
}

std::uint64_t digest_of(const UserRows& rows) {
    MessagesBySession messages;
    add(messages, rows.messages);
    return digest(rows, messages, Time());
}

TEST(UserRows, AreTheSameForAnySplitIntoBatches) {
    const auto records = history(UserEvents("ann"));
    const UserRows whole = rows_of(records, {records.size()});
    for (std::size_t at = 1; at < records.size(); ++at) EXPECT_EQ(rows_of(records, {at, records.size()}), whole) << at;
}

TEST(UserRows, HoldWhatTheEventsSay) {
    const auto records = history(UserEvents("ann"));
    const UserRows rows = rows_of(records, {records.size()});
    const StoredSession& first = rows.sessions.at(session(1));
    EXPECT_EQ(first.row.title, "another title");
    EXPECT_EQ(first.row.message_count, 2);
    EXPECT_EQ(first.deleted_at, at(8));
    EXPECT_FALSE(first.row.is_active);
    EXPECT_EQ(first.row.last_message_at, at(6));
    EXPECT_TRUE(rows.sessions.at(session(2)).row.is_active);
    EXPECT_EQ(rows.messages.size(), 2u);
    const AnswerRow& answer = rows.answers.at("k");
    EXPECT_EQ(answer.message, message(2));
    EXPECT_EQ(answer.title, "another title");
    EXPECT_EQ(answer.message_count, 2);
    EXPECT_TRUE(answer.is_active);
    EXPECT_FALSE(answer.is_deleted);
    EXPECT_EQ(rows.stream->head.sequence, Sequence(8));
    EXPECT_EQ(rows.activity, (std::map<ActivityKey, std::int64_t>{{{day_of(at(1)), AgentType::primary}, 2}}));
}

TEST(RowDifferences, NameEachFieldThatDiffersAndChangeTheDigest) {
    const auto records = history(UserEvents("ann"));
    const UserRows expected = rows_of(records, {records.size()});
    EXPECT_TRUE(differences(UserId("ann"), expected, expected, Time()).empty());

    const auto one_difference = [&](const auto& damage) {
        UserRows found = expected;
        damage(found);
        const auto all = differences(UserId("ann"), expected, found, Time());
        EXPECT_NE(digest_of(found), digest_of(expected));
        return all.size() == 1 ? all.front() : Difference{UserId("not one"), {}, "", "", ""};
    };
    EXPECT_EQ(one_difference([](UserRows& rows) { rows.sessions.at(session(2)).row.title = "forged"; }),
              (Difference{UserId("ann"), session(2), "title", "a title", "forged"}));
    EXPECT_EQ(one_difference([](UserRows& rows) { rows.messages[0].content = "forged"; }),
              (Difference{UserId("ann"), session(1), "message 2 content", "hello", "forged"}));
    EXPECT_EQ(one_difference([](UserRows& rows) { rows.messages.erase(rows.messages.begin()); }),
              (Difference{UserId("ann"), session(1), "message 2 row", "there", "missing"}));
    EXPECT_EQ(one_difference([](UserRows& rows) { rows.sessions.erase(session(2)); }),
              (Difference{UserId("ann"), session(2), "row", "there", "missing"}));
    EXPECT_EQ(one_difference([](UserRows& rows) { rows.answers.clear(); }).field, "answer to 'k' row");
    EXPECT_EQ(one_difference([](UserRows& rows) { rows.stream->head.sequence = Sequence(7); }),
              (Difference{UserId("ann"), {}, "stream version", "8", "7"}));
    EXPECT_EQ(one_difference([](UserRows& rows) { rows.sessions.at(session(1)).deleted_at.reset(); }).found, "nothing");
    EXPECT_EQ(one_difference([](UserRows& rows) { rows.activity.begin()->second = 3; }),
              (Difference{UserId("ann"), {}, "activity 2023-11-14 primary messages", "2", "3"}));
    EXPECT_EQ(one_difference([](UserRows& rows) { rows.activity.clear(); }),
              (Difference{UserId("ann"), {}, "activity 2023-11-14 primary row", "there", "missing"}));
    EXPECT_EQ(one_difference([](UserRows& rows) {
                  rows.activity[{Day(-1), AgentType::log_analysis}] = 1;
              }),
              (Difference{UserId("ann"), {}, "activity 1969-12-31 log_analysis row", "not there", "there"}));
}

TEST(RowDifferences, LeaveOutAnswersThatTheReadModelMayHaveForgotten) {
    const auto records = history(UserEvents("ann"));
    const UserRows expected = rows_of(records, {records.size()});
    UserRows found = expected;
    found.answers.clear();
    EXPECT_TRUE(differences(UserId("ann"), expected, found, at(7)).empty());
    EXPECT_FALSE(differences(UserId("ann"), expected, found, at(6)).empty());
    EXPECT_EQ(digest(found, {}, at(7)), digest(expected, {}, at(7)));
}

TEST(StreamMarks, AreTheRuleOfOrder) {
    UserEvents ann("ann");
    const Record first = encode(ann.next(created(session(1), ann.user())));
    const StreamHead head = ann.head();
    const Record second = encode(ann.next(SessionRenamed{session(1), "won"}));
    ann.rewind(head);
    const Record loser = encode(ann.next(SessionRenamed{session(1), "lost"}));
    ann.rewind({Sequence(7), id<EventId>(7)});
    const Record gap = encode(ann.next(SessionRenamed{session(1), "from nowhere"}));

    StreamMarks marks(true);
    EXPECT_EQ(marks.mark(first), Mark::belongs);
    EXPECT_EQ(marks.mark(second), Mark::belongs);
    EXPECT_EQ(marks.mark(loser), Mark::void_);
    EXPECT_EQ(marks.mark(Record{"ann", {}, "{}"}), Mark::foreign);
    EXPECT_EQ(marks.mark(gap), Mark::broken);
    EXPECT_EQ(marks.mark(loser), Mark::held);

    StreamMarks from_the_middle(false);
    EXPECT_EQ(from_the_middle.mark(second), Mark::unknown);
    EXPECT_EQ(from_the_middle.mark(loser), Mark::void_);
    EXPECT_EQ(StreamMarks(false).mark(first), Mark::belongs) << "nothing can come before";
}

TEST(EventLines, KeepToOneLineWhateverTheyQuote) {
    UserEvents eve("e\nv\x1b[31me");
    SessionCreated event = created(session(1), eve.user());
    event.title = "two\nlines \x1b]0;and a terminal's title\x07 \x7f";
    const StoredRecord stored{Offset(3), std::make_shared<const Record>(encode(eve.next(event)))};
    for (const std::string& line :
         {readable_line(Partition(2), stored, Mark::void_), json_line(Partition(2), stored, Mark::void_)})
        for (const char c : line) EXPECT_FALSE(c >= 0 && c < ' ') << line;
    EXPECT_EQ(readable_line(Partition(2), stored, Mark::void_).substr(0, 5), "[2:3]");
    const StoredRecord foreign{Offset(4), std::make_shared<const Record>(Record{"\xff", {}, "\xff\n"})};
    EXPECT_EQ(json_line(Partition(0), foreign, Mark::foreign),
              "{\"partition\":0,\"offset\":4,\"mark\":\"foreign\",\"user\":\"\xEF\xBF\xBD\"}");
}

TEST(ProgressText, SaysHowFarHowFastAndHowLong) {
    EXPECT_EQ(grouped(1234567), "1,234,567");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(-1000), "-1,000");
    EXPECT_EQ(readable_time(std::chrono::seconds(7500)), "2 h 5 min");
    const ProgressState state{"loading", "events", 500, 2000, std::chrono::seconds(5), 100};
    EXPECT_EQ(progress_line(state), "loading  25%  500 of 2,000 events, 100/s, 1,500 left, 15 s to go");
    EXPECT_EQ(progress_bar(state, 40), "loading  [######..................] 25% ");
    EXPECT_EQ(progress_line({"loading", "events", 0, 0, std::chrono::seconds(61), 0}),
              "loading  100%  0 of 0 events, 0/s, 1 min 1 s");
}

}  // namespace
}  // namespace chat::test
