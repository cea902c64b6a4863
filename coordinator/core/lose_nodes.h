// Nodes whose partials are gone, with the worker that alone had them. Part of applying
// events: see apply.cc.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// The tasks of these nodes are pending again, apart from the absent ones; passes that
// were to read a node are over. A block under verification forgets what lies at
// `worker`.
//
// FailedPrecondition: there is no such node.
absl::Status LoseNodes(State& state, Job& job, Pass& pass, const std::vector<Block>& blocks, const std::string& worker,
                       absl::Time now, BlobSink& blobs);

// The job has ended, and workers may drop what they keep of it: a retry makes it again.
absl::Status LoseKept(State& state, Job& job, absl::Time now, BlobSink& blobs);

}  // namespace mote::coordinator
