// Distinct integer types for distinct identities: a JobId is not a PassId.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "common/block.h"

namespace mote {

template <class Tag>
struct Id {
  uint64_t value = 0;

  auto operator<=>(const Id&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const Id& id) {
    return H::combine(std::move(h), id.value);
  }
};

using JobId = Id<struct JobTag>;          // unique for ever in one state directory
using PassId = Id<struct PassTag>;        // unique within one epoch
using SessionId = Id<struct SessionTag>;  // one worker stream; unique within one process
using CallId = Id<struct CallTag>;        // one RPC being answered; unique within one process

// One run of the coordinator; grows with each start, fences everything older.
using Epoch = Id<struct EpochTag>;

// The right to run one block. A report counts only while its token is in its
// block's set of live attempts.
struct LeaseToken {
  Epoch epoch;
  JobId job;
  PassId pass;
  Block block;
  uint32_t attempt = 0;

  auto operator<=>(const LeaseToken&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const LeaseToken& t) {
    return H::combine(std::move(h), t.epoch, t.job, t.pass, t.block, t.attempt);
  }
};

}  // namespace mote
