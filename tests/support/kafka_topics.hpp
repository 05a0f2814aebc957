#pragma once

#include <string>
#include <utility>
#include <vector>

namespace chat::test {

/// Makes a topic as an operator would, and waits until it is there. Throws.
void make_topic(const std::string& brokers, const std::string& topic, int partitions,
                const std::vector<std::pair<std::string, std::string>>& settings);

/// Throws.
void delete_topic(const std::string& brokers, const std::string& topic);

}  // namespace chat::test
