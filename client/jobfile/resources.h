// What a stage asks of the slots that run its tasks, and how their numbers may differ.
#pragma once

#include "client/jobfile/fields.h"
#include "mote/v1/job.pb.h"

namespace mote::client {

// `resources: {device: cuda, memory: 8GiB, labels: {site: berlin}}`.
void ReadResources(Fields& fields, v1::Stage* stage, Problems* problems);

// `numerics: mixed`.
void ReadNumerics(Fields& fields, v1::Stage* stage, Problems* problems);

}  // namespace mote::client
