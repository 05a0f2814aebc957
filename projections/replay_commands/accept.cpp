#include <string>
#include <utility>
#include <vector>

#include "infra/postgres/postgres_pool.hpp"
#include "infra/postgres/postgres_read_model_rows.hpp"
#include "projections/replay/acceptance.hpp"
#include "projections/replay/event_lines.hpp"
#include "projections/replay/progress_text.hpp"
#include "projections/replay/verification.hpp"
#include "projections/replay_commands/commands.hpp"
#include "projections/replay_commands/verifying.hpp"
#include "projections/replay_commands/work.hpp"

namespace chat {
namespace {

std::string line_of(const LostEvents& lost) {
    return "  user " + lost.user.value() + ": the read model has " + grouped(lost.shown.value()) +
           " events, the log has " + grouped(lost.left.value()) + " of them";
}

void print(const CutPartition& cut) {
    print_line("partition " + std::to_string(cut.partition.value()) + ": " + cut.evidence);
    for (const LostEvents& lost : cut.lost) print_line(escape_line(line_of(lost)));
}

asio::awaitable<void> give_up(RecordSource& source, ReadModelRows& model, const CutPartition& cut, Time answers_since) {
    for (const LostEvents& lost : cut.lost) {
        const auto given_up = co_await repair(source, model, lost.user, answers_since);
        for (const Difference& difference : given_up) print_line(escape_line(readable(difference)));
    }
}

int accept(const Settings& settings) {
    const bool only_look = has(settings, "dry-run");
    const bool give_up_lost = has(settings, "give-up-lost");
    return run_work(
        settings, {{existing_log(settings)}}, [&, only_look, give_up_lost](Work& work) -> asio::awaitable<int> {
            PostgresPool pool(patient(settings));
            PostgresReadModelRows model(pool);
            std::size_t partitions = 0, users = 0;
            for (std::int32_t i = 0; i < work.source().partitions(); ++i) {
                const auto cut = co_await examine_cut(work.source(), model, Partition(i));
                if (!cut) continue;
                print(*cut);
                partitions += 1;
                users += cut->lost.size();
                if (only_look) continue;
                CutPartition accepted = *cut;
                co_await accept_cut(model, std::move(accepted));
                if (give_up_lost) co_await give_up(work.source(), model, *cut, answers_kept_since(settings));
            }
            if (partitions == 0) {
                print_line("the read model is of this log: there is nothing to accept");
                co_return static_cast<int>(exit_done);
            }
            print_line(std::to_string(partitions) + (partitions == 1 ? " partition" : " partitions") +
                       (only_look ? " to accept, " : " accepted, ") + std::to_string(users) +
                       (users == 1 ? " user" : " users") + " with lost events" +
                       (only_look      ? ""
                        : give_up_lost ? ", given up"
                                       : ", quarantined: chat-replay repair --user U gives up what a user lost"));
            co_return static_cast<int>(only_look ? exit_difference : exit_done);
        });
}

}  // namespace

Subcommand accept_command() {
    return {
        "accept",
        "go on with a log that was cut, made anew or exchanged",
        "For partitions that are closed since the log lacks what the read model was made of. Finds whose history lost\n"
        "events and quarantines those users, with their rows as they were; everybody else goes on, and nothing is to "
        "be\n"
        "started again. Put the right log back instead if there is one: what is accepted is not in the log any more.\n"
        "Publishers keep to themselves: have the public topic made anew.\n",
        {{"dry-run", "", "say what was lost, and change nothing; exit code 4 if anything was"},
         {"give-up-lost", "", "also repair those users: they go on with what the log has of them; prints what goes"}},
        accept};
}

}  // namespace chat
