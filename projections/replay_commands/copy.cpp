#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <utility>

#include "infra/archive/zstd_lines.hpp"
#include "infra/config/run_until_signal.hpp"
#include "infra/wiring/start.hpp"
#include "projections/replay/log_archive.hpp"
#include "projections/replay/log_copy.hpp"
#include "projections/replay/progress_text.hpp"
#include "projections/replay_commands/commands.hpp"
#include "projections/replay_commands/progress_display.hpp"
#include "projections/replay_commands/work.hpp"

namespace chat {
namespace {

constexpr std::size_t partitions_at_once = 4;
constexpr std::size_t records_at_once = 1000;
constexpr std::size_t bytes_at_once = 8 << 20;

class LogSink final : public RecordSink {
public:
    explicit LogSink(EventLog& log) : log_(log) {}

    asio::awaitable<std::optional<Offset>> append(Partition partition, std::shared_ptr<const Record> record) override {
        const Delivery delivery = co_await log_.append(partition, std::move(record));
        const Offset* offset = std::get_if<Offset>(&delivery);
        co_return offset ? std::optional(*offset) : std::nullopt;
    }

private:
    EventLog& log_;
};

/// The log that is written to, open.
struct Target {
    OpenedLog& log;
    LogSink sink;
    LogWriter writer;

    Target(Work& work, OpenedLog& opened) : log(opened), sink(log.log()), writer(work.executor, sink, log.source()) {}
};
using OnTarget = std::function<asio::awaitable<void>(Target&)>;

asio::awaitable<void> ask_all_ends(OpenedLog& log) {
    for (std::int32_t i = 0; i < log.source().partitions(); ++i) (void)co_await log.source().end(Partition(i));
}

asio::awaitable<void> open_then(Work& work, const Settings& settings, OpenedLog& log, const OnTarget& body) {
    const StartDeadline deadline = std::chrono::steady_clock::now() + settings.start_timeout;
    auto opened = keep_trying(deadline, event_log_name(settings), work.logger, [&log] { return log.open(); });
    co_await std::move(opened);
    if (log.source().partitions() != settings.partitions)
        throw LogsDiffer(event_log_name(settings) + " has " + std::to_string(log.source().partitions()) +
                         " partitions and must have " + std::to_string(settings.partitions));
    // A topic that was just made has its leaders a little later.
    auto ready = keep_trying(deadline, event_log_name(settings), work.logger, [&log] { return ask_all_ends(log); });
    co_await std::move(ready);
    Target target(work, log);
    auto done = body(target);
    co_await std::move(done);
}

/// Opens the log, which is made with so many partitions if it is not there, and works on it. The exit code.
asio::awaitable<int> write_to(Work& work, Settings settings, std::int32_t partitions, OnTarget body) {
    settings.partitions = partitions;
    settings.make_log = true;
    if (!settings.kafka) {
        const StartDeadline deadline = std::chrono::steady_clock::now() + settings.start_timeout;
        co_await open_database(deadline, postgres_options(settings, Program::replay), work.logger);
    }
    const auto log = make_event_log(work.executor, settings, Program::replay, work.logger);
    std::string differ;
    try {
        std::vector<asio::awaitable<void>> both;
        both.push_back(log->run());
        both.push_back(open_then(work, settings, *log, body));
        co_await first_of(std::move(both));
        co_return static_cast<int>(exit_done);
    } catch (const LogsDiffer& difference) {
        differ = difference.what();
    }
    print_line(differ);
    co_return static_cast<int>(exit_difference);
}

class Copy {
public:
    Copy(Work& work, Target& target, bool everything)
        : work_(work), to_(target.log.source()), writer_(target.writer), everything_(everything) {}

    asio::awaitable<void> run() {
        std::int64_t left = 0;
        for (std::int32_t i = 0; i < work_.source().partitions(); ++i) {
            const NextOffset end = co_await work_.source().end(Partition(i));
            const NextOffset had = co_await to_.end(Partition(i));
            left += std::max<std::int64_t>(0, end.value() - had.value());
            partitions_.emplace_back(i);
        }
        display_.begin("copying", "records", left);
        using Operation = decltype(asio::co_spawn(work_.executor, some(), asio::deferred));
        std::vector<Operation> operations;
        for (std::size_t i = 0; i < partitions_at_once; ++i)
            operations.push_back(asio::co_spawn(work_.executor, some(), asio::deferred));
        auto group = asio::experimental::make_parallel_group(std::move(operations));
        const auto ended = co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
        const auto& [order, errors] = ended;
        for (const std::size_t which : order)
            if (errors[which]) std::rethrow_exception(errors[which]);
        display_.end();
        print_line(grouped(copied_) + " records copied, " + grouped(verified_) + " compared: the logs are the same");
    }

private:
    asio::awaitable<void> some() {
        while (!partitions_.empty()) {
            const Partition partition = partitions_.front();
            partitions_.pop_front();
            CopyProgress progress;
            progress.copied = [this](std::int64_t records) { display_.add(records); };
            progress.verified = [this](std::int64_t records) { verified_ += records; };
            const std::int64_t copied =
                co_await copy_partition(work_.source(), to_, writer_, partition, everything_, progress);
            copied_ += copied;
        }
    }

    Work& work_;
    RecordSource& to_;
    LogWriter& writer_;
    const bool everything_;
    std::deque<Partition> partitions_;
    std::int64_t copied_ = 0;
    std::int64_t verified_ = 0;
    ProgressDisplay display_;
};

int copy(const Settings& settings) {
    const Settings from = existing_log(with_log(settings, "from", required_text(settings, "from")));
    const Settings to = with_log(settings, "to", required_text(settings, "to"));
    if (from.kafka == to.kafka) throw BadUsage("--from and --to: must be two logs");
    const bool everything = has(settings, "verify-all");
    return run_work(settings, {{from}, false}, [&](Work& work) -> asio::awaitable<int> {
        const OnTarget body = [&](Target& target) -> asio::awaitable<void> {
            Copy copying(work, target, everything);
            co_await copying.run();
        };
        co_return co_await write_to(work, to, work.source().partitions(), body);
    });
}

int export_log(const Settings& settings) {
    const std::string path = required_text(settings, "to");
    if (path == "-") throw BadUsage("--to: must name a file; it gets its name once it is whole, so stdout is none");
    return run_work(settings, {{existing_log(settings)}, false}, [&](Work& work) -> asio::awaitable<int> {
        RecordSource& log = work.source();
        std::vector<NextOffset> ends;
        std::int64_t total = 0;
        for (std::int32_t i = 0; i < log.partitions(); ++i) {
            const NextOffset end = co_await log.end(Partition(i));
            ends.push_back(end);
            total += end.value();
        }
        ProgressDisplay display;
        display.begin("exporting", "records", total);
        ZstdLineWriter file(path);
        ArchiveHeader header;
        header.partitions = log.partitions();
        header.log = event_log_name(settings);
        file.write(archive_line(header));
        for (std::int32_t i = 0; i < log.partitions(); ++i) {
            const NextOffset end = ends[static_cast<std::size_t>(i)];
            for (NextOffset next(0); next < end;) {
                const auto left = static_cast<std::size_t>(end.value() - next.value());
                const auto records = co_await log.read(Partition(i), next, std::min(left, records_at_once));
                for (const StoredRecord& stored : records)
                    file.write(archive_line(Partition(i), stored.offset, *stored.record));
                next = after(records.back().offset);
                display.add(static_cast<std::int64_t>(records.size()));
            }
        }
        ArchiveEnd end;
        end.records = total;
        file.write(archive_line(end));
        file.finish();
        display.end();
        print_line(grouped(total) + " records written to " + path);
        co_return static_cast<int>(exit_done);
    });
}

/// Reads the file's lines in order.
class Archive {
public:
    explicit Archive(std::string path) : path_(path), file_(std::move(path)) {
        const auto first = line();
        const auto* header = first ? std::get_if<ArchiveHeader>(&*first) : nullptr;
        if (!header || header->partitions < 1) throw std::runtime_error(path_ + ": is no exported log");
        partitions_ = header->partitions;
    }

    std::int32_t partitions() const { return partitions_; }
    std::int64_t records() const { return records_; }

    /// Records of one partition that follow each other; none at the end of the file.
    std::vector<StoredRecord> next(Partition& partition) {
        std::vector<StoredRecord> records;
        std::size_t bytes = 0;
        while (records.size() < records_at_once && bytes < bytes_at_once) {
            std::optional<ArchivedRecord> one = std::exchange(ahead_, std::nullopt);
            if (!one) one = next_record();
            if (!one) break;
            if (!records.empty() && one->partition != partition) {
                ahead_ = std::move(one);
                break;
            }
            partition = one->partition;
            bytes += one->record.value.size();
            records.push_back({one->offset, std::make_shared<const Record>(std::move(one->record))});
        }
        return records;
    }

private:
    std::optional<ArchiveLine> line() {
        const auto text = file_.next();
        if (!text) return std::nullopt;
        ++number_;
        auto parsed = parse_archive_line(*text);
        if (!parsed) throw std::runtime_error(path_ + " line " + std::to_string(number_) + " " + parsed.error());
        return std::move(*parsed);
    }
    std::optional<ArchivedRecord> next_record() {
        if (ended_) return std::nullopt;
        auto parsed = line();
        if (!parsed) throw std::runtime_error(path_ + ": was cut short: it has no last line");
        if (auto* record = std::get_if<ArchivedRecord>(&*parsed)) {
            ++records_;
            if (record->partition.value() >= partitions_ || record->offset.value() != next_[record->partition]++)
                throw std::runtime_error(path_ + " line " + std::to_string(number_) +
                                         ": this is not the partition's next record");
            return std::move(*record);
        }
        const auto* end = std::get_if<ArchiveEnd>(&*parsed);
        if (!end || end->records != records_)
            throw std::runtime_error(path_ + ": does not hold as many records as it says");
        if (file_.next()) throw std::runtime_error(path_ + ": goes on after its end; is it two exports in one file?");
        ended_ = true;
        return std::nullopt;
    }

    const std::string path_;
    ZstdLineReader file_;
    std::int64_t number_ = 0;
    std::int64_t records_ = 0;
    std::int32_t partitions_ = 0;
    std::map<Partition, std::int64_t> next_;
    bool ended_ = false;
    std::optional<ArchivedRecord> ahead_;
};

int import_log(const Settings& settings) {
    const std::string path = required_text(settings, "from");
    return run_work(settings, {{}, false}, [&](Work& work) -> asio::awaitable<int> {
        Archive archive(path);
        const OnTarget body = [&](Target& target) -> asio::awaitable<void> {
            ProgressDisplay display;
            display.begin("importing", "records", 0);
            Partition partition;
            while (true) {
                std::vector<StoredRecord> records = archive.next(partition);
                if (records.empty()) break;
                co_await target.writer.put(partition, std::move(records));
                display.at(archive.records(), archive.records());
            }
            display.end();
            print_line(grouped(archive.records()) + " records are in " + event_log_name(settings));
        };
        co_return co_await write_to(work, settings, archive.partitions(), body);
    });
}

}  // namespace

Subcommand copy_command() {
    return {
        "copy",
        "copy a log to another one: PostgreSQL to Kafka, or back",
        "Every record keeps its partition, offset, key, headers and bytes, so read models and their checkpoints stay\n"
        "right. Goes on where an earlier copy ended, and compares what it has copied. The log written to is made if "
        "it\n"
        "is not there; nobody else may write to it. Exit code 4 if the two differ.\n",
        {{"from", "LOG", "postgres (in CHAT_DATABASE), or kafka://host:port/topic"},
         {"to", "LOG", "likewise"},
         {"verify-all", "", "compare all records, not only those just copied"}},
        copy};
}

Subcommand export_command() {
    return {"export",
            "write the log to a portable file",
            "JSON, a record a line, compressed by zstd: `zstdcat FILE | head`. The file has its name only once it is "
            "whole.\n",
            {{"to", "FILE", "to write, such as chat.jsonl.zst; needed"}},
            export_log};
}

Subcommand import_command() {
    return {"import",
            "read an exported file into a log that is empty, or holds the beginning of it",
            "Every record gets the partition and offset that it had. Goes on where an earlier import ended. Exit code "
            "4 if\n"
            "the log holds something else.\n",
            {{"from", "FILE", "that export wrote; needed"}},
            import_log};
}

}  // namespace chat
