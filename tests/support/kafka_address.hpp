#pragma once

#include <string>

namespace chat::test {

/// host:port of the broker that tests may use (CHAT_TEST_KAFKA). Throws a message for people if it is not set.
std::string kafka_address();

/// A topic's name that no other test has, in this run or another.
std::string unique_topic();

}  // namespace chat::test
