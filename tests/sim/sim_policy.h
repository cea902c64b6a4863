// The product's scheduling policy, with a size of blocks that can be changed while jobs
// run: it must not change a bit of any result.
#pragma once

#include <optional>

#include "coordinator/schedule/fair_policy.h"

namespace mote::sim {

class SimPolicy : public coordinator::FairPolicy {
 public:
  int BlockLevel(const coordinator::BlockDemand& demand) const override {
    return level_ ? *level_ : FairPolicy::BlockLevel(demand);
  }
  // nullopt: as the product chooses.
  void SetLevel(std::optional<int> level) { level_ = level; }

 private:
  std::optional<int> level_;
};

}  // namespace mote::sim
