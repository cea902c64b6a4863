// The end of an ended job: what it was, its outputs and its place in the index of stages
// that may be reused go, so that memory, disk and the next start do not grow for ever.
//
// Bundles that it published stay, and so do outputs that other jobs took from it.
#pragma once

#include "coordinator/core/state.h"
#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Part of applying JobForgotten. FailedPrecondition: no such job, or it has not ended.
absl::Status ForgetJob(State& state, const JobForgotten& event);

// Forgets jobs that ended longer ago than CoreOptions::retention, and the oldest beyond
// ended_jobs_max; a few at a time. None while the epoch is young.
void ForgetOldJobs(Transaction& tx);

}  // namespace mote::coordinator
