#include "worker/supervisor/store_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/worker/temporary_directory.h"

namespace mote::worker {
namespace {

namespace fs = std::filesystem;

TEST(StoreDirectory, TwoWorkersShareBlobsButNoScratch) {
  const TemporaryDirectory directory;
  const auto one = *StoreDirectory::Open(directory.path());
  const auto two = *StoreDirectory::Open(directory.path());
  EXPECT_EQ(one->blobs(), two->blobs());
  EXPECT_NE(*one->EmptyScratch(0), *two->EmptyScratch(0));
}

TEST(StoreDirectory, ScratchIsEmptiedForEveryEngineAndRemovedAtTheEnd) {
  const TemporaryDirectory directory;
  auto store = *StoreDirectory::Open(directory.path());
  const std::string scratch = *store->EmptyScratch(0);
  std::ofstream(scratch + "/left_by_an_engine") << "x";
  EXPECT_EQ(*store->EmptyScratch(0), scratch);
  EXPECT_TRUE(fs::is_empty(scratch));
  store.reset();
  EXPECT_FALSE(fs::exists(scratch));
}

TEST(StoreDirectory, NumberOfAWorkerThatEndedIsUsedAgain) {
  const TemporaryDirectory directory;
  auto store = *StoreDirectory::Open(directory.path());
  const std::string scratch = *store->EmptyScratch(0);
  store.reset();
  EXPECT_EQ(*(*StoreDirectory::Open(directory.path()))->EmptyScratch(0), scratch);
}

TEST(StoreDirectory, PathThatIsAFileIsNamedWithTheRemedy) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/file") << "x";
  const auto store = StoreDirectory::Open(directory.path() + "/file");
  EXPECT_TRUE(absl::IsFailedPrecondition(store.status()));
  EXPECT_THAT(std::string(store.status().message()), testing::HasSubstr("/file"));
  EXPECT_THAT(std::string(store.status().message()), testing::HasSubstr("--store-dir"));
}

}  // namespace
}  // namespace mote::worker
