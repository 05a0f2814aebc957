#include "tests/simulation/client.hpp"

#include <algorithm>
#include <utility>

namespace chat::test {

using namespace std::chrono_literals;

namespace {

constexpr auto hop = 200us;
constexpr auto patience = 8s;

const char* name(Outcome outcome) {
    switch (outcome) {
        case Outcome::accepted:
            return "accepted";
        case Outcome::unchanged:
            return "unchanged";
        case Outcome::refused:
            return "refused";
        case Outcome::conflict:
            return "conflict";
        case Outcome::unavailable:
            return "unavailable";
        case Outcome::unknown:
            return "unknown";
        case Outcome::shown:
            return "shown";
    }
    return "?";
}

std::string describe(const Operation& op) {
    struct Name {
        std::string operator()(const Command& command) const {
            static constexpr const char* names[] = {"create", "rename", "delete", "restore", "add"};
            return names[command.index()];
        }
        std::string operator()(const AskList&) const { return "list"; }
        std::string operator()(const AskSession&) const { return "get"; }
    };
    return std::visit(Name{}, op.asked) + (op.key ? " key " + *op.key : std::string());
}

}  // namespace

struct Network::Pending {
    std::size_t place;  // in the history
    std::uint64_t life;
    World::Moment began;
    std::function<void(const Operation&)> done;
    bool ended = false;
};

void Network::send(Operation request, std::function<void(const Operation&)> done) {
    ApiNode& node = *nodes_.at(static_cast<std::size_t>(request.node));
    Process& process = node.process();
    request.begin = world_.now().time_since_epoch();
    const auto pending =
        std::make_shared<Pending>(Pending{history_.size(), process.life(), world_.now(), std::move(done)});
    history_.push_back(request);
    if (world_.tracing())
        world_.tell("request " + request.attempt + " of " + request.user.value() + " to " + process.name() + ": " +
                    describe(request));
    world_.after(world_.delay(hop), [this, &node, &process, pending, request = std::move(request)] {
        if (!process.alive() || process.life() != pending->life) {
            Operation refused = request;  // nobody listens: it was never sent
            refused.outcome = Outcome::unavailable;
            return end(*pending, refused);
        }
        process.deliver(pending->life, [this, &node, pending, request] {
            node.handle(request, [this, pending](Operation answer) {
                world_.after(world_.delay(hop), [this, pending, answer = std::move(answer)] { end(*pending, answer); });
            });
        });
    });
    watch(pending);
}

void Network::watch(const std::shared_ptr<Pending>& pending) {
    world_.after(20ms, [this, pending] {
        if (pending->ended) return;
        const Operation& request = history_[pending->place];
        const Process& process = nodes_.at(static_cast<std::size_t>(request.node))->process();
        if (process.life() == pending->life && world_.now() - pending->began < patience) return watch(pending);
        Operation lost = request;
        lost.outcome = Outcome::unknown;
        end(*pending, lost);
    });
}

void Network::end(Pending& pending, const Operation& result) {
    if (std::exchange(pending.ended, true)) return;
    Operation& entry = history_[pending.place];
    entry = result;
    entry.end = result.outcome == Outcome::unknown ? Operation::Moment::max() : world_.now().time_since_epoch();
    if (world_.tracing())
        world_.tell("request " + entry.attempt + ": " + name(entry.outcome) + (entry.replayed ? " (replayed)" : "") +
                    (entry.sequence ? " at version " + std::to_string(entry.sequence->value()) : ""));
    const Operation copy = entry;  // the history grows while it is told
    pending.done(copy);
}

Client::Client(World& world, Network& network, int number, UserId user, std::shared_ptr<KnownSessions> known,
               int operations, World::Duration think)
    : world_(world),
      network_(network),
      number_(number),
      user_(std::move(user)),
      known_(std::move(known)),
      left_(operations),
      think_(think),
      node_(static_cast<int>(world.between(0, network.nodes() - 1))) {}

void Client::think() {
    world_.after(world_.delay(think_), [this] { ask(); });
}

void Client::ask() {
    if (world_.chance(0.15)) node_ = static_cast<int>(world_.between(0, network_.nodes() - 1));
    Operation request = choose();
    if (request.key && world_.chance(0.15)) {  // the same request twice at once, by another way
        Operation twin = request;
        twin.attempt += "b";
        twin.node = static_cast<int>(world_.between(0, network_.nodes() - 1));
        network_.send(std::move(twin), [](const Operation&) {});
    }
    send(std::move(request), 0);
}

void Client::send(Operation request, int tries) {
    network_.send(std::move(request), [this, tries](const Operation& answer) { heard(answer, tries); });
}

void Client::heard(const Operation& answer, int tries) {
    if (answer.sequence) seen_ = std::max(seen_, *answer.sequence);
    if (answer.state) {
        known_->versions[answer.state->id] = answer.state->changed;
        if (!std::ranges::count(known_->ids, answer.state->id)) known_->ids.push_back(answer.state->id);
    }
    const bool again = answer.outcome == Outcome::unknown || answer.outcome == Outcome::unavailable ||
                       answer.outcome == Outcome::conflict;
    if (again && answer.is_command() && answer.key && tries < 4 && world_.chance(0.9)) {
        Operation retry;
        retry.client = answer.client;
        retry.user = answer.user;
        retry.key = answer.key;
        retry.fingerprint = answer.fingerprint;
        retry.if_match = answer.if_match;
        retry.asked = answer.asked;
        retry.attempt = std::to_string(number_) + "." + std::to_string(++sent_);
        if (world_.chance(0.5)) node_ = static_cast<int>(world_.between(0, network_.nodes() - 1));
        retry.node = node_;
        world_.after(world_.delay(20ms), [this, retry = std::move(retry), tries] { send(retry, tries + 1); });
        return;
    }
    if (--left_ > 0) think();
}

SessionId Client::some_session() {
    if (known_->ids.empty() || world_.chance(0.02)) return SessionId(uuid_v7(1s, 0, world_.next()));
    const auto size = static_cast<std::int64_t>(known_->ids.size());
    return known_->ids[static_cast<std::size_t>(world_.between(std::max<std::int64_t>(0, size - 8), size - 1))];
}

Command Client::choose_command() {
    const std::string text = std::to_string(number_) + "." + std::to_string(sent_);
    const auto dice = known_->ids.empty() ? 0 : world_.between(0, 77);
    if (dice < 20) {
        CreateSession create{
            text, world_.chance(0.7) ? AgentType::primary : AgentType::log_analysis, {}, JsonText("{}")};
        if (world_.chance(0.5)) create.initial_message = "first " + text;
        return create;
    }
    if (dice < 28)
        return RenameSession{some_session(), world_.chance(0.2) ? std::nullopt : std::optional("new " + text)};
    if (dice < 34) return DeleteSession{some_session()};
    if (dice < 40) return RestoreSession{some_session()};
    return AddMessage{some_session(), MessageType::user, "message " + text, {}, JsonText("{}")};
}

Operation Client::choose() {
    Operation request;
    request.client = number_;
    request.user = user_;
    request.node = node_;
    request.attempt = std::to_string(number_) + "." + std::to_string(++sent_);
    if (world_.chance(0.25)) {
        if (world_.chance(0.5))
            request.asked = AskList{world_.chance(0.5) ? SessionFilter::active : SessionFilter::all, 10};
        else
            request.asked = AskSession{some_session(), 100};
        if (world_.chance(0.5)) request.at_least = seen_;
        return request;
    }
    const Command command = choose_command();
    request.asked = command;
    if (last_key_ && world_.chance(0.04)) {  // a mistake: another request under a key
        request.key = last_key_;
        request.fingerprint = "another " + request.attempt;
    } else if (world_.chance(0.6)) {
        request.key = "k" + request.attempt;
        request.fingerprint = "f" + request.attempt;
        last_key_ = request.key;
    }
    if (world_.chance(0.1)) {
        const auto* renamed = std::get_if<RenameSession>(&command);
        const auto found = renamed ? known_->versions.find(renamed->session) : known_->versions.end();
        if (found != known_->versions.end()) request.if_match = std::vector{found->second};
    }
    return request;
}

}  // namespace chat::test
