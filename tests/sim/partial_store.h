// Partials that a worker of the simulation keeps, as worker/supervisor/kept_partials.h.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "common/artifact.h"
#include "common/fold.h"
#include "common/ids.h"

namespace mote::sim {

class PartialStore {
 public:
  // Keeps the partials of these nodes, as if they were large.
  void Keep(PassId tree, const std::string& worker, std::vector<Node>& nodes) {
    for (Node& node : nodes) {
      if (!node.partial) continue;
      node.artifact = ArtifactRef{Sha256(*node.partial), static_cast<int64_t>(node.partial->size()), false};
      node.holder = worker;
      partials_.insert({tree, {*node.artifact, *std::move(node.partial)}});
      node.partial.reset();
    }
  }

  void Release(PassId tree, const std::optional<ArtifactRef>& artifact) {
    const auto [begin, end] = partials_.equal_range(tree);
    for (auto at = begin; at != end;) {
      const bool meant = !artifact || at->second.first == *artifact;
      at = meant ? partials_.erase(at) : std::next(at);
      if (meant && artifact) return;
    }
  }

  // nullptr: it is not here.
  const std::string* Find(const Digest& digest) const {
    for (const auto& [tree, kept] : partials_) {
      if (kept.first.digest == digest) return &kept.second;
    }
    return nullptr;
  }

  // The disk has forgotten.
  void Lose() { partials_.clear(); }

 private:
  std::multimap<PassId, std::pair<ArtifactRef, std::string>> partials_;
};

}  // namespace mote::sim
