// Between mote.v1's pass messages and the plain types of common/: the worker's one
// place that knows both.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/block.h"
#include "common/cost.h"
#include "common/failure.h"
#include "common/fold.h"
#include "common/ids.h"
#include "common/pass_spec.h"
#include "google/protobuf/duration.pb.h"
#include "mote/v1/pass.pb.h"

namespace mote::wire {

mote::v1::Block ToProto(const Block& block);
mote::v1::LeaseToken ToProto(const LeaseToken& token);
mote::v1::PassSpec ToProto(const PassSpec& spec);
mote::v1::Node ToProto(const Node& node);
mote::v1::Cost ToProto(const Cost& cost);
mote::v1::Fault ToProto(const Failure& fault);
google::protobuf::Duration ToProto(absl::Duration duration);

// These accept what any peer may send.
//
// Errors
//   InvalidArgument  a block outside the tree, a malformed artifact or cost: names
//                    the field and its value
absl::StatusOr<Block> FromProto(const mote::v1::Block& block);
absl::StatusOr<LeaseToken> FromProto(const mote::v1::LeaseToken& token);
absl::StatusOr<PassSpec> FromProto(const mote::v1::PassSpec& spec);
absl::StatusOr<Node> FromProto(const mote::v1::Node& node);
absl::StatusOr<Cost> FromProto(const mote::v1::Cost& cost);
Failure FromProto(const mote::v1::Fault& fault);
absl::Duration FromProto(const google::protobuf::Duration& duration);

}  // namespace mote::wire
