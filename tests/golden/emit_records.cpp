// Prints COUNT random events as the encoder writes them to each topic: lines of {"topic","key","headers","value"}.
#include <cstdlib>
#include <iostream>

#include "events/json/json_writer.hpp"
#include "tests/unit/events/random_events.hpp"

namespace {

void print(const char* topic, const chat::Record& record) {
    chat::JsonWriter out;
    out.field("topic", topic).field("key", record.key).begin_object("headers");
    for (const auto& [name, value] : record.headers) out.field(name, value);
    std::cout << out.end().field("value", record.value).finish() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    const long count = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1000;
    chat::test::RandomEvents events(42);
    for (long i = 0; i < count; ++i) {
        const chat::Recorded recorded = events.next();
        print("chat.events", chat::encode(recorded));
        print("chat.events.public", chat::encode(recorded));
        print("chat.events.public", chat::encode(recorded, chat::Texts::left_out));
    }
}
