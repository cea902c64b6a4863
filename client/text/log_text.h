// What engines wrote, a line each: text for `mote logs`.
#pragma once

#include <string>

#include "client/text/proto_json.h"
#include "mote/v1/log.pb.h"

namespace mote::client {

// "14:03:07 w1/0 | text", in local time; what a terminal would obey is shown instead.
std::string LogLineText(const std::string& worker, const v1::LogLine& line);

// {"time", "worker", "slot", "job_id", "text"}; bytes that are no UTF-8 become �.
OrderedJson LogLineJson(const std::string& worker, const v1::LogLine& line);

}  // namespace mote::client
