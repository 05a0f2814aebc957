// Prints COUNT records that the encoder made of random events, one JSON object a line: {"key","headers","value"}.
#include <cstdlib>
#include <iostream>

#include "events/json/json_writer.hpp"
#include "tests/unit/events/random_events.hpp"

int main(int argc, char** argv) {
    const long count = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1000;
    chat::test::RandomEvents events(42);
    for (long i = 0; i < count; ++i) {
        const chat::Record record = chat::encode(events.next());
        chat::JsonWriter out;
        out.field("key", record.key).begin_object("headers");
        for (const auto& [name, value] : record.headers) out.field(name, value);
        std::cout << out.end().field("value", record.value).finish() << '\n';
    }
}
