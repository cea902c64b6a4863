// Blobs in a directory, one file each, named by their digest:
//
//   <dir>/<first 2 hex digits>/<64 hex digits>
//   <dir>/tmp/<pid>.<number>      being written; renamed once whole
//
// So a name that exists holds the whole blob (after a power failure only if it was
// written or synced as durable). Bytes are not hashed here: who writes has the
// digest from the bytes, who reads what others wrote verifies.
//
// Thread-safe, and several processes may share a directory: the last rename of
// equal bytes wins.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/digest.h"
#include "common/files/file_bytes.h"

namespace mote {

class BlobFiles {
 public:
  // Makes the directory when it is missing and removes what dead processes left
  // half-written in it.
  //
  // Errors: as errno says, naming the path.
  static absl::StatusOr<std::unique_ptr<BlobFiles>> Open(std::string dir);

  const std::string& dir() const { return dir_; }
  std::string Path(const Digest& digest) const;
  bool Has(const Digest& digest) const;

  // Stores a blob under its digest. `durable`: the file and its name are flushed
  // before this returns. Writing what is there already costs a comparison; a
  // damaged file of that name is replaced.
  //
  // ResourceExhausted: the disk is full.
  absl::Status Write(const Digest& digest, std::string_view bytes, bool durable);

  // The same without looking what is there.
  absl::Status Replace(const Digest& digest, std::string_view bytes, bool durable);

  // Whether it is here with these bytes.
  bool Holds(const Digest& digest, std::string_view bytes) const;
  // The blob counts as written at `time`. False: it is not here.
  absl::StatusOr<bool> Touch(const Digest& digest, absl::Time time);

  // Gives a blob of another directory a name here too, without copying it where the
  // file system can. What is here already stays.
  //
  // NotFound: it is not there. Otherwise as Write's.
  absl::Status LinkFrom(const BlobFiles& other, const Digest& digest);

  // Flushes blobs that were written volatile, and each folder of theirs once. NotFound:
  // one is not here.
  absl::Status Sync(const std::vector<Digest>& digests);

  // NotFound: it is not here. Map as MapFile, Read as ReadWholeFile.
  absl::StatusOr<std::shared_ptr<const FileBytes>> Map(const Digest& digest) const;
  absl::StatusOr<std::shared_ptr<const FileBytes>> Read(const Digest& digest) const;
  // NotFound: it is not here.
  absl::StatusOr<int64_t> Size(const Digest& digest) const;
  // When the blob was written last, also with the bytes it had, or as Touch said. NotFound:
  // it is not here.
  absl::StatusOr<absl::Time> WrittenAt(const Digest& digest) const;
  // The blobs of one of the folders, 0 to kFolders - 1, in no order.
  //
  // Errors: as errno says, naming the folder.
  static constexpr int kFolders = 256;
  absl::StatusOr<std::vector<Digest>> List(int folder) const;
  // Removing what is not here is fine.
  absl::Status Remove(const Digest& digest);

 private:
  explicit BlobFiles(std::string dir) : dir_(std::move(dir)) {}
  std::string Folder(const Digest& digest) const;
  std::string TemporaryName();

  const std::string dir_;
  std::atomic<uint64_t> temporaries_{0};
};

}  // namespace mote
