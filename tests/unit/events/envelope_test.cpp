#include "events/envelope.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace chat {
namespace {

constexpr std::string_view type = "chat.session.deleted.v1";
constexpr const char* id_1 = "017f22e2-79b0-7cc3-98c4-dc0c0c073981";
constexpr const char* id_2 = "017f22e2-79b0-7cc3-98c4-dc0c0c073982";
constexpr const char* id_3 = "017f22e2-79b0-7cc3-98c4-dc0c0c073983";

Envelope second() {
    return {*EventId::parse(id_2),
            UserId("alice"),
            *SessionId::parse(id_3),
            Time(std::chrono::microseconds(1'769'850'000'123'456)),
            Sequence(2),
            *EventId::parse(id_1),
            {"key-1", "fingerprint", "request-1", "cause", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}};
}

Record record_of(const Envelope& envelope) { return {envelope.user.value(), encode_headers(envelope, type), "{}"}; }

void remove(Record& record, const std::string& name) {
    Headers kept;
    for (const Header header : record.headers)
        if (header.name != name) kept.add(header.name, header.value);
    record.headers = kept;
}

void set(Record& record, const std::string& name, const std::string& value) {
    remove(record, name);
    record.headers.add(name, value);
}

TEST(Envelope, BecomesCloudEventsHeaders) {
    const Headers expected{
        {"ce_specversion", "1.0"},
        {"ce_id", id_2},
        {"ce_type", "chat.session.deleted.v1"},
        {"ce_source", "/chat-store"},
        {"ce_subject", id_3},
        {"ce_time", "2026-01-31T09:00:00.123456Z"},
        {"ce_dataschema", "chat-store:/schemas/chat.session.deleted.v1.json"},
        {"content-type", "application/json"},
        {"ce_sequence", "2"},
        {"ce_previous", id_1},
        {"ce_commandid", "key-1"},
        {"ce_commandfingerprint", "fingerprint"},
        {"ce_correlationid", "request-1"},
        {"ce_causationid", "cause"},
        {"ce_traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
    };
    EXPECT_EQ(encode_headers(second(), type), expected);
}

TEST(Envelope, LeavesOutWhatIsNotThere) {
    Envelope first = second();
    first.sequence = Sequence(1);
    first.previous.reset();
    first.causes = {};
    const Record record = record_of(first);
    EXPECT_EQ(record.headers.size(), 9U);
    EXPECT_FALSE(record.header("ce_previous"));
    EXPECT_EQ(record.header("ce_sequence"), "1");
}

TEST(Envelope, ComesBackFromItsHeaders) {
    Envelope envelope = second();
    EXPECT_EQ(*decode_envelope(record_of(envelope), type), envelope);
    envelope.sequence = Sequence(1);
    envelope.previous.reset();
    envelope.causes = {};
    EXPECT_EQ(*decode_envelope(record_of(envelope), type), envelope);
    envelope.causes.command_key = "";
    EXPECT_EQ(*decode_envelope(record_of(envelope), type), envelope);
}

TEST(Envelope, ReadsHeadersInAnyOrderBesideOthers) {
    Record record = record_of(second());
    std::vector<Header> reversed(record.headers.begin(), record.headers.end());
    std::reverse(reversed.begin(), reversed.end());
    Headers headers;
    for (const Header& header : reversed) headers.add(header.name, header.value);
    headers.add("ce_partitionkey", "alice");
    record.headers = headers;
    EXPECT_EQ(*decode_envelope(record, type), second());
}

TEST(Envelope, RequiresEveryHeaderThatIsAlwaysWritten) {
    for (const char* name : {"ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time",
                             "ce_dataschema", "content-type", "ce_sequence", "ce_previous"}) {
        Record record = record_of(second());
        remove(record, name);
        EXPECT_EQ(decode_envelope(record, type).error(), (DecodeError{name, "is required"}));
    }
}

TEST(Envelope, RefusesHeadersThatAreWrong) {
    struct Case {
        const char* name;
        std::string value;
    };
    for (const auto& [name, value] : {
             Case{"ce_specversion", "0.3"},
             Case{"ce_id", "1"},
             Case{"ce_type", "chat.session.deleted.v2"},
             Case{"ce_source", "/another"},
             Case{"ce_subject", ""},
             Case{"ce_time", "yesterday"},
             Case{"ce_dataschema", "chat-store:/schemas/chat.session.created.v1.json"},
             Case{"ce_dataschema", "/schemas/chat.session.created.v1.json"},
             Case{"ce_dataschema", "https://example.org/schemas/chat.session.deleted.v1.json"},
             Case{"content-type", "application/avro"},
             Case{"ce_sequence", "0"},
             Case{"ce_sequence", "-1"},
             Case{"ce_sequence", "+2"},
             Case{"ce_sequence", "02"},
             Case{"ce_sequence", "2.0"},
             Case{"ce_sequence", " 2"},
             Case{"ce_sequence", ""},
             Case{"ce_sequence", "9223372036854775808"},
             Case{"ce_previous", "none"},
             Case{"ce_commandid", std::string("a\0b", 3)},
             Case{"ce_commandfingerprint", "\xff"},
             Case{"ce_correlationid", "\xed\xa0\x80"},
             Case{"ce_causationid", "\xc3"},
             Case{"ce_traceparent", std::string(1, '\0')},
         }) {
        Record record = record_of(second());
        set(record, name, value);
        const auto decoded = decode_envelope(record, type);
        ASSERT_FALSE(decoded) << name << ": " << value;
        EXPECT_EQ(decoded.error().where, name) << value;
    }
}

TEST(Envelope, RefusesAPreviousOnTheFirstEvent) {
    Record record = record_of(second());
    set(record, "ce_sequence", "1");
    EXPECT_EQ(decode_envelope(record, type).error().where, "ce_previous");
    EXPECT_EQ(decode_link(record).error().where, "ce_previous");
}

TEST(Envelope, RefusesAKeyThatIsNoUserId) {
    for (const std::string& key : {std::string(), std::string(256, 'x'), std::string("\xff"), std::string("a\0b", 3)}) {
        Record record = record_of(second());
        record.key = key;
        EXPECT_EQ(decode_envelope(record, type).error().where, "key");
    }
}

TEST(Link, IsReadFromAnyTypeOfEvent) {
    Record record = record_of(second());
    set(record, "ce_type", "chat.session.archived.v7");
    set(record, "ce_time", "in a form of its own");
    EXPECT_EQ(*decode_link(record), (Link{*EventId::parse(id_2), Sequence(2), *EventId::parse(id_1)}));
}

TEST(Link, IsNotReadFromWhatIsNoEvent) {
    EXPECT_EQ(decode_link(Record{"key", {}, "hello"}).error().where, "ce_id");
    EXPECT_EQ(decode_link(Record{"", {}, "hello"}).error().where, "key");
    for (const char* name : {"ce_id", "ce_sequence", "ce_previous"}) {
        Record record = record_of(second());
        remove(record, name);
        EXPECT_EQ(decode_link(record).error(), (DecodeError{name, "is required"}));
    }
}

}  // namespace
}  // namespace chat
