// What both sides convert alike (proto/convert), under the names that the coordinator's
// own conversions have.
#pragma once

#include "proto/convert/pass_convert.h"
#include "proto/convert/time_convert.h"

namespace mote::coordinator {

using wire::FromProto;
using wire::ToProto;

}  // namespace mote::coordinator
