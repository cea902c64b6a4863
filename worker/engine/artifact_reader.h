// Reading artifacts by range and storing values, whatever their size.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/reducer.h"
#include "common/value.h"

namespace mote::engine {

// One artifact, read by range. Keeps the blob, or the range of a shared file, that was
// used last, so reading forward touches everything once; who reads forward has the next
// few blobs fetched meanwhile.
//
// Errors of every function
//   Unavailable      a blob or the shared file cannot be had now
//   DataLoss         the shared file is another one by now
//   InvalidArgument  the manifest or a blob does not fit the artifact's size
//   OutOfRange       the range leaves the artifact
//
// Not thread-safe.
class ArtifactReader {
 public:
  // Reads the manifest, where there is one, but none of the content.
  static absl::StatusOr<ArtifactReader> Open(const ArtifactRef& ref, BlobSource& source);

  // The same of a file that lies at a shared path.
  static ArtifactReader OfShared(SharedFile file);

  // The same of bytes that are part of something else; they must outlive the reader.
  static ArtifactReader OfBytes(std::string_view bytes);

  int64_t bytes() const { return bytes_; }

  // The bytes [offset, offset + length); length −1: to the end. Points into what the
  // reader keeps when the range lies in it, otherwise into `*joined`. Valid until the
  // next call and as long as `*joined` is left alone.
  absl::StatusOr<std::string_view> View(int64_t offset, int64_t length, BlobSource& source, std::string* joined);

 private:
  // `end`: of the blobs that the caller will read.
  absl::StatusOr<std::string_view> Blob(size_t index, size_t end, BlobSource& source);
  absl::StatusOr<std::string_view> OfSharedFile(int64_t offset, int64_t length, BlobSource& source);

  std::optional<SharedFile> shared_;  // else the blobs
  std::string range_;                 // of the shared file, what was read last
  int64_t range_begin_ = 0;
  std::vector<BlobRef> blobs_;
  std::vector<int64_t> starts_;  // offset of each blob in the content
  int64_t bytes_ = 0;
  size_t mapped_index_ = SIZE_MAX;
  std::string_view mapped_;
  std::shared_ptr<const void> keep_;
};

// The bytes [offset, offset + length) of an artifact; length −1: to the end.
// Errors as ArtifactReader's.
absl::StatusOr<std::string> ReadArtifact(const ArtifactRef& ref, int64_t offset, int64_t length, BlobSource& source);

// The bytes of a value, inline or by reference. Errors as ArtifactReader's.
absl::StatusOr<std::string> ReadValue(const Value& value, BlobSource& source);

}  // namespace mote::engine
