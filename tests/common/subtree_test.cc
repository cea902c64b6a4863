#include "common/subtree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/common/fakes.h"

namespace mote {
namespace {

Subtree SomeSubtree() {
  Subtree subtree;
  subtree.reducer = "sum";
  subtree.task_count = 5;
  subtree.finish = true;
  subtree.entries = {{{1, 0}, Value{"(ab)", std::nullopt}},
                     {{0, 2}, Value{"", ArtifactRef{Sha256("c"), 70'000, false}}},
                     {{0, 3}, std::nullopt},
                     {{2, 1}, Value{"e", std::nullopt}}};
  return subtree;
}

absl::StatusOr<std::string> Read(const Value& value) { return value.artifact ? "c" : value.bytes; }

TEST(Subtree, IsReadAsItWasWritten) {
  PassSpec spec;
  ASSERT_TRUE(WriteSubtree(SomeSubtree(), &spec).ok());
  const absl::StatusOr<Subtree> read = ReadSubtree(spec);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, SomeSubtree());
}

TEST(Subtree, FoldsInTheOrderOfTheTree) {
  MemoryBlobs blobs;
  const absl::StatusOr<NodeValue> root = FoldSubtree(SomeSubtree(), ShapeReducer(), Read, blobs);
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(**root, "(((ab)c)e)");  // task 3 is absent
}

TEST(Subtree, NodesThatAreNoSubtreeAreRefused) {
  MemoryBlobs blobs;
  Subtree gap = SomeSubtree();
  gap.entries.erase(gap.entries.begin() + 1);
  EXPECT_EQ(FoldSubtree(gap, ShapeReducer(), Read, blobs).status().code(), absl::StatusCode::kInvalidArgument);
  gap.task_count = 0;
  EXPECT_EQ(FoldSubtree(gap, ShapeReducer(), Read, blobs).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Subtree, WrongParametersAreRefused) {
  PassSpec spec;
  spec.parameters = R"({"reducer": 3})";
  EXPECT_EQ(ReadSubtree(spec).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace mote
