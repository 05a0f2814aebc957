#include "tests/simulation/broker.hpp"

#include <algorithm>
#include <utility>

namespace chat::test {

using namespace std::chrono_literals;

namespace {

constexpr auto hop = 300us;  // one way

std::string say(Partition partition, Offset offset) {
    return "partition " + std::to_string(partition.value()) + " offset " + std::to_string(offset.value());
}

std::string say(const Record& record) {
    return std::string(record.header("ce_type").value_or("?")) + " #" +
           std::string(record.header("ce_sequence").value_or("?")) + " of " + record.key + " (request " +
           std::string(record.header("ce_correlationid").value_or("?")) + ")";
}

}  // namespace

const std::vector<std::shared_ptr<const Record>>& Broker::records(Partition partition) const {
    return partitions_.at(static_cast<std::size_t>(partition.value())).records;
}

NextOffset Broker::end(Partition partition) const {
    return NextOffset(static_cast<std::int64_t>(records(partition).size()));
}

void Broker::stop(int forgets) {
    world_.tell("the log stops" + (forgets > 0 ? ", and forgets" : std::string()));
    down_ = true;
    for (Stored& stored : partitions_) {
        stored.waiting.clear();
        const auto gone =
            std::min(stored.records.size(), static_cast<std::size_t>(forgets > 0 ? world_.between(0, forgets) : 0));
        for (std::size_t i = stored.records.size() - gone; i < stored.records.size(); ++i) {
            forgotten_.emplace(stored.records[i]->header("ce_correlationid").value_or(""));
            const Partition partition(static_cast<std::int32_t>(&stored - partitions_.data()));
            forgotten_places_.insert({{partition, Offset(static_cast<std::int64_t>(i))}, stored.records[i].get()});
            forgotten_records_.push_back(stored.records[i]);
            if (world_.tracing()) world_.tell("forgotten: " + say(*stored.records[i]));
        }
        stored.records.resize(stored.records.size() - gone);
    }
    for (SimulatedLog* client : clients_) client->break_connections();
}

SimulatedLog* Broker::log_of(const Process& process) {
    const auto found =
        std::ranges::find_if(clients_, [&](const SimulatedLog* log) { return &log->process_ == &process; });
    return found == clients_.end() ? nullptr : *found;
}

void Broker::break_connections(Process& process) {
    if (SimulatedLog* log = log_of(process)) log->break_connections();
}

void Broker::fail_producer(Process& process) {
    SimulatedLog* log = log_of(process);
    if (!log) return;
    world_.tell(process.name() + "'s producer fails");
    for (const auto& report : std::exchange(log->in_flight_, {})) report(DeliveryUnknown{"the producer failed"});
    log->producer_back_ = world_.now() + world_.delay(20ms);
}

Offset Broker::store(Partition partition, std::shared_ptr<const Record> record) {
    Stored& stored = at(partition);
    const Offset offset(static_cast<std::int64_t>(stored.records.size()));
    if (world_.tracing()) world_.tell("stored at " + say(partition, offset) + ": " + say(*record));
    twins_ = twins_ || forgotten_places_.contains({{partition, offset}, record.get()});
    stored.records.push_back(std::move(record));
    for (const Reader& reader : std::exchange(stored.waiting, {})) serve(partition, reader);
    return offset;
}

void Broker::read(Partition partition, Reader reader) {
    if (down_) return reader.answer(NoAnswer{"the log is down"});
    if (end(partition) < reader.next)
        return reader.answer(OutOfLog{"offset " + std::to_string(reader.next.value()) + " is out of range"});
    if (end(partition) == reader.next) {
        at(partition).waiting.push_back(std::move(reader));
        return;
    }
    serve(partition, reader);
}

void Broker::serve(Partition partition, const Reader& reader) {
    const auto& records = at(partition).records;
    Records found;
    for (auto i = static_cast<std::size_t>(reader.next.value()); i < records.size() && found.size() < reader.limit; ++i)
        found.push_back({Offset(static_cast<std::int64_t>(i)), records[i]});
    const auto lag = faults.tail_lag > 0ms ? world_.between(0, faults.tail_lag.count()) * 1ms : 0ms;
    world_.after(world_.delay(hop) + lag, [answer = reader.answer, found = std::move(found)] { answer(found); });
}

SimulatedLog::SimulatedLog(Process& process, Broker& broker)
    : process_(process), world_(process.world()), broker_(broker), tails_(static_cast<std::size_t>(broker.count())) {
    broker_.clients_.push_back(this);
}

SimulatedLog::~SimulatedLog() { std::erase(broker_.clients_, this); }

void SimulatedLog::break_connections() {
    world_.tell(process_.name() + " loses its connections to the log");
    for (Tail& tail : tails_) {
        // What has reached the process is read, also by one that is paused: then the next read tells.
        if (tail.last && tail.last->under_way)
            tail.last->end(NoAnswer{"the connection to the log broke"});
        else
            tail.broken = tail.last != nullptr;
    }
    for (const auto& report : std::exchange(in_flight_, {}))
        if (world_.chance(0.7)) report(DeliveryUnknown{"the connection to the log broke"});
}

asio::awaitable<Delivery> SimulatedLog::append(Partition partition, std::shared_ptr<const Record> record) {
    Call<Reply<Delivery>> call(process_);
    const auto answer = call.answer();
    if (broker_.down() || producer_back_ > world_.now() || world_.chance(broker_.faults.queue_full)) {
        world_.after(1us, [answer] { answer(NoAnswer{"the log takes nothing now"}); });
    } else {
        in_flight_.push_back(answer);
        send(partition, record, answer);
    }
    auto reply = co_await call.result();
    co_return unwrap(std::move(reply));
}

/// The record's fate, from here on without its process: it may be dead when the record arrives.
void SimulatedLog::send(Partition partition, const std::shared_ptr<const Record>& record, const Report& report) {
    const BrokerFaults& faults = broker_.faults;
    World* world = &world_;
    Broker* broker = &broker_;
    const auto store_after = [=](World::Duration delay, std::function<void(Offset)> then) {
        world->after(delay, [=] {
            if (broker->down()) return;
            const Offset offset = broker->store(partition, record);
            if (then) then(offset);
        });
    };
    const auto time_out = [&] {
        world->after(faults.append_timeout, [report] { report(DeliveryUnknown{"timed out"}); });
    };
    const auto there = world->delay(hop);
    double fate = world->fraction();
    const auto happens = [&](double probability) {
        fate -= probability;
        return fate < 0;
    };
    time_out();
    if (happens(faults.record_lost)) return;
    if (happens(faults.ack_lost)) return store_after(there, {});
    if (happens(faults.arrives_late)) return store_after(faults.append_timeout + world->delay(50ms), {});
    if (happens(faults.no_offset))
        return store_after(there,
                           [=](Offset) { world->after(world->delay(hop), [=] { report(DeliveredSomewhere{}); }); });
    store_after(there, [=](Offset offset) { world->after(world->delay(hop), [=] { report(Delivery(offset)); }); });
    if (world->chance(faults.second_copy)) store_after(there + world->delay(5ms), {});
}

asio::awaitable<std::vector<StoredRecord>> SimulatedLog::read(Partition partition, NextOffset next, std::size_t limit) {
    Tail& tail = tails_.at(static_cast<std::size_t>(partition.value()));
    if (std::exchange(tail.broken, false)) throw Outage("the connection to the log broke");
    Call<Reply<std::vector<StoredRecord>>> call(process_);
    tail.last = std::make_shared<Read>(Read{call.answer()});
    world_.after(world_.delay(hop), [&world = world_, broker = &broker_, partition, next, limit, read = tail.last] {
        broker->read(partition, Broker::Reader{next, limit, [read](auto reply) { read->end(std::move(reply)); }});
    });
    auto reply = co_await call.result();
    auto records = unwrap(std::move(reply));
    co_return records;
}

asio::awaitable<NextOffset> SimulatedLog::end(Partition partition) {
    Call<Reply<NextOffset>> call(process_);
    world_.after(world_.delay(hop), [&world = world_, broker = &broker_, partition, answer = call.answer()] {
        if (broker->down()) return answer(NoAnswer{"the log is down"});
        world.after(world.delay(hop), [answer, end = broker->end(partition)] { answer(end); });
    });
    auto reply = co_await call.result();
    co_return unwrap(std::move(reply));
}

}  // namespace chat::test
