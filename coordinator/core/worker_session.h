// A worker's session from Hello to its end.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

void Decide(Transaction& tx, const WorkerHello& hello);
void Decide(Transaction& tx, const WorkerHeartbeat& heartbeat);
void Decide(Transaction& tx, const WorkerSlotState& state);
void Decide(Transaction& tx, const WorkerDraining& draining);
void Decide(Transaction& tx, const WorkerGoodbye& goodbye);
void Decide(Transaction& tx, const SessionClosed& closed);
// A definition that no worker can be sent: the job fails, whatever its policy.
void Decide(Transaction& tx, const LeaseRefused& refused);

// Ends a session that broke the protocol; its leases are pending again.
void RefuseSession(Transaction& tx, const Worker& worker, const absl::Status& why);

// The worker is gone for good: its leases are pending again.
void LoseWorker(Transaction& tx, const std::string& name, FaultKind kind, const std::string& why);

std::vector<LeaseToken> TokensOf(const Worker& worker);

// Fails leases of a worker with `why`, then lets their jobs move on.
void FailLeases(Transaction& tx, const std::string& worker, const std::vector<LeaseToken>& tokens, FaultKind kind,
                const std::string& why);

}  // namespace mote::coordinator
