#include "events/uuid.hpp"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

namespace chat {
namespace {

TEST(Uuid, PrintsAndParsesTheSameText) {
    const std::string text = "0123abcd-4567-89ef-0011-2233445566ff";
    const auto uuid = parse_uuid(text);
    ASSERT_TRUE(uuid);
    EXPECT_EQ(to_string(*uuid), text);
    EXPECT_EQ(uuid->bytes[0], 0x01);
    EXPECT_EQ(uuid->bytes[15], 0xff);
}

TEST(Uuid, ParsesEitherCaseAndPrintsLower) {
    const auto uuid = parse_uuid("ABCDEFAB-CDEF-ABCD-EFAB-CDEFABCDEFAB");
    ASSERT_TRUE(uuid);
    EXPECT_EQ(to_string(*uuid), "abcdefab-cdef-abcd-efab-cdefabcdefab");
}

TEST(Uuid, RefusesEveryOtherForm) {
    for (const char* text : {
             "",
             "0123abcd-4567-89ef-0011-2233445566f",
             "0123abcd-4567-89ef-0011-2233445566fff",
             "0123abcd456789ef00112233445566ff",
             "{0123abcd-4567-89ef-0011-2233445566ff}",
             "urn:uuid:0123abcd-4567-89ef-0011-2233445566ff",
             "0123abcd-4567-89ef-0011-2233445566fg",
             "0123abcd-4567-89ef-0011-2233445566f ",
             " 123abcd-4567-89ef-0011-2233445566ff",
             "0123abcd4-567-89ef-0011-2233445566ff",
             "0123abcd_4567_89ef_0011_2233445566ff",
             "0123abcd--567-89ef-0011-2233445566ff",
             "-123abcd-4567-89ef-0011-2233445566ff",
         }) {
        EXPECT_FALSE(parse_uuid(text)) << text;
    }
    EXPECT_FALSE(parse_uuid(std::string_view("0123abcd-4567-89ef-0011-2233445566f\0", 36)));
}

// RFC 9562, A.6.
TEST(Uuid, MakesTheVersion7OfTheRfc) {
    const auto uuid = uuid_v7(std::chrono::milliseconds(0x017F22E279B0), 0xCC3, 0x18C4DC0C0C07398F);
    EXPECT_EQ(to_string(uuid), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(Uuid, KeepsVersionAndVariantWhateverTheRandomBits) {
    EXPECT_EQ(to_string(uuid_v7(std::chrono::milliseconds(0), 0, 0)), "00000000-0000-7000-8000-000000000000");
    EXPECT_EQ(to_string(uuid_v7(std::chrono::milliseconds(0xffffffffffff), 0xffff, ~std::uint64_t{0})),
              "ffffffff-ffff-7fff-bfff-ffffffffffff");
}

TEST(Uuid, OfVersion7OrdersByTime) {
    const auto earlier = uuid_v7(std::chrono::milliseconds(1'700'000'000'255), 0xfff, ~std::uint64_t{0});
    const auto later = uuid_v7(std::chrono::milliseconds(1'700'000'000'256), 0, 0);
    EXPECT_LT(earlier, later);
}

TEST(Uuid, HashesSpreadWhenOnlyTheTimeDiffers) {
    std::unordered_set<std::size_t> hashes;
    for (int ms = 0; ms < 1000; ++ms) hashes.insert(std::hash<Uuid>{}(uuid_v7(std::chrono::milliseconds(ms), 0, 0)));
    EXPECT_EQ(hashes.size(), 1000U);
}

}  // namespace
}  // namespace chat
