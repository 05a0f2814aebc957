#include "infra/config/settings.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/program_options.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <sstream>
#include <string_view>

#include "infra/config/parsers.hpp"

namespace chat {
namespace {

namespace po = boost::program_options;

constexpr unsigned bit(Program program) { return 1u << static_cast<unsigned>(program); }
constexpr unsigned api = bit(Program::api);
constexpr unsigned projector = bit(Program::projector);
constexpr unsigned publisher = bit(Program::publisher);
constexpr unsigned replay = bit(Program::replay);
constexpr unsigned all = api | projector | publisher | replay;

template <auto member, auto parse>
bool into(Settings& settings, std::string_view text) {
    auto value = parse(text);
    if (value) settings.*member = *std::move(value);
    return value.has_value();
}

/// One setting: the flag `http-port` is the variable CHAT_HTTP_PORT.
struct Row {
    std::string_view flag;
    unsigned programs;
    std::string_view standard;
    std::string_view help;
    std::string_view expected;  // completes "must be .."
    bool (*set)(Settings&, std::string_view text);
    bool secret = false;  // the value may hold a password: not repeated in errors
};

constexpr std::string_view a_duration = "a time with its unit, such as 250ms, 10s or 5m, at most a day";
constexpr std::string_view a_size = "a size from 1KiB to 1024GiB, such as 65536, 64KiB or 64MiB";
constexpr std::string_view a_port = "a port from 0 to 65535";
constexpr std::string_view an_address = "an IP address or localhost";

constexpr auto port = parsers::number<std::uint16_t, 0, 65535>;
constexpr auto few = parsers::number<int, 1, 100>;

const Row table[] = {
    {"log", all, "postgres", "the event log: postgres, or kafka://host:port[,host:port]/topic",
     "postgres or kafka://host:port[,host:port]/topic", into<&Settings::kafka, parsers::event_log>},
    {"database", all, "dbname=chat", "PostgreSQL, as a libpq connection string", "a libpq connection string",
     into<&Settings::database, parsers::connection_string>, true},
    {"database-connections", all, "4", "connections to PostgreSQL, at most", "a number from 1 to 100",
     into<&Settings::database_connections, few>},
    {"partitions", all, "12", "partitions of a log that does not exist yet; fixed for good", "a number from 1 to 10000",
     into<&Settings::partitions, parsers::number<std::int32_t, 1, 10000>>},
    {"replication", all, "1", "copies of a Kafka topic that does not exist yet", "a number from 1 to 100",
     into<&Settings::replication, few>},
    {"min-insync", all, "1", "copies that must have a record before it is acknowledged, of such a topic",
     "a number from 1 to 100", into<&Settings::min_insync, few>},
    {"append-timeout", all, "3s", "how long the log may take to acknowledge a record", a_duration,
     into<&Settings::append_timeout, parsers::duration>},
    {"http-address", api, "127.0.0.1", "address to serve on", an_address,
     into<&Settings::http_address, parsers::ip_address>},
    {"http-port", api, "8080", "port to serve on; 0 takes any free one", a_port, into<&Settings::http_port, port>},
    {"body-limit", all, "1MiB", "largest request body; records of a Kafka topic that is made may be as large", a_size,
     into<&Settings::body_limit, parsers::bytes>},
    {"http-connections", api, "10000", "connections open at once; one more is answered 503 and closed",
     "a number from 1 to 1000000", into<&Settings::http_connections, parsers::number<std::size_t, 1, 1000000>>},
    {"http-payload-bytes", api, "64MiB",
     "request bodies and large answers to reads, in memory at once, the answers in half of it; past it requests are "
     "answered 503",
     a_size, into<&Settings::http_payload_bytes, parsers::bytes>},
    {"http-idle-timeout", api, "75s", "how long a connection stays open between requests", a_duration,
     into<&Settings::http_idle_timeout, parsers::duration>},
    {"http-request-timeout", api, "15s", "how long a request may take to arrive", a_duration,
     into<&Settings::http_request_timeout, parsers::duration>},
    {"http-send-timeout", api, "30s", "how long a client may take to receive an answer", a_duration,
     into<&Settings::http_send_timeout, parsers::duration>},
    {"auth", api, "dev", "how callers are known: dev takes anyone's word for it; jwt is not in this version",
     "dev or jwt", into<&Settings::auth, parsers::auth>},
    {"auth-dev-anywhere", api, "false", "allow CHAT_AUTH=dev on an address that is not loopback", "true or false",
     into<&Settings::auth_dev_anywhere, parsers::boolean>},
    {"read-wait", api, "1s", "how long a read waits for the read model to have what the caller wrote", a_duration,
     into<&Settings::read_wait, parsers::duration>},
    {"command-deadline", api, "10s", "how long a command may take, all attempts together, or a query for a read",
     a_duration, into<&Settings::command_deadline, parsers::duration>},
    {"command-keys-kept", all, "30d", "how long an Idempotency-Key gives a retry the first answer",
     "a number of days, such as 30d", into<&Settings::command_keys_kept, parsers::days>},
    {"write-versions", api, "",
     "newer versions of event types that commands write, separated by commas; there is chat.session.renamed.v2. "
     "Every reader takes all versions",
     "a list of: chat.session.renamed.v2", into<&Settings::write_versions, parsers::write_versions>},
    {"cache-bytes", api, "64MiB", "rendered answers that are kept", a_size,
     into<&Settings::cache_bytes, parsers::bytes>},
    {"hot-bytes", api, "64MiB", "users' states that are kept", a_size, into<&Settings::hot_bytes, parsers::bytes>},
    {"tail-bytes", api, "256MiB", "records not projected yet that are kept; past it commands answer 503", a_size,
     into<&Settings::tail_bytes, parsers::bytes>},
    {"batch", projector | publisher | replay, "5000", "records in one transaction, at most",
     "a number from 1 to 100000", into<&Settings::batch, parsers::number<std::size_t, 1, 100000>>},
    {"group", projector, "chat-projector", "Kafka consumer group by which projectors share the partitions",
     "a name, not empty", into<&Settings::group, parsers::not_empty>},
    {"public-topic", publisher, "",
     "where to publish, as kafka://host:port[,host:port]/topic; left empty: beside CHAT_LOG's "
     "topic, with .public behind its name",
     "kafka://host:port[,host:port]/topic", into<&Settings::public_topic, parsers::topic_if_any>},
    {"public-texts", publisher, "full",
     "titles and message contents in the public topic: full, hashed (HMAC-SHA-256) or left-out",
     "full, hashed or left-out", into<&Settings::public_texts, parsers::public_texts>},
    {"public-hash-key", publisher, "", "the secret key of the hashes; without it nobody can try out texts", "a text",
     into<&Settings::public_hash_key, parsers::any_text>, true},
    {"public-group", publisher, "chat-publisher", "Kafka consumer group by which publishers share the partitions",
     "a name, not empty", into<&Settings::public_group, parsers::not_empty>},
    {"metrics-address", api | projector | publisher, "127.0.0.1",
     "address of a listener for /metrics, /healthz and /readyz alone", an_address,
     into<&Settings::metrics_address, parsers::ip_address>},
    {"metrics-port", api | projector | publisher, "0", "its port; 0: none (chat-api serves them on its main one)",
     a_port, into<&Settings::metrics_port, port>},
    {"log-level", all, "info", "least level that is logged", "debug, info, warning or error",
     into<&Settings::log_level, parsers::log_level>},
    {"log-format", all, "text", "text for people, json for machines", "text or json",
     into<&Settings::log_format, parsers::log_format>},
    {"start-timeout", all, "30s", "how long to wait at start for the database and the log", a_duration,
     into<&Settings::start_timeout, parsers::duration>},
    {"drain-timeout", api | projector | publisher, "10s", "how long to finish what is in flight after SIGTERM",
     a_duration, into<&Settings::drain_timeout, parsers::duration>},
};

std::string variable(const Row& row) {
    std::string name = "CHAT_";
    for (const char c : row.flag) name += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
    return name;
}

/// `source` is the flag or variable that gave the value.
void set(Settings& settings, const Row& row, const std::string& source, const std::string& text) {
    if (row.set(settings, text)) return;
    std::string error = source + ": must be " + std::string(row.expected);
    if (!row.secret) error += ", not '" + text + "'";
    throw BadUsage(error);
}

void check_publisher(const Settings& settings) {
    if (!settings.kafka && !settings.public_topic)
        throw BadUsage(
            "CHAT_PUBLIC_TOPIC: must name a topic, as kafka://host:port/topic, since the log is in PostgreSQL "
            "(CHAT_LOG=postgres) and there is no topic to publish beside");
    if (settings.kafka && settings.public_topic == settings.kafka)
        throw BadUsage("CHAT_PUBLIC_TOPIC: must not be the log itself");
    if (settings.public_texts == PublicTexts::hashed && settings.public_hash_key.empty())
        throw BadUsage(
            "CHAT_PUBLIC_HASH_KEY: must be set with CHAT_PUBLIC_TEXTS=hashed; without a key anyone could try "
            "out which text gives a hash");
}

/// What no row can see by itself.
void check(Program program, const Settings& settings) {
    if (settings.min_insync > settings.replication)
        throw BadUsage("CHAT_MIN_INSYNC: must not be more than CHAT_REPLICATION (" +
                       std::to_string(settings.replication) + ")");
    if (program == Program::publisher) check_publisher(settings);
    if (program != Program::api) return;
    if (settings.auth == Auth::jwt) throw BadUsage("CHAT_AUTH: jwt is not available in this version; only dev is");
    if (!settings.auth_dev_anywhere && !boost::asio::ip::make_address(settings.http_address).is_loopback())
        throw BadUsage("CHAT_AUTH: dev takes anyone's word for who they are, so it is refused on " +
                       settings.http_address + ", which is not loopback; CHAT_AUTH_DEV_ANYWHERE=true allows it");
}

/// Lines of --help.
po::options_description described(const std::string& title) { return po::options_description(title, 100, 60); }

po::options_description flags_of(Program program) {
    po::options_description flags = described(name_of(program) + ": each flag is also an environment variable");
    flags.add_options()("help,h", "show this and exit");
    for (const Row& row : table)
        if (row.programs & bit(program))
            flags.add_options()(std::string(row.flag).c_str(),
                                po::value<std::string>()->value_name("(=" + std::string(row.standard) + ")"),
                                (std::string(row.help) + " [" + variable(row) + "]").c_str());
    return flags;
}

po::options_description flags_of(const std::vector<CommandFlag>& own) {
    po::options_description flags = described("flags of this command");
    for (const CommandFlag& flag : own) {
        if (flag.value.empty())
            flags.add_options()(flag.name.c_str(), flag.help.c_str());
        else
            flags.add_options()(flag.name.c_str(), po::value<std::string>()->value_name(flag.value), flag.help.c_str());
    }
    return flags;
}

po::variables_map parse_arguments(Program program, const std::vector<CommandFlag>& own,
                                  const std::vector<std::string>& arguments) {
    po::options_description known = flags_of(program);
    known.add(flags_of(own)).add_options()("words", po::value<std::vector<std::string>>());
    po::positional_options_description positional;
    positional.add("words", -1);
    // Abbreviated flags would change their meaning whenever a row is added.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::variables_map given;
    try {
        po::store(po::command_line_parser(arguments).options(known).positional(positional).style(style).run(), given);
    } catch (const po::error& error) {
        throw BadUsage(std::string(error.what()) + " (see --help)");
    }
    if (given.count("words"))
        throw BadUsage("unexpected argument '" + given["words"].as<std::vector<std::string>>().front() +
                       "' (see --help)");
    return given;
}

}  // namespace

std::string name_of(Program program) {
    switch (program) {
        case Program::api:
            return "chat-api";
        case Program::projector:
            return "chat-projector";
        case Program::publisher:
            return "chat-publisher";
        case Program::replay:
            return "chat-replay";
    }
    return {};
}

std::variant<Settings, Help> load_settings(Program program, const std::vector<std::string>& arguments,
                                           const Environment& environment, const std::vector<CommandFlag>& own) {
    const po::variables_map given = parse_arguments(program, own, arguments);
    if (given.count("help")) {
        std::ostringstream text;
        if (!own.empty()) text << flags_of(own) << '\n';
        text << flags_of(program);
        return Help{text.str()};
    }
    std::map<std::string, std::string> variables;
    for (const auto& [name, value] : environment)
        if (name.starts_with("CHAT_")) variables[name] = value;

    Settings settings;
    for (const Row& row : table) {
        const std::string name = variable(row);
        const std::string flag(row.flag);
        const auto found = variables.extract(name);
        // Another program's setting keeps its default: its value is that program's affair to judge.
        if (!(row.programs & bit(program)))
            set(settings, row, name, std::string(row.standard));
        else if (given.count(flag))
            set(settings, row, "--" + flag, given[flag].as<std::string>());
        else if (found && !found.mapped().empty())
            set(settings, row, name, found.mapped());
        else
            set(settings, row, name, std::string(row.standard));
    }
    for (const auto& [name, value] : variables)
        settings.warnings.push_back(name + " is no setting of this version: ignored");
    check(program, settings);
    for (const CommandFlag& flag : own)
        if (given.count(flag.name))
            settings.options[flag.name] = flag.value.empty() ? std::string() : given[flag.name].as<std::string>();
    return settings;
}

}  // namespace chat
