// Between the session's plain messages and mote.v1's.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ids.h"
#include "common/log_line.h"
#include "mote/engine/v1/engine.pb.h"
#include "mote/v1/worker_service.pb.h"
#include "worker/session/messages.h"
#include "worker/supervisor/options.h"
#include "worker/supervisor/slot_turn.h"

namespace mote::worker {

// `ready`: what each slot's first engine said, by slot.
mote::v1::SessionRequest HelloMessage(const Options& options, const std::vector<mote::engine::v1::Ready>& ready,
                                      const Connect& connect, const std::string& blob_address);
// `worker` is written into the fault. `now`: by the clock of the report.
mote::v1::SessionRequest ReportMessage(const Report& report, const std::string& worker, absl::Time now);
mote::v1::SessionRequest HeartbeatMessage(const SendHeartbeat& heartbeat);
mote::v1::SessionRequest SlotStateMessage(const SendSlotState& state);
mote::v1::SessionRequest LogMessage(uint64_t request, const LogChunk& chunk);
mote::v1::SessionRequest DrainingMessage();
mote::v1::SessionRequest GoodbyeMessage();
mote::engine::v1::SupervisorMessage DefinePassMessage(const DefinePass& define);

// InvalidArgument: names the field and its value.
absl::StatusOr<Welcome> FromProto(const mote::v1::Welcome& welcome);
absl::StatusOr<Lease> FromProto(const mote::v1::Lease& lease);
ReadLog FromProto(const mote::v1::ReadLog& read);
// An engine's answer, without the blobs that it stored, received at `received_ns`
// (MonotonicNanoseconds()). What of the slot's turn lies between the engine's being handed the
// lease and its taking the block up counts as decoding, what lies after its last task as
// encoding.
absl::StatusOr<Report> FromProto(const mote::engine::v1::BlockDone& done, const SlotTurn& turn, int64_t received_ns,
                                 absl::Time ended);

}  // namespace mote::worker
