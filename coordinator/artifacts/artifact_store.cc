#include "coordinator/artifacts/artifact_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/files/posix_file.h"
#include "common/status_macros.h"

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
  if (flushed_.Contains(digest)) {
    MOTE_ASSIGN_OR_RETURN(const bool whole, files_->Touch(digest, bytes));
    if (whole) return absl::OkStatus();
  }
  // Before the file can be another: nobody may believe that it is durable.
  flushed_.Remove(digest);
  MOTE_RETURN_IF_ERROR(files_->Write(digest, bytes, durable));
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
    damaged_.Add(digest);
    MOTE_RETURN_IF_ERROR(Remove(digest));
    return absl::DataLossError(absl::StrCat("\"", files_->Path(digest),
                                            "\" is damaged: its bytes no longer hash to its name; it was removed, put "
                                            "the blob again"));
  }
  const int64_t size = static_cast<int64_t>(bytes.size());
  if (offset < 0 || length < 0 || offset > size || length > size - offset) {
    return absl::OutOfRangeError(absl::StrCat("range of ", length, " bytes at ", offset, " leaves blob ", digest.Hex(),
                                              ", which has ", size, " bytes"));
  }
  const int64_t count = length == 0 ? size - offset : length;
  return BlobRange(*std::move(blob), bytes.substr(static_cast<size_t>(offset), static_cast<size_t>(count)));
}

absl::Status ArtifactStore::RemoveUntouched(const Digest& digest, absl::Duration age) {
  const absl::StatusOr<absl::Time> written = files_->WrittenAt(digest);
  if (absl::IsNotFound(written.status())) return absl::OkStatus();
  MOTE_RETURN_IF_ERROR(written.status());
  if (absl::Now() - *written < age) return absl::OkStatus();
  return Remove(digest);
}

bool ArtifactStore::IsWhole(const Digest& digest) {
  if (whole_.Contains(digest)) return files_->Has(digest);
  if (!Get(digest, 0, 0).ok()) return false;
  whole_.Add(digest);
  return true;
}

std::vector<Digest> ArtifactStore::FindMissing(const std::vector<Digest>& digests) {
  std::vector<Digest> missing;
  for (const Digest& digest : digests) {
    const bool here = IsWhole(digest) && files_->Touch(digest).value_or(false);
    if (!here) missing.push_back(digest);
  }
  return missing;
}

}  // namespace mote::coordinator
