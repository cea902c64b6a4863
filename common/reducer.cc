#include "common/reducer.h"

#include "absl/strings/str_cat.h"

namespace mote {
namespace {

absl::Status NoSharedFiles(const std::string& path) {
  return absl::UnavailableError(absl::StrCat("the shared file \"", path, "\" can only be read by an engine"));
}

}  // namespace

absl::StatusOr<SharedFile> BlobSource::FindShared(const std::string& path) { return NoSharedFiles(path); }

absl::Status BlobSource::ReadShared(const SharedFile& file, int64_t, int64_t, std::string*) {
  return NoSharedFiles(file.path);
}

}  // namespace mote
