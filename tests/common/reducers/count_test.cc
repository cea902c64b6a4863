#include "tests/common/reducers/reducer_testing.h"

namespace mote {
namespace {

TEST(Count, CountsTasksNotRows) {
  MemoryBlobs blobs;
  const auto count = Make("count");
  EXPECT_EQ(TableOf(Reduce(*count, {Integers("a", {1, 2, 3}), Table{}, Texts("b", {"x"})}, blobs), blobs),
            Integers("count", {3}));
}

TEST(Count, NoTaskWithAResultIsZero) {
  MemoryBlobs blobs;
  EXPECT_EQ(TableOf(Make("count")->Finish(nullptr, blobs, nullptr), blobs), Integers("count", {0}));
}

TEST(Count, PartialStaysInTheStringsOwnBuffer) {
  MemoryBlobs blobs;
  const auto count = Make("count");
  std::string partial = LeafOf(*count, Table{}, blobs);
  ASSERT_TRUE(count->Combine(partial, partial, blobs).ok());
  EXPECT_LE(partial.capacity(), std::string().capacity());
}

TEST(Count, WrongBytesAreRefused) {
  MemoryBlobs blobs;
  const auto count = Make("count");
  std::string eight(8, '\0');
  EXPECT_THAT(count->Validate(eight), Says("counts 0 tasks"));
  EXPECT_THAT(count->Validate("123"), Says("8 bytes, not 3"));
  EXPECT_THAT(count->Combine(eight, "123", blobs), Says("8 bytes, not 3"));
  std::string most = std::string(7, '\xff') + '\x7f';
  EXPECT_THAT(count->Combine(most, most, blobs), Says("over 2^63"));
}

}  // namespace
}  // namespace mote
