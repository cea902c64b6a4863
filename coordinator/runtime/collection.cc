#include "coordinator/runtime/collection.h"

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status_macros.h"
#include "coordinator/artifacts/artifact_blobs.h"
#include "spdlog/spdlog.h"

namespace mote::coordinator {
namespace {

constexpr absl::Duration kClockOffMax = absl::Hours(1);

absl::Status Keep(const ArtifactRef& artifact, const absl::StatusOr<std::vector<Digest>>& blobs,
                  absl::flat_hash_set<Digest>* kept) {
  kept->insert(artifact.digest);
  if (blobs.ok()) {
    kept->insert(blobs->begin(), blobs->end());
  } else if (IsUnreadable(blobs.status())) {
    spdlog::warn("artifact {} is in use, and which blobs it has is not known: {}", artifact.ToString(),
                 std::string(blobs.status().message()));
  } else {
    return blobs.status();
  }
  return absl::OkStatus();
}

// Files have the time of the wall clock; what is judged by another would go too early.
absl::Status CheckClock(absl::Time now) {
  const absl::Duration off = absl::AbsDuration(absl::Now() - now);
  if (off < kClockOffMax) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the machine's clock was set by ",
                                                    absl::FormatDuration(absl::Trunc(off, absl::Seconds(1))),
                                                    " since the coordinator started; start it again"));
}

absl::Status CheckStop(const std::atomic<bool>& stop) {
  return stop ? absl::CancelledError("the coordinator ends") : absl::OkStatus();
}

}  // namespace

absl::StatusOr<Collection> Collect(ArtifactStore& store, const CollectArtifacts& collect,
                                   const std::atomic<bool>& stop) {
  MOTE_RETURN_IF_ERROR(CheckClock(collect.now));
  absl::flat_hash_set<Digest> kept;
  for (const ArtifactRef& artifact : collect.in_use) {
    MOTE_RETURN_IF_ERROR(CheckStop(stop));
    MOTE_RETURN_IF_ERROR(Keep(artifact, BlobsOf(store, artifact), &kept));
  }
  for (const ArtifactRef& table : collect.tables) {
    MOTE_RETURN_IF_ERROR(CheckStop(stop));
    MOTE_RETURN_IF_ERROR(Keep(table, BlobsOfTable(store, table), &kept));
  }
  Collection collection;
  for (int folder = 0; folder < ArtifactStore::kFolders; ++folder) {
    MOTE_ASSIGN_OR_RETURN(const std::vector<Digest> blobs, store.List(folder));
    for (const Digest& blob : blobs) {
      MOTE_RETURN_IF_ERROR(CheckStop(stop));
      if (kept.contains(blob)) continue;
      MOTE_ASSIGN_OR_RETURN(const auto removal, store.RemovePutBefore(blob, collect.put_before));
      if (removal.bytes == 0) continue;
      ++collection.blobs;
      collection.bytes += removal.bytes;
    }
  }
  return collection;
}

}  // namespace mote::coordinator
