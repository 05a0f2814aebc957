#include "tests/simulation/nodes.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "commands/wake_up.hpp"

namespace chat::test {

using namespace std::chrono_literals;

namespace {

constexpr Time epoch{std::chrono::seconds(1'800'000'000)};
constexpr auto notice_poll = 1s;

ShownSession shown(const SessionRow& row) { return {row.id, row.title, row.message_count, row.is_active}; }

/// What an answer shows. In the program that is the body's text; here the entity tag is its number.
struct Page {
    bool missing = false;
    std::vector<ShownSession> sessions;
    std::vector<MessageId> messages;
};

/// Into the trace.
struct TellingObserver final : CommandObserver {
    explicit TellingObserver(Process& of) : process(of) {}
    void appended_again(Partition, std::string_view why) override { tell("sends again: ", why); }
    void tail_failed(Partition partition, std::string_view why) override { tell("does not read", partition, why); }
    void tail_recovered(Partition partition) override { tell("reads", partition, "again"); }
    void log_cut(Partition partition, std::string_view why) override { tell("sees a cut in", partition, why); }
    void quarantined(const UserId& user, std::string_view why) override {
        tell("quarantines " + user.value() + ": ", why);
    }

    void tell(const std::string& what, std::string_view why) const {
        if (process.world().tracing()) process.world().tell(process.name() + " " + what + std::string(why));
    }
    void tell(const std::string& what, Partition partition, std::string_view why) const {
        tell(what + " partition " + std::to_string(partition.value()) + ": ", why);
    }
    Process& process;
};

}  // namespace

struct ApiNode::Program {
    Program(Process& process, Broker& broker, Database& database, const ApiNodeOptions& options)
        : log(process, broker),
          store(process, database),
          projected(process.executor(), broker.count()),
          observer(process),
          commands(
              process.executor(), log, store, projected,
              [&world = process.world(), skew = options.clock_skew] {
                  return epoch + skew + std::chrono::floor<std::chrono::microseconds>(world.now().time_since_epoch());
              },
              [&world = process.world()] {
                  return uuid_v7(std::chrono::floor<std::chrono::milliseconds>(epoch.time_since_epoch() +
                                                                               world.now().time_since_epoch()),
                                 static_cast<std::uint16_t>(world.next() & 0xfff), world.next());
              },
              [&world = process.world()] { return world.fraction(); }, observer, options.service),
          reads(commands, store, projected, http, options.reads),
          notices(static_cast<std::size_t>(broker.count())) {}

    SimulatedLog log;
    SimulatedDatabase store;
    ProjectedOffsets projected;
    TellingObserver observer;
    CommandService commands;
    HttpObserver http;
    ChatReads reads;
    std::vector<Page> pages;
    std::vector<std::uint64_t> notices;  // by partition: how many came
    World::Moment last_notice{};         // they come in order
};

ApiNode::ApiNode(World& world, Broker& broker, Database& database, int number, const ApiNodeOptions& options)
    : world_(world),
      broker_(broker),
      database_(database),
      options_(options),
      process_(world, "api " + std::to_string(number)) {}

void ApiNode::start() {
    process_.start([this] {
        auto program = std::make_shared<Program>(process_, broker_, database_, options_);
        program_ = program.get();
        return program;
    });
    poll_each_second();
}

void ApiNode::poll_each_second() {
    poll();
    world_.after(notice_poll, [this, life = process_.life()] {
        if (process_.life() == life) poll_each_second();
    });
}

/// What CheckpointListener does: reads the checkpoints, and does not believe one that a notice overtook.
void ApiNode::poll() {
    const auto life = process_.life();
    world_.after(world_.delay(options_.notice_delay), [this, life] {
        process_.deliver(life, [this, life] {
            for (std::int32_t n = 0; n < broker_.count(); ++n) {
                const Partition partition(n);
                const auto before = program_->notices[static_cast<std::size_t>(n)];
                world_.after(world_.delay(options_.notice_delay), [this, life, partition, before] {
                    if (database_.down()) return;
                    const Checkpoint now = database_.tables().checkpoint(partition);
                    world_.after(world_.delay(options_.notice_delay), [this, life, partition, before, now] {
                        process_.deliver(
                            life, [this, partition, before, next = now.next_offset, edition = now.edition] {
                                program_->projected.rewritten(partition, edition);
                                if (program_->notices[static_cast<std::size_t>(partition.value())] == before)
                                    program_->projected.advance(partition, next);
                            });
                    });
                });
            }
        });
    });
}

void ApiNode::committed(Partition partition, NextOffset next) {
    if (!process_.alive() || world_.chance(options_.lose_notice)) return;
    const auto due = std::max(program_->last_notice, world_.now() + world_.delay(options_.notice_delay));
    program_->last_notice = due;
    world_.after(due - world_.now(), [this, life = process_.life(), at = database_.life(), partition, next] {
        process_.deliver(life, [this, at, partition, next] {
            if (at != database_.life()) return;  // that connection broke
            ++program_->notices[static_cast<std::size_t>(partition.value())];
            if (next > program_->projected.at(partition)) program_->projected.advance(partition, next);
        });
    });
}

void ApiNode::repaired(Partition partition, Edition edition) {
    if (!process_.alive() || world_.chance(options_.lose_notice)) return;
    const auto due = std::max(program_->last_notice, world_.now() + world_.delay(options_.notice_delay));
    program_->last_notice = due;
    world_.after(due - world_.now(), [this, life = process_.life(), at = database_.life(), partition, edition] {
        process_.deliver(life, [this, at, partition, edition] {
            if (at == database_.life()) program_->projected.rewritten(partition, edition);
        });
    });
}

void ApiNode::handle(Operation request, std::function<void(Operation)> done) {
    const auto shared = std::make_shared<Operation>(std::move(request));
    asio::co_spawn(process_.executor(), serve(shared),
                   [this, shared, done = std::move(done)](std::exception_ptr error) {
                       if (error) std::rethrow_exception(error);
                       done(std::move(*shared));
                   });
}

asio::awaitable<void> ApiNode::serve(std::shared_ptr<Operation> request) {
    try {
        if (request->is_command())
            co_await execute(*request);
        else
            co_await read(*request);
    } catch (const OutcomeUnknown&) {
        request->outcome = Outcome::unknown;
    } catch (const Outage&) {
        request->outcome = Outcome::unavailable;
    }
}

asio::awaitable<void> ApiNode::execute(Operation& request) {
    Causes causes;
    causes.command_key = request.key;
    causes.command_fingerprint = request.fingerprint;
    causes.correlation = request.attempt;
    const Preconditions preconditions = request.if_match ? Preconditions(*request.if_match) : Preconditions();
    const auto result =
        co_await program_->commands.execute(request.user, std::get<Command>(request.asked), causes, preconditions);
    if (!result) {
        const CommandFault fault = result.error();
        const auto* refused = std::get_if<Refused>(&fault);
        request.outcome = refused ? Outcome::refused : Outcome::conflict;
        if (refused) request.refusal = refused->why;
        co_return;
    }
    const Done& done = *result;
    request.outcome = done.changed ? Outcome::accepted : Outcome::unchanged;
    request.replayed = done.replayed;
    request.sequence = done.sequence;
    request.session = done.session.id;
    request.state = done.session;
    if (done.added) request.message = done.added->message;
}

asio::awaitable<void> ApiNode::read(Operation& request) {
    const auto began = world_.now();
    ChatReads::Ask ask;
    std::string url;
    Program* program = program_;
    const auto render = [program](Page page, const ReadVersion& read) {
        Rendered rendered;
        rendered.read = read;
        rendered.tag = std::to_string(program->pages.size());
        if (!page.missing) rendered.body = std::make_shared<const std::string>("a body: such answers are kept");
        program->pages.push_back(std::move(page));
        return rendered;
    };
    if (const auto* list = std::get_if<AskList>(&request.asked)) {
        SessionListQuery query;
        query.user = request.user;
        query.filter = list->filter;
        query.limit = list->limit;
        url = "list " + std::to_string(static_cast<int>(list->filter)) + " " + std::to_string(list->limit);
        ask = [render, query](Queries& queries, Partition partition) -> asio::awaitable<Rendered> {
            const SessionPage found = co_await queries.sessions(partition, query);
            Page page;
            for (const SessionRow& row : found.sessions) page.sessions.push_back(shown(row));
            co_return render(std::move(page), found.read);
        };
    } else {
        const auto& asked = std::get<AskSession>(request.asked);
        MessagePageQuery query;
        query.user = request.user;
        query.session = asked.session;
        query.limit = asked.limit;
        url = "get " + to_string(asked.session);
        ask = [render, query](Queries& queries, Partition partition) -> asio::awaitable<Rendered> {
            const MessagePage found = co_await queries.messages(partition, query);
            Page page;
            page.missing = !found.session || found.session->is_deleted;
            if (!page.missing) {
                page.sessions.push_back(shown(*found.session));
                for (const MessageRow& row : found.messages) page.messages.push_back(row.id);
            }
            co_return render(std::move(page), found.read);
        };
    }
    auto answer = program_->reads.kept(request.user, url, request.at_least);
    if (!answer) answer = co_await program_->reads.read(request.user, url, request.at_least, ask);
    const Page& page = program_->pages.at(std::stoul(answer->tag));
    request.outcome = Outcome::shown;
    request.sequence = answer->read.version;
    request.missing = page.missing;
    request.sessions = page.sessions;
    request.messages = page.messages;
    request.waited_out = world_.now() - began >= options_.reads.wait || !program_->commands.seen(request.user).whole ||
                         answer->read.quarantined;
}

namespace {

/// Into the trace.
struct TellingProjectorObserver final : ProjectorObserver {
    explicit TellingProjectorObserver(Process& of) : process(of) {}
    void started(Partition partition) override { tell(partition, "takes", ""); }
    void stopped(Partition partition) override { tell(partition, "leaves", ""); }
    void checkpoint_lost(Partition partition) override { tell(partition, "lost the checkpoint of", ""); }
    void outage(Partition partition, std::string_view why) override { tell(partition, "fails in", why); }
    void log_cut(Partition partition, std::string_view why) override { tell(partition, "sees a cut in", why); }
    void quarantined(const UserId& user, Partition partition, Offset, std::string_view why) override {
        tell(partition, "quarantines " + user.value() + " in", why);
    }

    void tell(Partition partition, const std::string& what, std::string_view why) const {
        if (!process.world().tracing()) return;
        process.world().tell(process.name() + " " + what + " partition " + std::to_string(partition.value()) +
                             (why.empty() ? "" : ": ") + std::string(why));
    }
    Process& process;
};

class Assigned final : public PartitionAssignment {
public:
    explicit Assigned(const asio::any_io_executor& executor) : executor_(executor) {}

    void assign(std::set<Partition> partitions) {
        ours_ = std::move(partitions);
        if (news_) news_->ring();
    }
    asio::awaitable<std::set<Partition>> changed(std::optional<std::set<Partition>> known) override {
        while (ours_ == known) {
            news_.emplace(executor_);
            co_await news_->wait(WakeUp::Deadline::max());
            const auto state = co_await asio::this_coro::cancellation_state;
            if (state.cancelled() != asio::cancellation_type::none)
                throw boost::system::system_error(asio::error::operation_aborted);
        }
        co_return *ours_;
    }

private:
    asio::any_io_executor executor_;
    std::optional<std::set<Partition>> ours_;
    std::optional<WakeUp> news_;
};

}  // namespace

struct ProjectorNode::Program {
    Program(Process& process, Broker& broker, Database& database, const ProjectorOptions& options)
        : log(process, broker),
          store(process, database),
          assignment(process.executor()),
          observer(process),
          projector(process.executor(), log, store, assignment, observer, options) {}

    SimulatedLog log;
    SimulatedDatabase store;
    Assigned assignment;
    TellingProjectorObserver observer;
    Projector projector;
};

ProjectorNode::ProjectorNode(World& world, Broker& broker, Database& database, int number,
                             const ProjectorOptions& options)
    : world_(world),
      broker_(broker),
      database_(database),
      options_(options),
      process_(world, "projector " + std::to_string(number)) {
    options_.random = [&world] { return world.fraction(); };
}

void ProjectorNode::start() {
    process_.start([this] {
        auto program = std::make_shared<Program>(process_, broker_, database_, options_);
        program_ = program.get();
        program->assignment.assign(assigned_);
        asio::co_spawn(process_.executor(), program->projector.run(), [this](std::exception_ptr error) {
            failure_ = "it ended";
            try {
                if (error) std::rethrow_exception(error);
            } catch (const std::exception& thrown) {
                failure_ = thrown.what();
            }
        });
        return program;
    });
}

void ProjectorNode::assign(std::set<Partition> partitions) {
    assigned_ = partitions;
    process_.deliver(process_.life(),
                     [this, partitions = std::move(partitions)] { program_->assignment.assign(partitions); });
}

}  // namespace chat::test
