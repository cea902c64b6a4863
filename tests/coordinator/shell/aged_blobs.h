// Blobs that were put long ago.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "coordinator/artifacts/artifact_store.h"
#include "tests/coordinator/shell/status_matchers.h"

namespace mote::coordinator {

// `dir`: of the store.
inline ArtifactRef PutLongAgo(ArtifactStore& store, const std::string& dir, const std::string& bytes) {
  const Digest digest = Sha256(bytes);
  EXPECT_THAT(store.Put(digest, bytes, false), IsOk());
  const std::string path = dir + "/" + digest.Hex().substr(0, 2) + "/" + digest.Hex();
  const timespec long_ago[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  EXPECT_EQ(utimensat(AT_FDCWD, path.c_str(), long_ago, 0), 0);
  return {digest, static_cast<int64_t>(bytes.size()), false};
}

}  // namespace mote::coordinator
