// Why a job failed, waits, or lost tasks: sentences for `mote explain`.
#pragma once

#include <string>

#include "client/text/proto_json.h"
#include "mote/v1/job.pb.h"

namespace mote::client {

// Several lines, the first a summary.
std::string ExplanationText(const v1::Job& job);

// What to do about a failure of this kind ("engine crash"); never empty.
std::string RemedyFor(const std::string& kind);

OrderedJson ExplanationJson(const v1::Job& job);

}  // namespace mote::client
