// TensorBoard event files, read back record by record.
#include "client/outputs/event_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "common/bytes.h"
#include "common/json.h"

namespace mote::client {
namespace {

using ::testing::HasSubstr;

// The payloads of the records; checks each checksum.
std::vector<std::string> Events(const std::string& file) {
  const auto masked = [](std::string_view bytes) { return std::rotr(Crc32c(bytes), 15) + 0xA282EAD8u; };
  std::vector<std::string> events;
  std::string_view rest = file;
  while (!rest.empty()) {
    ByteReader reader(rest);
    const uint64_t length = *reader.Get<uint64_t>();
    EXPECT_EQ(*reader.Get<uint32_t>(), masked(rest.substr(0, 8)));
    events.emplace_back(rest.substr(12, length));
    ByteReader tail(rest.substr(12 + length));
    EXPECT_EQ(*tail.Get<uint32_t>(), masked(events.back()));
    rest.remove_prefix(16 + length);
  }
  return events;
}

TEST(EventFile, ChecksumsAreThoseOfRfc3720) {
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62A8AB43u);
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283u);
}

TEST(EventFile, HoldsEveryFigureOfEveryEpoch) {
  const auto file = EventFile(Json::parse(R"({"steps": 2, "epochs": [
      {"epoch": 1, "loss": 0.5, "validation": {"loss": 0.25, "f1_macro": 0.75, "rows": 9}},
      {"epoch": 2, "loss": 0.125}]})"));
  ASSERT_TRUE(file.has_value());
  const std::vector<std::string> events = Events(*file);
  ASSERT_EQ(events.size(), 5u);
  EXPECT_THAT(events[0], HasSubstr("brain.Event:2"));
  EXPECT_THAT(events[1], HasSubstr("loss/train"));
  EXPECT_THAT(events[2], HasSubstr("validation/f1_macro"));
  EXPECT_THAT(events[3], HasSubstr("loss/validation"));
  // wall_time 2.0, step 2, summary {value {tag, simple_value 0.125}}
  const std::string expected("\x09\0\0\0\0\0\0\0\x40\x10\x02\x2a\x13\x0a\x11\x0a\x0aloss/train\x15\0\0\0\x3e", 32);
  EXPECT_EQ(events[4], expected);
}

TEST(EventFile, OtherDocumentsHaveNone) {
  EXPECT_FALSE(EventFile(Json::array()).has_value());
  EXPECT_FALSE(EventFile({{"epochs", {1}}, {"steps", 1}}).has_value());
}

}  // namespace
}  // namespace mote::client
