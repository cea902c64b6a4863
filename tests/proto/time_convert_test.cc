#include "proto/convert/time_convert.h"

#include <gtest/gtest.h>

namespace mote::wire {
namespace {

TEST(TimeConvert, NanosecondsSurviveOnBothSidesOfZero) {
  for (const int64_t nanos :
       {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{-1'500'000'000}, int64_t{1'700'000'000'123'456'789}}) {
    EXPECT_EQ(FromProto(ToProto(absl::FromUnixNanos(nanos))), absl::FromUnixNanos(nanos));
    EXPECT_EQ(FromProto(ToProto(absl::Nanoseconds(nanos))), absl::Nanoseconds(nanos));
    EXPECT_GE(ToProto(absl::FromUnixNanos(nanos)).nanos(), 0);
  }
}

}  // namespace
}  // namespace mote::wire
