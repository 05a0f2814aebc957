#include "tests/simulation/simulation.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "tests/simulation/client.hpp"
#include "tests/simulation/plan.hpp"

namespace chat::test {

using namespace std::chrono_literals;

namespace {

/// Everything of one run.
class Simulation {
public:
    Simulation(std::uint64_t seed, std::function<void(const std::string&)> trace)
        : world_(seed, std::move(trace)),
          plan_(draw_plan(world_)),
          broker_(world_, plan_.partitions),
          database_(world_) {
        broker_.faults = plan_.broker;
        database_.slow_commit = plan_.slow_commit;
        database_.lose_answer = plan_.lose_database_answer;
        database_.on_commit = [this](Partition partition, NextOffset next) {
            for (const auto& node : nodes_) node->committed(partition, next);
        };
        database_.on_repair = [this](Partition partition, Edition edition) {
            for (const auto& node : nodes_) node->repaired(partition, edition);
        };
        std::vector<ApiNode*> listening;
        for (int n = 0; n < plan_.nodes; ++n) {
            ApiNodeOptions options = plan_.api;
            options.clock_skew = 1ms * world_.between(0, plan_.clock_skew.count());
            nodes_.push_back(std::make_unique<ApiNode>(world_, broker_, database_, n, options));
            nodes_.back()->start();
            listening.push_back(nodes_.back().get());
        }
        for (int n = 0; n < plan_.projectors; ++n) {
            projectors_.push_back(std::make_unique<ProjectorNode>(world_, broker_, database_, n, plan_.projector));
            projectors_.back()->start();
        }
        assign();
        network_ = std::make_unique<Network>(world_, listening, history_);
        std::vector<std::shared_ptr<KnownSessions>> known;
        for (int n = 0; n < plan_.users; ++n) {
            users_.emplace_back("user " + std::to_string(n));
            known.push_back(std::make_shared<KnownSessions>());
        }
        for (int n = 0; n < plan_.clients; ++n) {
            const auto user = static_cast<std::size_t>(n % plan_.users);
            clients_.push_back(std::make_unique<Client>(world_, *network_, n, users_[user], known[user],
                                                        plan_.operations, plan_.think));
            clients_.back()->start();
        }
    }

    RunResult run() {
        draw_faults();
        const bool ended = world_.run([this] { return std::ranges::all_of(clients_, &Client::done); }, 600s);
        if (!ended) violate("every request ends", "clients still wait after ten minutes");
        mend();
        settle();
        last_requests();
        compare_read_model();
        look_for_lost();
        return result();
    }

private:
    void violate(std::string promise, std::string what) {
        result_.violations.push_back({std::move(promise), std::move(what)});
    }

    // Faults.

    Process& some_process() {
        const auto n = static_cast<std::size_t>(world_.next() % (nodes_.size() + projectors_.size()));
        return n < nodes_.size() ? nodes_[n]->process() : projectors_[n - nodes_.size()]->process();
    }
    ApiNode& some_node() { return *nodes_[world_.next() % nodes_.size()]; }

    void draw_faults() {
        const auto times = [this](int count, void (Simulation::*fault)()) {
            for (int n = 0; n < count; ++n)
                world_.after(std::chrono::duration_cast<World::Duration>(plan_.within * world_.fraction()),
                             [this, fault] {
                                 if (mended_) return;
                                 ++result_.faults;
                                 (this->*fault)();
                             });
        };
        times(plan_.kills, &Simulation::kill);
        times(plan_.pauses, &Simulation::pause);
        times(plan_.log_restarts, &Simulation::restart_log);
        times(plan_.database_restarts, &Simulation::restart_database);
        times(plan_.broken_connections, &Simulation::break_connections);
        times(plan_.producer_failures, &Simulation::fail_producer);
        times(plan_.reassignments, &Simulation::assign);
        times(plan_.quarantines, &Simulation::quarantine);
    }

    World::Duration a_while() { return world_.chance(0.3) ? world_.delay(2s) : world_.delay(20ms); }

    void kill() {
        Process& process = some_process();
        process.kill_after(static_cast<int>(world_.between(0, 30)));
        world_.after(a_while(), [this] { restart_dead(); });
    }
    void restart_dead() {
        for (const auto& node : nodes_)
            if (!node->process().alive()) node->start();
        for (const auto& projector : projectors_)
            if (!projector->process().alive()) projector->start();
    }
    void pause() {
        Process& process = some_process();
        process.pause();
        world_.after(a_while(), [&process] { process.resume(); });
    }
    void restart_log() {
        broker_.stop(plan_.log_forgets);
        world_.after(a_while(), [this] { broker_.start(); });
    }
    void restart_database() {
        database_.stop(plan_.database_forgets);
        world_.after(a_while(), [this] {
            database_.start();
            for (const auto& node : nodes_)
                if (node->process().alive()) node->poll();
        });
    }
    void break_connections() { broker_.break_connections(some_process()); }
    void fail_producer() { broker_.fail_producer(some_node().process()); }

    /// By mistake; an operator repairs it after a while.
    void quarantine() {
        const UserId user = users_[world_.next() % users_.size()];
        if (database_.down() || stuck(partition_of(user.value(), plan_.partitions))) return;
        database_.quarantine_by_mistake(partition_of(user.value(), plan_.partitions), user);
        world_.after(a_while(), [this, user] {
            if (!mended_) repair(user);
        });
    }
    void repair(const UserId& user) {
        const Partition partition = partition_of(user.value(), plan_.partitions);
        if (!database_.down() && !stuck(partition)) database_.repair(partition, user, broker_.records(partition));
    }

    /// Every partition has an owner, some have two.
    void assign() {
        std::vector<std::set<Partition>> shares(projectors_.size());
        for (std::int32_t n = 0; n < plan_.partitions; ++n) {
            shares[world_.next() % shares.size()].insert(Partition(n));
            if (world_.chance(0.3)) shares[world_.next() % shares.size()].insert(Partition(n));
        }
        for (std::size_t n = 0; n < shares.size(); ++n) projectors_[n]->assign(shares[n]);
    }

    // The end.

    void mend() {
        world_.tell("everything is mended");
        mended_ = true;
        broker_.faults = {};
        broker_.start();
        database_.start();
        database_.lose_answer = 0;
        database_.slow_commit = 0ms;
        if (plan_.quarantines > 0)
            for (const UserId& user : users_) repair(user);
        for (const auto& node : nodes_) {
            node->mend();
            node->process().resume();
        }
        for (const auto& projector : projectors_) projector->process().resume();
        restart_dead();
        assign();
    }

    /// The read model was built on records that the log has lost: only an operator can help.
    bool stuck(Partition partition) const {
        const Checkpoint checkpoint = database_.tables().checkpoint(partition);
        if (checkpoint.next_offset > broker_.end(partition)) return true;
        if (checkpoint.next_offset == NextOffset(0)) return false;
        const auto& record = broker_.records(partition)[static_cast<std::size_t>(checkpoint.next_offset.value() - 1)];
        const auto link = decode_link(*record);
        return checkpoint.last != (link ? std::optional(link->id) : std::nullopt);
    }
    bool projected() const {
        for (std::int32_t n = 0; n < plan_.partitions; ++n) {
            const Partition partition(n);
            if (!stuck(partition) && database_.tables().checkpoint(partition).next_offset != broker_.end(partition))
                return false;
        }
        return true;
    }

    void settle() {
        // Records may still be on their way to the log.
        world_.run([] { return false; }, 3s);
        if (!world_.run([this] { return projected(); }, 60s))
            violate("projectors catch up", "the read model is behind the log after a minute without faults");
        for (const auto& projector : projectors_)
            if (projector->failure()) violate("projectors go on", *projector->failure());
    }

    /// Everybody can write and read everywhere again.
    void last_requests() {
        int waiting = 0;
        for (const UserId& user : users_) {
            const Partition partition = partition_of(user.value(), plan_.partitions);
            const bool expected = !stuck(partition) && !cut(user);
            for (int node = 0; node < plan_.nodes; ++node) {
                Operation create;
                create.user = user;
                create.client = 1000 + node;
                create.node = node;
                create.attempt = "last " + user.value() + "." + std::to_string(node);
                create.asked = CreateSession{"last", AgentType::primary, "the last", JsonText("{}")};
                Operation list = create;
                list.attempt += "l";
                list.asked = AskList{SessionFilter::all, 100};
                ++waiting;
                network_->send(create, [this, &waiting, list, expected](const Operation& created) mutable {
                    if (expected && created.outcome != Outcome::accepted)
                        violate("everything works again", "a command is not accepted after all faults ended");
                    list.at_least = created.sequence;
                    network_->send(list, [this, &waiting, expected](const Operation& listed) {
                        --waiting;
                        if (expected && (listed.outcome != Outcome::shown || listed.waited_out))
                            violate("everything works again", "a read is not answered in time after all faults ended");
                    });
                });
            }
        }
        if (!world_.run([&] { return waiting == 0 && projected(); }, 60s))
            violate("everything works again", "requests still wait a minute after all faults ended");
    }

    bool cut(const UserId& user) const {
        return std::ranges::any_of(
            history_, [&](const Operation& op) { return op.user == user && broker_.forgotten().contains(op.attempt); });
    }

    Streams streams() {
        Streams streams;
        for (std::int32_t n = 0; n < plan_.partitions; ++n)
            for (const auto& record : broker_.records(Partition(n))) streams.add(*record);
        return streams;
    }

    /// What the projectors left is a fold of the stream.
    void compare_read_model() {
        const Streams all = streams();
        for (const UserId& user : users_) {
            const Partition partition = partition_of(user.value(), plan_.partitions);
            if (cut(user) || stuck(partition)) continue;
            const UserStream& stream = all.of(user);
            const UserChats& chats = stream.states.back();
            std::vector<Session> sessions;
            for (const auto& [id, session] : chats.sessions()) sessions.push_back(session);
            const UserChats expected(chats.head(), chats.last_time(), std::move(sessions));
            if (database_.tables().load(partition, user).chats != expected)
                violate("the read model is a fold", "of " + user.value() + " it holds something else");
            for (const Recorded& recorded : stream.events) {
                const auto& key = recorded.envelope.causes.command_key;
                if (!key) continue;
                const auto kept = database_.tables().answered(partition, user, *key).first;
                const Answered& first = *chats.answered(*key);
                if (!kept || kept->fingerprint != first.fingerprint || kept->answer.session != first.answer.session ||
                    kept->answer.sequence != first.answer.sequence)
                    violate("the read model is a fold", "it keeps another answer to key " + *key);
            }
        }
    }

    /// What a cut took of what a node had acknowledged is missed, unless that ended since, or slept through all of it.
    void look_for_lost() {
        if (plan_.kills > 0 || plan_.pauses > 0 || plan_.quarantines > 0 || database_.set_back()) return;
        const Streams all = streams();
        for (const Operation& op : history_) {
            if (op.outcome != Outcome::accepted || op.replayed || !broker_.forgotten().contains(op.attempt)) continue;
            const Partition partition = partition_of(op.user.value(), plan_.partitions);
            const bool stored = std::ranges::any_of(all.of(op.user).events, [&](const Recorded& recorded) {
                return recorded.envelope.causes.correlation == op.attempt;
            });
            if (stored || stuck(partition)) continue;
            ++result_.lost;
            if (!database_.tables().load(partition, op.user).quarantined)
                violate("what a cut took is missed",
                        op.attempt + " of " + op.user.value() + " was accepted and is gone, and commands go on");
        }
    }

    RunResult result() {
        Allowances allowances;
        allowances.cut_attempts = broker_.forgotten();
        allowances.read_model_set_back = database_.set_back();
        const Streams all = streams();
        for (Violation& violation : check(history_, all, allowances))
            result_.violations.push_back(std::move(violation));

        if (broker_.twins()) {
            result_.violations.clear();
            result_.unjudged = 1;
        }

        std::size_t records = 0, belonging = 0;
        for (std::int32_t n = 0; n < plan_.partitions; ++n) records += broker_.records(Partition(n)).size();
        for (const auto& [user, stream] : all.all()) belonging += stream.size();
        result_.voids = static_cast<int>(records - belonging);
        result_.steps = world_.steps();
        for (const Operation& op : history_) count(op);
        return std::move(result_);
    }
    void count(const Operation& op) {
        ++result_.requests;
        result_.accepted += op.outcome == Outcome::accepted;
        result_.replayed += op.replayed;
        result_.refused += op.outcome == Outcome::refused;
        result_.unknown += op.outcome == Outcome::unknown;
        result_.unavailable += op.outcome == Outcome::unavailable;
        result_.conflicts += op.outcome == Outcome::conflict;
        result_.reads += op.outcome == Outcome::shown;
        for (const std::uint64_t part :
             {static_cast<std::uint64_t>(op.begin.count()), static_cast<std::uint64_t>(op.end.count()),
              static_cast<std::uint64_t>(op.outcome),
              static_cast<std::uint64_t>(op.sequence.value_or(Sequence()).value())})
            result_.digest = (result_.digest ^ part) * 0x9e3779b97f4a7c15u + 1;
    }

    // In order of life: processes end before what they talk to.
    World world_;
    Plan plan_;
    RunResult result_;
    std::vector<Operation> history_;
    Broker broker_;
    Database database_;
    std::vector<UserId> users_;
    std::vector<std::unique_ptr<ApiNode>> nodes_;
    std::vector<std::unique_ptr<ProjectorNode>> projectors_;
    std::unique_ptr<Network> network_;
    std::vector<std::unique_ptr<Client>> clients_;
    bool mended_ = false;
};

}  // namespace

RunResult simulate(std::uint64_t seed, std::function<void(const std::string&)> trace) {
    return Simulation(seed, std::move(trace)).run();
}

}  // namespace chat::test
