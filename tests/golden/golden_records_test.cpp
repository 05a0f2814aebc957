// Records as they were once written must decode to the same events for good. A file here is never edited; a new version
// of an event adds one.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "events/event.hpp"
#include "events/json/json_reader.hpp"

namespace chat {
namespace {

const std::filesystem::path folder = CHAT_SOURCE_DIR "/tests/golden/records";

template <class T>
T id(const char* last) {
    return *T::parse("019c12f8-5d00-7000-8000-0000000000" + std::string(last));
}

Envelope envelope(const char* last, std::int64_t sequence, const char* previous, Causes causes = {}) {
    Envelope result;
    result.id = id<EventId>(last);
    result.user = UserId("alice");
    result.session = id<SessionId>("51");
    result.time = Time(std::chrono::microseconds(1'769'850'000'123'456));
    result.sequence = Sequence(sequence);
    if (previous != nullptr) result.previous = id<EventId>(previous);
    result.causes = std::move(causes);
    return result;
}

const Causes all_causes{"order-4711", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "req-1",
                        "019c12f8-5d00-7000-8000-0000000000e0",
                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"};

std::map<std::string, Recorded> expected() {
    const auto session = id<SessionId>("51");
    const auto other = id<SessionId>("52");
    Envelope unicode_user = envelope("e9", 1, nullptr);
    unicode_user.user = UserId("jos\u00e9@\u4f8b\u3048.jp");
    std::map<std::string, Recorded> records{
        {"chat.session.created.v1.json",
         {envelope("e1", 1, nullptr),
          SessionCreated{session, UserId("alice"), "New chat", AgentType::primary, JsonText(), {}, {}}}},
        {"chat.session.created.v1.full.json",
         {envelope("e2", 2, "e1", all_causes),
          SessionCreated{
              session, UserId("alice"), "Logs of \u6771\u4eac \U0001F5FC", AgentType::log_analysis,
              JsonText(R"({"id":123456789012345678901234567890,"ratio":1.10,"tags":["a",null,true],"n":{}})"),
              FirstMessage{id<MessageId>("a1"), "Why does it say \"disk full\"?\n\tC:\\logs"}, other}}},
        {"chat.session.created.v1.unicode_user.json",
         {unicode_user, SessionCreated{session, unicode_user.user, "t", AgentType::primary, JsonText(), {}, {}}}},
        {"chat.session.renamed.v1.json", {envelope("e3", 3, "e2"), SessionRenamed{session, "Disk full on web-1"}}},
        {"chat.session.renamed.v2.json",
         {envelope("eb", 11, "ea"), SessionRenamed{session, "Disk full on web-1", "New chat"}}},
        {"chat.session.deleted.v1.json", {envelope("e4", 4, "e3"), SessionDeleted{session}}},
        {"chat.session.restored.v1.json", {envelope("e5", 5, "e4"), SessionRestored{session, {}}}},
        {"chat.session.restored.v1.deactivating.json", {envelope("e6", 6, "e5"), SessionRestored{session, other}}},
        {"chat.message.added.v1.json",
         {envelope("e7", 7, "e6"),
          MessageAdded{session, id<MessageId>("a2"), MessageType::user, "Hello", {}, JsonText(), false, {}}}},
        {"chat.message.added.v1.full.json",
         {envelope("e8", 9'007'199'254'740'993, "e7", all_causes),
          MessageAdded{session, id<MessageId>("a3"), MessageType::agent, "\u7b54\u3048 \u2028 \x7f <b>&</b>",
                       "log_analysis",
                       JsonText(R"({"tokens":1e3,"cost":0.000000000000000000000000000001,"esc":"\u00e9\ud83d\ude00"})"),
                       true, other}}},
        {"chat.message.added.v1.system.json",
         {envelope("ea", 10, "e9"),
          MessageAdded{session, id<MessageId>("a4"), MessageType::system, ".", "", JsonText(), true, {}}}},
    };
    // With an absolute ce_dataschema.
    for (const std::string type : {"chat.session.created.v1", "chat.session.renamed.v1", "chat.session.renamed.v2",
                                   "chat.session.deleted.v1", "chat.session.restored.v1", "chat.message.added.v1"})
        records.emplace(type + ".uri.json", records.at(type + ".json"));
    return records;
}

Record read(const std::filesystem::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    JsonReader in(text.str());
    Record record{in.string("key"), {}, in.string("value")};
    auto headers = in.optional_object("headers");
    EXPECT_TRUE(headers && in.faults().empty()) << path;
    if (!headers) return record;
    for (const char* name : {"ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time",
                             "ce_dataschema", "content-type", "ce_sequence", "ce_previous", "ce_commandid",
                             "ce_commandfingerprint", "ce_correlationid", "ce_causationid", "ce_traceparent"}) {
        if (auto value = headers->optional_string(name)) record.headers.add(name, *value);
    }
    return record;
}

TEST(GoldenRecords, DecodeToTheEventsTheyWere) {
    for (const auto& [file, recorded] : expected()) {
        const auto decoded = decode(read(folder / file));
        ASSERT_TRUE(decoded) << file << ": " << decoded.error().where << " " << decoded.error().what;
        EXPECT_EQ(*decoded, recorded) << file;
    }
}

// Each version that commands may write; one that they no longer do would decode, and be written in another shape.
TEST(GoldenRecords, AreWhatTheEncoderWritesToday) {
    for (const auto& [file, recorded] : expected()) {
        Record golden = read(folder / file);
        Headers headers;
        for (const auto& [name, value] : golden.headers) {
            const bool without_base = name == "ce_dataschema" && value.starts_with('/');
            headers.add(name, without_base ? "chat-store:" + std::string(value) : std::string(value));
        }
        golden.headers = headers;
        EXPECT_EQ(encode(recorded), golden) << file;
    }
}

// What makes a change compatible: readers do not mind fields and headers that they do not know.
TEST(GoldenRecords, DecodeToTheSameWithFieldsAndHeadersOfTomorrow) {
    for (const auto& [file, recorded] : expected()) {
        Record record = read(folder / file);
        record.headers.add("ce_tomorrow", "x");
        record.value.insert(1, R"("tomorrow":{"a":[1,null]},)");
        const auto decoded = decode(record);
        ASSERT_TRUE(decoded) << file;
        EXPECT_EQ(*decoded, recorded) << file;
    }
}

TEST(GoldenRecords, AreAllExpectedHere) {
    const auto known = expected();
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        EXPECT_TRUE(known.contains(entry.path().filename().string())) << entry.path();
    }
}

}  // namespace
}  // namespace chat
