// `mote logs`: a client's question goes to a worker, its answer back to the client.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Answers with a LogChunk. NotFound: no such worker. Unavailable: it is away, or goes
// away before it answers. DeadlineExceeded: it does not answer. ResourceExhausted: too
// many such questions wait.
void Decide(Transaction& tx, const ReadLog& command);

// A chunk that was not asked for is ignored.
void Decide(Transaction& tx, const WorkerLog& answer);

// The session is over: who waits for its answers learns it.
void FailLogReads(Transaction& tx, SessionId session);

void ExpireLogReads(Transaction& tx);

}  // namespace mote::coordinator
