#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "events/texts.hpp"
#include "infra/log/log_options.hpp"

namespace chat {

/// Who asks for settings: each sees, and each --help shows, only the rows of its own.
enum class Program { api, projector, publisher, replay };

/// `chat-api`, ..
std::string name_of(Program program);

struct KafkaAddress {
    std::string brokers;  // host:port, separated by commas
    std::string topic;

    bool operator==(const KafkaAddress&) const = default;
};

enum class Auth { dev, jwt };

/// Event types that commands write in a newer version than the first.
struct WriteVersions {
    bool session_renamed_v2 = false;
    bool operator==(const WriteVersions&) const = default;
};

/// What operators may set. The defaults stand in the table of settings.cpp, with names, help and parsers.
struct Settings {
    std::optional<KafkaAddress> kafka;  // nothing: the log is in PostgreSQL
    std::int32_t partitions = 0;        // of a log that is made; one that is there keeps its own
    bool make_log = true;               // if it is not there
    int replication = 0;
    int min_insync = 0;
    std::chrono::milliseconds append_timeout{};

    std::string database;  // libpq connection string; may hold a password: never printed
    int database_connections = 0;

    std::string http_address;  // an IP address
    std::uint16_t http_port = 0;
    std::size_t body_limit = 0;
    std::size_t http_connections = 0;    // open at once
    std::size_t http_payload_bytes = 0;  // of request bodies and large answers, in memory at once
    std::chrono::milliseconds http_idle_timeout{};
    std::chrono::milliseconds http_request_timeout{};
    std::chrono::milliseconds http_send_timeout{};
    Auth auth{};
    bool auth_dev_anywhere = false;

    std::chrono::milliseconds read_wait{};
    std::chrono::milliseconds command_deadline{};
    std::chrono::seconds command_keys_kept{};  // in the read model; the event keeps its key for good
    WriteVersions write_versions;
    std::size_t cache_bytes = 0;
    std::size_t hot_bytes = 0;
    std::size_t tail_bytes = 0;

    std::size_t batch = 0;  // records in one transaction of a projector, at most
    std::string group;      // Kafka consumer group by which projectors share partitions

    std::optional<KafkaAddress> public_topic;  // nothing: beside the log, with `.public` behind its name
    PublicTexts public_texts{};
    std::string public_hash_key;  // a secret: never printed
    std::string public_group;     // Kafka consumer group by which publishers share partitions

    std::string metrics_address;
    std::uint16_t metrics_port = 0;  // 0: no listener of its own

    LogLevel log_level{};
    LogFormat log_format{};

    std::chrono::milliseconds start_timeout{};
    std::chrono::milliseconds drain_timeout{};

    std::map<std::string, std::string> options;  // flags of the command that were given; a switch has no text
    std::vector<std::string> warnings;           // for the log, once there is one

    LogOptions log() const { return {log_level, log_format}; }
};

/// A flag that only one command of a program has: no variable stands for it.
struct CommandFlag {
    std::string name;
    std::string value;  // what --help calls its value; empty: a switch
    std::string help;
};

/// A setting or the command line is wrong: exit code 2. The text names the variable or flag.
class BadUsage : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// --help: what to print.
struct Help {
    std::string text;
};

/// Name and value, as in `environ`.
using Environment = std::vector<std::pair<std::string, std::string>>;

/// Flags go before variables, variables before defaults; an empty variable counts as not set. `own` are the flags of
/// the program's command, if it has commands. Throws BadUsage.
std::variant<Settings, Help> load_settings(Program program, const std::vector<std::string>& arguments,
                                           const Environment& environment, const std::vector<CommandFlag>& own = {});

}  // namespace chat
