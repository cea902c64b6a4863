#include "coordinator/core/reuse_index.h"

namespace mote::coordinator {

void ReuseIndex::Put(const Digest& computed, StageRef stage) {
  if (const auto found = by_digest_.find(computed); found != by_digest_.end()) {
    if (found->second >= stage) return;
    by_stage_.erase(found->second);
  }
  by_digest_[computed] = stage;
  by_stage_[stage] = computed;
  if (by_stage_.size() > stages_max_) Forget(by_stage_.begin()->first);
}

void ReuseIndex::Forget(StageRef stage) {
  const auto found = by_stage_.find(stage);
  if (found == by_stage_.end()) return;
  by_digest_.erase(found->second);
  by_stage_.erase(found);
}

std::optional<StageRef> ReuseIndex::Find(const Digest& computed) const {
  const auto found = by_digest_.find(computed);
  if (found == by_digest_.end()) return std::nullopt;
  return found->second;
}

}  // namespace mote::coordinator
