// What is kept of failed work, so that `mote retry` runs what failed and nothing else
// (docs/adr/0013-a-retried-job-goes-on.md).
//
// A failed job keeps its passes. A pass with quarantined tasks keeps the finished nodes
// around them: until every other task is settled the fold does not learn of them, so
// these nodes are the maximal ones without the absent tasks. Both are bounded, and what
// is not kept runs whole. Pure; called by Apply alone.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "common/reducer.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// Tells the fold of an absent task, at once or once all others are settled.
absl::Status HoldAbsent(const Job& job, Pass& pass, int64_t task, BlobSink& blobs);

// When every task is settled: remembers the nodes, then tells the fold of the absent
// tasks that were held back. Does nothing before.
absl::Status FoldHeldAbsent(const Job& job, Pass& pass, BlobSink& blobs);

// Before a pass of a stage with quarantined tasks goes: its finished nodes are kept.
void KeepNodes(const Job& job, const Pass& pass, StageRun& run);

// A pass that was planned again begins with the nodes that are kept of it.
absl::Status SeedPass(const Job& job, StageRun& run, Pass& pass, BlobSink& blobs);

// The job ended without all its results: it may be retried. Of the longest ended job,
// beyond CoreOptions::retryable_jobs_max, what is kept goes.
void KeepForRetry(State& state, Job& job, absl::Time now);

// The job runs again: complete stages stay, a failed one goes on where it was, those
// with absent tasks and those after them begin again.
void GoOn(State& state, Job& job, absl::Time now);

}  // namespace mote::coordinator
