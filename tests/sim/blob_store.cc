#include "tests/sim/blob_store.h"

#include <set>
#include <utility>
#include <vector>

#include "common/check.h"

namespace mote::sim {
namespace {

constexpr absl::Duration kPutLately = absl::Seconds(5);
constexpr absl::Duration kHeldAgain = absl::Minutes(1);

std::set<Digest> DigestsOf(const std::vector<ArtifactRef>& artifacts) {
  std::set<Digest> digests;
  for (const ArtifactRef& artifact : artifacts) {
    MOTE_CHECK(!artifact.manifest, "artifacts of the simulation are one blob each");
    digests.insert(artifact.digest);
  }
  return digests;
}

}  // namespace

Digest BlobStore::Store(std::string bytes) {
  const Digest digest = Sha256(bytes);
  const auto [blob, is_new] = blobs_.try_emplace(digest, Blob{std::move(bytes), queue_.now()});
  if (!is_new) blob->second.put = queue_.now() + kHeldAgain;
  return digest;
}

const std::string* BlobStore::Find(const Digest& digest) const {
  const auto blob = blobs_.find(digest);
  return blob == blobs_.end() ? nullptr : &blob->second.bytes;
}

bool BlobStore::RemovePutBefore(const Digest& digest, absl::Time time) {
  const auto blob = blobs_.find(digest);
  if (blob == blobs_.end()) return true;
  if (blob->second.put >= time) return false;
  blobs_.erase(blob);
  ++removed_;
  return true;
}

void BlobStore::Drop(const mc::DropArtifacts& drop) {
  const std::set<Digest> in_use = DigestsOf(drop.in_use), dropped = DigestsOf(drop.artifacts);
  later_.insert(dropped.begin(), dropped.end());
  std::erase_if(later_, [&](const Digest& digest) {
    return in_use.contains(digest) || RemovePutBefore(digest, queue_.now() - kPutLately);
  });
}

void BlobStore::Collect(const mc::CollectArtifacts& collect) {
  MOTE_CHECK(collect.tables.empty(), "tables of the simulation are small");
  const std::set<Digest> in_use = DigestsOf(collect.in_use);
  std::vector<Digest> others;
  for (const auto& [digest, blob] : blobs_) {
    if (!in_use.contains(digest)) others.push_back(digest);
  }
  for (const Digest& digest : others) RemovePutBefore(digest, collect.put_before);
}

}  // namespace mote::sim
