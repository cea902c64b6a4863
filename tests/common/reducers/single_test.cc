#include "common/json.h"
#include "tests/common/reducers/reducer_testing.h"

namespace mote {
namespace {

std::unique_ptr<Reducer> Single() { return *MakeReducer("single", Json::object()); }

TEST(Single, TheTasksBytesAreTheDocument) {
  MemoryBlobs blobs;
  const std::string partial = R"({"loss":0.5})";
  const Output expected{OutputKind::kDocument, {partial, std::nullopt}, 0, 12};
  EXPECT_EQ(*Single()->Finish(&partial, blobs, nullptr), expected);
}

TEST(Single, ASecondTaskIsRefused) {
  MemoryBlobs blobs;
  std::string left = "a";
  EXPECT_THAT(Single()->Combine(left, "b", blobs), Says("one task"));
  EXPECT_THAT(Single()->Finish(nullptr, blobs, nullptr).status(), Says("has no result"));
}

}  // namespace
}  // namespace mote
