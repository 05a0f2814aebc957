// The half of PartitionStreams that writes: a command from the user's turn to the log's answer.
#include "commands/partition_streams.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace chat {

using namespace std::chrono_literals;

namespace {

constexpr const char* void_no_more = "the log was cut after the command had been sent";
constexpr const char* quarantined_by_read_model = "the log lacks a part of this user's history";

/// The session whose metadata the answer shows and the command does not bring.
std::optional<SessionId> shown_by(const Command& command) {
    if (const auto* rename = std::get_if<RenameSession>(&command)) return rename->session;
    if (const auto* restore = std::get_if<RestoreSession>(&command)) return restore->session;
    return std::nullopt;
}

}  // namespace

/// An own record that is on its way, until its command ends, however that ends.
struct PartitionStreams::Registration {
    PartitionStreams& streams;
    const EventId id;

    Registration(PartitionStreams& owner, const Link& link, std::shared_ptr<const Record> record, Pending& pending)
        : streams(owner), id(link.id) {
        streams.view_->sent(link, std::move(record));
        streams.pending_.emplace(id, &pending);
    }
    Registration(const Registration&) = delete;
    ~Registration() {
        streams.pending_.erase(id);
        if (streams.view_) streams.view_->withdraw(id);
    }
};

/// Holds back the pruning of the view that it was taken on.
struct PartitionStreams::Pin {
    PartitionStreams& streams;
    const std::uint64_t generation;
    const NextOffset at;

    explicit Pin(PartitionStreams& owner) : streams(owner), generation(owner.generation_), at(owner.view_->pin()) {}
    Pin(const Pin&) = delete;
    ~Pin() {
        if (streams.view_ && streams.generation_ == generation) streams.view_->unpin(at);
    }
};

/// In line for the view to be live and to have come that far, or to end.
struct PartitionStreams::Place {
    PartitionStreams& streams;
    WakeUp wake_up;
    std::list<std::pair<WakeUp*, NextOffset>>::iterator at;

    Place(PartitionStreams& owner, NextOffset next)
        : streams(owner),
          wake_up(owner.context_.executor),
          at(owner.waiting_.insert(owner.waiting_.end(), {&wake_up, next})) {}
    Place(const Place&) = delete;
    ~Place() { streams.waiting_.erase(at); }
};

PartitionStreams::PartitionStreams(std::shared_ptr<StreamsContext> context, Partition partition)
    : shared_(std::move(context)), context_(*shared_), partition_(partition), turns_(context_.executor) {}

asio::awaitable<Result<Done, CommandFault>> PartitionStreams::execute(UserId user, const Command& command,
                                                                      Causes causes, const Preconditions& preconditions,
                                                                      Deadline deadline, bool& sent) {
    const auto self = shared_from_this();
    const auto turn = co_await turns_.take(user, deadline);
    if (!turn) throw Outage("earlier commands of this user still wait for the log");

    std::optional<std::uint64_t> void_on;
    std::optional<JsonText> metadata;
    try {
        auto result = co_await attempts(user, command, causes, preconditions, deadline, sent, void_on, metadata);
        if (result && !result->session.metadata) result->session.metadata = std::move(metadata);
        co_return result;
    } catch (const OutcomeUnknown&) {
        throw;
    } catch (const Outage&) {
        if (!void_on || *void_on == generation_) throw;
    }
    throw OutcomeUnknown(void_no_more);
}

/// `void_on`: the view on which a record of this command was seen void, if there is one. In a log that was cut since, a
/// copy that arrives late may belong. `metadata`: of the session that the answer shows, if its state leaves it out.
asio::awaitable<Result<Done, CommandFault>> PartitionStreams::attempts(
    const UserId& user, const Command& command, const Causes& causes, const Preconditions& preconditions,
    Deadline deadline, bool& sent, std::optional<std::uint64_t>& void_on, std::optional<JsonText>& metadata) {
    bool key_looked_up = false;
    for (int attempt = 0; attempt < context_.options.attempts && SteadyClock::now() < deadline; ++attempt) {
        if (attempt > 0) co_await back_off(attempt, 1ms, 50ms);
        if (!live()) co_await until_live(deadline);
        if (void_on && *void_on != generation_) throw OutcomeUnknown(void_no_more);
        const HotStates::State* state = view_ ? hot_state(user) : nullptr;
        if (!state) {
            key_looked_up = false;
            co_await load(user, deadline);
            state = context_.hot.use(user);
            if (!state || !view_) continue;
        }
        if (causes.command_key && !key_looked_up) {
            const std::uint64_t asked_on = generation_;
            const NextOffset least = applied_;
            StoredAnswer known = co_await first_answer(user, *causes.command_key);
            co_await agree(known.applied, least, deadline);
            if (asked_on != generation_) continue;
            if (known.first) co_return replayed(std::move(*known.first), causes);
            if (known.quarantined) {  // not so when the user was loaded: answers since then may be missing
                untrack(user);
                context_.hot.erase(user);
                throw Quarantined(quarantined_by_read_model);
            }
            key_looked_up = true;
            state = view_ ? context_.hot.use(user) : nullptr;
            if (!state) continue;
        }
        if (state->quarantined) {
            const std::string why = *state->quarantined;
            context_.hot.erase(user);  // looked at again by the next command: an operator may have decided
            throw Quarantined(why);
        }
        if (const auto shown = shown_by(command); shown && !metadata) {
            const Session* session = state->chats.find(*shown);
            if (session && !session->metadata) {
                metadata =
                    co_await context_.store.metadata(*shown);  // now: after the append it would be too late to fail
                continue;
            }
        }
        if (view_->kept_bytes() > context_.options.tail_bytes) {
            throw Outage("the read model is " + std::to_string(view_->kept_records()) + " records behind the log");
        }
        if (causes.command_key) {
            const Answered* first = state->chats.answered(*causes.command_key);
            if (first) co_return replayed(*first, causes);
        }

        const std::uint64_t generation = generation_;
        const StreamHead head = state->chats.head();
        Decision decision = decide(user, state->chats, command, preconditions);
        if (auto* event = std::get_if<Event>(&decision)) {
            sent = true;
            auto done = co_await append(record(user, state->chats, std::move(*event), causes), deadline);
            if (done) co_return std::move(*done);
            void_on = generation;
            continue;
        }

        // Not in the log, so not arbitrated by it: true only if nothing was stored that we have not seen.
        co_await barrier(deadline);
        state = context_.hot.use(user);
        if (!state || generation != generation_ || state->quarantined || state->chats.head() != head) continue;
        if (const auto* refusal = std::get_if<Refusal>(&decision)) {
            const Refused refused{*refusal, head.sequence};
            co_return CommandFault(refused);
        }
        const Session* session = state->chats.find(std::get<Unchanged>(decision).session);
        co_return Done{{*session, {}, state->chats.last_time(), head.sequence}, false, false};
    }
    co_return CommandFault(Conflict{});
}

/// Nothing if the user is not hot, or is so from rows that became others. Nothing of the user's may be in flight.
const HotStates::State* PartitionStreams::hot_state(const UserId& user) {
    const HotStates::State* state = context_.hot.use(user);
    if (!state || state->edition >= edition_) return state;
    untrack(user);
    context_.hot.erase(user);
    return nullptr;
}

Decision PartitionStreams::decide(const UserId& user, const UserChats& chats, const Command& command,
                                  const Preconditions& preconditions) const {
    const Context ids{user, SessionId(context_.uuid()), MessageId(context_.uuid()),
                      context_.options.tell_previous_title};
    Decision decision = std::visit([&](const auto& asked) { return chat::decide(chats, asked, ids); }, command);
    std::optional<SessionId> session;
    if (const auto* event = std::get_if<Event>(&decision)) session = session_of(*event);
    if (const auto* unchanged = std::get_if<Unchanged>(&decision)) session = unchanged->session;
    if (!session) return decision;
    const auto refusal = preconditions.refused(chats, *session);
    return refusal ? Decision(*refusal) : decision;
}

/// What the read model remembers; newer answers are in the state, which forgets no sooner than the read model knows:
/// only here, before it is asked.
asio::awaitable<StoredAnswer> PartitionStreams::first_answer(UserId user, std::string command_key) {
    context_.hot.forget_answers(user, context_.projected.at(partition_));
    auto answer = co_await context_.store.answered(partition_, std::move(user), std::move(command_key));
    co_return answer;
}

Result<Done, CommandFault> PartitionStreams::replayed(Answered first, const Causes& causes) {
    if (first.fingerprint != causes.command_fingerprint.value_or(""))
        return CommandFault(Refused{Refusal::key_reused, first.answer.sequence});
    return Done{std::move(first.answer), true, true};
}

Recorded PartitionStreams::record(const UserId& user, const UserChats& chats, Event event, const Causes& causes) const {
    const SessionId session = session_of(event);
    return Recorded{Envelope{.id = EventId(context_.uuid()),
                             .user = user,
                             .session = session,
                             .time = std::max(context_.clock(), chats.last_time()),
                             .sequence = chats.head().sequence.next(),
                             .previous = chats.head().id,
                             .causes = causes},
                    std::move(event)};
}

/// What was done if the record belongs, nothing if it is void. Throws Outage (nothing was sent), OutcomeUnknown.
/// An unknown outcome is sent again as the same record: a new one could make the command happen twice.
asio::awaitable<std::optional<Done>> PartitionStreams::append(Recorded recorded, Deadline deadline) {
    const auto record = std::make_shared<const Record>(encode(recorded));
    const Link link{recorded.envelope.id, recorded.envelope.sequence, recorded.envelope.previous};
    const std::uint64_t generation = generation_;
    const auto began = SteadyClock::now();
    Pending pending(context_.executor, std::move(recorded));
    const Registration registration(*this, link, record, pending);

    bool may_be_stored = false;
    for (int failures = 0; !pending.settled.rung() && SteadyClock::now() < deadline; ++failures) {
        std::string why;
        std::optional<std::chrono::seconds> retry_after;
        Delivery delivery;
        try {
            delivery = co_await context_.log.append(partition_, record);
        } catch (const Outage& outage) {
            why = outage.what();
            retry_after = outage.retry_after();
        }
        if (retry_after && !may_be_stored) throw Outage(why, *retry_after);
        if (!retry_after) may_be_stored = true;
        if (generation != generation_) break;
        if (const auto* unknown = std::get_if<DeliveryUnknown>(&delivery); unknown && !retry_after)
            why = unknown->reason;
        if (why.empty()) {
            if (const auto* offset = std::get_if<Offset>(&delivery)) {
                view_->delivered(link.id, *offset);
                absorb();
            }
            co_await pending.settled.wait(deadline);
            break;
        }
        const auto patience = std::min(1000ms, 50ms * (1 << std::min(failures, 5)));
        co_await pending.settled.wait(std::min(deadline, SteadyClock::now() + patience));
        if (!pending.settled.rung()) context_.observer.appended_again(partition_, why);
    }

    if (!pending.belongs && !may_be_stored) throw Outage("the log did not take the command in time");
    if (!pending.belongs) {
        throw OutcomeUnknown(generation == generation_ ? "the log has not told whether the command is stored"
                                                       : "the log was cut while the command was on its way");
    }
    context_.observer.settled(SteadyClock::now() - began, *pending.belongs);
    if (!*pending.belongs) co_return std::nullopt;
    Done done{
        {std::move(pending.session).value(), {}, pending.recorded.envelope.time, pending.recorded.envelope.sequence},
        true,
        false};
    if (auto* added = std::get_if<MessageAdded>(&pending.recorded.event)) done.added = std::move(*added);
    co_return done;
}

asio::awaitable<void> PartitionStreams::load(UserId user, Deadline deadline) {
    for (int tries = 0;; ++tries) {
        co_await until_live(deadline);
        if (tries > 0) co_await back_off(tries, 5ms, 100ms);
        if (SteadyClock::now() >= deadline) throw Outage("the read model is behind what the log's tail still holds");
        if (!view_) continue;
        if (!looked_ && known_.contains(user)) {
            co_await until(whole_, deadline);
            continue;
        }
        if (lost_.contains(user)) co_await quarantine_lost(user);
        if (!view_) continue;
        const std::uint64_t generation = generation_;
        const Pin pin(*this);
        const NextOffset least = applied_;
        StoredChats stored = co_await context_.store.load(partition_, user);
        co_await agree(stored.applied, least, deadline);
        if (generation != generation_) continue;
        if (stored.applied.edition > edition_) rewritten(stored.applied.edition);
        if (stored.applied.edition < edition_) continue;
        if (stored.quarantined) {
            context_.hot.put(user, {UserChats{}, quarantined_by_read_model, edition_});
            co_return;
        }
        std::vector<PartitionView::Passed> belonging;
        if (!view_->track(user, stored.chats.head(), stored.applied.next_offset, belonging)) continue;
        HotStates::State state{std::move(stored.chats), {}, edition_};
        for (const PartitionView::Passed& passed : belonging) {
            const auto recorded = decode(*passed.record);
            if (!recorded) {
                state.quarantined = recorded.error().where + ": " + recorded.error().what;
                tell_quarantined(user, passed.offset, *state.quarantined);
                break;
            }
            state.chats = evolve(std::move(state.chats), *recorded);
            const auto& key = recorded->envelope.causes.command_key;
            if (key) state.command_keys.emplace_back(passed.offset, *key);
        }
        context_.hot.put(user, std::move(state));
        absorb();
        if (generation == generation_) co_return;
    }
}

/// What the read model holds is of this log, and no less than it held before it was asked (`least`); otherwise another
/// generation begins. Waits for the tail to come as far. Throws Outage.
asio::awaitable<void> PartitionStreams::agree(Checkpoint checkpoint, NextOffset least, Deadline deadline) {
    const std::uint64_t generation = generation_;
    const NextOffset next = checkpoint.next_offset;
    if (view_ && next > view_->next()) {
        const NextOffset end = co_await context_.log.end(partition_);
        if (generation == generation_ && end < next) {
            another_log("the log ends at " + std::to_string(end.value()) +
                        ", but the read model has applied it below " + std::to_string(next.value()));
        }
        if (generation == generation_) co_await until(next, deadline);
    }
    if (generation != generation_ || !view_) co_return;
    if (next < least) {
        set_back(next);
    } else if (!view_->agrees(checkpoint)) {
        another_log("the record at offset " + std::to_string(next.value() - 1) +
                    " is not the one that the read model applied there");
    } else {
        applied_ = std::max(applied_, next);
    }
}

/// Everything that was stored before this call is known after it. Throws Outage.
asio::awaitable<void> PartitionStreams::barrier(Deadline deadline) {
    const NextOffset end = co_await context_.log.end(partition_);
    co_await until(end, deadline);
}

/// Comes back early when the view ends, as another generation tells.
asio::awaitable<void> PartitionStreams::until(NextOffset next, Deadline deadline) {
    if (live() && view_->next() >= next) co_return;
    Place place(*this, next);
    const bool in_time = co_await place.wake_up.wait(deadline);
    if (!in_time || out_of_reach_) throw Outage(unready_.value_or("reading the log is behind"));
}

/// Fails at once if the log is known to be out of reach; a view that is to be checked or replayed is waited for.
asio::awaitable<void> PartitionStreams::until_live(Deadline deadline) {
    while (!live()) {
        if (out_of_reach_) throw Outage(unready_.value_or("the log is out of reach"));
        Place place(*this, NextOffset(0));
        const bool in_time = co_await place.wake_up.wait(deadline);
        if (!in_time) throw Outage(unready_.value_or("the log is not read yet"));
    }
}

asio::awaitable<void> PartitionStreams::until_whole(Deadline deadline) {
    bool in_time = true;
    while (in_time && !out_of_reach_ && !(live() && view_->next() >= whole_)) {
        Place place(*this, live() ? whole_ : NextOffset(0));
        in_time = co_await place.wake_up.wait(deadline);
    }
}

asio::awaitable<bool> PartitionStreams::until_caught_up(Deadline deadline) {
    try {
        co_await until_live(deadline);
        const std::uint64_t generation = generation_;
        co_await barrier(deadline);
        co_return generation == generation_&& live();
    } catch (const Outage&) {
        co_return false;  // why is told by the tail, and by commands
    }
}

/// A jittered pause that grows with the failures, so that competing writers do not meet again and again.
asio::awaitable<void> PartitionStreams::back_off(int failures, std::chrono::milliseconds least,
                                                 std::chrono::milliseconds most) {
    const auto whole = std::min(most, least * (1 << std::min(failures, 10)));
    const auto part = std::chrono::duration_cast<SteadyClock::duration>(whole * (0.5 + context_.random() / 2));
    SteadyTimer timer(context_.executor, part);
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace chat
