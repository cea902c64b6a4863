// google.protobuf.Struct ↔ JSON text. Pure, thread-safe.
//
// A Struct has only doubles: a whole number up to 2^53 becomes a JSON integer, so
// that `epochs: 20` is 20 and not 20.0.
#pragma once

#include <google/protobuf/struct.pb.h>

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mote::coordinator {

// Canonical JSON text (sorted keys) of an object.
//
// InvalidArgument: a number that JSON has not (NaN, infinity), a value without a
// kind, or more than 32 levels; names the path ("optimizer.lr").
absl::StatusOr<std::string> JsonText(const google::protobuf::Struct& object);

// InvalidArgument: the text is not a JSON object.
absl::StatusOr<google::protobuf::Struct> StructOf(std::string_view json_text);

}  // namespace mote::coordinator
