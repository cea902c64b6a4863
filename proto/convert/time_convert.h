// absl::Time and absl::Duration ↔ google.protobuf.Timestamp and Duration, exact to
// the nanosecond. Pure, thread-safe.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "absl/time/time.h"

namespace mote::wire {

// Infinite values become the largest that 64-bit nanoseconds hold (year 2262).
google::protobuf::Timestamp ToProto(absl::Time time);
google::protobuf::Duration ToProto(absl::Duration duration);

absl::Time FromProto(const google::protobuf::Timestamp& time);
absl::Duration FromProto(const google::protobuf::Duration& duration);

}  // namespace mote::wire
