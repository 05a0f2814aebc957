#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "commands/command.hpp"
#include "projections/ports/queries.hpp"

namespace chat::test {

/// A list of sessions that a client asks for; the first page.
struct AskList {
    SessionFilter filter = SessionFilter::active;
    std::size_t limit = 10;
};
/// A session with its newest messages.
struct AskSession {
    SessionId session;
    std::size_t limit = 100;
};

/// How a request ended, as its client knows it.
enum class Outcome {
    accepted,     // stored, by this request or by an earlier one under the same key
    unchanged,    // it already was so
    refused,      // the rules say no
    conflict,     // lost against other writers
    unavailable,  // an answer that says: nothing was stored
    unknown,      // no answer, or one that says: it may be stored
    shown,        // a read that was answered
};

/// A session as a read showed it.
struct ShownSession {
    SessionId id;
    std::string title;
    std::int64_t message_count = 0;
    bool is_active = false;

    bool operator==(const ShownSession&) const = default;
};

/// One request of a client, from sending to answer, on a clock that all clients share.
struct Operation {
    using Moment = std::chrono::nanoseconds;

    int client = 0;
    int node = 0;  // that it was sent to
    UserId user;
    std::string attempt;             // one for each request (X-Request-Id): ce_correlationid of what it stores
    std::optional<std::string> key;  // Idempotency-Key
    std::optional<std::string> fingerprint{};  // of the request, if it has a key; empty: not known
    std::optional<std::vector<Sequence>> if_match{};
    std::variant<Command, AskList, AskSession> asked;
    Moment begin{}, end = Moment::max();

    Outcome outcome = Outcome::unknown;
    // Of a command:
    std::optional<Refusal> refusal{};
    bool replayed = false;
    std::optional<Sequence> sequence{};  // the Chat-Version of the answer; of a read too
    std::optional<SessionId> session{};
    std::optional<MessageId> message{};
    std::optional<Session> state{};  // of the session in the answer, whole, if the client can see it so
    // Of a read:
    std::optional<Sequence> at_least{};    // the Chat-Version that it asked for
    bool waited_out = false;               // it took as long as reads may wait: older than asked for is allowed
    bool missing = false;                  // no such session
    std::vector<ShownSession> sessions{};  // of a list; or the one session
    std::vector<MessageId> messages{};     // of the session, oldest first

    bool is_command() const { return std::holds_alternative<Command>(asked); }
};

}  // namespace chat::test
