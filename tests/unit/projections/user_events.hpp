#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/event.hpp"

namespace chat::test {

/// An id that is the same for the same number: `id<SessionId>(1)`.
template <class Id>
Id id(std::uint64_t number) {
    return Id(uuid_v7(std::chrono::milliseconds(number), 0, number));
}

inline SessionId session(std::uint64_t number) { return id<SessionId>(number); }
inline MessageId message(std::uint64_t number) { return id<MessageId>(number); }

/// The time of a stream's n-th event: n seconds after an arbitrary moment.
inline Time at(std::int64_t sequence) { return Time(std::chrono::seconds(1'700'000'000 + sequence)); }

/// One user's stream, event by event: each is linked to the one before it.
class UserEvents {
public:
    explicit UserEvents(std::string user) : user_(std::move(user)) {}

    Recorded next(Event event) {
        Recorded recorded{Envelope{.id = id<EventId>(next_id()),
                                   .user = user_,
                                   .session = session_of(event),
                                   .time = at(head_.sequence.next().value()),
                                   .sequence = head_.sequence.next(),
                                   .previous = head_.id,
                                   .causes = {}},
                          std::move(event)};
        head_ = {recorded.envelope.sequence, recorded.envelope.id};
        return recorded;
    }

    const UserId& user() const { return user_; }
    const StreamHead& head() const { return head_; }

    /// The stream as if this head were its last event: what comes next is another history.
    void rewind(StreamHead head) { head_ = head; }

private:
    static std::uint64_t next_id() {
        static std::uint64_t last = 1'000'000;
        return ++last;
    }
    UserId user_;
    StreamHead head_;
};

inline SessionCreated created(SessionId session, UserId user = UserId("ann")) {
    return {.session = session,
            .user = std::move(user),
            .title = "a title",
            .agent_type = AgentType::primary,
            .metadata = JsonText(R"({"n":1.10})"),
            .first_message = std::nullopt,
            .deactivated = std::nullopt};
}

inline MessageAdded added(SessionId session, MessageId message, std::string content = "hello") {
    return {.session = session,
            .message = message,
            .message_type = MessageType::agent,
            .content = std::move(content),
            .agent_type = "helper",
            .metadata = JsonText(R"({"k":true})"),
            .reactivated = false,
            .deactivated = std::nullopt};
}

/// A partition of a log: what was put into it, by offset.
class Partition0 {
public:
    Offset put(Record record) {
        const Offset offset(static_cast<std::int64_t>(records_.size()));
        records_.push_back({offset, std::make_shared<const Record>(std::move(record))});
        return offset;
    }
    Offset put(const Recorded& recorded) { return put(encode(recorded)); }

    const std::vector<StoredRecord>& records() const { return records_; }

private:
    std::vector<StoredRecord> records_;
};

/// The record with a header changed, or added.
inline Record with_header(Record record, const std::string& name, const std::string& value) {
    Headers headers;
    for (const Header header : record.headers)
        if (header.name != name) headers.add(header.name, header.value);
    headers.add(name, value);
    record.headers = std::move(headers);
    return record;
}

}  // namespace chat::test
