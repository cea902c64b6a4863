#include "common/shared_file.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace mote {

std::string SharedFile::ToString() const { return absl::StrCat("shared:", bytes, ":", modified_ns, ":", path); }

absl::StatusOr<SharedFile> SharedFile::Parse(std::string_view text) {
  const std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(text.data(), text.size()), absl::MaxSplits(':', 3));
  SharedFile file;
  const bool valid = parts.size() == 4 && parts[0] == "shared" && absl::SimpleAtoi(parts[1], &file.bytes) &&
                     absl::SimpleAtoi(parts[2], &file.modified_ns) && file.bytes >= 0 && !parts[3].empty() &&
                     parts[3][0] == '/';
  if (!valid) return absl::InvalidArgumentError(absl::StrCat("\"", std::string(text), "\" names no shared file"));
  file.path = parts[3];
  return file;
}

}  // namespace mote
