#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/history/operation.hpp"
#include "tests/simulation/nodes.hpp"

namespace chat::test {

/// What the devices of one user know of the user's sessions.
struct KnownSessions {
    std::vector<SessionId> ids;
    std::map<SessionId, Sequence> versions;
};

/// Sends requests over the simulated network and writes down what becomes of them.
class Network {
public:
    Network(World& world, std::vector<ApiNode*> nodes, std::vector<Operation>& history)
        : world_(world), nodes_(std::move(nodes)), history_(history) {}

    /// `done` hears the answer, or that there is none: the connection ends, or nothing comes for too long.
    void send(Operation request, std::function<void(const Operation&)> done);
    int nodes() const { return static_cast<int>(nodes_.size()); }

private:
    struct Pending;
    void watch(const std::shared_ptr<Pending>& pending);
    void end(Pending& pending, const Operation& result);

    World& world_;
    std::vector<ApiNode*> nodes_;
    std::vector<Operation>& history_;
};

/// One device: a request at a time, now and then the same one twice at once, and again after an unknown outcome.
class Client {
public:
    Client(World& world, Network& network, int number, UserId user, std::shared_ptr<KnownSessions> known,
           int operations, World::Duration think);

    void start() { think(); }
    bool done() const { return left_ == 0; }

private:
    void think();
    void ask();
    Operation choose();
    Command choose_command();
    SessionId some_session();
    void send(Operation request, int tries);
    void heard(const Operation& answer, int tries);

    World& world_;
    Network& network_;
    int number_;
    UserId user_;
    std::shared_ptr<KnownSessions> known_;
    int left_;
    World::Duration think_;
    int node_;
    int sent_ = 0;
    Sequence seen_;
    std::optional<std::string> last_key_;
};

}  // namespace chat::test
