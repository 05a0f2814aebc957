#include "infra/config/parsers.hpp"

#include <gtest/gtest.h>

namespace chat::parsers {
namespace {

using std::chrono::milliseconds;

TEST(Parsers, ReadTimesWithTheirUnit) {
    EXPECT_EQ(duration("1ms"), milliseconds(1));
    EXPECT_EQ(duration("250ms"), milliseconds(250));
    EXPECT_EQ(duration("10s"), milliseconds(10'000));
    EXPECT_EQ(duration("5m"), milliseconds(300'000));
    EXPECT_EQ(duration("1440m"), milliseconds(86'400'000));
}

TEST(Parsers, RefuseWhatIsNoTime) {
    for (const char* text : {"", "10", "0s", "-1s", "1.5s", "1 s", "s", "1h", "1441m", "99999999999999999999s", "1S"})
        EXPECT_FALSE(duration(text)) << text;
}

TEST(Parsers, ReadSizes) {
    EXPECT_EQ(bytes("1024"), 1024u);
    EXPECT_EQ(bytes("64KiB"), 65536u);
    EXPECT_EQ(bytes("1MiB"), 1048576u);
    EXPECT_EQ(bytes("1024GiB"), std::size_t(1) << 40);
}

TEST(Parsers, RefuseWhatIsNoSize) {
    for (const char* text :
         {"", "0", "1023", "64KB", "64kib", "1025GiB", "1.5MiB", "-1", "MiB", "18446744073709551616"})
        EXPECT_FALSE(bytes(text)) << text;
}

TEST(Parsers, ReadWhereTheLogIs) {
    const auto embedded = event_log("postgres");
    ASSERT_TRUE(embedded);
    EXPECT_FALSE(*embedded);
    EXPECT_EQ(event_log("kafka://k1:9092/chat.events"), (KafkaAddress{"k1:9092", "chat.events"}));
    EXPECT_EQ(event_log("kafka://k1:9092,k2:9093/t"), (KafkaAddress{"k1:9092,k2:9093", "t"}));
    EXPECT_EQ(event_log("kafka://[::1]:9092/t"), (KafkaAddress{"[::1]:9092", "t"}));
    EXPECT_EQ(event_log("kafka://[fe80::1%eth0]:1/t"), (KafkaAddress{"[fe80::1%eth0]:1", "t"}));
    EXPECT_EQ(event_log("kafka://kafka_1.chat-store:9092/t"), (KafkaAddress{"kafka_1.chat-store:9092", "t"}));
}

TEST(Parsers, RefuseWhatIsNoLog) {
    for (const char* text : {"",
                             "redis://here",
                             "Postgres",
                             "kafka://",
                             "kafka://nowhere",
                             "kafka://h/t",
                             "kafka://h:9092",
                             "kafka://h:9092/",
                             "kafka://:9092/t",
                             "kafka://h:0/t",
                             "kafka://h:65536/t",
                             "kafka://h:9092,/t",
                             "kafka://,h:9092/t",
                             "kafka://h:9092/a/b",
                             "kafka://h:9092/a b",
                             "kafka://h:9092/..",
                             "kafka://u@h:9092/t",
                             "kafka://::1:9092/t",
                             "kafka://h;g:9092/t",
                             "kafka://h\n:9092/t",
                             "kafka://\"h\":9092/t",
                             "kafka://[h/g]:9092/t"})
        EXPECT_FALSE(event_log(text)) << text;
    EXPECT_FALSE(event_log("kafka://h:9092/" + std::string(250, 'x')));
}

TEST(Parsers, ReadConnectionStrings) {
    for (const char* text :
         {"dbname=chat", "host=a,b port=1,2", "host=a,b port=5432", "host='/a b/c' user=chat dbname=chat",
          "port=", "postgresql://u:p@[::1]:5432/chat?sslmode=require", "postgres:///chat?host=/run/postgresql",
          "postgresql://a:1,b/chat", "service=chat"})
        EXPECT_EQ(connection_string(text), text);
}

TEST(Parsers, RefuseWhatIsNoConnectionString) {
    for (const char* text :
         {"", "chat", "foo=bar", "dbname='x", "=x", "password=secret and more", "port=abc", "port=0", "port=65536",
          "host=a,b port=1,-2", "postgres://[::1", "postgresql://u:p@h:abc/chat", "postgresql://h/chat?nope=1"})
        EXPECT_FALSE(connection_string(text)) << text;
}

TEST(Parsers, ReadAddresses) {
    EXPECT_EQ(ip_address("127.0.0.1"), "127.0.0.1");
    EXPECT_EQ(ip_address("::"), "::");
    EXPECT_EQ(ip_address("localhost"), "127.0.0.1");
    for (const char* text : {"", "example.com", "127.0.0", "127.0.0.1:80", "*"}) EXPECT_FALSE(ip_address(text)) << text;
}

TEST(Parsers, ReadNumbersWithinTheirBounds) {
    constexpr auto port = number<std::uint16_t, 0, 65535>;
    EXPECT_EQ(port("0"), 0);
    EXPECT_EQ(port("65535"), 65535);
    for (const char* text : {"", "65536", "-1", "+1", "1.0", "0x10", " 1", "1 ", "many"})
        EXPECT_FALSE(port(text)) << text;
}

}  // namespace
}  // namespace chat::parsers
