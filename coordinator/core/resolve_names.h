// The second half of admission: names become stages and their outputs.
#pragma once

#include <string>
#include <vector>

#include "coordinator/core/job_spec.h"

namespace mote::coordinator {

// The operation of the stage that stands for a bundle: its outputs are the bundle's.
inline constexpr char kBundleOperation[] = "bundle";

// Resolves what stages read, what they wait for, and what the job's outputs are. A bundle
// that is named becomes a stage behind the job's own, and `job->spec.bundles` says which
// version it is: the one pinned there, else the newest. Whoever names a bundle's model gets
// its other parts beside it, as inputs "model.fitted", ….
//
// `job`: with its inputs and stages, their names all different. Mistakes are added to
// `mistakes` as Admit returns them.
void ResolveNames(const PlannerTable& planners, const BundleIndex& bundles, AdmittedJob* job,
                  std::vector<std::string>* mistakes);

}  // namespace mote::coordinator
