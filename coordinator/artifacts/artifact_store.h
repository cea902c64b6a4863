// The coordinator's store of blobs: verified on the way in and on the way out.
//
// Thread-safe. Every call may wait for the disk: call from a disk thread
// (disk_threads.h), never from one of gRPC's.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/artifact.h"
#include "common/digest.h"
#include "common/files/blob_files.h"
#include "coordinator/artifacts/recent_digests.h"

namespace mote::coordinator {

// A range of a verified blob, for as long as the object lives.
class BlobRange {
 public:
  BlobRange(std::shared_ptr<const FileBytes> blob, std::string_view range) : blob_(std::move(blob)), range_(range) {}
  std::string_view bytes() const { return range_; }

 private:
  std::shared_ptr<const FileBytes> blob_;
  std::string_view range_;
};

struct DiskSpace {
  int64_t free_bytes = 0;
  int64_t reserve_bytes = 0;
  bool low() const { return free_bytes < reserve_bytes; }
};

class ArtifactStore {
  static constexpr size_t kFlushedMax = 4096;
  static constexpr size_t kDamagedMax = 1024;
  static constexpr size_t kWholeMax = 65536;

 public:
  // `disk_reserve_bytes`: what should stay free on the file system of `dir`: see CheckReserve.
  //
  // Errors: as errno says, naming the path.
  static absl::StatusOr<std::unique_ptr<ArtifactStore>> Open(const std::string& dir, int64_t disk_reserve_bytes);

  // Stores a blob; `durable`: before this returns. Idempotent, and then cheap.
  //
  // Returns
  //   InvalidArgument    more than kBlobBytesMax bytes, or they do not hash to `digest`
  //   ResourceExhausted  the disk is full
  absl::Status Put(const Digest& digest, std::string_view bytes, bool durable);

  // Makes blobs durable that were put volatile. NotFound: one is not here whole; named.
  absl::Status Sync(const std::vector<Digest>& digests);

  // Bytes [offset, offset + length) of a blob; length 0: to its end. The whole blob
  // is verified first, unless `verify` is false: then whoever reads it must.
  //
  // Returns
  //   NotFound    not stored here; says so if that is because it was damaged
  //   OutOfRange  the range leaves the blob
  //   DataLoss    the stored bytes no longer hash to the digest. They are removed,
  //               so that FindMissing names the blob and it can be put again
  absl::StatusOr<BlobRange> Get(const Digest& digest, int64_t offset, int64_t length, bool verify = true);

  // Those of `digests` that are not here, in their order. The others count as put again.
  // A file that this process did not write is read first: after a power failure there may
  // be one with less than its blob, and it is removed.
  std::vector<Digest> FindMissing(const std::vector<Digest>& digests);
  // The blob counts as put again, whatever its bytes are. False: it is not here.
  bool Touch(const Digest& digest);
  bool Has(const Digest& digest) const { return files_->Has(digest); }
  // Bytes of a stored blob, from the file system alone. NotFound: it is not here.
  absl::StatusOr<int64_t> Size(const Digest& digest) const { return files_->Size(digest); }

  // Removes a blob that was put before `time`, and not again since. What was put again counts
  // as put kHeldAgain after that: who put it then may name it that much later, after a
  // connection that was cut.
  static constexpr absl::Duration kHeldAgain = absl::Minutes(1);
  struct Removal {
    int64_t bytes = 0;                   // removed
    std::optional<absl::Time> put = {};  // when, if it stays
  };
  absl::StatusOr<Removal> RemovePutBefore(const Digest& digest, absl::Time time);
  // As BlobFiles.
  static constexpr int kFolders = BlobFiles::kFolders;
  absl::StatusOr<std::vector<Digest>> List(int folder) const { return files_->List(folder); }

  // ResourceExhausted while less than the reserve is free; names both and the remedy.
  // Checked before something new is taken from outside; what the coordinator itself
  // must store to go on may use the reserve.
  absl::Status CheckReserve() const;
  // Errors: as errno says, naming the path.
  absl::StatusOr<DiskSpace> Space() const;

 private:
  ArtifactStore(std::unique_ptr<BlobFiles> files, int64_t disk_reserve_bytes)
      : files_(std::move(files)), disk_reserve_bytes_(disk_reserve_bytes) {}

  // False: the blob is not damaged any more, for it was put again.
  bool RemoveDamaged(const Digest& digest);
  // Whether the blob is here, with its own bytes.
  bool IsWhole(const Digest& digest);
  // The same by who holds the blob's mutex; so is the next one.
  bool VerifyOnce(const Digest& digest);
  absl::Status Remove(const Digest& digest);
  // Who puts a blob, asks whether it is here, or removes it, does so one after the other.
  std::mutex& MutexOf(const Digest& digest) { return mutexes_[digest.bytes[0] % mutexes_.size()]; }
  // Names the blob, and whether damage is why it is gone.
  absl::Status NotStored(const Digest& digest) const;

  const std::unique_ptr<BlobFiles> files_;
  const int64_t disk_reserve_bytes_;
  RecentDigests flushed_{kFlushedMax};  // durable already: equal results are common
  RecentDigests damaged_{kDamagedMax};  // removed as such, and not put again since
  RecentDigests whole_{kWholeMax};      // written or verified by this process
  std::array<std::mutex, 64> mutexes_;
};

}  // namespace mote::coordinator
