// Nodes of a job file as google.protobuf.Value, and back to JSON.
#pragma once

#include <google/protobuf/struct.pb.h>

#include "client/jobfile/node.h"

namespace mote::client {

// Integers stay integral doubles. Reported: an integer that a double cannot hold.
google::protobuf::Value ToValue(const Node& node, Problems* problems);
// The fields of a map; anything else has none.
google::protobuf::Struct ToStruct(const Node& node, Problems* problems);

}  // namespace mote::client
