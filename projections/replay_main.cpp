// chat-replay: what operators do with the log: look at it, make read models from it again, compare, copy.

#include "infra/config/program.hpp"
#include "projections/replay_commands/commands.hpp"

int main(int argc, char** argv) {
    return chat::run_commands(
        chat::Program::replay, argc, argv,
        {chat::show_command(), chat::tail_command(), chat::verify_command(), chat::repair_command(),
         chat::accept_command(), chat::rebuild_command(), chat::rollback_command(), chat::drop_command(),
         chat::discard_command(), chat::copy_command(), chat::export_command(), chat::import_command()});
}
