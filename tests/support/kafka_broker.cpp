#include "tests/support/kafka_broker.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

extern char** environ;

namespace chat::test {
namespace {

constexpr std::chrono::seconds start_within(90);

/// Two ports that nobody listens on now.
std::pair<int, int> free_ports() {
    int ports[2] = {};
    int sockets[2] = {};
    for (int i = 0; i < 2; ++i) {
        sockets[i] = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(sockets[i], reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::getsockname(sockets[i], reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("no free port");
        ports[i] = ntohs(address.sin_port);
    }
    for (const int socket : sockets) ::close(socket);
    return {ports[0], ports[1]};
}

std::filesystem::path new_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "chat-test-kafka-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    return name;
}

const std::string script = std::string(CHAT_SOURCE_DIR) + "/docker/kafka/broker";

pid_t spawn(const std::vector<std::string>& command, const std::string& output) {
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::posix_spawn_file_actions_adddup2(&files, 1, 2);
    pid_t process = 0;
    const int error = ::posix_spawnp(&process, arguments[0], &files, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    if (error != 0) throw std::runtime_error("cannot start " + command.front());
    return process;
}

/// Whether every thread of a process is stopped.
bool stopped(pid_t process) {
    for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
        std::string stat;
        std::getline(std::ifstream(thread.path() / "stat"), stat);
        // The state follows the name, which stands in parentheses and may hold any character.
        const std::size_t name_end = stat.rfind(')');
        if (name_end == std::string::npos || stat.compare(name_end, 3, ") T") != 0) return false;
    }
    return true;
}

}  // namespace

KafkaBroker::KafkaBroker() : data_(new_directory()) {
    const auto [port, controller_port] = free_ports();
    port_ = port;
    controller_port_ = controller_port;
    start();
}

KafkaBroker::~KafkaBroker() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(data_, ignored);
}

void KafkaBroker::start() {
    // The broker gets SIGKILL when this program ends, however it ends.
    process_ = spawn({"setpriv", "--pdeathsig", "KILL", script, "start", "--small", "--data", data_ / "broker",
                      "--port", std::to_string(port_), "--controller-port", std::to_string(controller_port_)},
                     data_ / "output");
    const auto deadline = std::chrono::steady_clock::now() + start_within;
    while (!ready()) {
        const bool ended = ::waitpid(process_, nullptr, WNOHANG) == process_;
        if (ended) process_ = 0;
        if (ended || std::chrono::steady_clock::now() > deadline) {
            std::ostringstream output;
            output << std::ifstream(data_ / "output").rdbuf();
            kill();
            throw std::runtime_error("the broker does not come up: " + output.str());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

bool KafkaBroker::ready() const {
    const pid_t question = spawn({script, "ready", "--port", std::to_string(port_)}, "/dev/null");
    int status = 0;
    return ::waitpid(question, &status, 0) == question && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void KafkaBroker::kill() {
    if (process_ == 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
}

void KafkaBroker::freeze() {
    ::kill(process_, SIGSTOP);
    // The signal is sent; each of its threads stops when it is next scheduled.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!stopped(process_)) {
        if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the broker does not stop");
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

void KafkaBroker::thaw() {
    if (process_ != 0) ::kill(process_, SIGCONT);
}

void KafkaBroker::lose_records(const std::string& topic, int partition) {
    const auto folder = data_ / "broker" / "logs" / (topic + "-" + std::to_string(partition));
    if (!std::filesystem::exists(folder)) throw std::runtime_error("there is no " + folder.string());
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        const auto kind = file.path().extension();
        if (kind == ".log") std::filesystem::resize_file(file.path(), 0);
        if (kind == ".index" || kind == ".timeindex" || kind == ".snapshot") std::filesystem::remove(file.path());
    }
}

}  // namespace chat::test
