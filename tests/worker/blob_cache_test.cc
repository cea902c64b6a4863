#include "worker/supervisor/blob_cache.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <limits>
#include <string>

#include "tests/worker/temporary_directory.h"

namespace mote::worker {
namespace {

// A cache for 1,000 bytes with blobs of 300, last used so many hours ago.
class Cache {
 public:
  Cache() : cache_(*BlobCache::Open(directory_.path(), 1000)) {}
  Digest Put(char letter, int hours_ago) {
    const std::string bytes(300, letter);
    const Digest digest = Sha256(bytes);
    EXPECT_TRUE(cache_->Write(digest, bytes).ok());
    const auto path = std::filesystem::path(directory_.path()) / digest.Hex().substr(0, 2) / digest.Hex();
    std::filesystem::last_write_time(path,
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(hours_ago));
    return digest;
  }
  BlobCache& operator*() { return *cache_; }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<BlobCache> cache_;
};

TEST(BlobCache, LeastRecentlyUsedBlobsGoFirstWhenTheBoundIsPassed) {
  Cache cache;
  const Digest newer = cache.Put('a', 1), oldest = cache.Put('b', 3), older = cache.Put('c', 2);
  const Digest fresh = cache.Put('d', 0);
  EXPECT_FALSE((*cache).Has(oldest));
  EXPECT_TRUE((*cache).Has(older));
  EXPECT_TRUE((*cache).Has(newer));
  EXPECT_TRUE((*cache).Has(fresh));
}

TEST(BlobCache, FullDiskEvictsTheOlderHalfAndOneWithRoomNothing) {
  Cache cache;
  const Digest oldest = cache.Put('a', 3), older = cache.Put('b', 2), fresh = cache.Put('c', 0);
  (*cache).MakeRoom(0);
  EXPECT_TRUE((*cache).Has(oldest));
  (*cache).MakeRoom(std::numeric_limits<int64_t>::max());
  EXPECT_FALSE((*cache).Has(oldest));
  EXPECT_FALSE((*cache).Has(older));
  EXPECT_TRUE((*cache).Has(fresh)) << "what is in use stays";
}

TEST(BlobCache, BlobThatIsNotSentYetStaysWhateverItsAge) {
  Cache cache;
  const Digest unsent = cache.Put('a', 9), other = cache.Put('b', 1), third = cache.Put('c', 0);
  (*cache).Pin({unsent});
  cache.Put('d', 0);
  EXPECT_TRUE((*cache).Has(unsent));
  EXPECT_FALSE((*cache).Has(other));
  (*cache).Unpin({unsent});
  cache.Put('e', 0);
  EXPECT_FALSE((*cache).Has(unsent));
  EXPECT_TRUE((*cache).Has(third));
}

TEST(BlobCache, BoundHoldsForWhatAnEarlierProcessLeft) {
  const TemporaryDirectory directory;
  std::vector<Digest> digests;
  {
    const auto large = *BlobCache::Open(directory.path(), 1 << 20);
    for (char letter = 'a'; letter < 'k'; ++letter) {
      const std::string bytes(300, letter);
      digests.push_back(Sha256(bytes));
      ASSERT_TRUE(large->Write(digests.back(), bytes).ok());
    }
  }
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory.path())) {
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  }
  const auto small = *BlobCache::Open(directory.path(), 1000);
  int left = 0;
  for (const Digest& digest : digests) left += small->Has(digest) ? 1 : 0;
  EXPECT_EQ(left, 3);
}

}  // namespace
}  // namespace mote::worker
