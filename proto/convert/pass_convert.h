// Passes, blocks, costs and faults ↔ mote.v1 (pass.proto): coordinator, supervisor and
// engine convert alike. Pure, thread-safe.
//
// FromProto checks what a peer may have got wrong and returns InvalidArgument with
// the field and its value; what it accepts, the core may rely on.
#pragma once

#include "absl/status/statusor.h"
#include "common/cost.h"
#include "common/failure.h"
#include "common/fold.h"
#include "common/ids.h"
#include "common/pass_spec.h"
#include "common/value.h"
#include "mote/v1/pass.pb.h"

namespace mote::wire {

v1::Value ToProto(const Value& value);
v1::PassSpec ToProto(const PassSpec& pass);
v1::Block ToProto(const Block& block);
v1::LeaseToken ToProto(const LeaseToken& token);
v1::Node ToProto(const Node& node);
v1::Cost ToProto(const Cost& cost);
v1::Fault ToProto(const Failure& failure);

absl::StatusOr<Value> FromProto(const v1::Value& value);
absl::StatusOr<PassSpec> FromProto(const v1::PassSpec& pass);
absl::StatusOr<Block> FromProto(const v1::Block& block);
absl::StatusOr<LeaseToken> FromProto(const v1::LeaseToken& token);
absl::StatusOr<Node> FromProto(const v1::Node& node);
absl::StatusOr<Cost> FromProto(const v1::Cost& cost);
absl::StatusOr<Failure> FromProto(const v1::Fault& fault);

}  // namespace mote::wire
