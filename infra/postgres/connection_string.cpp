#include "infra/postgres/connection_string.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace chat {
namespace {

/// libpq counts in whole seconds and takes less than 2 for 2.
std::string seconds(std::chrono::milliseconds time) {
    return std::to_string(std::max<std::int64_t>(2, (time.count() + 999) / 1000));
}

bool is_uri(std::string_view connection) {
    return connection.starts_with("postgresql://") || connection.starts_with("postgres://");
}

struct FreeOptions {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

/// One for each host, separated by commas; an empty one is the default. libpq reads them only when it connects.
bool are_ports(std::string_view list) {
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const std::string_view text = list.substr(begin, end - begin);
        std::uint16_t port = 1;
        const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), port);
        if (!text.empty() && (error != std::errc() || rest != text.data() + text.size() || port == 0)) return false;
        begin = end + 1;
    }
    return true;
}

}  // namespace

bool is_connection_string(std::string_view text) {
    const std::unique_ptr<PQconninfoOption, FreeOptions> options(
        PQconninfoParse(std::string(text).c_str(), nullptr));  // its error may quote a password
    if (!options) return false;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr && std::string_view(option->keyword) == "port" && !are_ports(option->val))
            return false;
    return true;
}

std::string with_defaults(const PostgresOptions& options) {
    const std::vector<std::pair<std::string, std::string>> defaults{
        {"connect_timeout", seconds(options.connect_timeout)},
        {"fallback_application_name", options.name},
        {"client_encoding", "UTF8"},
        // A server that vanished with its machine is noticed within about 15 s, not after two hours.
        {"keepalives_idle", "5"},
        {"keepalives_interval", "3"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", "15000"},
    };
    const bool uri = is_uri(options.connection);
    std::string ours;
    for (const auto& [key, value] : defaults) ours += key + "=" + value + (uri ? "&" : " ");
    if (!uri) return ours + options.connection;

    // The last of equal parameters counts in a URI too.
    const std::size_t question = options.connection.find('?');
    if (question == std::string::npos) {
        ours.pop_back();
        return options.connection + "?" + ours;
    }
    return options.connection.substr(0, question + 1) + ours + options.connection.substr(question + 1);
}

std::string connect_failure(std::string_view libpq_text) {
    const std::string_view line = libpq_text.substr(0, libpq_text.find('\n'));
    // Only this form is sure to quote what was understood: host and port that were tried, and the server's own words.
    // Others may quote a piece of a mistyped string, and with it of a password.
    const bool understood = line.starts_with("connection to server");
    std::string text;
    bool quoted = false;
    for (const char c : line) {
        if (c == '"') quoted = !quoted;
        if (understood || (!quoted && c != '"')) text += c;
    }
    return "cannot connect to PostgreSQL" + (text.empty() ? std::string() : ": " + text);
}

}  // namespace chat
