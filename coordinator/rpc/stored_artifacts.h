// Whether everything that a job names has been put.
#pragma once

#include "absl/status/status.h"
#include "coordinator/artifacts/artifact_store.h"
#include "coordinator/core/job_spec.h"

namespace mote::coordinator {

// False: there is surely nothing to look up.
bool NamesArtifacts(const JobSpec& spec);

// Looks up the artifacts of a job's inputs and of its operations' parameters
// ({"artifact": "sha256:…"} at any depth), manifests blob by blob. Reads from the
// disk: call from a disk thread. Thread-safe.
//
// Returns
//   InvalidArgument  not an artifact, or stored with another size
//   NotFound         not stored, whole or in part: put it, submit again
// each naming the place in the job: "inputs[0] (german_credit.csv): …".
absl::Status CheckArtifactsAreStored(const JobSpec& spec, ArtifactStore& store);

}  // namespace mote::coordinator
