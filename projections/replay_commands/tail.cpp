#include "projections/replay/log_tail.hpp"
#include "projections/replay_commands/commands.hpp"
#include "projections/replay_commands/work.hpp"

namespace chat {
namespace {

TailOptions options_from(const Settings& settings) {
    TailOptions options;
    const std::string from = text_of(settings, "from").value_or("end");
    options.start = from == "end" ? TailOptions::Start::end : TailOptions::Start::beginning;
    if (from != "end" && from != "beginning") {
        options.filter.from = parse_rfc3339(from);
        if (!options.filter.from)
            throw BadUsage("--from: must be beginning, end or a time such as 2026-01-31T09:00:00Z, not '" + from + "'");
    }
    options.follow = !has(settings, "no-follow");
    options.filter.user = user_of(settings, "user");
    options.filter.session = session_of(settings, "session");
    options.filter.type = text_of(settings, "type");
    return options;
}

int tail(const Settings& settings) {
    const TailOptions options = options_from(settings);
    const bool as_json = has(settings, "json");
    return run_work(settings, {{existing_log(settings)}, false, exit_done}, [&](Work& work) -> asio::awaitable<int> {
        const LogTail::Tell tell = [as_json](Partition partition, const StoredRecord& stored, Mark mark) {
            print_line(as_json ? json_line(partition, stored, mark) : readable_line(partition, stored, mark));
        };
        const std::function<void(const std::string&)> away = [&](const std::string& why) {
            work.logger->warn("waiting for the log: {}", why);
        };
        LogTail reading(work.executor, work.source(), options, tell, away);
        co_await reading.run();
        co_return static_cast<int>(exit_done);
    });
}

}  // namespace

Subcommand tail_command() {
    return {
        "tail",
        "follow the log's events, for people or as JSON lines",
        "Prints the log's records as they come, each partition's in order, until Ctrl-C. What does not belong to its\n"
        "user's stream is marked (void: a lost race or a second copy). Marks are exact with --from beginning or a\n"
        "time; from the end, the first record of a user is `unknown` unless the user wrote a little before.\n",
        {{"from", "WHERE", "beginning, end (the default), or a time (RFC 3339)"},
         {"no-follow", "", "stop at the end that the log has now"},
         {"user", "U", "only this user's"},
         {"session", "S", "only what concerns this session"},
         {"type", "T", "only this type: message.added, session.created, .. or in full"},
         {"json", "", "a JSON object a line"}},
        tail};
}

}  // namespace chat
