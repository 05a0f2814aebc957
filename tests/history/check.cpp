#include "tests/history/check.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "commands/preconditions.hpp"

namespace chat::test {
namespace {

using Moment = Operation::Moment;
using Operations = std::vector<const Operation*>;

ShownSession shown(const Session& session) {
    return {session.id, session.title, session.message_count, session.active};
}

std::string say(const Operation& op) {
    return "request " + op.attempt + " of " + op.user.value() + " to node " + std::to_string(op.node);
}

/// One user's part of the history.
class UserCheck {
public:
    UserCheck(const UserId& user, const UserStream& stream, Operations operations, const Allowances& allowances,
              std::vector<Violation>& violations)
        : user_(user),
          stream_(stream),
          operations_(std::move(operations)),
          allowances_(allowances),
          violations_(violations),
          began_(stream.size() + 1, Moment::min()),
          acknowledged_(stream.size() + 1, Moment::max()) {
        for (const Operation* op : operations_) {
            by_attempt_.emplace(op->attempt, op);
            cut_ = cut_ || allowances_.cut_attempts.contains(op->attempt);
        }
    }

    void run() {
        if (stream_.broken && !cut_) violate("one history", "the stream of " + user_.value() + " is broken");
        match_events();
        for (const Operation* op : operations_)
            if (op->is_command()) check_stored(*op);
        check_order();
        if (cut_) return;  // what was seen before is not what the log says now
        for (const Operation* op : operations_) {
            if (op->outcome == Outcome::accepted) check_answer(*op);
            if (op->outcome == Outcome::refused || op->outcome == Outcome::unchanged) check_not_stored_answer(*op);
            if (op->outcome == Outcome::shown) check_read(*op);
        }
    }

private:
    void violate(std::string promise, std::string what) {
        violations_.push_back({std::move(promise), std::move(what)});
    }

    /// Whose the events are, and when each was asked for and first told of.
    void match_events() {
        std::map<std::string, std::size_t> keys;
        for (std::size_t n = 1; n <= stream_.size(); ++n) {
            if (n > 1 && stream_.events[n - 1].envelope.time < stream_.events[n - 2].envelope.time)
                violate("time goes forward",
                        "event " + std::to_string(n) + " of " + user_.value() + " is older than the one before it");
            const Causes& causes = stream_.events[n - 1].envelope.causes;
            const auto found = causes.correlation ? by_attempt_.find(*causes.correlation) : by_attempt_.end();
            if (found == by_attempt_.end()) {
                violate("nothing unasked", "event " + std::to_string(n) + " of " + user_.value() + " has no request");
                continue;
            }
            began_[n] = found->second->begin;
            if (!event_of_.emplace(found->first, n).second)
                violate("exactly once", say(*found->second) + " is stored twice, again as " + std::to_string(n));
            if (causes.command_key && !keys.emplace(*causes.command_key, n).second)
                violate("exactly once", "key " + *causes.command_key + " of " + user_.value() + " is stored twice");
        }
        event_of_key_ = std::move(keys);
        for (const Operation* op : operations_) {
            if (op->outcome != Outcome::accepted || !op->sequence) continue;
            const auto n = static_cast<std::size_t>(op->sequence->value());
            if (n < 1 || n > stream_.size()) continue;
            const Causes& causes = stream_.events[n - 1].envelope.causes;
            if (causes.correlation == op->attempt || (!cut_ && op->key && causes.command_key == op->key))
                acknowledged_[n] = std::min(acknowledged_[n], op->end);
        }
    }

    void check_stored(const Operation& op) {
        const auto event = event_of_.find(op.attempt);
        const bool stored = event != event_of_.end();
        switch (op.outcome) {
            case Outcome::accepted: {
                if (op.replayed) return;  // check_answer
                if (!stored) {
                    if (!allowances_.cut_attempts.contains(op.attempt))
                        violate("nothing acknowledged is lost", say(op) + " was accepted, but is not in the stream");
                    return;
                }
                if (op.sequence && Sequence(static_cast<std::int64_t>(event->second)) != *op.sequence &&
                    !allowances_.cut_attempts.contains(op.attempt))
                    violate("the answer tells the event", say(op) + " was told sequence " +
                                                              std::to_string(op.sequence->value()) + ", but has " +
                                                              std::to_string(event->second));
                return;
            }
            case Outcome::unchanged:
            case Outcome::refused:
            case Outcome::conflict:
            case Outcome::unavailable:
                if (stored && !allowances_.cut_attempts.contains(op.attempt))
                    violate("what is not accepted is not stored",
                            say(op) + " was told no, but is event " + std::to_string(event->second));
                return;
            case Outcome::unknown:
            case Outcome::shown:
                return;
        }
    }

    /// An event that was acknowledged before a request began comes before that request's event.
    void check_order() {
        Moment last_began = Moment::min();
        for (std::size_t n = 1; n <= stream_.size(); ++n) {
            if (acknowledged_[n] < last_began)
                violate("real time", "event " + std::to_string(n) + " of " + user_.value() +
                                         " was acknowledged before the request for an event before it began");
            last_began = std::max(last_began, began_[n]);
        }
    }

    /// The first version that the operation may reflect: all that anybody was told before it began.
    std::size_t least(const Operation& op) const {
        std::size_t n = stream_.size();
        while (n > 0 && acknowledged_[n] >= op.begin) --n;
        return n;
    }
    /// The last one: nothing that was asked for after it ended.
    std::size_t most(const Operation& op) const {
        for (std::size_t n = 1; n <= stream_.size(); ++n)
            if (began_[n] > op.end) return n - 1;
        return stream_.size();
    }

    void check_answer(const Operation& op) {
        if (!op.sequence) return;
        const auto n = static_cast<std::size_t>(op.sequence->value());
        if (n < 1 || n > stream_.size()) {
            violate("the answer tells the event", say(op) + " was told a sequence that the stream does not have");
            return;
        }
        const Recorded& event = stream_.events[n - 1];
        if (op.replayed) {
            const auto first = op.key ? event_of_key_.find(*op.key) : event_of_key_.end();
            if (first == event_of_key_.end() || first->second != n)
                violate("a retry gets the first answer",
                        say(op) + " got the answer of event " + std::to_string(n) + ", which is not its key's");
            if (op.fingerprint && event.envelope.causes.command_fingerprint != op.fingerprint)
                violate("a key is of one request", say(op) + " got the answer to another request");
        } else if (decide(stream_.states[n - 1], op, &event) != Decision(event.event)) {
            violate("decided on the state before it",
                    say(op) + " stored event " + std::to_string(n) + ", which the state before it does not give");
        }
        const Session* session = stream_.states[n].find(event.envelope.session);
        if (op.session && *op.session != event.envelope.session)
            violate("the answer tells the event", say(op) + " was told another session");
        if (op.state && (!session || *op.state != *session))
            violate("the answer tells the state", say(op) + " was told another state of its session");
        if (const auto* added = std::get_if<MessageAdded>(&event.event); added && op.message != added->message)
            violate("the answer tells the event", say(op) + " was told another message");
    }

    /// What the rules say in that state, with the ids of the event if there is one.
    static Decision decide(const UserChats& chats, const Operation& op, const Recorded* event) {
        Context context{op.user, {}, {}};
        if (event) {
            if (const auto* created = std::get_if<SessionCreated>(&event->event)) {
                context.new_session = created->session;
                if (created->first_message) context.new_message = created->first_message->id;
            }
            if (const auto* added = std::get_if<MessageAdded>(&event->event)) context.new_message = added->message;
        }
        const Preconditions conditions = op.if_match ? Preconditions(*op.if_match) : Preconditions();
        Decision decision = std::visit([&](const auto& asked) { return chat::decide(chats, asked, context); },
                                       std::get<Command>(op.asked));
        std::optional<SessionId> session;
        if (const auto* made = std::get_if<Event>(&decision)) session = session_of(*made);
        if (const auto* same = std::get_if<Unchanged>(&decision)) session = same->session;
        if (!session) return decision;
        const auto refusal = conditions.refused(chats, *session);
        return refusal ? Decision(*refusal) : decision;
    }

    /// There was a moment while it ran at which the rules said that.
    void check_not_stored_answer(const Operation& op) {
        const std::size_t from = least(op), to = most(op);
        for (std::size_t n = from; n <= to; ++n) {
            if (op.sequence && op.outcome == Outcome::unchanged && n != static_cast<std::size_t>(op.sequence->value()))
                continue;
            const UserChats& chats = stream_.states[n];
            const Answered* first = op.key ? chats.answered(*op.key) : nullptr;
            if (first) {
                const bool other = op.fingerprint && first->fingerprint != *op.fingerprint;
                if (other && op.refusal == Refusal::key_reused) return;
                continue;
            }
            const Decision decision = decide(chats, op, nullptr);
            if (op.outcome == Outcome::refused) {
                if (const auto* refusal = std::get_if<Refusal>(&decision);
                    refusal && refusal == refusal_of(op, *refusal))
                    return;
                continue;
            }
            const auto* unchanged = std::get_if<Unchanged>(&decision);
            if (!unchanged) continue;
            if (op.state && *op.state != *chats.find(unchanged->session)) continue;
            return;
        }
        violate("refusals are linearizable", say(op) + " was told no (or that nothing changes), but no state from " +
                                                 std::to_string(from) + " to " + std::to_string(to) + " says so");
    }
    static const Refusal* refusal_of(const Operation& op, const Refusal& said) {
        return !op.refusal || *op.refusal == said ? &said : nullptr;
    }

    void check_read(const Operation& op) {
        const auto n = static_cast<std::size_t>(op.sequence.value_or(Sequence()).value());
        if (n > stream_.size() || n > most(op)) {
            violate("a read shows what is",
                    say(op) + " showed version " + std::to_string(n) + ", which nobody had asked for yet");
            return;
        }
        check_fresh(op, n);
        if (const auto* list = std::get_if<AskList>(&op.asked)) {
            if (op.sessions != listed(*list, n))
                violate("a read shows the state at its version",
                        say(op) + " listed what version " + std::to_string(n) + " is not");
        } else if (const auto* asked = std::get_if<AskSession>(&op.asked)) {
            check_session(op, *asked, n);
        }
    }

    void check_fresh(const Operation& op, std::size_t n) {
        Sequence own, seen;
        for (const Operation* other : operations_) {
            if (other->node != op.node || other->end >= op.begin || !other->sequence) continue;
            if (other->outcome == Outcome::shown)
                seen = std::max(seen, *other->sequence);
            else
                own = std::max(own, *other->sequence);
        }
        const Sequence shown(static_cast<std::int64_t>(n));
        if (shown < own && !op.waited_out)
            violate("a user reads what they wrote", say(op) + " showed version " + std::to_string(n) +
                                                        ", but its node had acknowledged " +
                                                        std::to_string(own.value()));
        if (op.at_least && shown < *op.at_least && !op.waited_out)
            violate("a read has the version that it asked for", say(op) + " showed version " + std::to_string(n) +
                                                                    ", but was asked for " +
                                                                    std::to_string(op.at_least->value()));
        if (shown < seen && !allowances_.read_model_set_back)
            violate("reads never go back", say(op) + " showed version " + std::to_string(n) +
                                               " after its node had shown " + std::to_string(seen.value()));
    }

    std::vector<ShownSession> listed(const AskList& list, std::size_t n) const {
        std::vector<const Session*> sessions;
        for (const auto& [id, session] : stream_.states[n].sessions()) {
            const bool wanted = list.filter == SessionFilter::active     ? session.active && !session.deleted
                                : list.filter == SessionFilter::inactive ? !session.active && !session.deleted
                                : list.filter == SessionFilter::deleted  ? session.deleted
                                                                         : !session.deleted;
            if (wanted) sessions.push_back(&session);
        }
        std::ranges::sort(sessions, [](const Session* a, const Session* b) {
            return std::pair(a->last_message_at, a->id) > std::pair(b->last_message_at, b->id);
        });
        if (sessions.size() > list.limit) sessions.resize(list.limit);
        std::vector<ShownSession> rows;
        for (const Session* session : sessions) rows.push_back(shown(*session));
        return rows;
    }

    void check_session(const Operation& op, const AskSession& asked, std::size_t n) {
        const Session* session = stream_.states[n].find(asked.session);
        const bool there = session && !session->deleted;
        if (there == op.missing) {
            violate("a read shows the state at its version", say(op) + (there ? " missed" : " showed") +
                                                                 " a session that version " + std::to_string(n) +
                                                                 (there ? " has" : " has not"));
            return;
        }
        if (!there) return;
        std::vector<MessageId> messages;
        for (std::size_t i = 0; i < n; ++i) {
            const Event& event = stream_.events[i].event;
            if (session_of(event) != asked.session) continue;
            if (const auto* added = std::get_if<MessageAdded>(&event)) messages.push_back(added->message);
            const auto* created = std::get_if<SessionCreated>(&event);
            if (created && created->first_message) messages.push_back(created->first_message->id);
        }
        if (messages.size() > asked.limit)
            messages.erase(messages.begin(), messages.end() - static_cast<std::ptrdiff_t>(asked.limit));
        if (op.sessions != std::vector{shown(*session)} || op.messages != messages)
            violate("a read shows the state at its version",
                    say(op) + " showed another session than version " + std::to_string(n) + " has");
    }

    const UserId& user_;
    const UserStream& stream_;
    Operations operations_;
    const Allowances& allowances_;
    std::vector<Violation>& violations_;
    std::vector<Moment> began_;         // by sequence
    std::vector<Moment> acknowledged_;  // by sequence: first
    std::unordered_map<std::string, const Operation*> by_attempt_;
    std::unordered_map<std::string, std::size_t> event_of_;
    std::map<std::string, std::size_t> event_of_key_;
    bool cut_ = false;
};

}  // namespace

std::vector<Violation> check(const std::vector<Operation>& history, const Streams& streams,
                             const Allowances& allowances) {
    std::vector<Violation> violations;
    std::map<UserId, Operations> users;
    for (const Operation& op : history) users[op.user].push_back(&op);
    for (const auto& [user, stream] : streams.all()) users.try_emplace(user);
    for (auto& [user, operations] : users)
        UserCheck(user, streams.of(user), std::move(operations), allowances, violations).run();
    return violations;
}

}  // namespace chat::test
