#include <charconv>
#include <cstdio>
#include <random>

#include "events/log_cut.hpp"
#include "infra/postgres/postgres_pool.hpp"
#include "infra/postgres/postgres_read_model_rows.hpp"
#include "projections/replay/progress_text.hpp"
#include "projections/replay/verification.hpp"
#include "projections/replay_commands/commands.hpp"
#include "projections/replay_commands/progress_display.hpp"
#include "projections/replay_commands/verifying.hpp"
#include "projections/replay_commands/work.hpp"

namespace chat {

double share_of(const Settings& settings, const std::string& flag, double standard) {
    const auto text = text_of(settings, flag);
    if (!text) return standard;
    double share = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), share);
    const std::string_view rest(end, static_cast<std::size_t>(text->data() + text->size() - end));
    if (error != std::errc() || rest != "%" || !(share >= 0) || share > 100)
        throw BadUsage("--" + flag + ": must be a share of the users such as 1% or 0.1%, at most 100%, not '" + *text +
                       "'");
    return share / 100;
}

std::string readable(const Difference& difference) {
    return "user " + difference.user.value() +
           (difference.session ? " session " + to_string(*difference.session) : std::string()) + ": " +
           difference.field + " is " + difference.found + ", by the log " + difference.expected;
}

asio::awaitable<VerifyResult> verify_showing(RecordSource& source, ReadModelRows& model, VerifyOptions options,
                                             ProgressDisplay& display) {
    VerifyProgress progress;
    progress.reading = [&](Partition partition, std::int64_t records) {
        display.begin("verifying partition " + std::to_string(partition.value()), "records", records);
    };
    progress.read = [&](std::int64_t records) { display.add(records); };
    progress.differs = [&](const Difference& difference) {
        display.end();
        print_line(escape_line(readable(difference)));
    };
    Verification verification(source, model, std::move(options), std::move(progress));
    const VerifyResult result = co_await verification.run();
    display.end();
    co_return result;
}

namespace {

VerifyOptions options_from(const Settings& settings) {
    VerifyOptions options;
    options.user = user_of(settings, "user");
    options.share = share_of(settings, "sample", 1);
    if (options.user && text_of(settings, "sample")) throw BadUsage("--user and --sample exclude each other");
    options.seed = std::random_device{}();
    options.answers_since = answers_kept_since(settings);
    if (const auto mebibytes = number_of(settings, "memory", 1))
        options.memory_bytes = static_cast<std::size_t>(*mebibytes) << 20;
    return options;
}

/// Of a user who is as the log says: has the log any events?
asio::awaitable<bool> is_known(RecordSource& source, ReadModelRows& model, const UserId& user) {
    std::vector<UserId> one{user};
    const StoredStreams found = co_await model.streams(partition_of(user.value(), source.partitions()), std::move(one));
    co_return found.streams.contains(user);
}

std::string unknown(const UserId& user) {
    return escape_line("neither the log nor the read model knows user " + user.value());
}

int verify(const Settings& settings) {
    const VerifyOptions options = options_from(settings);
    return run_work(settings, {{existing_log(settings)}}, [&](Work& work) -> asio::awaitable<int> {
        PostgresPool pool(patient(settings));
        PostgresReadModelRows model(pool);
        ProgressDisplay display;
        std::string cut;
        try {
            const VerifyResult result = co_await verify_showing(work.source(), model, options, display);
            if (options.user && result.differing == 0) {
                const bool known = co_await is_known(work.source(), model, *options.user);
                if (!known) print_line(unknown(*options.user));
            }
            print_line(grouped(result.users) + (result.users == 1 ? " user" : " users") + " compared, " +
                       grouped(result.differing) + " differ");
            co_return static_cast<int>(result.differing == 0 ? exit_done : exit_difference);
        } catch (const LogCut& other) {
            cut = other.what();
        }
        print_line(cut);
        co_return static_cast<int>(exit_difference);
    });
}

int repair_user(const Settings& settings) {
    (void)required_text(settings, "user");
    const UserId user = *user_of(settings, "user");
    return run_work(settings, {{existing_log(settings)}}, [&](Work& work) -> asio::awaitable<int> {
        PostgresPool pool(patient(settings));
        PostgresReadModelRows model(pool);
        const auto mended = co_await repair(work.source(), model, user, answers_kept_since(settings));
        for (const Difference& difference : mended) print_line(escape_line(readable(difference)));
        if (mended.empty()) {
            const bool known = co_await is_known(work.source(), model, user);
            if (!known) {
                print_line(unknown(user));
                co_return static_cast<int>(exit_done);
            }
        }
        print_line(mended.empty() ? "nothing differed; the user's rows were written again"
                                  : std::to_string(mended.size()) + " differences mended");
        co_return static_cast<int>(exit_done);
    });
}

}  // namespace

Subcommand verify_command() {
    return {"verify",
            "compare the read model with the log, while both are in use",
            "Folds the log again and compares what it comes to with what PostgreSQL holds, user by user, each at one\n"
            "moment. Prints every field that differs. Exit code 4 if any does. Changes nothing.\n",
            {{"user", "U", "only this user"},
             {"sample", "SHARE", "only that share of the users, others each time: 1%"},
             {"memory", "MIB", "folded users that are held at a time, roughly (256); more take more passes"}},
            verify};
}

Subcommand repair_command() {
    return {
        "repair",
        "write one user's rows again from the log",
        "Replaces all that the read model holds of the user by what the log says, in one transaction, and prints what\n"
        "had differed. Projectors and readers may go on.\n",
        {{"user", "U", "whose rows; needed"}},
        repair_user};
}

}  // namespace chat
