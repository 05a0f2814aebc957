#include "infra/config/program.hpp"

#include <exception>
#include <iostream>
#include <variant>

#include "events/outage.hpp"

// Declared by POSIX in <unistd.h> only for some feature macros.
extern char** environ;

namespace chat {
namespace {

Environment environment() {
    Environment found;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string::npos) found.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return found;
}

int complain(Program program, const std::exception& error, ExitCode code) {
    std::cerr << name_of(program) << ": " << error.what() << std::endl;
    return code;
}

}  // namespace

int run_program(Program program, int argc, char** argv, const std::function<int(const Settings&)>& body) {
    try {
        const auto loaded =
            load_settings(program, std::vector<std::string>(argv + (argc > 0), argv + argc), environment());
        if (const auto* help = std::get_if<Help>(&loaded)) {
            std::cout << help->text << std::flush;
            return exit_done;
        }
        return body(std::get<Settings>(loaded));
    } catch (const BadUsage& error) {
        return complain(program, error, exit_usage);
    } catch (const Outage& error) {
        return complain(program, error, exit_unreachable);
    } catch (const std::exception& error) {
        return complain(program, error, exit_failed);
    }
}

}  // namespace chat
