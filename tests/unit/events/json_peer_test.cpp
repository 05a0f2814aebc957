// Our JSON scanner against RapidJSON, where that one is right: see docs/decisions/0003-own-json-scanner.md.
#include <gtest/gtest.h>

#include <rapidjson/document.h>

#include <random>
#include <string>

#include "events/json/json_reader.hpp"

namespace chat {
namespace {

using Random = std::mt19937;

std::string random_string(Random& random) {
    static const std::string pieces[] = {"a",
                                         "Z",
                                         " ",
                                         "/",
                                         "\\n",
                                         "\\\"",
                                         "\\\\",
                                         "\\u00e9",
                                         "\\ud83d\\ude00",
                                         "\xc3\xa9",
                                         "\xe2\x82\xac",
                                         "\xf0\x9f\x98\x80",
                                         "\\/",
                                         "\\t",
                                         "0"};
    std::string text = "\"";
    for (auto length = random() % 6; length > 0; --length) text += pieces[random() % std::size(pieces)];
    return text + "\"";
}

std::string random_number(Random& random) {
    std::string text = random() % 3 == 0 ? "-" : "";
    text += random() % 4 == 0 ? "0" : std::to_string(random() % 100'000 + 1);
    if (random() % 3 == 0) text += "." + std::to_string(random() % 1000);
    if (random() % 4 == 0)
        text += std::string(random() % 2 ? "e" : "E") + (random() % 2 ? "-" : "") + std::to_string(random() % 90);
    return text;
}

std::string random_value(Random& random, int depth) {
    switch (random() % (depth > 4 ? 5 : 7)) {
        case 0:
            return random_string(random);
        case 1:
            return random_number(random);
        case 2:
            return "true";
        case 3:
            return "false";
        case 4:
            return "null";
        case 5: {
            std::string text = "[";
            for (auto count = random() % 4; count > 0; --count)
                text += random_value(random, depth + 1) + (count > 1 ? ", " : "");
            return text + "]";
        }
        default: {
            std::string text = "{";
            for (auto count = random() % 4; count > 0; --count) {
                text += random_string(random) + ":" + random_value(random, depth + 1) + (count > 1 ? "," : "");
            }
            return text + "}";
        }
    }
}

/// One byte more, less or other, at random; half the time none.
std::string damaged(std::string text, Random& random) {
    static constexpr std::string_view bytes = "{}[]\",:\\ue+-.019tfn \x80\xc3\xff\x1f";
    const auto at = random() % text.size();
    switch (random() % 6) {
        case 0:
            text.erase(at, 1);
            break;
        case 1:
            text.insert(at, 1, bytes[random() % bytes.size()]);
            break;
        case 2:
            text[at] = bytes[random() % bytes.size()];
            break;
        default:
            break;
    }
    return text;
}

TEST(JsonPeer, AgreesWithRapidJsonOnWhatIsJson) {
    Random random(20261124);
    int well_formed = 0;
    int malformed = 0;
    for (int i = 0; i < 60'000; ++i) {
        const std::string text = damaged(random_value(random, 0), random);
        rapidjson::Document peer;
        peer.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(text.data(), text.size());
        const auto error = peer.HasParseError() ? peer.GetParseError() : rapidjson::kParseErrorNone;
        // Surrogates and great numbers are where it is not right.
        if (error == rapidjson::kParseErrorNumberTooBig || error == rapidjson::kParseErrorStringUnicodeSurrogateInvalid)
            continue;
        const JsonReader ours(text);
        ASSERT_EQ(ours.malformed().has_value(), error != rapidjson::kParseErrorNone) << text;
        (ours.malformed() ? malformed : well_formed) += 1;
    }
    EXPECT_GT(well_formed, 20'000);
    EXPECT_GT(malformed, 10'000);
}

}  // namespace
}  // namespace chat
