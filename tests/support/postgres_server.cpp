#include "tests/support/postgres_server.hpp"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace chat::test {
namespace {

namespace fs = std::filesystem;

/// Where the newest version's programs are.
fs::path programs() {
    fs::path newest;
    int version = 0;
    for (const fs::path root : {"/usr/lib/postgresql", "/usr/pgsql"}) {
        if (!fs::exists(root)) continue;
        for (const auto& entry : fs::directory_iterator(root)) {
            const int found = std::atoi(entry.path().filename().c_str());
            if (found <= version || !fs::exists(entry.path() / "bin" / "initdb")) continue;
            version = found;
            newest = entry.path() / "bin";
        }
    }
    if (newest.empty()) throw std::runtime_error("PostgreSQL's server programs are not installed");
    return newest;
}

std::string contents(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

}  // namespace

PostgresServer::PostgresServer(const std::string& settings) {
    std::string pattern = (fs::temp_directory_path() / "chat-pg-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary directory");
    directory_ = pattern;
    if (::geteuid() == 0) {
        const passwd* const user = ::getpwnam("postgres");
        if (!user) throw std::runtime_error("there is no user postgres to run a server as");
        if (::chown(directory_.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("chown failed");
    }
    run((programs() / "initdb").string() + " -D " + (directory_ / "data").string() +
        " -U postgres -A trust -E UTF8 --no-locale --no-sync");
    std::ofstream(directory_ / "data" / "postgresql.conf", std::ios::app)
        << "\nlisten_addresses = ''\nunix_socket_directories = '" << directory_.string() << "'\nport = 5432\n"
        << settings << "\n";
    start();
}

PostgresServer::~PostgresServer() {
    try {
        if (running_) kill();
    } catch (const std::exception&) {
        // Whatever is left has no directory any more.
    }
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
}

std::string PostgresServer::connection() const {
    return "host=" + directory_.string() + " port=5432 user=postgres dbname=postgres";
}

void PostgresServer::start() {
    run((programs() / "pg_ctl").string() + " start -w -t 30 -D " + (directory_ / "data").string() + " -l " +
        (directory_ / "log").string());
    running_ = true;
}

void PostgresServer::stop() {
    run((programs() / "pg_ctl").string() + " stop -w -t 30 -m fast -D " + (directory_ / "data").string());
    running_ = false;
}

void PostgresServer::kill() {
    const std::vector<pid_t> victims = processes();
    for (const pid_t pid : victims) ::kill(pid, SIGKILL);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    for (const pid_t pid : victims)
        while (::kill(pid, 0) == 0 &&
               contents("/proc/" + std::to_string(pid) + "/stat").find(" Z ") == std::string::npos) {
            if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the server does not die");
            std::this_thread::yield();
        }
    // To PostgreSQL a process that nobody has reaped yet is a server that runs.
    fs::remove(directory_ / "data" / "postmaster.pid");
    fs::remove(directory_ / ".s.PGSQL.5432.lock");
    running_ = false;
}

void PostgresServer::freeze() { signal_all(SIGSTOP); }

void PostgresServer::thaw() { signal_all(SIGCONT); }

void PostgresServer::signal_all(int signal) const {
    for (const pid_t pid : processes()) ::kill(pid, signal);
}

/// The postmaster first, so that it starts nothing more, then its children.
std::vector<pid_t> PostgresServer::processes() const {
    const pid_t postmaster = std::atoi(contents(directory_ / "data" / "postmaster.pid").c_str());
    if (postmaster <= 0) throw std::runtime_error("the server does not run");
    std::vector<pid_t> all{postmaster};
    std::istringstream children(
        contents("/proc/" + std::to_string(postmaster) + "/task/" + std::to_string(postmaster) + "/children"));
    for (pid_t child = 0; children >> child;) all.push_back(child);
    return all;
}

/// Throws what the command printed if it fails. Paths of ours have nothing in them that a shell would read.
void PostgresServer::run(const std::string& command) const {
    const fs::path output = directory_ / "output";
    const std::string user = ::geteuid() == 0 ? "runuser -u postgres -- " : "";
    if (std::system(("cd / && " + user + command + " >" + output.string() + " 2>&1 </dev/null").c_str()) != 0)
        throw std::runtime_error(command + ": " + contents(output) + contents(directory_ / "log"));
}

}  // namespace chat::test
