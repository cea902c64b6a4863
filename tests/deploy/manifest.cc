#include "tests/deploy/manifest.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "tests/testing/process.h"

namespace mote::deploy {

std::vector<std::string> Manifest::arguments() const {
  const YAML::Node args = container()["args"];
  return args.IsDefined() ? args.as<std::vector<std::string>>() : std::vector<std::string>{};
}

std::vector<std::string> Manifest::mounts() const {
  std::vector<std::string> paths;
  for (const YAML::Node& mount : container()["volumeMounts"]) paths.push_back(Text(mount["mountPath"]));
  return paths;
}

std::vector<Manifest> ParseManifests(const std::string& text) {
  std::vector<Manifest> manifests;
  for (const YAML::Node& node : YAML::LoadAll(text)) {
    if (!node.IsNull()) manifests.emplace_back(node);
  }
  return manifests;
}

std::vector<Manifest> LoadManifests(const std::string& path) { return ParseManifests(testing::ReadFile(path)); }

const Manifest& Find(const std::vector<Manifest>& manifests, const std::string& kind, const std::string& name) {
  const auto is_it = [&](const Manifest& m) { return m.kind() == kind && m.name() == name; };
  MOTE_CHECK(std::count_if(manifests.begin(), manifests.end(), is_it) == 1, "one resource of that kind and name");
  return *std::find_if(manifests.begin(), manifests.end(), is_it);
}

bool LiesBelow(const std::string& path, const std::vector<std::string>& folders) {
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    return path == folder || absl::StartsWith(path, absl::StrCat(folder, "/"));
  });
}

}  // namespace mote::deploy
