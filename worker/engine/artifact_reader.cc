#include "worker/engine/artifact_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "worker/engine/read_ahead.h"

namespace mote::engine {
namespace {

// Enough that a connection and the hash of what it brings are both busy; not more, as others
// may be waiting for theirs.
constexpr size_t kBlobsAhead = 4;

}  // namespace

absl::StatusOr<ArtifactReader> ArtifactReader::Open(const ArtifactRef& ref, BlobSource& source) {
  ArtifactReader reader;
  reader.bytes_ = ref.bytes;
  if (!ref.manifest) {
    reader.blobs_ = {{ref.digest, ref.bytes}};
    reader.starts_ = {0};
    return reader;
  }
  std::shared_ptr<const void> keep;
  MOTE_ASSIGN_OR_RETURN(const std::string_view encoded, source.Read(ref.digest, &keep));
  MOTE_ASSIGN_OR_RETURN(Manifest manifest, Manifest::Decode(encoded));
  if (manifest.bytes() != ref.bytes) {
    return absl::InvalidArgumentError(absl::StrCat("artifact ", ref.ToString(), ": its manifest lists ",
                                                   manifest.bytes(), " bytes; upload the file again"));
  }
  reader.blobs_ = std::move(manifest.blobs);
  int64_t start = 0;
  for (const BlobRef& blob : reader.blobs_) {
    reader.starts_.push_back(start);
    start += blob.bytes;
  }
  return reader;
}

ArtifactReader ArtifactReader::OfBytes(std::string_view bytes) {
  ArtifactReader reader;
  reader.blobs_.push_back({Digest(), static_cast<int64_t>(bytes.size())});
  reader.starts_.push_back(0);
  reader.bytes_ = static_cast<int64_t>(bytes.size());
  reader.mapped_index_ = 0;  // for ever: there is one
  reader.mapped_ = bytes;
  return reader;
}

ArtifactReader ArtifactReader::OfShared(SharedFile file) {
  ArtifactReader reader;
  reader.bytes_ = file.bytes;
  reader.shared_ = std::move(file);
  return reader;
}

absl::StatusOr<std::string_view> ArtifactReader::Blob(size_t index, size_t end, BlobSource& source) {
  if (index == mapped_index_) return mapped_;
  const bool forward = mapped_index_ != SIZE_MAX && index == mapped_index_ + 1;
  const size_t ahead = std::min({blobs_.size(), forward ? SIZE_MAX : end, index + 1 + kBlobsAhead});
  for (size_t next = index + 1; next < ahead; ++next) Expect(blobs_[next].digest, source);
  const BlobRef& blob = blobs_[index];
  std::shared_ptr<const void> keep;
  MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, source.Read(blob.digest, &keep));
  if (static_cast<int64_t>(bytes.size()) != blob.bytes) {
    return absl::InvalidArgumentError(absl::StrCat("blob sha256:", blob.digest.Hex(), " has ", bytes.size(),
                                                   " bytes, its reference says ", blob.bytes));
  }
  mapped_index_ = index;
  mapped_ = bytes;
  keep_ = std::move(keep);
  return mapped_;
}

absl::StatusOr<std::string_view> ArtifactReader::OfSharedFile(int64_t offset, int64_t length, BlobSource& source) {
  const int64_t kept = static_cast<int64_t>(range_.size());
  if (offset < range_begin_ || offset + length > range_begin_ + kept) {
    const absl::Status read = source.ReadShared(*shared_, offset, length, &range_);
    if (!read.ok()) range_.clear();
    MOTE_RETURN_IF_ERROR(read);
    range_begin_ = offset;
  }
  return std::string_view(range_).substr(static_cast<size_t>(offset - range_begin_), static_cast<size_t>(length));
}

absl::StatusOr<std::string_view> ArtifactReader::View(int64_t offset, int64_t length, BlobSource& source,
                                                      std::string* joined) {
  if (length < 0) length = bytes_ - offset;
  if (offset < 0 || offset > bytes_ || length < 0 || length > bytes_ - offset) {
    return absl::OutOfRangeError(
        absl::StrCat("bytes [", offset, ", ", offset, " + ", length, ") leave an artifact of ", bytes_, " bytes"));
  }
  if (length == 0) return std::string_view();
  if (shared_) return OfSharedFile(offset, length, source);
  // The last blob that starts at or before `offset`; empty ones lie before it.
  size_t index = std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin() - 1;
  const int64_t within = offset - starts_[index];
  const auto end =
      static_cast<size_t>(std::lower_bound(starts_.begin(), starts_.end(), offset + length) - starts_.begin());
  MOTE_ASSIGN_OR_RETURN(std::string_view bytes, Blob(index, end, source));
  if (within + length <= blobs_[index].bytes) return bytes.substr(within, length);
  joined->clear();
  joined->reserve(length);
  joined->append(bytes.substr(within));
  while (static_cast<int64_t>(joined->size()) < length) {
    MOTE_ASSIGN_OR_RETURN(bytes, Blob(++index, end, source));
    joined->append(bytes.substr(0, length - joined->size()));
  }
  return std::string_view(*joined);
}

absl::StatusOr<std::string> ReadArtifact(const ArtifactRef& ref, int64_t offset, int64_t length, BlobSource& source) {
  MOTE_ASSIGN_OR_RETURN(ArtifactReader reader, ArtifactReader::Open(ref, source));
  std::string joined;
  MOTE_ASSIGN_OR_RETURN(const std::string_view view, reader.View(offset, length, source, &joined));
  if (view.data() == joined.data()) return joined;
  return std::string(view);
}

absl::StatusOr<std::string> ReadValue(const Value& value, BlobSource& source) {
  if (!value.artifact.has_value()) return value.bytes;
  return ReadArtifact(*value.artifact, 0, -1, source);
}

}  // namespace mote::engine
