#include "coordinator/core/bundles.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace mote::coordinator {
std::string NameOf(const Bundle& bundle) { return absl::StrCat(bundle.name, ":", bundle.version); }

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

BundlePage BundleIndex::Page(std::string_view tenant, std::string_view name, const BundleReference& after,
                             int size) const {
  BundlePage page;
  for (auto named = bundles_.lower_bound({std::string(tenant), std::max(std::string(name), after.name)});
       named != bundles_.end() && named->first.first == tenant; ++named) {
    const auto& [key, versions] = *named;
    if (!name.empty() && key.second != name) break;
    const auto newest = key.second == after.name ? versions.lower_bound(after.version) : versions.end();
    for (auto it = std::make_reverse_iterator(newest); it != versions.rend(); ++it) {
      if (static_cast<int>(page.bundles.size()) == size) {
        page.has_more = true;
        return page;
      }
      page.bundles.push_back(&it->second);
    }
  }
  return page;
}

std::vector<const Bundle*> BundleIndex::All() const {
  std::vector<const Bundle*> all;
  for (const auto& [key, versions] : bundles_) {
    for (const auto& [version, bundle] : versions) all.push_back(&bundle);
  }
  return all;
}

}  // namespace mote::coordinator
