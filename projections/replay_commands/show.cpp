#include "projections/replay/user_history.hpp"
#include "projections/replay_commands/commands.hpp"
#include "projections/replay_commands/work.hpp"

namespace chat {
namespace {

int show(const Settings& settings) {
    (void)required_text(settings, "user");
    const UserId user = *user_of(settings, "user");
    const auto session = session_of(settings, "session");
    Until until{time_of(settings, "at"), {}};
    if (const auto number = number_of(settings, "sequence", 1)) until.sequence = Sequence(*number);
    if (until.time && until.sequence) throw BadUsage("--at and --sequence: one of them is enough");

    return run_work(settings, {{existing_log(settings)}, false}, [&](Work& work) -> asio::awaitable<int> {
        const UserHistory history = co_await read_history(work.source(), user, until);
        if (has(settings, "json")) {
            print_line(json(history, session));
        } else {
            std::string text = readable(history, session);
            text.pop_back();  // print_line ends it
            print_line(text);
        }
        if (history.events.empty())
            work.logger->warn("the log has no event of this user{}", until.time || until.sequence ? " up to then" : "");
        co_return static_cast<int>(exit_done);
    });
}

}  // namespace

Subcommand show_command() {
    return {
        "show",
        "a user's history, and their sessions as they were at any moment",
        "Reads the user's partition of the log and prints the events that belong to the user's stream, and what they\n"
        "come to: the sessions, and with --session its messages. The read model is not asked.\n",
        {{"user", "U", "whose history; needed"},
         {"session", "S", "only what concerns this session, and its messages"},
         {"at", "TIME", "as it was then (RFC 3339: 2026-01-31T09:00:00Z)"},
         {"sequence", "N", "as it was after the user's event N"},
         {"json", "", "as one JSON object"}},
        show};
}

}  // namespace chat
