#include "projections/replay/log_tail.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace chat {
namespace {

constexpr std::size_t records_at_once = 1000;
/// A lost race lies milliseconds behind what won it: heads are learnt from so many records before the first one told.
constexpr std::int64_t learnt_from = 10'000;

bool mentions(const Record& record, SessionId session) {
    const std::string id = to_string(session);
    return record.header("ce_subject") == std::string_view(id) || record.value.find(id) != std::string::npos;
}

}  // namespace

bool TailFilter::wants(const Record& record) const {
    if (user && record.key != user->value()) return false;
    if (session && !mentions(record, *session)) return false;
    if (type) {
        const std::string is(record.header("ce_type").value_or(""));
        if (is != *type && !is.starts_with(*type + ".v") && !is.starts_with("chat." + *type + ".v") &&
            is != "chat." + *type)
            return false;
    }
    if (from) {
        const auto time = parse_rfc3339(record.header("ce_time").value_or(""));
        if (!time || *time < *from) return false;
    }
    return true;
}

LogTail::LogTail(asio::any_io_executor executor, RecordSource& source, TailOptions options, Tell tell,
                 std::function<void(const std::string&)> away)
    : executor_(executor),
      source_(source),
      options_(std::move(options)),
      tell_(std::move(tell)),
      away_(std::move(away)),
      stop_(executor) {}

asio::awaitable<void> LogTail::run() {
    using Operation = decltype(asio::co_spawn(executor_, tail(Partition(0)), asio::deferred));
    std::vector<Operation> operations;
    for (std::int32_t i = 0; i < source_.partitions(); ++i) {
        const Partition partition(i);
        if (options_.filter.user && partition_of(options_.filter.user->value(), source_.partitions()) != partition)
            continue;
        operations.push_back(asio::co_spawn(executor_, tail(partition), asio::deferred));
    }
    auto group = asio::experimental::make_parallel_group(std::move(operations));
    const auto ended = co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
    const auto& [order, errors] = ended;
    for (const std::size_t which : order)
        if (errors[which]) std::rethrow_exception(errors[which]);
}

asio::awaitable<void> LogTail::tail(Partition partition) {
    const NextOffset end = co_await source_.end(partition);
    const bool whole = options_.start == TailOptions::Start::beginning;
    const NextOffset first = whole ? NextOffset(0) : end;
    NextOffset next(std::max<std::int64_t>(0, first.value() - (whole ? 0 : learnt_from)));
    StreamMarks marks(next == NextOffset(0));
    while (!stop_.stopped() && (options_.follow || next < end)) {
        std::string why;
        try {
            auto reading = source_.read(partition, next, records_at_once);
            const auto records = co_await stop_.unless_stopped(std::move(reading));
            if (!records) co_return;
            for (const StoredRecord& stored : *records) {
                if (!options_.follow && after(stored.offset) > end) break;
                const Mark mark = marks.mark(*stored.record);
                if (stored.offset.value() >= first.value() && options_.filter.wants(*stored.record))
                    tell_(partition, stored, mark);
            }
            next = after(records->back().offset);
        } catch (const Outage& outage) {
            if (!options_.follow) throw;
            why = outage.what();
        }
        if (why.empty()) continue;
        away_(why);
        co_await stop_.pause(std::chrono::seconds(1));
    }
}

}  // namespace chat
