#include "coordinator/core/bundles.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace mote::coordinator {
namespace {

constexpr size_t kBundleNameBytesMax = 128;

bool IsNamePart(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

std::string NameOf(const Bundle& bundle) { return absl::StrCat(bundle.name, ":", bundle.version); }

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

bool BundleIndex::Put(Bundle bundle) {
  Versions& versions = bundles_[{bundle.tenant, bundle.name}];
  const int64_t version = bundle.version;
  return versions.emplace(version, std::move(bundle)).second;
}

const BundleIndex::Versions* BundleIndex::VersionsOf(std::string_view tenant, std::string_view name) const {
  const auto found = bundles_.find({std::string(tenant), std::string(name)});
  return found == bundles_.end() ? nullptr : &found->second;
}

const Bundle* BundleIndex::Find(std::string_view tenant, std::string_view name, int64_t version) const {
  const Versions* versions = VersionsOf(tenant, name);
  if (versions == nullptr) return nullptr;
  if (version == 0) return &versions->rbegin()->second;
  const auto found = versions->find(version);
  return found == versions->end() ? nullptr : &found->second;
}

int64_t BundleIndex::VersionFor(std::string_view tenant, std::string_view name,
                                const std::map<std::string, Output>& outputs) const {
  const Versions* versions = VersionsOf(tenant, name);
  if (versions == nullptr) return 1;
  const auto equal = std::find_if(versions->rbegin(), versions->rend(),
                                  [&](const auto& version) { return version.second.outputs == outputs; });
  return equal != versions->rend() ? equal->first : versions->rbegin()->first + 1;
}

std::vector<std::string> BundleIndex::Names(std::string_view tenant) const {
  std::vector<std::string> names;
  for (const auto& [key, versions] : bundles_) {
    if (key.first == tenant) names.push_back(key.second);
  }
  return names;
}

std::vector<const Bundle*> BundleIndex::List(std::string_view tenant, std::string_view name) const {
  std::vector<const Bundle*> listed;
  for (const auto& [key, versions] : bundles_) {
    if (key.first != tenant || (!name.empty() && key.second != name)) continue;
    for (auto it = versions.rbegin(); it != versions.rend(); ++it) listed.push_back(&it->second);
  }
  return listed;
}

std::vector<const Bundle*> BundleIndex::All() const {
  std::vector<const Bundle*> all;
  for (const auto& [key, versions] : bundles_) {
    for (const auto& [version, bundle] : versions) all.push_back(&bundle);
  }
  return all;
}

}  // namespace mote::coordinator
