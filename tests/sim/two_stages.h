// Two operations for the simulation whose outputs may be reused: `sim_load` reads nothing,
// `sim_work` reads what the first one made.
//
// The values of a task of `sim_work` depend on the bytes that it reads, and on `version`:
// that is how a user edits the last stage of a job.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "coordinator/core/planner.h"

namespace mote::sim {

namespace mc = ::mote::coordinator;

inline constexpr char kLoad[] = "sim_load";
inline constexpr char kWork[] = "sim_work";

std::vector<std::shared_ptr<const mc::Planner>> TwoStagePlanners();

// What the values of `sim_work` are drawn from.
uint64_t SeedOfWork(uint64_t seed, int64_t version, const Value& input);

}  // namespace mote::sim
