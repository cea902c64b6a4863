#include "common/bundle_name.h"

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace mote {
namespace {

constexpr size_t kBundleNameBytesMax = 128;

bool IsNamePart(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

bool BundleReference::Is(std::string_view text) { return text.find_first_of("/:") != std::string_view::npos; }

std::optional<BundleReference> BundleReference::Parse(std::string_view text) {
  const size_t colon = text.find(':');
  BundleReference reference{std::string(text.substr(0, colon)), 0};
  if (!IsBundleName(reference.name)) return std::nullopt;
  if (colon == std::string_view::npos) return reference;
  const std::string_view version = text.substr(colon + 1);
  if (version == "latest") return reference;
  const bool is_number = absl::SimpleAtoi(std::string(version), &reference.version) && reference.version > 0 &&
                         version == absl::StrCat(reference.version);
  return is_number ? std::optional(reference) : std::nullopt;
}

bool IsBundleName(std::string_view name) {
  if (name.size() > kBundleNameBytesMax) return false;
  const std::vector<std::string> parts = absl::StrSplit(std::string(name), '/');
  return std::all_of(parts.begin(), parts.end(), IsNamePart);
}

}  // namespace mote
