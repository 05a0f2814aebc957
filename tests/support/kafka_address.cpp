#include "tests/support/kafka_address.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace chat::test {

std::string kafka_address() {
    const char* address = std::getenv("CHAT_TEST_KAFKA");
    if (address == nullptr || *address == '\0')
        throw std::runtime_error(
            "CHAT_TEST_KAFKA is not set: it must name a running broker, as host:port (./test does)");
    return address;
}

std::string unique_topic() {
    static int number = 0;
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    return "test." + std::to_string(::getpid()) + "." + std::to_string(now) + "." + std::to_string(number++);
}

}  // namespace chat::test
