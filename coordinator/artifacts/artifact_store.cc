#include "coordinator/artifacts/artifact_store.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/files/posix_file.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"

namespace mote::coordinator {

absl::StatusOr<std::unique_ptr<ArtifactStore>> ArtifactStore::Open(const std::string& dir, int64_t disk_reserve_bytes) {
  MOTE_ASSIGN_OR_RETURN(auto files, BlobFiles::Open(dir));
  return std::unique_ptr<ArtifactStore>(new ArtifactStore(std::move(files), disk_reserve_bytes));
}

absl::Status ArtifactStore::NotStored(const Digest& digest) const {
  const bool damaged = damaged_.Contains(digest);
  return absl::NotFoundError(absl::StrCat("blob ", digest.Hex(),
                                          damaged
                                              ? " was damaged on the coordinator's disk and is removed; put it again"
                                              : " is not stored here; put it first"));
}

absl::StatusOr<DiskSpace> ArtifactStore::Space() const {
  MOTE_ASSIGN_OR_RETURN(const int64_t free, FreeBytes(files_->dir()));
  return DiskSpace{free, disk_reserve_bytes_};
}

absl::Status ArtifactStore::CheckReserve() const {
  MOTE_ASSIGN_OR_RETURN(const DiskSpace space, Space());
  if (!space.low()) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("\"", files_->dir(), "\" has ", space.free_bytes >> 20,
                                                   " MiB free, less than the ", space.reserve_bytes >> 20,
                                                   " MiB reserve; free space there or lower --disk-reserve"));
}

absl::Status ArtifactStore::Put(const Digest& digest, std::string_view bytes, bool durable) {
  if (static_cast<int64_t>(bytes.size()) > kBlobBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("blob of ", bytes.size(), " bytes; at most ", kBlobBytesMax,
                                                   " are allowed: cut it and put a manifest"));
  }
  if (const Digest actual = Sha256(bytes); actual != digest) {
    return absl::InvalidArgumentError(
        absl::StrCat("blob announced as ", digest.Hex(), " has the digest ", actual.Hex(), "; mend the sender"));
  }
  const std::lock_guard lock(MutexOf(digest));
  bool is_there = files_->Holds(digest, bytes);
  if (is_there) {
    MOTE_ASSIGN_OR_RETURN(is_there, files_->Touch(digest, absl::Now() + kHeldAgain));
  }
  if (!is_there) {
    // Before the file can be another: nobody may believe that it is durable.
    flushed_.Remove(digest);
    MOTE_RETURN_IF_ERROR(files_->Replace(digest, bytes, durable));
  } else if (durable && !flushed_.Contains(digest)) {
    MOTE_RETURN_IF_ERROR(files_->Sync({digest}));
  }
  damaged_.Remove(digest);
  whole_.Add(digest);
  if (durable) flushed_.Add(digest);
  return absl::OkStatus();
}

absl::Status ArtifactStore::Sync(const std::vector<Digest>& digests) {
  std::vector<Digest> volatiles;
  for (const Digest& digest : digests) {
    if (!IsWhole(digest)) return NotStored(digest);
    if (!flushed_.Contains(digest)) volatiles.push_back(digest);
  }
  MOTE_RETURN_IF_ERROR(files_->Sync(volatiles));
  for (const Digest& digest : volatiles) flushed_.Add(digest);
  return absl::OkStatus();
}

absl::Status ArtifactStore::Remove(const Digest& digest) {
  flushed_.Remove(digest);
  whole_.Remove(digest);
  return files_->Remove(digest);
}

absl::StatusOr<BlobRange> ArtifactStore::Get(const Digest& digest, int64_t offset, int64_t length, bool verify) {
  auto blob = files_->Read(digest);
  if (absl::IsNotFound(blob.status())) return NotStored(digest);
  if (!blob.ok()) return blob.status();
  const std::string_view bytes = (*blob)->bytes();
  if (verify && Sha256(bytes) != digest) {
    if (RemoveDamaged(digest)) {
      return absl::DataLossError(
          absl::StrCat("\"", files_->Path(digest),
                       "\" is damaged: its bytes no longer hash to its name; it was removed, put "
                       "the blob again"));
    }
    return Get(digest, offset, length, verify);  // it was put again meanwhile
  }
  const int64_t size = static_cast<int64_t>(bytes.size());
  if (offset < 0 || length < 0 || offset > size || length > size - offset) {
    return absl::OutOfRangeError(absl::StrCat("range of ", length, " bytes at ", offset, " leaves blob ", digest.Hex(),
                                              ", which has ", size, " bytes"));
  }
  const int64_t count = length == 0 ? size - offset : length;
  return BlobRange(*std::move(blob), bytes.substr(static_cast<size_t>(offset), static_cast<size_t>(count)));
}

absl::StatusOr<ArtifactStore::Removal> ArtifactStore::RemovePutBefore(const Digest& digest, absl::Time time) {
  const std::lock_guard lock(MutexOf(digest));
  const absl::StatusOr<absl::Time> written = files_->WrittenAt(digest);
  if (absl::IsNotFound(written.status())) return Removal();
  MOTE_RETURN_IF_ERROR(written.status());
  if (*written >= time) return Removal{0, *written};
  MOTE_ASSIGN_OR_RETURN(const int64_t bytes, files_->Size(digest));
  MOTE_RETURN_IF_ERROR(Remove(digest));
  return Removal{bytes};
}

bool ArtifactStore::RemoveDamaged(const Digest& digest) {
  const std::lock_guard lock(MutexOf(digest));
  whole_.Remove(digest);
  return !VerifyOnce(digest);
}

bool ArtifactStore::IsWhole(const Digest& digest) {
  const std::lock_guard lock(MutexOf(digest));
  return VerifyOnce(digest);
}

bool ArtifactStore::VerifyOnce(const Digest& digest) {
  if (whole_.Contains(digest)) return files_->Has(digest);
  const auto blob = files_->Read(digest);
  if (!blob.ok()) return false;
  if (Sha256((*blob)->bytes()) != digest) {
    damaged_.Add(digest);
    if (const absl::Status removed = Remove(digest); !removed.ok()) {
      spdlog::error("a damaged blob stays: {}", std::string(removed.message()));
    }
    return false;
  }
  whole_.Add(digest);
  return true;
}

bool ArtifactStore::Touch(const Digest& digest) {
  const std::lock_guard lock(MutexOf(digest));
  return files_->Touch(digest, absl::Now() + kHeldAgain).value_or(false);
}

std::vector<Digest> ArtifactStore::FindMissing(const std::vector<Digest>& digests) {
  std::vector<Digest> missing;
  for (const Digest& digest : digests) {
    const std::lock_guard lock(MutexOf(digest));
    const bool is_here = VerifyOnce(digest) && files_->Touch(digest, absl::Now() + kHeldAgain).value_or(false);
    if (!is_here) missing.push_back(digest);
  }
  return missing;
}

}  // namespace mote::coordinator
