// Which complete stages have their outputs stored, by what they computed.
//
// Holds names, not outputs: these lie in their jobs. Bounded: the oldest jobs' stages
// are forgotten first. Made from the state of jobs alone, so replay, and a snapshot
// whose jobs are put in again, give the same index.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "common/digest.h"
#include "common/ids.h"

namespace mote::coordinator {

struct StageRef {
  JobId job;
  int stage = 0;
  auto operator<=>(const StageRef&) const = default;
};

class ReuseIndex {
 public:
  explicit ReuseIndex(size_t stages_max = 100'000) : stages_max_(stages_max) {}

  // Of two stages that compute the same, the one of the newer job is kept.
  void Put(const Digest& computed, StageRef stage);
  // The stage has no outputs any more.
  void Forget(StageRef stage);
  std::optional<StageRef> Find(const Digest& computed) const;
  size_t size() const { return by_digest_.size(); }

 private:
  size_t stages_max_;
  std::map<Digest, StageRef> by_digest_;
  std::map<StageRef, Digest> by_stage_;  // the same pairs; the oldest job first
};

}  // namespace mote::coordinator
