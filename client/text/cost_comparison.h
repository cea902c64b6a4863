// Two runs' costs side by side: what became dearer, and by how much.
#pragma once

#include <string>

#include "client/text/proto_json.h"
#include "mote/v1/job.pb.h"

namespace mote::client {

// One line for each quantity of a stage that one of the runs has: what it was in
// `before` and in `after`, and the change. Stages are matched by name.
std::string CostComparisonText(const v1::Job& before, const v1::Job& after);

// The same for scripts: {before: JOB, after: JOB}, each as CostJson has it.
OrderedJson CostComparisonJson(const v1::Job& before, const v1::Job& after);

}  // namespace mote::client
