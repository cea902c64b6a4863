// A field that is a duration above zero.
#pragma once

#include <google/protobuf/duration.pb.h>

#include <optional>
#include <string_view>

#include "client/jobfile/fields.h"

namespace mote::client {

// nullopt: absent, or reported.
std::optional<google::protobuf::Duration> ReadDuration(Fields& fields, std::string_view name, Problems* problems);

}  // namespace mote::client
